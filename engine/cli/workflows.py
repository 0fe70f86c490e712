"""``treadle workflows ...``: the workflows that an engine knows."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.cli.actions import Action, add_list, add_workflow, run_action
from engine.cli.connection import workflow_named
from engine.cli.exits import COMPLETED, USAGE, CommandError
from engine.cli.output import local_time, print_json, print_table, shown
from engine.cli.values import read_file
from engine.client.client import EngineClient, WorkflowAction
from engine.service.types import Workflow, WorkflowStatus, WorkflowWrite


def main(argv: Sequence[str]) -> int:
    """Exit code 0; 2 for an invalid definition or usage, 3 where there is no such workflow."""
    return run_action("workflows", "Lists, adds, activates and pauses workflows.", _ACTIONS, argv)


def _configure_list(parser: argparse.ArgumentParser) -> None:
    add_list(parser, WorkflowStatus, 100)
    parser.add_argument("--tag", action="append", default=[], help="only with this tag; repeatable")


def _configure_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--activate", action="store_true", help="let its triggers fire")


async def _list(client: EngineClient, arguments: argparse.Namespace) -> int:
    page = await client.workflows(
        status=arguments.status, tags=arguments.tag, limit=arguments.limit
    )
    if arguments.json:
        print_json(page)
        return COMPLETED
    print_table(
        ("ID", "STATUS", "NAME", "RUNS", "LAST", "NEXT", "FILE"),
        [
            (
                workflow.id,
                workflow.status,
                workflow.name,
                str(workflow.execution_count),
                local_time(workflow.last_executed),
                local_time(workflow.next_due),
                workflow.path or "-",
            )
            for workflow in page.items
        ],
    )
    return COMPLETED


async def _add(client: EngineClient, arguments: argparse.Namespace) -> int:
    """Registers a file, or its newer text; a server elsewhere gets the text without a path."""
    source = _read_text(arguments.file)
    path = None if arguments.server else arguments.file.absolute()
    workflow = await client.add_workflow(
        WorkflowWrite(
            definition=source,
            path=str(path) if path else None,
            folder=str(path.parent) if path else None,
        )
    )
    if arguments.activate and workflow.status != "active":
        workflow = await client.workflow_action(workflow.id, "activate")
    _show(workflow, arguments.json)
    if workflow.status == "active" and client.pid is not None:
        print(f"The engine (process {client.pid}) keeps running for its triggers.", file=sys.stderr)
    return COMPLETED


def _read_text(file: Path) -> str:
    """A definition's text. Raises CommandError for bytes that are none."""
    from engine.definition.source import read_source

    source = read_source(read_file(file), str(file))
    if source.root is None and source.problems:
        raise CommandError("\n".join(map(str, source.problems)), USAGE)
    return source.text


async def _show_one(client: EngineClient, arguments: argparse.Namespace) -> int:
    found = await workflow_named(client, arguments.workflow)
    _show(await client.workflow(found.id), arguments.json)
    return COMPLETED


async def _activate(client: EngineClient, arguments: argparse.Namespace) -> int:
    return await _act(client, arguments, "activate")


async def _pause(client: EngineClient, arguments: argparse.Namespace) -> int:
    return await _act(client, arguments, "pause")


async def _act(client: EngineClient, arguments: argparse.Namespace, action: WorkflowAction) -> int:
    found = await workflow_named(client, arguments.workflow)
    _show(await client.workflow_action(found.id, action), arguments.json)
    return COMPLETED


def _show(workflow: Workflow, as_json: bool) -> None:
    if as_json:
        print_json(workflow)
        return
    due = f", next run {local_time(workflow.next_due)}" if workflow.next_due else ""
    name = shown(workflow.name, sys.stdout)
    print(f"{workflow.id}  {name}: {workflow.status}{due}")
    if workflow.error:
        print(shown(workflow.error, sys.stderr), file=sys.stderr)


_ACTIONS = {
    "list": Action(_configure_list, "List workflows.", _list),
    "add": Action(_configure_add, "Register a definition file, or its newer text.", _add),
    "show": Action(add_workflow, "Show one workflow.", _show_one),
    "activate": Action(add_workflow, "Let a workflow's triggers fire.", _activate),
    "pause": Action(add_workflow, "Stop a workflow's triggers from firing.", _pause),
}
