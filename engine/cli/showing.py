"""How one execution is shown: its steps in a table, what they wait for, and their rounds."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from engine.cli.answering import ANSWERED, key_of, tell_waiting
from engine.cli.output import print_json, seconds, shown, state
from engine.client.client import EngineClient
from engine.service.types import Execution, StepExecution

ROUNDS = 20
"""Iterations of a loop that are shown."""
DEEPEST = 2
"""Levels of bodies that are shown."""


def show(execution: Execution, as_json: bool) -> None:
    """An execution and its top level: a document, or a table."""
    if as_json:
        print_json(execution)
        return
    _print_head(execution)
    for step in execution.step_executions:
        _print_step(step, "  ")
    _print_error(execution)


async def show_whole(
    client: EngineClient, execution: Execution, as_json: bool, server: str | None
) -> None:
    """As ``show``, with the rounds of loops and branches, and how waiting steps are answered."""
    if as_json:
        print_json(execution)
        return
    _print_head(execution)
    bodies = _with_bodies(execution.source or "")
    waiting: list[StepExecution] = []
    for step in execution.step_executions:
        await _print_tree(client, step, "  ", bodies, waiting)
    for step in waiting:
        tell_waiting(step, server)
    _print_error(execution)


async def _print_tree(
    client: EngineClient,
    step: StepExecution,
    indent: str,
    bodies: set[str],
    waiting: list[StepExecution],
) -> None:
    _print_step(step, indent)
    if step.waits_for in ANSWERED:
        waiting.append(step)
    if step.step_id not in bodies or len(indent) > 4 * DEEPEST:
        return
    count = 0
    cursor: str | None = None
    while True:
        page = await client.step_page(step.execution_id, step.id, cursor=cursor)
        for inner in page.items:
            count = max(count, (inner.index or 0) + 1)
            if count <= ROUNDS:
                await _print_tree(client, inner, f"{indent}    ", bodies, waiting)
        cursor = page.next_cursor
        if cursor is None:
            break
    if count > ROUNDS:
        print(f"{indent}    … {ROUNDS} of {count} rounds")


def _print_head(execution: Execution) -> None:
    name = shown(execution.workflow_name, sys.stdout)
    how = state(execution.status, sys.stdout)
    why = f": {shown(execution.reason, sys.stdout)}" if execution.reason else ""
    lasted = f" ({_lasted(execution)})" if execution.start_time else ""
    print(f"{execution.id}  {name}: {how}{lasted}{why}")
    if execution.retry_of:
        print(f"  repeats {execution.retry_of}")
    if execution.parent_step_id:
        print(f"  started by {execution.parent_step_id}")


def _print_step(step: StepExecution, indent: str) -> None:
    waits = step.status == "waiting" and step.reason is not None
    words = step.error.message if step.error and not waits else step.reason
    if waits and step.options:
        words = f"{words} ({', '.join(step.options)})"
    note = f": {shown(words, sys.stdout)}" if words else ""
    place = "" if step.parent_id is None else f"[{_place(step)}] "
    print(
        f"{indent}{place}{state(step.status, sys.stdout)}  {step.step_id}"
        f" ({', '.join(_facts(step))}){note}"
    )


def _facts(step: StepExecution) -> Iterator[str]:
    if step.origin is not None:
        yield step.origin
    else:
        yield _lasted(step)
    if step.attempt > 1:
        yield f"attempt {step.attempt}"
    if step.child_execution_id is not None:
        yield f"execution {step.child_execution_id}"


def _lasted(record: Execution | StepExecution) -> str:
    """How long it took, or has taken until now."""
    if record.duration is not None or record.start_time is None:
        return seconds(record.duration)
    return f"for {seconds((datetime.now(UTC) - record.start_time).total_seconds())}"


def _place(step: StepExecution) -> str:
    """The iteration's number, or the branch's name."""
    return key_of(step).rsplit(".", 2)[-2]


def _print_error(execution: Execution) -> None:
    if execution.error_message:
        print(shown(execution.error_message, sys.stderr), file=sys.stderr)


def _with_bodies(text: str) -> set[str]:
    """The ids of the steps of a definition that have steps inside."""
    from engine.definition.source import read_source

    tree = read_source(text).tree()
    found: set[str] = set()
    pending: list[Any] = [tree.get("steps")] if isinstance(tree, dict) else []
    while pending:
        steps = pending.pop()
        for step in steps if isinstance(steps, list) else ():
            config = step.get("config") if isinstance(step, dict) else None
            if not isinstance(config, dict):
                continue
            branches = config.get("branches")
            inner = list(branches.values()) if isinstance(branches, dict) else []
            inner += [config["steps"]] if "steps" in config else []
            if inner:
                found.add(str(step.get("id")))
                pending += inner
    return found
