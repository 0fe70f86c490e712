"""What ``treadle run`` asks of its user: steps that wait for a person are answered on the terminal,
or the command is told that answers them from elsewhere."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

from engine.cli.answering import ANSWERED, key_of, tell_command, tell_waiting, user_name
from engine.cli.output import shown, tell
from engine.cli.progress import Progress
from engine.service.types import AnswerWrite, Event, StepExecution

STDIN = 0
COMPLETED = "completed"
"""The answer after which an output may follow, of a step that is not repeated."""

Answer = Callable[[StepExecution, AnswerWrite], Awaitable[None]]
"""Gives an answer; raises ValueError with the words for one that is refused."""


def can_ask() -> bool:
    """Whether there is somebody at a terminal who can answer a question.

    Windows has no terminal whose input an event loop could wait for.
    """
    if sys.platform == "win32" or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    try:
        return os.tcgetpgrp(STDIN) == os.getpgrp()
    except OSError:
        return False


class Asking(AbstractContextManager["Asking"]):
    """Asks one question at a time, while the progress steps aside; an answer that comes from
    elsewhere takes the question back."""

    def __init__(self, answer: Answer, progress: Progress, *, quiet: bool) -> None:
        self._answer = answer
        self._quiet = quiet
        self._progress = progress
        self._asks = can_ask()
        self._open: dict[str, StepExecution] = {}
        self._current: StepExecution | None = None
        self._task: asyncio.Task[None] | None = None

    def __exit__(self, *_: object) -> None:
        self._settle()
        if self._task is not None:
            self._task.cancel()

    def hear(self, events: Iterable[Event]) -> None:
        """Takes in what happens: what waits for a person, and what does so no longer."""
        for event in events:
            step = event.data
            if not isinstance(step, StepExecution):
                continue
            if event.type == "step.waiting" and step.waits_for in ANSWERED:
                if self._asks and _is_for_user(step):
                    self._open[step.id] = step
                elif self._quiet:
                    tell_waiting(step)
                else:
                    tell_command(step)
            elif self._open.pop(step.id, None) is not None and self._is_current(step):
                self._settle()
        self._next()

    def _next(self) -> None:
        if self._current is None and self._open:
            self._ask(next(iter(self._open.values())))

    def _is_current(self, step: StepExecution) -> bool:
        return self._current is not None and self._current.id == step.id

    def _ask(self, step: StepExecution) -> None:
        self._current = step
        self._progress.hold(self._prompt)
        tell(f"\n{key_of(step)}: {shown(step.reason or 'it waits for an answer', sys.stderr)}")
        self._prompt()
        asyncio.get_running_loop().add_reader(STDIN, self._typed)

    def _prompt(self) -> None:
        if self._current is not None and self._task is None:
            choice = " | ".join(self._current.options)
            after = "an output as JSON" if COMPLETED in self._current.options else "a comment"
            text = shown(f"{choice} (then {after}, if you like): ", sys.stderr)
            print(text, end="", file=sys.stderr, flush=True)

    def _settle(self) -> None:
        """The question is no longer open."""
        if self._current is None:
            return
        self._current = None
        asyncio.get_running_loop().remove_reader(STDIN)
        self._progress.go_on()

    def _typed(self) -> None:
        """A line can be read: the terminal hands over whole ones."""
        step = self._current
        if step is None or self._task is not None:
            return
        line = os.read(STDIN, 65536)
        if not line:
            self._give_up()
            return
        try:
            given = read_answer(step, line.decode(errors="replace"))
        except ValueError as error:
            self._refused(str(error))
            return
        if given is None:
            self._prompt()
            return
        self._task = asyncio.ensure_future(self._give(step, given))

    async def _give(self, step: StepExecution, given: AnswerWrite) -> None:
        refusal = ""
        try:
            await self._answer(step, given)
        except ValueError as error:
            refusal = str(error)
        self._task = None
        if refusal:
            self._refused(refusal)
        elif self._open.pop(step.id, None) is not None and self._is_current(step):
            self._settle()
            self._next()

    def _refused(self, words: str) -> None:
        tell(shown(words, sys.stderr))
        self._prompt()

    def _give_up(self) -> None:
        """The terminal's end of input: nobody answers here any more."""
        self._asks = False
        tell("")
        for step in self._open.values():
            tell_waiting(step)
        self._open.clear()
        self._settle()


def _is_for_user(step: StepExecution) -> bool:
    return not step.assignees or user_name() in step.assignees


def read_answer(step: StepExecution, line: str) -> AnswerWrite | None:
    """The answer in a typed line: an option, or what one alone begins with, and a comment or
    output. None for an empty line. Raises ValueError with the words for what is no answer.
    """
    text = line.strip()
    if not text:
        return None
    decision, rest = _decision(step.options, text)
    output: Any = None
    if step.waits_for == "answer" and decision == COMPLETED and rest:
        try:
            output, rest = json.loads(rest), ""
        except ValueError as error:
            raise ValueError(f"the output is no JSON: {error}") from None
    return AnswerWrite(decision=decision, by=user_name(), comment=rest, output=output)


def _decision(options: list[str], text: str) -> tuple[str, str]:
    for option in sorted(options, key=len, reverse=True):
        if text == option or text.startswith(f"{option} "):
            return option, text[len(option) :].strip()
    word, _, rest = text.partition(" ")
    found = [option for option in options if option.casefold().startswith(word.casefold())]
    if len(found) != 1:
        raise ValueError(f'"{word}" is no answer; the choice is {", ".join(options)}')
    return found[0], rest.strip()
