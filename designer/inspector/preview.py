"""What a template gives with the data of the last run, computed off the Qt thread and bounded."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from designer.inspector.fields import RelativePath
from designer.inspector.values import is_template
from designer.theme.wording import described
from engine import Limits, Template, TemplateError, parse_expression, parse_template

SHOWN = 5
"""Most entries of a mapping that are previewed."""
PREFIX = "Preview from the last run: "
HIDDEN = "Filled in at each attempt; a secret is never shown."
LIMITS = Limits(steps=200_000, memory=32 * 2**20, output=1_000_000, seconds=0.3)
"""What one preview may take."""
POLL = 15
"""Milliseconds between looks whether a preview is there."""


class Asked(Struct, frozen=True):
    """A value to preview. ``bare``: an expression, whose braces may be missing."""

    value: Any
    bare: bool
    context: Mapping[str, Any]


def preview(value: Any, bare: bool, context: Mapping[str, Any]) -> str:
    """The value of a template in a few words, or why there is none; empty for what is no template.
    ``bare``: an expression, whose braces may be missing."""
    if isinstance(value, dict):
        found = ((name, preview(item, False, context)) for name, item in value.items())
        lines = [f"{name}: {words.removeprefix(PREFIX)}" for name, words in found if words]
        return "\n".join([PREFIX.rstrip(), *lines[:SHOWN]]) if lines else ""
    if not isinstance(value, str) or not (bare or is_template(value)):
        return ""
    try:
        template = parse_expression(value) if bare else parse_template(value)
        if template.calls_volatile:
            return ""
        if any(reference.path[0] == "secrets" for reference in template.references):
            return HIDDEN
        return PREFIX + described(_value(template, context))
    except TemplateError as error:
        return f"No preview: {error.message}"


def _value(template: Template, context: Mapping[str, Any]) -> Any:
    return template.evaluate(context, limits=LIMITS)


@cache
def _worker() -> ThreadPoolExecutor:
    """The one thread that evaluates, shared by all forms."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")


class Previewer(QObject):
    """``ready`` tells a field's path and its preview; of what was asked for one field, the last
    counts. The worker touches no Qt object, so that a form may go while it works."""

    ready = Signal(object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._asked: dict[RelativePath, Asked] = {}
        self._running: Future[str] | None = None
        self._path: RelativePath = ()
        self._poll = QTimer(self, interval=POLL)
        self._poll.timeout.connect(self._look)

    def ask(self, path: RelativePath, asked: Asked) -> None:
        """Has a value previewed, in place of the one asked for before."""
        self._asked[path] = asked
        if not self._poll.isActive():
            self._poll.start()

    def drop(self, path: RelativePath) -> None:
        """Nothing is wanted for a field any more."""
        self._asked.pop(path, None)

    def _look(self) -> None:
        running = self._running
        if running is not None:
            if not running.done():
                return
            self._running = None
            if self._path not in self._asked:
                self.ready.emit(self._path, running.result())
        if not self._asked:
            self._poll.stop()
            return
        self._path = next(iter(self._asked))
        asked = self._asked.pop(self._path)
        self._running = _worker().submit(preview, asked.value, asked.bare, asked.context)
