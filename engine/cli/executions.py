"""``treadle executions ...``: the runs that an engine has made and makes."""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.cli import answering
from engine.cli.actions import WORKFLOW, Action, add_list, add_workflow, run_action
from engine.cli.answering import tell_waiting, waiting_step
from engine.cli.connection import workflow_named
from engine.cli.exits import COMPLETED, OF_STATUS, USAGE, CommandError
from engine.cli.output import local_time, print_json, print_table, seconds, shown, state, tell
from engine.cli.parser import add_input, add_input_values
from engine.cli.showing import show, show_whole
from engine.cli.values import read_input
from engine.client.client import EngineClient
from engine.service.types import (
    ENDED,
    ExecuteWrite,
    Execution,
    ExecutionStatus,
    LogLine,
    RetryWrite,
)

PAGE = 1000
CANCEL_PATIENCE = 3.0
"""Seconds that a cancel is waited for."""


def main(argv: Sequence[str]) -> int:
    """Exit code 0, or that of the execution waited for; 3 where there is no such execution."""
    about = "Starts, shows, follows, pauses, answers, cancels and retries executions."
    return run_action("executions", about, _ACTIONS, argv)


def _configure_start(parser: argparse.ArgumentParser) -> None:
    add_workflow(parser)
    parser.add_argument("--wait", action="store_true", help="wait for its end, and end as it does")
    add_input(parser)


def _configure_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workflow", metavar="WORKFLOW", help=WORKFLOW)
    parser.add_argument("--since", metavar="T", type=_moment, help="ISO 8601")
    parser.add_argument("--until", metavar="T", type=_moment, help="ISO 8601")
    add_list(parser, ExecutionStatus, 20)


def _configure_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("execution", metavar="ID")


def _configure_retry(parser: argparse.ArgumentParser) -> None:
    _configure_one(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--from",
        dest="from_step",
        metavar="STEP",
        help="from this step on (default: from the failed ones); inside a body its key, as "
        "each.3.fetch",
    )
    where.add_argument("--whole", action="store_true", help="all of it, also what completed")
    parser.add_argument("--newest", action="store_true", help="with the workflow's newest text")
    parser.add_argument("--wait", action="store_true", help="wait for its end, and end as it does")
    add_input_values(
        parser,
        "one value of the input in place of the one it had, all others stay; all runs again then, "
        "unless --from is given; repeatable",
    )


def _configure_explain(parser: argparse.ArgumentParser) -> None:
    _configure_one(parser)
    parser.add_argument(
        "step", metavar="STEP", nargs="?", help="a step's id, or inside a body its key"
    )


def _configure_logs(parser: argparse.ArgumentParser) -> None:
    _configure_one(parser)
    parser.add_argument("--step", metavar="STEP", help="only this step's lines")
    parser.add_argument("--follow", action="store_true", help="go on until the execution ends")


def _moment(text: str) -> datetime:
    """A time of the command line; one without an offset is local."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not an ISO 8601 time, e.g. 2026-03-29T08:00'
        ) from None
    return moment if moment.tzinfo else moment.astimezone()


async def _start(client: EngineClient, arguments: argparse.Namespace) -> int:
    found = await workflow_named(client, arguments.workflow)
    workflow = await client.workflow(found.id)
    values = read_input(
        arguments.input, arguments.input_file, (workflow.definition or {}).get("inputs")
    )
    execution = await client.execute(
        workflow.id, ExecuteWrite(input=values, priority=arguments.priority)
    )
    wrong = (await client.workflow(workflow.id)).error
    if wrong:
        tell(shown(f"{wrong}; its last good version runs", sys.stderr))
    return await _started(client, execution, arguments)


async def _started(
    client: EngineClient, execution: Execution, arguments: argparse.Namespace
) -> int:
    """Shows an execution that begins, or with --wait its end, as which the command ends."""
    if not arguments.wait:
        show(execution, arguments.json)
        return COMPLETED
    tell(f"{execution.id} has started; Ctrl-C leaves it running")
    execution = await wait_for(client, execution.id, arguments.server)
    show(execution, arguments.json)
    return OF_STATUS[execution.status]


async def wait_for(client: EngineClient, execution_id: str, server: str | None = None) -> Execution:
    """The execution once it has ended; what it asks for meanwhile is told on stderr."""
    async for batch in client.events(after=0, execution_id=execution_id):
        for event in batch:
            step = waiting_step(event.data) if event.type == "step.waiting" else None
            if step is not None:
                tell_waiting(step, server)
        execution = await client.execution(execution_id)
        if execution.status in ENDED:
            return execution
    raise AssertionError("the stream of events has no end of its own")


async def _list(client: EngineClient, arguments: argparse.Namespace) -> int:
    workflow_id = None
    if arguments.workflow:
        workflow_id = (await workflow_named(client, arguments.workflow)).id
    page = await client.executions(
        workflow_id=workflow_id,
        status=arguments.status,
        since=arguments.since,
        until=arguments.until,
        limit=arguments.limit,
    )
    if arguments.json:
        print_json(page)
        return COMPLETED
    print_table(
        ("ID", "STATUS", "WORKFLOW", "STARTED", "DURATION", "BY"),
        [
            (
                execution.id,
                execution.status,
                execution.workflow_name,
                local_time(execution.start_time),
                seconds(execution.duration),
                execution.trigger_name or execution.trigger_type,
            )
            for execution in page.items
        ],
    )
    return COMPLETED


async def _show_one(client: EngineClient, arguments: argparse.Namespace) -> int:
    execution = await client.execution(arguments.execution)
    await show_whole(client, execution, arguments.json, arguments.server)
    return COMPLETED


async def _cancel(client: EngineClient, arguments: argparse.Namespace) -> int:
    """Shows what became of it; what cleans up for longer than a moment is still being stopped."""
    execution = await client.cancel(arguments.execution)
    deadline = time.monotonic() + CANCEL_PATIENCE
    while execution.status not in ENDED and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        execution = await client.execution(arguments.execution)
    show(execution, arguments.json)
    return COMPLETED


async def _pause(client: EngineClient, arguments: argparse.Namespace) -> int:
    show(await client.pause(arguments.execution), arguments.json)
    return COMPLETED


async def _resume(client: EngineClient, arguments: argparse.Namespace) -> int:
    show(await client.resume(arguments.execution), arguments.json)
    return COMPLETED


async def _retry(client: EngineClient, arguments: argparse.Namespace) -> int:
    """As the ended one, but for the values of the input that are given."""
    values = None
    if arguments.input or arguments.input_file:
        before = await client.execution(arguments.execution)
        given = read_input(arguments.input, arguments.input_file, _inputs_of(before.source or ""))
        values = given if arguments.input_file else {**before.input, **given}
    execution = await client.retry(
        arguments.execution,
        RetryWrite(
            from_step=arguments.from_step,
            whole=arguments.whole,
            input=values,
            newest=arguments.newest,
        ),
    )
    return await _started(client, execution, arguments)


def _inputs_of(text: str) -> Mapping[str, Any] | None:
    """What a definition says of its input."""
    from engine.definition.source import read_source

    tree = read_source(text).tree()
    inputs = tree.get("inputs") if isinstance(tree, dict) else None
    return inputs if isinstance(inputs, dict) else None


async def _explain(client: EngineClient, arguments: argparse.Namespace) -> int:
    if arguments.step is None:
        found = await client.explain(arguments.execution)
    else:
        found = await client.explain_step(f"{arguments.execution}.{arguments.step}")
    if arguments.json:
        print_json(found)
    else:
        print(f"{state(found.status, sys.stdout)}: {shown(found.text, sys.stdout)}")
    return COMPLETED


async def _logs(client: EngineClient, arguments: argparse.Namespace) -> int:
    """The lines recorded so far; with --follow those that come, until the execution has ended."""
    if arguments.follow and arguments.json:
        raise CommandError("--json gives one document, so it does not go with --follow", USAGE)
    if arguments.json:
        page = await client.logs(arguments.execution, step_id=arguments.step, limit=PAGE)
        print_json(page)
        return COMPLETED
    after = await _print_lines(client, arguments, 0)
    if not arguments.follow:
        return COMPLETED
    async for batch in client.events(after=0, execution_id=arguments.execution):
        after = await _print_lines(client, arguments, after)
        if any(event.type.startswith("execution.") for event in batch):
            execution = await client.execution(arguments.execution)
            if execution.status in ENDED:
                await _print_lines(client, arguments, after)
                return COMPLETED
    raise AssertionError("the stream of events has no end of its own")


async def _print_lines(client: EngineClient, arguments: argparse.Namespace, after: int) -> int:
    """Prints the recorded lines after ``after`` and returns the id of the last one."""
    while True:
        page = await client.logs(
            arguments.execution, step_id=arguments.step, after=after, limit=PAGE
        )
        for line in page.items:
            print(shown(_log_text(line), sys.stdout))
        sys.stdout.flush()
        if not page.items:
            return after
        after = page.items[-1].id


def _log_text(line: LogLine) -> str:
    clock = line.time.astimezone().strftime("%H:%M:%S")
    return f"{clock} {line.step_id or '-'}: {line.line}"


_ACTIONS = {
    "start": Action(_configure_start, "Start an execution of a workflow.", _start),
    "list": Action(_configure_list, "List executions, newest first.", _list),
    "show": Action(_configure_one, "Show one execution and its steps.", _show_one),
    "logs": Action(_configure_logs, "Print an execution's log.", _logs),
    "pause": Action(_configure_one, "Let running steps end and start no more.", _pause),
    "resume": Action(_configure_one, "Go on after a pause.", _resume),
    "cancel": Action(_configure_one, "Cancel an execution and its running steps.", _cancel),
    "retry": Action(_configure_retry, "Start an execution that repeats an ended one.", _retry),
    "answer": Action(answering.configure, "Answer a step, or list what waits.", answering.answer),
    "explain": Action(_configure_explain, "Say why it is where it is, in words.", _explain),
}
