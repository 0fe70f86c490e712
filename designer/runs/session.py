"""One execution as the window follows it: the states of its steps and its log, live or past."""

from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from engine import EngineClient, api

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Starts a task that the window owns: its errors are shown, it ends with the window."""

KEPT_LINES = 10_000
"""Log lines held of one execution; the newest stay, ``dropped`` counts the others."""
LOG_PAGE = 1000


class RunSession(QObject):
    """Follows one execution after the other.

    ``states_changed`` carries the ids of the steps concerned, ``log_added`` new LogLines in order,
    ``reset`` says that another execution is followed from now on, ``finished`` carries its state.
    """

    reset = Signal()
    states_changed = Signal(object)
    log_added = Signal(list)
    execution_changed = Signal()
    finished = Signal(str)

    def __init__(self, client: EngineClient, spawn: Spawn, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._spawn = spawn
        self.execution: api.Execution | None = None
        self.lines: deque[api.LogLine] = deque(maxlen=KEPT_LINES)
        self.dropped = 0
        """Log lines that were left out."""
        self._steps: dict[str, api.StepExecution] = {}
        self._last_line = 0
        self._early: list[api.LogLine] | None = None
        self._generation = 0

    @property
    def steps(self) -> Mapping[str, api.StepExecution]:
        """The newest step execution of each step, by step id."""
        return self._steps

    @property
    def running(self) -> bool:
        """Whether the execution that is followed has not ended."""
        return self.execution is not None and self.execution.status not in api.ENDED

    async def start(self, write: api.ExecutionWrite) -> str:
        """Runs a text and follows it; gives the execution's id. Raises ClientError when refused."""
        execution = await self._client.start(write)
        self._begin(execution)
        self._spawn(self._follow(execution.id, self._generation))
        return execution.id

    async def attach(self, execution_id: str) -> None:
        """Follows an execution that is there already, ended or not. Raises ClientError."""
        execution = await self._client.execution(execution_id)
        self._begin(execution)
        self._take_snapshot(execution)
        if execution.status in api.ENDED:
            await self._read_log(execution_id, self._generation)
            self.finished.emit(execution.status)
        else:
            self._spawn(self._follow(execution_id, self._generation))

    async def cancel(self) -> None:
        """Asks the engine to cancel the execution. Raises ClientError."""
        if self.execution is not None and self.running:
            await self._client.cancel(self.execution.id)

    async def step_detail(self, step_id: str) -> api.StepExecution | None:
        """A step with its input and output; None where it did not start. Raises ClientError."""
        known = self._steps.get(step_id)
        return None if known is None else await self._client.step_execution(known.id)

    def clear(self) -> None:
        """Follows nothing any more."""
        self._generation += 1
        self.execution = None
        self._forget()
        self.reset.emit()
        self.execution_changed.emit()

    def _begin(self, execution: api.Execution) -> None:
        self._generation += 1
        self.execution = execution
        self._forget()
        self.reset.emit()
        self.execution_changed.emit()

    def _forget(self) -> None:
        self._steps.clear()
        self.lines.clear()
        self.dropped = self._last_line = 0

    async def _follow(self, execution_id: str, generation: int) -> None:
        """Takes the stream of one execution until it ended or another is followed."""
        self._early = []
        stream = self._client.events(after=0, execution_id=execution_id)
        async with aclosing(stream) as batches:
            async for batch in batches:
                if generation != self._generation:
                    return
                self._take_batch(batch)
                if self._early is not None:
                    await self._read_log(execution_id, generation)
                if not self.running:
                    break
        if generation == self._generation:
            await self._complete(execution_id, generation)

    def _take_batch(self, batch: list[api.Event]) -> None:
        touched: set[str] = set()
        lines: list[api.LogLine] = []
        for event in batch:
            if event.type == "log":
                lines.append(msgspec.convert(event.data, api.LogLine))
            elif event.type.startswith("step."):
                step = msgspec.convert(event.data, api.StepExecution)
                self._steps[step.step_id] = step
                touched.add(step.step_id)
            elif event.type.startswith("execution."):
                self.execution = msgspec.convert(event.data, api.Execution)
                self.execution_changed.emit()
        if touched:
            self.states_changed.emit(frozenset(touched))
        if lines:
            self._add_lines(lines)

    def _take_snapshot(self, execution: api.Execution) -> None:
        self.execution = execution
        for step in execution.step_executions:
            self._steps[step.step_id] = step
        self.execution_changed.emit()
        if execution.step_executions:
            self.states_changed.emit(frozenset(self._steps))

    def _add_lines(self, lines: list[api.LogLine]) -> None:
        """Adds live lines; those that come while older ones are still being read wait for them."""
        if self._early is not None:
            self._early += lines
            return
        fresh = [line for line in lines if line.id > self._last_line]
        if not fresh:
            return
        self._last_line = fresh[-1].id
        self.dropped += max(0, len(self.lines) + len(fresh) - KEPT_LINES)
        self.lines.extend(fresh)
        self.log_added.emit(fresh)

    async def _read_log(self, execution_id: str, generation: int) -> None:
        """Reads the recorded lines that have not been seen, then lets the live ones follow."""
        while True:
            page = await self._client.logs(execution_id, after=self._last_line, limit=LOG_PAGE)
            if generation != self._generation:
                return
            early, self._early = self._early, None
            self._add_lines(page.items)
            self._early = early
            if len(page.items) < LOG_PAGE:
                break
        waiting, self._early = self._early or [], None
        self._add_lines(waiting)

    async def _complete(self, execution_id: str, generation: int) -> None:
        """Reads what an ended execution left: its outputs and the last lines of its log."""
        execution = await self._client.execution(execution_id)
        await self._read_log(execution_id, generation)
        if generation == self._generation:
            self._take_snapshot(execution)
            self.finished.emit(execution.status)
