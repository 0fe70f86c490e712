"""Makes a sub-workflow of what is selected, and expands one in place; files are read and written
off the Qt thread."""

from asyncio import to_thread
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from designer.canvas import CanvasView
from designer.document import Document, DocumentError
from designer.document.collapse import Collapse, collapse, plan_collapse, write_beside
from designer.document.expand import expand, plan_expand
from designer.document.files import read_text
from designer.document.shapes import read_frames

_TITLE = "Sub-workflow"


class Collapsing(QObject):
    """Serves one canvas. ``told`` says what was done, or why it cannot be."""

    told = Signal(str)

    def __init__(
        self,
        document: Document,
        canvas: CanvasView,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document, self._canvas, self._spawn = document, canvas, spawn
        canvas.collapse_wanted.connect(self.begin)
        canvas.expand_wanted.connect(self.expand_current)
        canvas.node_menu_opening.connect(self.fill_menu)

    def begin(self) -> None:
        """Collapses the selected steps, or those of the selected frame, whose title it takes."""
        keys, title = self._chosen()
        try:
            plan = plan_collapse(self._document, keys, title)
        except DocumentError as refused:
            self.told.emit(str(refused))
            return
        self._spawn(self._carry_out(plan))

    def _chosen(self) -> tuple[list[str], str]:
        selection = self._document.selection
        frames = [
            frame
            for frame in read_frames(self._document.workflow)
            if frame.key in selection.shapes
            or (selection.keys and set(frame.steps) == selection.keys)
        ]
        if len(frames) == 1:
            keys = selection.keys | set(self._canvas.areas.items[frames[0].key].nodes)
            return [*keys], frames[0].title or _TITLE
        return list(selection.ids), _TITLE

    def fill_menu(self, menu: QMenu, key: str) -> None:
        """Offers to expand a sub-workflow's step in its menu."""
        step = self._document.step(key)
        if step is not None and step.type == "workflow" and self._canvas.editable:
            menu.addSeparator()
            menu.addAction("Expand in place").triggered.connect(lambda: self.expand(key))

    def expand_current(self) -> None:
        """Expands the selected sub-workflow's step."""
        key = self._document.selection.current
        self.expand(key or "")

    def expand(self, key: str) -> None:
        """Puts a sub-workflow's steps in the place of its step."""
        step, folder = self._document.step(key), self._document.folder
        if step is None or step.type != "workflow" or folder is None:
            self.told.emit("Select a sub-workflow's step to expand it.")
            return
        self._spawn(self._expand(key, folder / str(step.config.get("workflow", ""))))

    async def _expand(self, key: str, file: Path) -> None:
        try:
            found = await to_thread(read_text, file)
            expand(self._document, plan_expand(self._document, key, found.text))
        except DocumentError as refused:
            self.told.emit(str(refused))

    async def _carry_out(self, plan: Collapse) -> None:
        folder = self._document.folder
        if folder is None:
            return
        try:
            file = await to_thread(write_beside, folder, plan.title, plan.text)
            collapse(self._document, plan, file.name)
        except DocumentError as refused:
            self.told.emit(str(refused))
            return
        count = len(plan.keys)
        words = "1 step" if count == 1 else f"{count} steps"
        self.told.emit(f"{words} went into {file.name}.")
