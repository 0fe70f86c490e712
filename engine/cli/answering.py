"""Answers to steps that wait for a person: how they are asked for, found and given."""

import argparse
import getpass
import sys
from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from engine.cli.exits import COMPLETED, USAGE, CommandError
from engine.cli.output import local_time, print_json, print_table, shown, state, tell
from engine.cli.parser import json_value
from engine.client.client import EngineClient
from engine.service.types import AnswerWrite, Page, StepExecution

ANSWERED = ("approval", "answer")
"""What a step waits for when it waits for a person."""
PAGE = 1000


def key_of(step: StepExecution) -> str:
    """A step's id, or inside a body its key, e.g. ``each.3.fetch``."""
    return step.id.removeprefix(f"{step.execution_id}.")


def user_name() -> str:
    """Who answers, where nothing else is said."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def command_for(step: StepExecution, server: str | None = None) -> str:
    """How a waiting step is answered on the command line."""
    first, *others = map(quote, step.options)
    words = ["treadle executions answer", step.execution_id, key_of(step), first]
    if step.assignees and user_name() not in step.assignees:
        words.append(f"--by {quote(step.assignees[0])}")
    if server:
        words.append(f"--server {quote(server)}")
    return " ".join(words) + (f"   (or {', '.join(others)})" if others else "")


def tell_waiting(step: StepExecution, server: str | None = None) -> None:
    """Says on stderr what a step asks and how it is answered from elsewhere."""
    question = step.reason or "it waits for an answer"
    tell(shown(f"{key_of(step)}: {question}", sys.stderr))
    tell_command(step, server)


def tell_command(step: StepExecution, server: str | None = None) -> None:
    """Says on stderr how a step is answered from elsewhere."""
    tell(shown(f"  answer it by: {command_for(step, server)}", sys.stderr))


def configure(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``treadle executions answer``."""
    parser.usage = "%(prog)s [ID [STEP] DECISION] [options]"
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="ID [STEP] DECISION: the execution, the step (its id, or inside a body its key as "
        "each.3.fetch; may be left out where one step of it waits), and the answer; without any, "
        "lists what waits for one",
    )
    parser.add_argument("--comment", default="", metavar="TEXT", help="kept with the answer")
    parser.add_argument("--by", metavar="NAME", help="who answers (default: your user name)")
    parser.add_argument(
        "--output",
        metavar="JSON",
        type=json_value,
        help="with the decision completed, of a step that is not repeated: what it gave",
    )


async def answer(client: EngineClient, arguments: argparse.Namespace) -> int:
    """Gives an answer, or lists what waits for one."""
    words: list[str] = arguments.words
    if len(words) < 2:
        return await _list(client, arguments, words[0] if words else None)
    if len(words) > 3:
        raise CommandError(f'"{words[3]}" is one word too many: ID [STEP] DECISION', USAGE)
    execution_id, decision = words[0], words[-1]
    if len(words) == 3:
        step_id = await _named(client, execution_id, words[1])
    elif "." in execution_id:
        step_id = execution_id
    else:
        step_id = (await _only(client, execution_id)).id
    given = AnswerWrite(
        decision=decision,
        by=user_name() if arguments.by is None else arguments.by,
        comment=arguments.comment,
        output=arguments.output,
    )
    step = await client.answer(step_id, given)
    if arguments.json:
        print_json(step)
    else:
        print(f"{key_of(step)}: {shown(decision, sys.stdout)} ({state(step.status, sys.stdout)})")
    return COMPLETED


async def _list(client: EngineClient, arguments: argparse.Namespace, wanted: str | None) -> int:
    if wanted is not None:
        await client.execution(wanted.partition(".")[0])  # raises where there is none
    found = [step for step in await _waiting(client) if _belongs(step, wanted)]
    if arguments.json:
        print_json(Page(found))
        return COMPLETED
    print_table(
        ("EXECUTION", "STEP", "WORKFLOW", "SINCE", "ANSWERS", "WHAT"),
        [
            (
                step.execution_id,
                key_of(step),
                step.workflow_name or "-",
                local_time(step.start_time),
                ", ".join(step.options),
                step.reason or "",
            )
            for step in found
        ],
    )
    if not found:
        tell("nothing waits for an answer")
    elif sys.stdout.isatty():
        tell(shown(f"answer one by: {command_for(found[0], arguments.server)}", sys.stderr))
    return COMPLETED


def _belongs(step: StepExecution, wanted: str | None) -> bool:
    return wanted is None or wanted in (step.execution_id, step.id)


async def _waiting(client: EngineClient) -> list[StepExecution]:
    found: list[StepExecution] = []
    cursor: str | None = None
    while True:
        page = await client.waiting(limit=PAGE, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def _of_execution(client: EngineClient, execution_id: str) -> list[StepExecution]:
    return [step for step in await _waiting(client) if step.execution_id == execution_id]


async def _only(client: EngineClient, execution_id: str) -> StepExecution:
    """The one step of an execution that waits for an answer. Raises CommandError."""
    found = await _of_execution(client, execution_id)
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(_choose(found), USAGE)
    status = (await client.execution(execution_id)).status
    raise CommandError(f"the execution is {status}, and no step of it waits for an answer")


async def _named(client: EngineClient, execution_id: str, name: str) -> str:
    """The id of a step execution by a step's key, or by the id of a step inside a body."""
    if "." not in name:
        inside = [s for s in await _of_execution(client, execution_id) if s.step_id == name]
        if len(inside) > 1:
            raise CommandError(_choose(inside), USAGE)
        if inside:
            return inside[0].id
    return f"{execution_id}.{name}"


def _choose(steps: Sequence[StepExecution]) -> str:
    keys = ", ".join(key_of(step) for step in steps[:10])
    more = f" and {len(steps) - 10} more" if len(steps) > 10 else ""
    return f"{len(steps)} steps wait for an answer; name one of {keys}{more}"


def waiting_step(data: Mapping[str, Any]) -> StepExecution | None:
    """The step of a ``step.waiting`` event, where it waits for a person."""
    import msgspec

    step = msgspec.convert(data, StepExecution)
    return step if step.waits_for in ANSWERED else None
