"""What the history of an execution tells beside its log, as lines of the log."""

from collections import deque
from collections.abc import Iterable

from designer.runs.waits import key_of
from engine import api

NOTE = 0
"""The id of a line that is none of the recorded ones."""
MOST = 1000
"""Notes that wait for their place; the newest stay."""


class Notes:
    """Takes events, and weaves lines made of them between recorded lines, by their times."""

    def __init__(self) -> None:
        self._waiting: deque[api.LogLine] = deque(maxlen=MOST)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, event: api.Event, step: api.StepExecution) -> None:
        """Notes an attempt that was cut off with its engine; other events say nothing here."""
        if event.type != "step.retrying" or step.status != "pending":
            return
        reason = (step.reason or "it was cut off, and is started again").rstrip(".")
        self._waiting.append(
            api.LogLine(
                id=NOTE,
                time=event.time,
                execution_id=step.execution_id,
                step_id=key_of(step),
                attempt=step.attempt,
                stream="engine",
                line=f"{reason[:1].upper()}{reason[1:]}.",
            )
        )

    def weave(self, lines: Iterable[api.LogLine], *, rest: bool) -> list[api.LogLine]:
        """The lines with the notes that belong before each; with ``rest`` the others follow."""
        woven: list[api.LogLine] = []
        for line in lines:
            while self._waiting and self._waiting[0].time <= line.time:
                woven.append(self._waiting.popleft())
            woven.append(line)
        if rest:
            woven += self._waiting
            self._waiting.clear()
        return woven
