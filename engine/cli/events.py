"""``treadle events ...``: tells an engine of what happened elsewhere."""

import argparse
from collections.abc import Sequence

from engine.cli.actions import Action, run_action
from engine.cli.exits import COMPLETED
from engine.cli.output import print_json
from engine.cli.parser import json_value
from engine.client.client import EngineClient


def main(argv: Sequence[str]) -> int:
    """Exit code 0, however many steps an event woke."""
    return run_action("events", "Tells an engine of what happened elsewhere.", _ACTIONS, argv)


def _configure_send(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", help="e.g. order.paid")
    parser.add_argument("--data", metavar="JSON", type=json_value, help="what the event says")


async def _send(client: EngineClient, arguments: argparse.Namespace) -> int:
    woken = await client.send_event(arguments.type, arguments.data)
    if arguments.json:
        print_json({"woken": woken})
    else:
        print(f"{woken} {'step' if woken == 1 else 'steps'} woken")
    return COMPLETED


_ACTIONS = {"send": Action(_configure_send, "Send an event to the steps that wait for it.", _send)}
