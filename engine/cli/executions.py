"""``treadle executions ...``: the runs that an engine has made and makes."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime

from engine.cli.actions import WORKFLOW, Action, add_list, add_workflow, run_action
from engine.cli.connection import workflow_named
from engine.cli.exits import COMPLETED, OF_STATUS, USAGE, CommandError
from engine.cli.output import local_time, print_json, print_table, seconds, shown, state, tell
from engine.cli.parser import add_input
from engine.cli.values import read_input
from engine.client.client import EngineClient
from engine.service.types import ENDED, ExecuteWrite, Execution, ExecutionStatus, LogLine

PAGE = 1000


def main(argv: Sequence[str]) -> int:
    """Exit code 0, or that of the execution waited for; 3 where there is no such execution."""
    about = "Starts, lists, shows, follows and cancels executions."
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
    if not arguments.wait:
        _show(execution, arguments.json)
        return COMPLETED
    tell(f"{execution.id} has started; Ctrl-C leaves it running")
    execution = await wait_for(client, execution.id)
    _show(execution, arguments.json)
    return OF_STATUS[execution.status]


async def wait_for(client: EngineClient, execution_id: str) -> Execution:
    """The execution once it has ended."""
    async for _ in client.events(after=0, execution_id=execution_id):
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
    _show(await client.execution(arguments.execution), arguments.json)
    return COMPLETED


async def _cancel(client: EngineClient, arguments: argparse.Namespace) -> int:
    _show(await client.cancel(arguments.execution), arguments.json)
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


def _show(execution: Execution, as_json: bool) -> None:
    if as_json:
        print_json(execution)
        return
    name = shown(execution.workflow_name, sys.stdout)
    how = state(execution.status, sys.stdout)
    why = f": {shown(execution.reason, sys.stdout)}" if execution.reason else ""
    print(f"{execution.id}  {name}: {how} ({seconds(execution.duration)}){why}")
    for step in execution.step_executions:
        attempt = f", attempt {step.attempt}" if step.attempt > 1 else ""
        words = step.error.message if step.error else step.reason
        note = f": {shown(words, sys.stdout)}" if words else ""
        print(
            f"  {state(step.status, sys.stdout)}  {step.step_id}"
            f" ({seconds(step.duration)}{attempt}){note}"
        )
    if execution.error_message:
        print(shown(execution.error_message, sys.stderr), file=sys.stderr)


_ACTIONS = {
    "start": Action(_configure_start, "Start an execution of a workflow.", _start),
    "list": Action(_configure_list, "List executions, newest first.", _list),
    "show": Action(_configure_one, "Show one execution and its steps.", _show_one),
    "logs": Action(_configure_logs, "Print an execution's log.", _logs),
    "cancel": Action(_configure_one, "Cancel an execution and its running steps.", _cancel),
}
