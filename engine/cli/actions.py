"""Commands with actions (``treadle workflows add``), which all work on an engine by one client."""

import argparse
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, get_args

from engine.cli.connection import with_engine
from engine.cli.parser import add_json, add_server, new_parser
from engine.client.client import EngineClient

WORKFLOW = "an id, a definition file or a name"


class Action(NamedTuple):
    """One action: its arguments, what it is about, and what it does with a connected client."""

    configure: Callable[[argparse.ArgumentParser], None]
    about: str
    work: Callable[[EngineClient, argparse.Namespace], Awaitable[int]]


def run_action(command: str, about: str, actions: Mapping[str, Action], argv: Sequence[str]) -> int:
    """Reads ``treadle COMMAND ACTION ...``, does it and returns its exit code."""
    parser = new_parser(command, about)
    named = parser.add_subparsers(dest="action", required=True)
    for name, action in actions.items():
        own = named.add_parser(name, help=action.about, description=action.about)
        action.configure(own)
        add_json(own)
        add_server(own)
    arguments = parser.parse_args(argv)
    work = actions[arguments.action].work
    return with_engine(arguments, lambda client: work(client, arguments))


def add_workflow(parser: argparse.ArgumentParser) -> None:
    """The workflow that an action is about."""
    parser.add_argument("workflow", metavar="WORKFLOW", help=WORKFLOW)


def add_list(parser: argparse.ArgumentParser, statuses: object, limit: int) -> None:
    """How a list is narrowed; ``statuses`` is the Literal type of those there are."""
    known = get_args(statuses)
    parser.add_argument("--status", choices=known, metavar="STATUS", help=", ".join(known))
    parser.add_argument("--limit", type=int, default=limit, help=f"how many (default {limit})")
