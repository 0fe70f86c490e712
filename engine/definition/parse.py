"""Turns the tree of a file into the typed model, and tells every problem on the way, not the first
only.
"""

import re
from collections.abc import Iterator
from typing import Any

from engine.definition.catalogue import Catalogue
from engine.definition.memo import KnownStep, Memo, with_known_places
from engine.definition.model import (
    FORMAT_VERSION,
    SUCCESS,
    Body,
    Cache,
    Concurrency,
    Dependency,
    RetryPolicy,
    Step,
    Trigger,
    Workflow,
)
from engine.definition.moved import as_read
from engine.definition.problems import Path, Problem
from engine.definition.reading import (
    MAX_PROBLEMS,
    MISSING,
    Read,
    Reader,
    amount,
    anything,
    boolean,
    choice,
    duration,
    kind_of,
    mapping_of,
    number,
    plain_mapping,
    read_fields,
    structure,
    text,
    texts,
    word_fix,
)
from engine.definition.source import Source
from engine.definition.tree import Node
from engine.definition.trouble import quoted

ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
"""What a step id, and the name of a condition's case, looks like."""
_FEW = 50
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,2}\Z")


def parse_workflow(
    source: Source, catalogue: Catalogue, memo: Memo | None = None
) -> tuple[Workflow | None, tuple[Problem, ...]]:
    """The workflow of a file and all that is wrong with it, what the source itself found included.

    A workflow is given whenever one can be drawn: a value that does not fit is left at its
    default, a step without id or with an id taken before is left out. None when there is no
    mapping to read. With the ``memo`` of an earlier reading only new steps are read.
    """
    root = source.root
    if root is None:
        return None, source.problems
    reader = Reader(source, catalogue, memo or Memo())
    if not mapping_of(reader, root, (), "a definition"):
        return None, (*source.problems, *reader.problems)
    values, extra = read_fields(reader, root, (), _WORKFLOW, "a workflow")
    if "finally" in values:
        values["finally_"] = values.pop("finally")
    return Workflow(extra=extra, **values), (*source.problems, *reader.problems)


def _version(reader: Reader, node: Node, path: Path) -> Any:
    if node.kind != "scalar" or not _VERSION.match(node.text):
        hint = f'write version: "{FORMAT_VERSION}"'
        reader.tell("version", '"version" is the version of the format', node, path, hint=hint)
        return MISSING
    if _parts(node.text) > _parts(FORMAT_VERSION):
        message = (
            f"the file is of format {node.text}, newer than {FORMAT_VERSION}, the one known here"
        )
        hint = "it opens to be read only; a newer Treadle can edit and run it"
        reader.tell("newer-version", message, node, path, hint=hint)
    return node.text


def _parts(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in version.split(".")]
    return tuple(parts + [0] * (3 - len(parts)))


def _steps(reader: Reader, node: Node, path: Path) -> Any:
    return tuple(_step_list(reader, node, path))


def _top_steps(reader: Reader, node: Node, path: Path) -> Any:
    """The steps of the top list, those that stood there before as they were read then."""
    if node.kind != "sequence":
        return _steps(reader, node, path)
    few = _few_changed(reader, node, path)
    if few is not None:
        return few
    found: list[Step] = []
    met: dict[int, KnownStep] = {}
    ids, known = reader.ids, reader.memo.steps
    reader.memo.steps, taken = met, ids.keys()
    for index, item in enumerate(as_read(node.items)):
        entry = known.get(id(item))
        if entry is not None and taken.isdisjoint(entry.ids):
            met[id(item)] = entry
            for key, at in entry.ids.items():
                ids[key] = (*path, index, *at)
            found.append(entry.step)
        elif (step := _new_step(reader, node, (*path, index))) is not None:
            found.append(step)
    steps = tuple(found)
    reader.memo.items = list(as_read(node.items))
    reader.memo.clean = steps if len(met) == len(reader.memo.items) == len(steps) else None
    return steps


def _few_changed(reader: Reader, node: Node, path: Path) -> tuple[Step, ...] | None:
    """The steps of the last reading with those in their place that are new; None where these are
    many, have other ids, or have problems."""
    memo, items = reader.memo, list(as_read(node.items))
    if memo.clean is None or len(items) != len(memo.items):
        return None
    changed = [i for i, item in enumerate(items) if item is not memo.items[i]]
    if len(changed) > _FEW:
        return None
    steps = list(memo.clean)
    for index in changed:
        before = memo.steps.get(id(memo.items[index]))
        alone = Reader(reader.source, reader.catalogue, memo)
        step = _new_step(alone, node, (*path, index))
        known = memo.steps.get(id(items[index]))
        if step is None or known is None or before is None or known.ids != before.ids:
            return None
        steps[index] = step
    for index in changed:
        memo.steps.pop(id(memo.items[index]), None)
    memo.items, memo.clean = items, tuple(steps)
    return memo.clean


def _new_step(reader: Reader, steps: Node, path: Path) -> Step | None:
    told, named = len(reader.problems), len(reader.named)
    index = int(path[-1])
    step = _step(reader, steps.items[index], path)
    reader.step_id = None
    if step is not None and len(reader.problems) == told < MAX_PROBLEMS:
        ids = {key: at[len(path) :] for key, at in reader.named[named:]}
        node = as_read(steps.items)[index]
        reader.memo.steps[id(node)] = KnownStep(node, step, ids)
    return step


def _step_list(reader: Reader, node: Node, path: Path) -> Iterator[Step]:
    if node.kind != "sequence":
        hint = 'write "- id: ..." for each step'
        message = f'"{path[-1]}" is a list of steps, but this is {kind_of(node)}'
        reader.tell("type", message, node, path, hint=hint)
        return
    enclosing = reader.step_id
    for index, item in enumerate(node.items):
        step = _step(reader, item, (*path, index))
        if step is not None:
            yield step
        reader.step_id = enclosing


def _step(reader: Reader, node: Node, path: Path) -> Step | None:
    if not mapping_of(reader, node, path, "a step"):
        return None
    step_id = _step_id(reader, node, path)
    reader.step_id = step_id or reader.step_id
    values, extra = read_fields(reader, node, path, _STEP, "a step")
    values["id"] = step_id
    if "type" not in values:
        values["type"] = ""
        if "type" not in node.members or node.members["type"].value.text == "":
            reader.tell("missing-key", "the step has no type", node, path, hint='add "type: ..."')
    config: Node | None = values.pop("config", None)
    if config is not None:
        bodies, values["config"] = _config(reader, values["type"], config, (*path, "config"))
        values["bodies"] = bodies
    return Step(extra=extra, **values) if step_id else None


def _step_id(reader: Reader, node: Node, path: Path) -> str | None:
    """The id of a step, None when it has none that can be used."""
    pair = node.members.get("id")
    if pair is None or pair.value.kind != "scalar" or not pair.value.text:
        place = pair.value if pair else node
        reader.tell("missing-key", "the step has no id", place, path, hint='add "id: ..."')
        return None
    value, at = pair.value, (*path, "id")
    step_id = value.text
    if not ID.match(step_id):
        message = f"{quoted(step_id)} cannot be the id of a step"
        hint = "an id begins with a letter or _, then letters, digits, _ and -"
        reader.tell("bad-id", message, value, at, hint=hint)
    first = reader.ids.setdefault(step_id, at)
    if first == at:
        reader.named.append((step_id, at))
    else:
        message = f"the id {quoted(step_id)} is used twice in this file"
        stood = reader.source.node(first)
        line = reader.source.place(stood.start)[0] if stood else 0
        reader.tell("duplicate-id", message, value, at, hint=f"it stands before at line {line}")
        return None
    return step_id


def _config(
    reader: Reader, step_type: str, node: Node, path: Path
) -> tuple[tuple[Body, ...], dict[str, Any]]:
    """The bodies in a config, and the rest of it as plain values."""
    kind = reader.catalogue.step_types.get(step_type)
    body = kind.body if kind else ""
    bodies: list[Body] = []
    rest: dict[str, Any] = {}
    for key, pair in node.members.items():
        if body and key == "steps":
            bodies.append(Body("", _steps(reader, pair.value, (*path, key))))
        elif body == "branches" and key == "branches":
            bodies.extend(_branches(reader, pair.value, (*path, key)))
        else:
            rest[key] = pair.value.plain()
    return tuple(bodies), rest


def _branches(reader: Reader, node: Node, path: Path) -> Iterator[Body]:
    if node.kind != "mapping":
        hint = 'write "name: [steps]" for each branch'
        reader.tell("type", '"branches" is a mapping of names and lists', node, path, hint=hint)
        return
    for name, pair in node.members.items():
        if not ID.match(name):
            message = f"{quoted(name)} cannot be the name of a branch"
            hint = "a name begins with a letter or _, then letters, digits, _ and -"
            reader.tell("bad-id", message, pair.key, (*path, name), hint=hint)
        yield Body(name, _steps(reader, pair.value, (*path, name)))


def _designer(reader: Reader, node: Node, path: Path) -> Any:
    if not mapping_of(reader, node, path, '"designer"'):
        return MISSING
    return with_known_places(reader.memo, node)


def _config_node(reader: Reader, node: Node, path: Path) -> Any:
    return node if mapping_of(reader, node, path, '"config"') else MISSING


def _type(reader: Reader, node: Node, path: Path) -> Any:
    found = text(reader, node, path)
    known = (
        reader.catalogue.trigger_types
        if reader.trigger is not None
        else reader.catalogue.step_types
    )
    if found is not MISSING and found not in known:
        noun = "trigger" if reader.trigger is not None else "step"
        hint = reader.hint(found, known) or f"known types: {', '.join(sorted(known))}"
        reader.tell(
            "unknown-type",
            f"there is no {noun} type {quoted(found)}",
            node,
            path,
            hint=hint,
            fix=word_fix(node, hint),
        )
    return found


def _depends_on(reader: Reader, node: Node, path: Path) -> Any:
    found = texts(reader, node, path)
    if found is MISSING:
        return MISSING
    return tuple(dependency(item) for item in found)


def dependency(written: str) -> Dependency:
    """What ``a`` or ``a.failure`` names."""
    step, _, port = written.partition(".")
    return Dependency(step, port or SUCCESS)


def _when(reader: Reader, node: Node, path: Path) -> Any:
    if node.kind == "scalar" and isinstance(node.value, bool):
        return node.value
    return text(reader, node, path)


def _resources(reader: Reader, node: Node, path: Path) -> Any:
    if not mapping_of(reader, node, path, '"resources"'):
        return MISSING
    found = {name: amount(reader, pair.value, (*path, name)) for name, pair in node.members.items()}
    return {name: float(value) for name, value in found.items() if value is not MISSING}


def _cache(reader: Reader, node: Node, path: Path, values: dict[str, Any]) -> Any:
    if "key" not in values:
        hint = 'add "key: ...", a template whose value tells results apart'
        reader.tell("missing-key", '"cache" has no key', node, path, hint=hint)
        return MISSING
    return Cache(**values)


def _retry(reader: Reader, node: Node, path: Path, values: dict[str, Any]) -> Any:
    return RetryPolicy(**values)


def _concurrency(reader: Reader, node: Node, path: Path, values: dict[str, Any]) -> Any:
    return Concurrency(**values)


def _triggers(reader: Reader, node: Node, path: Path) -> Any:
    if node.kind != "sequence":
        message = f'"triggers" is a list, but this is {kind_of(node)}'
        reader.tell("type", message, node, path, hint='write "- type: ..." for each trigger')
        return MISSING
    names: dict[str, int] = {}
    found = []
    for index, item in enumerate(node.items):
        trigger = _trigger(reader, item, (*path, index), names)
        if trigger is not None:
            found.append(trigger)
    return tuple(found)


def _trigger(reader: Reader, node: Node, path: Path, names: dict[str, int]) -> Trigger | None:
    if not mapping_of(reader, node, path, "a trigger"):
        return None
    name = node.members.get("name")
    reader.trigger = name.value.text if name and name.value.kind == "scalar" else ""
    values, extra = read_fields(reader, node, path, _TRIGGER, "a trigger")
    if "type" not in values:
        values["type"] = ""
        if "type" not in node.members or node.members["type"].value.text == "":
            hint = 'add "type: schedule" or another'
            reader.tell("missing-key", "the trigger has no type", node, path, hint=hint)
    trigger = Trigger(extra=extra, **values)
    if trigger.name in names:
        line = reader.source.place(names[trigger.name])[0]
        told = f"the name {quoted(trigger.name)}" if trigger.name else "no name"
        message = f"two triggers have {told}; their name tells them apart"
        place = name.value if name else node
        hint = f"the first stands at line {line}"
        reader.tell("duplicate-trigger", message, place, path, hint=hint)
        reader.trigger = None
        return None
    names[trigger.name] = node.start
    reader.trigger = None
    return trigger


_at_least_0 = number(0)
_RETRY: dict[str, Read] = {
    "max_attempts": number(1, whole=True),
    "initial_delay": duration,
    "max_delay": duration,
    "backoff_factor": number(1),
    "retry_on": texts,
}
_STEP: dict[str, Read] = {
    "id": lambda reader, node, path: MISSING,  # read before the others, so that problems name it
    "name": text,
    "description": text,
    "type": _type,
    "depends_on": _depends_on,
    "order": number(-1e9, 1e9),
    "is_parallel": boolean,
    "config": _config_node,
    "input_mapping": plain_mapping,
    "output_mapping": plain_mapping,
    "when": _when,
    "join": choice("all", "any"),
    "retry_policy": structure(_RETRY, _retry),
    "timeout": duration,
    "resources": _resources,
    "effect": choice("repeatable", "once"),
    "compensate": text,
    "cache": structure({"key": text, "ttl": duration}, _cache),
    "output_schema": plain_mapping,
    "enabled": boolean,
}
_TRIGGER: dict[str, Read] = {
    "type": _type,
    "name": text,
    "config": plain_mapping,
    "enabled": boolean,
    "input": plain_mapping,
}
_CONCURRENCY: dict[str, Read] = {
    "max": number(1, whole=True),
    "key": text,
    "on_conflict": choice("queue", "skip", "cancel_running"),
}
_WORKFLOW: dict[str, Read] = {
    "version": _version,
    "name": text,
    "description": text,
    "tags": texts,
    "is_template": boolean,
    "inputs": plain_mapping,
    "variables": plain_mapping,
    "steps": _top_steps,
    "triggers": _triggers,
    "output": anything,
    "timeout": duration,
    "queue_timeout": duration,
    "priority": number(0, 9, whole=True),
    "fail_fast": boolean,
    "concurrency": structure(_CONCURRENCY, _concurrency),
    "on_failure": texts,
    "on_success": texts,
    "on_cancel": texts,
    "finally": texts,
    "designer": _designer,
}

WORKFLOW_KEYS = tuple(_WORKFLOW)
"""The keys of a definition, in the order of the format."""
STEP_KEYS = tuple(_STEP)
TRIGGER_KEYS = tuple(_TRIGGER)
