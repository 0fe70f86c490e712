"""Which names an expression may use, by where it stands, and what is known of each."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec import UNSET

from designer.document.document import Document
from designer.document.expressions.known import Known
from designer.document.views import trigger_name
from engine import (
    ATTRIBUTES,
    GENERAL,
    SECRETLESS,
    Path,
    Step,
    Workflow,
    dependencies,
    parse_expression,
    parse_template,
    secret_names,
)
from engine import TemplateError as BadTemplate

Scope = Known
"""The names at a place as entries: ``steps``, ``input`` and so on."""
MOST_UPSTREAM = 200
"""Most steps that are offered; the nearest."""
_ABOUT = {
    "steps": "The steps that have ended before, by their ids.",
    "input": "What the execution was started with.",
    "variables": "Variables of the workflow: their first values, inputs and what steps set.",
    "execution": "This execution.",
    "workflow": "This workflow.",
    "trigger": "What started the execution, where a trigger did.",
    "loop": "The iteration that this step is in.",
    "secrets": "Secrets of this machine, by name. Their values are never shown.",
    "output": "What this step gave.",
}


def scope_of(
    document: Document, key: str, field: Path, context: Mapping[str, Any] | None = None
) -> Scope:
    """What an expression in a field of a node may use. ``field`` is the path from the node (from
    the top for the workflow, whose key is empty); ``context`` the data of the last run."""
    workflow, data = document.workflow, context or {}
    if workflow is None:
        return Known(entries={})
    step = document.step(key) if key else None
    entries = {name: _root(document, name, data) for name in _general(key, field)}
    if "steps" in entries:
        found = upstream(document, key) if key else _finished(workflow)
        found = [*found, *_own_body(step, field)]
        entries["steps"] = _steps(document, found, data)
    around = _loop_around(workflow, key, step, field)
    if around is not None:
        entries["loop"] = _loop(Known(entries=dict(entries)), around)
    if step is not None and field[:1] == ("output_mapping",):
        entries["output"] = _output(document, step, data)
    elif step is not None and step.type not in SECRETLESS:
        names = {name: Known(kind="secret", about="A secret.") for name in secret_names()}
        entries["secrets"] = Known(entries=names, about=_ABOUT["secrets"], kind="secret")
    return Known(entries=entries)


def preview_context(
    document: Document, key: str, field: Path, context: Mapping[str, Any], value: Any
) -> Mapping[str, Any]:
    """The data of the last run with what only exists at a place: the first item of the loop around
    it, and the step's own output where variables are set from it."""
    texts = [str(one) for one in (value.values() if isinstance(value, dict) else (value,))]
    wanted = [name for name in ("loop", "output") if any(name in text for text in texts)]
    if not wanted:
        return context
    scope, local = scope_of(document, key, field, context), {}
    for name in wanted:
        known = scope.child(name)
        if known is not None and known.plain is not UNSET:
            local[name] = known.plain
    return {**context, **local}


def upstream(document: Document, key: str) -> list[Step]:
    """The steps that have ended when a step starts, the nearest first: those before it in its own
    list, then those before each step that it lies in. A handler may read every step."""
    workflow = document.workflow
    if workflow is None:
        return []
    if key in workflow.handlers:
        return [step for step in _finished(workflow) if step.id != key]
    found: list[Step] = []
    for steps, lower in reversed(_chain(workflow, key)):
        found += islice(_before(steps, lower), MOST_UPSTREAM - len(found))
    return found


def _finished(workflow: Workflow) -> list[Step]:
    return list(workflow.steps[:MOST_UPSTREAM])


def _own_body(step: Step | None, field: Path) -> list[Step]:
    """The steps of a loop's body, which what is evaluated after an iteration sees."""
    after = field[:2] in (("config", "output"), ("config", "break"))
    if step is None or step.type != "loop" or not after:
        return []
    return [inner for body in step.bodies for inner in body.steps]


def _chain(workflow: Workflow, key: str) -> list[tuple[tuple[Step, ...], Step]]:
    """The lists that a step lies in, from the outermost in, each with the step that leads on."""
    pending: list[tuple[tuple[Step, ...], list[tuple[tuple[Step, ...], Step]]]]
    pending = [(workflow.steps, [])]
    while pending:
        steps, chain = pending.pop()
        for step in steps:
            if step.id == key:
                return [*chain, (steps, step)]
            if step.bodies:
                way = [*chain, (steps, step)]
                pending += [(body.steps, way) for body in step.bodies]
    return []


def _before(steps: tuple[Step, ...], last: Step) -> Iterator[Step]:
    waits, known = dependencies(steps), {step.id: step for step in steps}
    seen, front = {last.id}, [last.id]
    while front:
        following = []
        for key in front:
            for wait in waits.get(key, ()):
                if wait.step not in seen and wait.step in known:
                    seen.add(wait.step)
                    following.append(wait.step)
                    yield known[wait.step]
        front = following


def _general(key: str, field: Path) -> tuple[str, ...]:
    if trigger_name(key) is not None:
        return ("trigger", "workflow")
    if not key and field[:1] == ("concurrency",):
        return tuple(name for name in GENERAL if name != "steps")
    return GENERAL


def _root(document: Document, name: str, data: Mapping[str, Any]) -> Known:
    workflow, value = document.workflow, data.get(name, UNSET)
    schema: Mapping[str, Any] = {}
    assert workflow is not None
    if name == "input":
        schema = workflow.inputs or {}
    elif name == "variables":
        schema, value = _variables(workflow), _with_first_values(workflow, value)
    elif name in ATTRIBUTES and name != "steps":
        schema = {"properties": {key: {} for key in ATTRIBUTES[name]}}
    if name == "workflow" and value is UNSET:
        value = {"name": workflow.name}
    return Known(value=value, schema=schema, about=_ABOUT[name])


def _variables(workflow: Workflow) -> Mapping[str, Any]:
    properties = (workflow.inputs or {}).get("properties")
    named: dict[str, Any] = dict(properties) if isinstance(properties, dict) else {}
    for step in workflow.walk():
        for name in step.output_mapping:
            named.setdefault(name, {"description": f"Set by {step.title}."})
    return {"properties": named}


def _with_first_values(workflow: Workflow, value: Any) -> Any:
    given = value if isinstance(value, Mapping) else {}
    return {**workflow.variables, **given}


def _steps(document: Document, steps: list[Step], data: Mapping[str, Any]) -> Known:
    ran = data.get("steps")
    known = ran if isinstance(ran, Mapping) else {}
    entries = {}
    for step in steps:
        kind = document.catalogue.step_types.get(step.type)
        seen = known.get(step.id)
        values = seen if isinstance(seen, Mapping) else {}
        entries[step.id] = Known(
            entries={
                "output": _output(document, step, data),
                "status": Known(value=values.get("status", UNSET), schema={"type": "string"}),
                "attempt": Known(value=values.get("attempt", UNSET), schema={"type": "integer"}),
                "error": Known(value=values.get("error", UNSET), schema=_ERROR),
            },
            about=step.name or (kind.title if kind else step.type),
            kind="step",
        )
    return Known(entries=entries, about=_ABOUT["steps"], kind="step")


_ERROR = {"properties": {"type": {"type": "string"}, "message": {"type": "string"}}}


def _output(document: Document, step: Step, data: Mapping[str, Any]) -> Known:
    """What a step gave in the last run, else what its own schema or its type says."""
    ran = data.get("steps")
    seen = ran.get(step.id) if isinstance(ran, Mapping) else None
    value = seen.get("output") if isinstance(seen, Mapping) else None
    kind = document.catalogue.step_types.get(step.type)
    schema = step.output_schema or (kind.outputs(step.config) if kind is not None else {})
    return Known(value=UNSET if value is None else value, schema=schema, about=_ABOUT["output"])


def _loop_around(workflow: Workflow, key: str, step: Step | None, field: Path) -> Step | None:
    """The loop whose iteration an expression sees."""
    if step is None:
        return None
    own = field[:2] in (("config", "output"), ("config", "break"), ("config", "while"))
    if step.type == "loop" and own:
        return step
    around = [lower for _, lower in _chain(workflow, key)[:-1]]
    return next((outer for outer in reversed(around) if outer.type == "loop"), None)


def _loop(scope: Known, loop: Step) -> Known:
    entries = {
        "item": _item(scope, loop),
        "index": Known(schema={"type": "integer"}, about="Counted from 0."),
        "last": Known(about="What the iteration before gave."),
        "parent": Known(about="The iteration of the loop around this one."),
    }
    return Known(entries=entries, about=_ABOUT["loop"])


def _item(scope: Known, loop: Step) -> Known:
    """The first item, where the list of a loop is plain or named by a path that is known."""
    items = loop.config.get("items")
    listed: Known | None = Known(value=items) if isinstance(items, list) else None
    if isinstance(items, str):
        listed = followed(scope, items)
    first = listed.child(0) if listed is not None and listed.is_list else None
    return first or Known(about="One of the items.")


def followed(scope: Known, text: str) -> Known | None:
    """What a template that only names a path means; None for all others."""
    try:
        template = parse_template(text) if "{{" in text else parse_expression(text)
    except BadTemplate:
        return None
    inner = text.strip().removeprefix("{{").removesuffix("}}").strip()
    references = template.references
    if len(references) != 1 or any(mark in inner for mark in "|(+~ "):
        return None
    return scope.follow(references[0].path)
