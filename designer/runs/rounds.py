"""How far the loops and parallel steps of an execution are: asked of the engine as they run."""

import re
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, QTimer, Signal

from designer.runs.waits import top_of
from engine import api

ASK_MS = 400
AT_ONCE = 8
"""Steps asked about in one turn; the others have theirs in the next."""
_DONE = re.compile(r"\b(\d+)(?: of (\d+))? done\b")
Explain = Callable[[str], Awaitable[str]]
"""Gives the engine's words for a step, by its id in the definition."""


class RoundCounts(QObject):
    """Holds ``3 of 10`` for each body that runs; ``changed`` carries the ids of the steps."""

    changed = Signal(object)

    def __init__(
        self,
        explain: Explain,
        spawn: Callable[..., object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._explain = explain
        self._spawn = spawn
        self._texts: dict[str, str] = {}
        self._wanted: dict[str, None] = {}
        self._generation = 0
        self._timer = QTimer(self, singleShot=True, interval=ASK_MS)
        self._timer.timeout.connect(self._ask)

    def text(self, step_id: str) -> str:
        """``3 of 10``, or ``3 done`` where the total is not known; empty for what has no rounds."""
        return self._texts.get(step_id, "")

    def clear(self) -> None:
        self._generation += 1
        self._texts.clear()
        self._wanted.clear()
        self._timer.stop()

    def take(self, step: api.StepExecution) -> None:
        """Notes what happened to a step: inside a body it moves the count of that on."""
        key = step.id.partition(".")[2]
        if step.parent_id is not None:
            self._wanted[top_of(key)] = None
            if not self._timer.isActive():
                self._timer.start()
        elif step.status != "running":
            self._texts.pop(key, None)
            self._wanted.pop(key, None)

    def _ask(self) -> None:
        asked = list(self._wanted)[:AT_ONCE]
        for step_id in asked:
            del self._wanted[step_id]
        if asked:
            self._spawn(self._read(asked, self._generation))
        if self._wanted:
            self._timer.start()

    async def _read(self, asked: list[str], generation: int) -> None:
        found = {step_id: count_in(await self._explain(step_id)) for step_id in asked}
        if generation != self._generation:
            return
        fresh = {key: text for key, text in found.items() if text and text != self.text(key)}
        self._texts |= fresh
        if fresh:
            self.changed.emit(frozenset(fresh))


def count_in(words: str) -> str:
    """The count of rounds in the engine's words for a body that runs; empty where there is none."""
    found = _DONE.search(words)
    if found is None:
        return ""
    return f"{found[1]} of {found[2]}" if found[2] else f"{found[1]} done"
