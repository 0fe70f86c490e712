"""``treadle workflows ...``: the workflows that an engine knows."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.cli.connection import with_engine, workflow_named
from engine.cli.exits import COMPLETED, USAGE, CommandError
from engine.cli.output import local_time, print_json, print_table, shown
from engine.cli.parser import add_json, add_server, new_parser
from engine.cli.values import read_file
from engine.client.client import EngineClient, WorkflowAction
from engine.service.types import Workflow, WorkflowWrite


def main(argv: Sequence[str]) -> int:
    """Exit code 0; 2 for an invalid definition or usage, 3 where there is no such workflow."""
    parser = new_parser("workflows", "Lists, adds, activates and pauses workflows.")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, (configure, about, _) in _ACTIONS.items():
        action = actions.add_parser(name, help=about, description=about)
        configure(action)
        add_json(action)
        add_server(action)
    arguments = parser.parse_args(argv)
    work = _ACTIONS[arguments.action][2]
    return with_engine(arguments, lambda client: work(client, arguments))


def _configure_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--status", help="draft, active, paused, completed, failed or cancelled")
    parser.add_argument("--tag", action="append", default=[], help="only with this tag; repeatable")
    parser.add_argument("--limit", type=int, default=100)


def _configure_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--activate", action="store_true", help="let its triggers fire")


def _configure_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("workflow", metavar="WORKFLOW", help="an id, a definition file or a name")


async def _list(client: EngineClient, arguments: argparse.Namespace) -> int:
    page = await client.workflows(
        status=arguments.status, tags=arguments.tag, limit=arguments.limit
    )
    if arguments.json:
        print_json(page)
        return COMPLETED
    print_table(
        ("ID", "STATUS", "NAME", "RUNS", "LAST", "NEXT"),
        [
            (
                workflow.id,
                workflow.status,
                workflow.name,
                str(workflow.execution_count),
                local_time(workflow.last_executed),
                local_time(workflow.next_due),
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
    "list": (_configure_list, "List workflows.", _list),
    "add": (_configure_add, "Register a definition file, or its newer text.", _add),
    "show": (_configure_one, "Show one workflow.", _show_one),
    "activate": (_configure_one, "Let a workflow's triggers fire.", _activate),
    "pause": (_configure_one, "Stop a workflow's triggers from firing.", _pause),
}
