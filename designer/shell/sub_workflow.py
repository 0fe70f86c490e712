"""The way into a sub-workflow: the menu of its step opens the file that it runs."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QMenu

from designer.document import Document
from designer.theme import Theme


def sub_workflow_menu(
    theme: Theme, document: Document, show: Callable[[Path], object]
) -> Callable[[QMenu, str], None]:
    """Adds to the menu of a node what opens its workflow, where that is a file beside this one."""

    def fill(menu: QMenu, key: str) -> None:
        path = sub_workflow(document, key)
        if path is not None:
            menu.addSeparator()
            action = menu.addAction(theme.icon("external", "muted"), "Open its workflow")
            action.triggered.connect(lambda: show(path))

    return fill


def sub_workflow(document: Document, key: str) -> Path | None:
    """The file that a step runs as a workflow; None for other steps, and where there is none."""
    step = document.step(key)
    named = step.config.get("workflow") if step is not None and step.type == "workflow" else None
    if not isinstance(named, str) or "{{" in named:
        return None
    path = (document.folder or Path()) / named
    return path if path.is_file() else None
