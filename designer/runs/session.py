"""One execution as the window follows it: the states of its steps and its log, live or past."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack, aclosing, suppress
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from designer.runs.notes import Notes
from designer.runs.rounds import RoundCounts
from designer.runs.waits import needs_answer
from engine import ClientError, EngineClient, api

Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Starts a task that the window owns: its errors are shown, it ends with the window."""

KEPT_LINES = 10_000
"""Log lines held of one execution; the newest stay, ``dropped`` counts the others."""
LOG_PAGE = 1000
ENDS = frozenset(f"execution.{status}" for status in api.ENDED)
STORY_SECONDS = 5.0
"""How long the history of an ended execution may take to be read for its notes."""


class RunSession(QObject):
    """Follows one execution after the other.

    ``states_changed`` carries the ids of the steps concerned, ``inner_changed`` the step executions
    inside bodies, ``asking_changed`` tells that another step needs an answer or has it,
    ``log_added`` new LogLines in order, ``reset`` says that another execution is followed from now
    on, ``finished`` carries its state.
    """

    reset = Signal()
    states_changed = Signal(object)
    inner_changed = Signal(list)
    asking_changed = Signal()
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
        self.counts = RoundCounts(self._explain_top, spawn, self)
        """How far the bodies are that run."""
        self._steps: dict[str, api.StepExecution] = {}
        self._asking: dict[str, api.StepExecution] = {}
        self.bodies: set[str] = set()
        """The ids of the step executions that others are inside of, as far as is known."""
        self._notes = Notes()
        self._last_line = 0
        self._early: list[api.LogLine] | None = None
        self._reading = False
        self._generation = 0
        self.counts.changed.connect(self.states_changed)

    @property
    def steps(self) -> Mapping[str, api.StepExecution]:
        """The step executions of the top level, by step id."""
        return self._steps

    @property
    def asking(self) -> list[api.StepExecution]:
        """What waits for a person's answer, inside bodies too, the longest first."""
        return list(self._asking.values())

    @property
    def running(self) -> bool:
        """Whether the execution that is followed has not ended."""
        return self.execution is not None and self.execution.status not in api.ENDED

    @property
    def status(self) -> str:
        """The state of the execution that is followed; empty for none."""
        return self.execution.status if self.execution is not None else ""

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
            self._spawn(self._read_past(execution_id, self._generation))
        else:
            self._spawn(self._follow(execution_id, self._generation))

    async def cancel(self) -> None:
        """Asks the engine to cancel the execution. Raises ClientError."""
        if self.execution is not None and self.running:
            await self._client.cancel(self.execution.id)

    async def pause(self) -> None:
        """Lets running steps end and starts no more. Raises ClientError."""
        if self.execution is not None and self.running:
            await self._client.pause(self.execution.id)

    async def resume(self) -> None:
        """Goes on after a pause. Raises ClientError."""
        if self.execution is not None and self.status == "paused":
            await self._client.resume(self.execution.id)

    async def retry(self, write: api.RetryWrite) -> str | None:
        """Repeats the ended execution; gives the id of the new one. Raises ClientError."""
        if self.execution is None or self.running:
            return None
        return (await self._client.retry(self.execution.id, write)).id

    async def answer(self, step_execution_id: str, write: api.AnswerWrite) -> None:
        """Says how a step that waits for a person goes on. Raises ClientError."""
        await self._client.answer(step_execution_id, write)

    def step_execution_id(self, step_id: str) -> str:
        """The id of a step's execution at the top level, begun or not; empty without a run."""
        return f"{self.execution.id}.{step_id}" if self.execution is not None else ""

    async def step_detail(self, step_execution_id: str) -> api.StepExecution | None:
        """A step with its input and output; None where it has not begun. Raises ClientError."""
        try:
            return await self._client.step_execution(step_execution_id)
        except ClientError as error:
            if error.status == 404:
                return None
            raise

    async def inner_page(
        self, parent_id: str, cursor: str | None, limit: int
    ) -> api.Page[api.StepExecution]:
        """Part of the step executions inside a body, round by round. Raises ClientError."""
        execution_id = parent_id.partition(".")[0]
        return await self._client.step_page(execution_id, parent_id, limit=limit, cursor=cursor)

    async def step_log(self, step_execution_id: str) -> api.Page[api.LogLine]:
        """The first lines of one step execution. Raises ClientError."""
        execution_id, _, key = step_execution_id.partition(".")
        return await self._client.logs(execution_id, step_id=key, limit=LOG_PAGE)

    async def explain(self) -> str:
        """Why the execution is where it is, in words. Raises ClientError."""
        if self.execution is None:
            return ""
        return (await self._client.explain(self.execution.id)).text

    async def explain_step(self, step_execution_id: str) -> str:
        """Why a step, begun or not, is where it is, in words; empty for one that the execution has
        not. Raises ClientError.
        """
        try:
            return (await self._client.explain_step(step_execution_id)).text
        except ClientError as error:
            if error.status == 404:
                return ""
            raise

    async def _explain_top(self, step_id: str) -> str:
        return await self.explain_step(self.step_execution_id(step_id)) if self.execution else ""

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
        self._asking.clear()
        self.bodies.clear()
        self._notes.clear()
        self.counts.clear()
        self.lines.clear()
        self.dropped = self._last_line = 0
        self._reading = False
        self.asking_changed.emit()

    async def _follow(self, execution_id: str, generation: int) -> None:
        """Takes the stream of one execution until it ended or another is followed."""
        self._early = []
        stream = self._client.events(after=0, execution_id=execution_id)
        with ExitStack() as following:
            following.callback(self._client.on_state(self._on_engine))
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

    def _on_engine(self, state: str) -> None:
        """What is logged before the stream is there again is read from the record."""
        if state == "ready" and self._early is None:
            self._early = []

    def _take_batch(self, batch: list[api.Event]) -> None:
        touched: set[str] = set()
        inner: list[api.StepExecution] = []
        lines: list[api.LogLine] = []
        asked = dict(self._asking)
        for event in batch:
            if event.type == "log":
                lines.append(msgspec.convert(event.data, api.LogLine))
            elif event.type.startswith("step."):
                step = msgspec.convert(event.data, api.StepExecution)
                self._take_step(step, touched, inner)
                self._notes.take(event, step)
            elif event.type.startswith("execution."):
                self.execution = msgspec.convert(event.data, api.Execution)
                self.execution_changed.emit()
        if not self.running:
            self._asking.clear()
        if touched:
            self.states_changed.emit(frozenset(touched))
        if inner:
            self.inner_changed.emit(inner)
        if asked != self._asking:
            self.asking_changed.emit()
        if lines or self._notes:
            self._add_lines(lines)

    def _take_step(
        self, step: api.StepExecution, touched: set[str], inner: list[api.StepExecution]
    ) -> None:
        self.counts.take(step)
        if step.parent_id is None:
            self._steps[step.step_id] = step
            touched.add(step.step_id)
        else:
            self.bodies.add(step.parent_id)
            inner.append(step)
        if needs_answer(step):
            self._asking[step.id] = step
        else:
            self._asking.pop(step.id, None)

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
        known = self._last_line
        written = [line for line in lines if line.id > known]
        self._last_line = written[-1].id if written else known
        fresh = self._notes.weave(written, rest=not self._reading)
        if not fresh:
            return
        self.dropped += max(0, len(self.lines) + len(fresh) - KEPT_LINES)
        self.lines.extend(fresh)
        self.log_added.emit(fresh)

    async def _read_log(self, execution_id: str, generation: int) -> None:
        """Reads the recorded lines that have not been seen, then lets the live ones follow."""
        self._reading = True
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
        self._reading = False
        self._add_lines(waiting)

    async def _read_past(self, execution_id: str, generation: int) -> None:
        """Reads the log of an ended execution, with what its history tells beside it."""
        with suppress(TimeoutError):  # a history without its end: the log alone is shown
            async with asyncio.timeout(STORY_SECONDS):
                await self._read_story(execution_id, generation)
        await self._read_log(execution_id, generation)
        if generation == self._generation:
            self.finished.emit(self.status)

    async def _read_story(self, execution_id: str, generation: int) -> None:
        stream = self._client.events(after=0, execution_id=execution_id)
        async with aclosing(stream) as batches:
            async for batch in batches:
                if generation != self._generation:
                    return
                for event in batch:
                    self._take_past(event)
                if any(event.type in ENDS for event in batch):
                    self.states_changed.emit(frozenset(self._steps))
                    return

    def _take_past(self, event: api.Event) -> None:
        """Notes what only the history tells of an execution that ended."""
        if event.type == "step.retrying":
            self._notes.take(event, msgspec.convert(event.data, api.StepExecution))
        elif event.type.startswith("step.") and isinstance(event.data, dict):
            parent_id = event.data.get("parent_id")
            if parent_id is not None:
                self.bodies.add(parent_id)

    async def _complete(self, execution_id: str, generation: int) -> None:
        """Reads what an ended execution left: its outputs and the last lines of its log."""
        execution = await self._client.execution(execution_id)
        await self._read_log(execution_id, generation)
        if generation == self._generation:
            self._take_snapshot(execution)
            self.finished.emit(execution.status)
