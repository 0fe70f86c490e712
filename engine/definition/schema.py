"""The JSON Schema of the definition format, made from the model's keys and the types that are
installed.

Editors use it for completion. It says of the shape what ``parse`` and ``validate`` say; what goes
beyond shape (cycles, names in templates ...) only ``check`` says.
"""

from collections.abc import Mapping
from typing import Any

from engine.definition.catalogue import Catalogue, StepKind
from engine.definition.units import DURATION_PATTERN, SIZE_PATTERN

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "^[A-Za-z_][A-Za-z0-9_-]*$"
_OWN_KEYS: Schema = {"^x-": True}
_STRING: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _STRING}
_MAPPING: Schema = {"type": "object"}
_FLAG: Schema = {"type": "boolean"}


def workflow_schema(catalogue: Catalogue) -> Schema:
    """JSON Schema (2020-12) of a definition, with the configs of every type of the catalogue."""
    return {
        "$schema": DIALECT,
        "title": "Treadle workflow definition",
        **_closed(_workflow_keys()),
        "$defs": {
            "id": {"type": "string", "pattern": _ID},
            "template": {"type": "string", "pattern": r"\{\{"},
            "duration": _either(
                {"type": "number", "minimum": 0}, {"type": "string", "pattern": DURATION_PATTERN}
            ),
            "amount": _either(
                {"type": "number", "minimum": 0}, {"type": "string", "pattern": SIZE_PATTERN}
            ),
            "steps": {"type": "array", "items": _ref("step")},
            "step": _step(catalogue),
            "trigger": _trigger(catalogue),
        },
    }


def _workflow_keys() -> dict[str, Schema]:
    return {
        "version": _said(
            {"type": ["string", "number"]}, "Version of the format, 1.0 when missing."
        ),
        "name": _said(_STRING, "The workflow's name."),
        "description": _said(_STRING, "What the workflow is for."),
        "tags": _said(_TEXTS, "Words to find it by."),
        "is_template": _said(_FLAG, "A pattern for new workflows."),
        "inputs": _said(_MAPPING, "JSON Schema of the input; drives the Run form."),
        "variables": _said(_MAPPING, "Values that steps read and set, with their defaults."),
        "steps": _said(_ref("steps"), "What runs."),
        "triggers": _said({"type": "array", "items": _ref("trigger")}, "What starts executions."),
        "output": {"description": "What the execution returns; templates."},
        "timeout": _said(_ref("duration"), "How long an execution may take."),
        "queue_timeout": _said(_ref("duration"), "How long an execution may wait to start."),
        "priority": _said({"type": "integer", "minimum": 0, "maximum": 9}, "9 goes first."),
        "fail_fast": _said(_FLAG, "An unhandled failure cancels what still runs."),
        "concurrency": _said(_concurrency(), "How many executions may run at once."),
        "on_failure": _said(_TEXTS, "Steps that run after a failure."),
        "on_success": _said(_TEXTS, "Steps that run after a success."),
        "on_cancel": _said(_TEXTS, "Steps that run after a cancel."),
        "finally": _said(_TEXTS, "Steps that run at the end in any case."),
        "designer": _said(_MAPPING, "Positions and notes of the canvas."),
    }


def _step_keys() -> dict[str, Schema]:
    return {
        "id": _said(_ref("id"), "Unique in the whole file."),
        "name": _said(_STRING, "What the canvas shows."),
        "description": _said(_STRING, "What the step is for."),
        "type": _said(_STRING, "The kind of step."),
        "depends_on": _said(_TEXTS, "Ports of steps to wait for: a, a.failure, c.true."),
        "order": _said({"type": "number"}, "Place in the list, where no step has depends_on."),
        "is_parallel": _said(_FLAG, "Shares the place of the step before."),
        "config": _said(_MAPPING, "Settings of the step's type."),
        "input_mapping": _said(_MAPPING, "What the step receives: name -> template."),
        "output_mapping": _said(_MAPPING, "Variables that the step sets: name -> template."),
        "when": _said({"type": ["string", "boolean"]}, "The step is skipped when this is false."),
        "join": _said({"enum": ["all", "any"]}, "Wait for all ports, or the first."),
        "retry_policy": _said(_retry(), "How a failed attempt is repeated."),
        "timeout": _said(_ref("duration"), "How long one attempt may take."),
        "resources": _said(
            {"type": "object", "additionalProperties": _ref("amount")}, "What it takes of limits."
        ),
        "effect": _said({"enum": ["repeatable", "once"]}, "once: never repeated by itself."),
        "compensate": _said(_STRING, "The step that undoes this one."),
        "cache": _said(_cache(), "Where a result may be taken from again."),
        "output_schema": _said(_MAPPING, "JSON Schema of the output."),
        "enabled": _said(_FLAG, "false: the step is bypassed."),
    }


def _step(catalogue: Catalogue) -> Schema:
    keys = _step_keys()
    keys["type"] = {**keys["type"], "enum": list(catalogue.step_types)}
    rules = [_rule(name, _config(kind)) for name, kind in catalogue.step_types.items()]
    return {**_closed(keys, ("id", "type"), not_null=("id", "type")), "allOf": rules}


def _trigger(catalogue: Catalogue) -> Schema:
    keys: dict[str, Schema] = {
        "type": _said({"type": "string", "enum": list(catalogue.trigger_types)}, "What fires it."),
        "name": _said(_STRING, "Tells the triggers of a workflow apart."),
        "config": _said(_MAPPING, "Settings of the trigger's type."),
        "enabled": _said(_FLAG, "false: it does not fire."),
        "input": _said(_MAPPING, "The execution's input; templates."),
    }
    rules = [_rule(name, kind.schema) for name, kind in catalogue.trigger_types.items()]
    return {**_closed(keys, ("type",), not_null=("type",)), "allOf": rules}


def _rule(name: str, config: Schema) -> Schema:
    """What follows from a type for the config."""
    then: Schema = {
        "properties": {"config": config if config.get("required") else _nullable(config)}
    }
    if config.get("required"):
        then["required"] = ["config"]
    return {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": then}


def _config(kind: StepKind) -> Schema:
    """A type's schema in which a template fits everywhere, and bodies are lists of steps."""
    schema = {**kind.schema, "properties": dict(kind.schema.get("properties", {}))}
    properties: dict[str, Schema] = {
        key: _templated(value) for key, value in schema["properties"].items()
    }
    if kind.body:
        properties["steps"] = {**properties.get("steps", {}), **_ref("steps")}
        properties["steps"].pop("items", None)
    if kind.body == "branches":
        properties["branches"] = {"type": "object", "additionalProperties": _ref("steps")}
    return {**schema, "properties": properties}


def _templated(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    inner = dict(schema)
    if isinstance(inner.get("properties"), Mapping):
        inner["properties"] = {key: _templated(value) for key, value in inner["properties"].items()}
    for word in ("items", "additionalProperties"):
        if isinstance(inner.get(word), Mapping):
            inner[word] = _templated(inner[word])
    free = inner.get("type") == "string" and not inner.keys() & {"enum", "const", "pattern"}
    if free or ("type" not in inner and "enum" not in inner):
        return inner
    shown = {key: inner.pop(key) for key in ("title", "description") if key in inner}
    return {**shown, "anyOf": [inner, _ref("template")]}


def _retry() -> Schema:
    return _closed(
        {
            "max_attempts": {"type": "integer", "minimum": 1},
            "initial_delay": _ref("duration"),
            "max_delay": _ref("duration"),
            "backoff_factor": {"type": "number", "minimum": 1},
            "retry_on": _TEXTS,
        },
        own_keys=False,
    )


def _cache() -> Schema:
    return _closed({"key": _STRING, "ttl": _ref("duration")}, ("key",), own_keys=False)


def _concurrency() -> Schema:
    return _closed(
        {
            "max": {"type": "integer", "minimum": 1},
            "key": _STRING,
            "on_conflict": {"enum": ["queue", "skip", "cancel_running"]},
        },
        own_keys=False,
    )


def _closed(
    keys: dict[str, Schema],
    required: tuple[str, ...] = (),
    *,
    not_null: tuple[str, ...] = (),
    own_keys: bool = True,
) -> Schema:
    """A mapping with known keys, in which a null means that a key is not given."""
    properties = {k: v if k in not_null else _nullable(v) for k, v in keys.items()}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if own_keys:
        schema["patternProperties"] = _OWN_KEYS
    if required:
        schema["required"] = list(required)
    return schema


def _nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    if set(schema) <= {"description"}:
        return schema
    words = ("title", "description")
    shown = {key: value for key, value in schema.items() if key in words}
    inner = {key: value for key, value in schema.items() if key not in words}
    return {**shown, "anyOf": [inner, {"type": "null"}]}


def _said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
