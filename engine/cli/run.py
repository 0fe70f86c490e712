"""``treadle run FILE``: runs a definition in this process and waits for its end."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.asking import Answer, Asking
from engine.cli.exits import CANCELLED, FAILED, OF_STATUS, USAGE, CommandError
from engine.cli.garbage import collect_from_here
from engine.cli.output import print_json, seconds, shown, state, tell
from engine.cli.parser import add_input, add_json, new_parser
from engine.cli.progress import Progress, progress
from engine.cli.values import read_file, read_input
from engine.service.types import AnswerWrite, Execution, StepExecution

if TYPE_CHECKING:
    from engine.definition.load import Loaded
    from engine.runtime.engine import Engine
    from engine.runtime.news import Subscription

ENDS = tuple(f"execution.{status}" for status in OF_STATUS)


def main(argv: Sequence[str]) -> int:
    """Exit code 0 completed, 1 failed, 2 invalid, 124 timed out, 130 cancelled (Ctrl-C)."""
    parser = new_parser("run", "Runs a definition file here and waits for its end.")
    parser.add_argument("file", metavar="FILE", type=Path, help="a YAML or JSON file (- is stdin)")
    add_input(parser)
    add_json(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress and no log on stderr")
    arguments = parser.parse_args(argv)
    loaded = _load(arguments.file)
    values = read_input(arguments.input, arguments.input_file, loaded.usable().inputs)
    execution = _execute(arguments, loaded, values)
    _report(execution, arguments)
    return OF_STATUS[execution.status]


def _load(file: Path) -> "Loaded":
    """The definition; its warnings are told. Raises CommandError with the problems of a bad one."""
    from engine import load

    loaded = load(read_file(file), str(file), file.absolute().parent)
    if not loaded.valid:
        raise CommandError("\n".join(map(str, loaded.problems)), USAGE)
    for problem in loaded.problems:
        tell(shown(str(problem), sys.stderr))
    return loaded


def _execute(arguments: argparse.Namespace, loaded: "Loaded", values: dict[str, Any]) -> Execution:
    """The ended execution. Raises CommandError for an input or a database that does not do."""
    from engine.runtime.errors import InputError
    from engine.store.errors import StoreError

    try:
        return asyncio.run(_run(arguments, loaded, values))
    except InputError as error:
        raise CommandError(str(error), USAGE) from None
    except StoreError as error:
        raise CommandError(str(error), FAILED) from None


async def _run(
    arguments: argparse.Namespace, loaded: "Loaded", values: dict[str, Any]
) -> Execution:
    from engine.cli.setup import read_setup
    from engine.runtime.engine import Engine

    data, settings = read_setup()
    piped = str(arguments.file) == "-"
    file = arguments.file.absolute()
    async with (
        Engine(settings, data, schedules=False) as engine,
        engine.subscribe() as news,
    ):
        collect_from_here()
        identity = await engine.execute(
            source=loaded.source.text,
            path=None if piped else str(file),
            folder=str(Path.cwd() if piped else file.parent),
            input=values,
            priority=arguments.priority,
        )
        with (
            _cancelled_by_signals(engine, identity),
            progress(arguments.quiet) as shown,
            Asking(_answering(engine), shown, quiet=arguments.quiet) as asking,
        ):
            await _follow(news, identity, shown, asking)
        return await engine.get_execution(identity)


async def _follow(news: "Subscription", identity: str, shown: Progress, asking: Asking) -> None:
    """Shows what happens in an execution until it ends; others may be told of as well. What is
    asked for by those of its sub-workflows is asked here, too."""
    family = {identity}
    async for batch in news:
        for event in batch:
            if isinstance(event.data, Execution) and event.data.parent_execution_id in family:
                family.add(event.data.id)
        own = [event for event in batch if event.execution_id == identity]
        shown.show(own)
        if any(event.type in ENDS for event in own):
            return
        asking.hear(event for event in batch if event.execution_id in family)


def _answering(engine: "Engine") -> Answer:
    from engine.runtime.errors import EngineError

    async def answer(step: StepExecution, given: AnswerWrite) -> None:
        try:
            await engine.answer(
                step.id, given.decision, by=given.by, comment=given.comment, output=given.output
            )
        except EngineError as error:
            raise ValueError(str(error)) from None

    return answer


@contextlib.contextmanager
def _cancelled_by_signals(engine: "Engine", identity: str) -> Iterator[None]:
    """Ctrl-C, or the end of the terminal, cancels the execution; once more stops its clean-up too,
    and a third time ends all."""
    loop = asyncio.get_running_loop()
    cancels: set[asyncio.Task[Any]] = set()
    said = 0

    def handle(number: int, frame: Any) -> None:
        nonlocal said
        said += 1
        if said > 2:
            os._exit(CANCELLED)
        loop.call_soon_threadsafe(cancel)

    def cancel() -> None:
        cancels.add(asyncio.ensure_future(engine.cancel(identity)))
        with contextlib.suppress(OSError):  # of a terminal that is gone
            again = "once more to skip the clean-up" if said == 1 else "without the clean-up"
            tell(f"cancelling; {again}")

    with _handled(_ending(), handle):
        yield


def _ending() -> list[int]:
    """The signals that ask for the end; what ``nohup`` ignores stays ignored."""
    hangup: int = getattr(signal, "SIGHUP", 0)  # not on Windows
    heard = hangup and signal.getsignal(hangup) is not signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([hangup] if heard else [])]


@contextlib.contextmanager
def _handled(numbers: Sequence[int], handler: Callable[[int, Any], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _report(execution: Execution, arguments: argparse.Namespace) -> None:
    """The result on stdout, how it ended on stderr."""
    if arguments.json:
        print_json(execution)
    elif execution.output is not None:
        print_json(execution.output)
    if execution.error_message:
        tell(shown(execution.error_message, sys.stderr))
    if not arguments.quiet:
        how = state(execution.status, sys.stderr)
        tell(f"{how} in {seconds(execution.duration)}")
