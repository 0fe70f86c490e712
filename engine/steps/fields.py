"""How a step type's config schema is written: one small constructor for each kind of property."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.definition.units import parse_duration, parse_size

Schema = dict[str, Any]


def config_schema(
    properties: Mapping[str, Schema], required: Sequence[str] = (), *, free: bool = False
) -> Schema:
    """The schema of a config: ``properties`` in the order of the form, then ``timeout``.

    It is closed; a ``free`` one takes any further key.
    """
    return obj({**properties, "timeout": TIMEOUT}, required, free=free)


def obj(
    properties: Mapping[str, Schema],
    required: Sequence[str] = (),
    *,
    free: bool = False,
    **words: Any,
) -> Schema:
    """A mapping with known keys."""
    ordered = {key: {**value, "x-order": i} for i, (key, value) in enumerate(properties.items())}
    schema: Schema = {"type": "object", "properties": ordered, "additionalProperties": free}
    if required:
        schema["required"] = list(required)
    return schema | words


def field(kind: str | list[str], title: str, description: str, **words: Any) -> Schema:
    """A property of any kind; ``widget`` and ``expression`` get their ``x-`` before them."""
    named = {f"x-{key}" if key in ("widget", "expression") else key: v for key, v in words.items()}
    return {"type": kind, "title": title, "description": description, **named}


def text(title: str, description: str, **words: Any) -> Schema:
    return field("string", title, description, **words)


def flag(title: str, description: str, *, default: bool, **words: Any) -> Schema:
    return field("boolean", title, description, default=default, **words)


def whole(title: str, description: str, **words: Any) -> Schema:
    return field("integer", title, description, **words)


def number(title: str, description: str, **words: Any) -> Schema:
    return field("number", title, description, **words)


def duration(title: str, description: str, **words: Any) -> Schema:
    """``30s`` or a number of seconds."""
    return field(["string", "number"], title, description, widget="duration", **words)


def size(title: str, description: str, **words: Any) -> Schema:
    """``10MB`` or a number of bytes."""
    return field(["string", "integer"], title, description, widget="size", **words)


def mapping(title: str, description: str, **words: Any) -> Schema:
    """Names of the author's own, each with a value."""
    return field("object", title, description, widget="mapping", **words)


def anything(title: str, description: str, **words: Any) -> Schema:
    """Any JSON-like value."""
    kinds = ["object", "array", "string", "number", "boolean", "null"]
    return field(kinds, title, description, **{"widget": "json", **words})


def texts(title: str, description: str, **words: Any) -> Schema:
    """A list of texts."""
    return field("array", title, description, items={"type": "string"}, **words)


def expression(title: str, description: str, **words: Any) -> Schema:
    """An expression, with or without braces; a plain boolean, number or list stands for itself."""
    kinds = ["string", "boolean", "number", "array", "object", "null"]
    return field(kinds, title, description, widget="expression", expression=True, **words)


def steps(title: str, description: str) -> Schema:
    """A body: a list of steps as at the top of the file."""
    return field("array", title, description, widget="steps", items={"type": "object"})


TIMEOUT = duration(
    "Timeout",
    "How long one attempt may take; the same as the step's own timeout, so give one of the two.",
    examples=["30s", "5m"],
)


def unit_issues(
    schema: Schema, value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The durations and sizes in ``value`` that cannot be read, as paths and reasons.

    Templates are left alone, and so is the step's own ``timeout``, which the format checks.
    """
    read = {"duration": parse_duration, "size": parse_size}.get(schema.get("x-widget", ""))
    if isinstance(value, Mapping):
        for key, child in schema.get("properties", {}).items():
            if key in value and (*path, key) != ("timeout",):
                yield from unit_issues(child, value[key], (*path, key))
    elif read and isinstance(value, str | int | float) and "{{" not in str(value):
        try:
            read(value)
        except ValueError as error:
            yield path, str(error)
