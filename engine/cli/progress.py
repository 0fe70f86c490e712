"""An execution's progress on stderr: a live list of steps on a terminal, plain lines elsewhere."""

import re
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from engine.cli.output import GLYPHS, coloured, seconds, shown, state, tell, visible
from engine.service.types import Event, Execution, LogLine, StepExecution

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

MOST_ROWS = 20
"""Steps that the live list shows at once; the newest that started."""
_COLOUR = re.compile(r"(\x1b\[[0-9;:]*m)")
STYLES = {
    "completed": "green",
    "failed": "red",
    "timed_out": "red",
    "cancelled": "yellow",
    "running": "blue",
    "waiting": "cyan",
    "paused": "yellow",
    "retrying": "yellow",
    "skipped": "dim",
}
ACTIVE = ("started", "waiting")
"""What steps last told that are still to end."""
PAUSES = ("execution.paused", "execution.resumed")


class Progress(AbstractContextManager["Progress"], Protocol):
    """Shows events as they come."""

    def show(self, events: Iterable[Event]) -> None: ...

    def hold(self, prompt: Callable[[], None]) -> None:
        """Leaves the last line to a question; ``prompt`` writes it again below what is shown."""

    def go_on(self) -> None:
        """The question was answered."""


def progress(quiet: bool) -> Progress:
    """What shows the progress here: nothing, a live list, or lines."""
    if quiet:
        return Silence()
    return LiveList() if coloured(sys.stderr) else Lines()


class Silence(AbstractContextManager["Silence"]):
    """Shows nothing."""

    def show(self, events: Iterable[Event]) -> None:
        return

    def hold(self, prompt: Callable[[], None]) -> None:
        return

    def go_on(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        return


class Lines(AbstractContextManager["Lines"]):
    """One line an event, for files and pipes."""

    def __init__(self) -> None:
        self._prompt: Callable[[], None] | None = None

    def show(self, events: Iterable[Event]) -> None:
        lines = [line for line in map(_line, events) if line]
        if self._prompt is not None and lines:
            tell("")  # below what is being typed
        for line in lines:
            tell(line)
        if self._prompt is not None and lines:
            self._prompt()

    def hold(self, prompt: Callable[[], None]) -> None:
        self._prompt = prompt

    def go_on(self) -> None:
        self._prompt = None

    def __exit__(self, *_: object) -> None:
        return


def _line(event: Event) -> str:
    data = event.data
    if isinstance(data, LogLine):
        return f"{data.step_id or '-'} | {shown(data.line, sys.stderr)}"
    if isinstance(data, Execution) and event.type in PAUSES:
        return f"{state(data.status, sys.stderr)}{shown(_why(data), sys.stderr)}"
    if not isinstance(data, StepExecution):
        return ""
    what = event.type.removeprefix("step.")
    status = "running" if what == "started" else what
    return f"{state(status, sys.stderr)} {_name(data)}{shown(_note(what, data), sys.stderr)}"


def _why(execution: Execution) -> str:
    return f": {execution.reason}" if execution.reason else ""


def _name(step: StepExecution) -> str:
    return step.step_id if step.index is None else f"{step.step_id}[{step.index}]"


def _note(what: str, step: StepExecution) -> str:
    """What is worth knowing beside the status: attempt, duration, error or reason."""
    parts: list[str] = [step.origin] if step.origin is not None else []
    if step.attempt > 1 or what == "retrying":
        parts.append(f"attempt {step.attempt} of {step.max_attempts}")
    if step.duration is not None and step.origin is None:
        parts.append(seconds(step.duration))
    words = step.error.message if step.error else step.reason
    brackets = f" ({', '.join(parts)})" if parts else ""
    return f"{brackets}: {words}" if words else brackets


class LiveList(AbstractContextManager["LiveList"]):
    """Rows that change in place, with the log scrolling above them."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console: Console = Console(stderr=True, highlight=False)
        self._rows: dict[str, tuple[str, StepExecution, float]] = {}
        self._lines: Lines | None = None
        self._live: Live = Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=10,
            transient=False,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event.data, StepExecution):
                self._note(event.type.removeprefix("step."), event.data)
            elif self._lines is None:
                self._print(event)
        if self._lines is not None:
            self._lines.show(events)

    def hold(self, prompt: Callable[[], None]) -> None:
        self._live.stop()
        self._lines = Lines()
        self._lines.hold(prompt)

    def go_on(self) -> None:
        self._lines = None
        self._live.start()

    def _print(self, event: Event) -> None:
        from rich.text import Text

        data = event.data
        if isinstance(data, LogLine):
            name = Text(f"{data.step_id or '-'} | ", style="dim")
            self._console.print(name + _log_text(data.line), soft_wrap=True)
        elif isinstance(data, Execution) and event.type in PAUSES:
            text = f"{GLYPHS[data.status]} {data.status}{visible(_why(data))}"
            self._console.print(Text(text, style=STYLES.get(data.status, "")))

    def _note(self, what: str, step: StepExecution) -> None:
        """Keeps the row of a step; one inside a body has one only while it waits."""
        before = self._rows.pop(step.id, None)
        if step.parent_id is None or what == "waiting":
            started = before[2] if before and what != "started" else time.monotonic()
            self._rows[step.id] = (what, step, started)

    def _render(self) -> "RenderableType":
        from rich.console import Group

        rows = list(self._rows.values())
        running = [row for row in rows if row[0] in ACTIVE]
        ended = [row for row in rows if row[0] not in ACTIVE]
        room = max(0, MOST_ROWS - len(running))
        shown = (ended[-room:] if room else []) + running[:MOST_ROWS]
        more = len(rows) - len(shown)
        lines: list[Any] = [_row(*row) for row in shown]
        if more:
            lines.insert(0, f"  … and {more} more")
        return Group(*lines)


def _log_text(line: str) -> "Text":
    """A log line in its colours, with nothing else that a terminal would obey."""
    from rich.text import Text

    parts = _COLOUR.split(line)  # colours at the odd places
    return Text.from_ansi("".join(p if i % 2 else visible(p) for i, p in enumerate(parts)))


def _row(what: str, step: StepExecution, started: float) -> "Text":
    from rich.text import Text

    status = "running" if what == "started" else what
    style = STYLES.get(status, "")
    text = Text(f"{GLYPHS.get(status, ' ')} ", style=style)
    text.append(_name(step))
    note = f" {seconds(time.monotonic() - started)}" if what in ACTIVE else ""
    note += "" if status == "running" else _note(what, step)
    text.append(
        visible(note), style="dim" if status in ("running", "completed", "skipped") else style
    )
    return text
