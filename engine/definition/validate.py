"""Checks a config against its schema: a small, fast part of JSON Schema that also knows templates.

Known words: ``type``, ``enum``, ``const``, ``properties``, ``required``, ``additionalProperties``,
``items``, ``minItems``, ``maxItems``, ``minimum``, ``maximum``, ``exclusiveMinimum``,
``exclusiveMaximum``, ``minLength``, ``maxLength``, ``pattern``, ``anyOf``, ``oneOf`` (read as
``anyOf``) and ``allOf``. Others are for forms and documentation.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.definition.problems import Path
from engine.definition.trouble import did_you_mean, quoted


class Finding(NamedTuple):
    """Something wrong: where in the value, in words, and the way out."""

    path: Path
    message: str
    hint: str = ""
    unknown_key: bool = False


_NOUNS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}


def validate_value(
    schema: Mapping[str, Any], value: Any, allow_templates: bool = True
) -> list[Finding]:
    """All that is wrong in ``value``; with ``allow_templates`` a text with ``{{`` fits any type."""
    return list(_check(schema, value, (), allow_templates))


def type_of(value: Any) -> str:
    """The name JSON Schema has for a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


def _check(schema: Any, value: Any, path: Path, templates: bool) -> Iterator[Finding]:
    if not isinstance(schema, Mapping):
        if schema is False:
            yield Finding(path, f"{_name(path)} may not be given")
        return
    if templates and isinstance(value, str) and "{{" in value:
        return
    wrong = _type_issue(schema, value, path)
    if wrong:
        yield Finding(path, wrong)
        return
    yield from _enumerated(schema, value, path)
    if isinstance(value, Mapping):
        yield from _mapping(schema, value, path, templates)
    elif isinstance(value, list | tuple):
        yield from _list(schema, value, path, templates)
    elif isinstance(value, str):
        yield from _text(schema, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _number(schema, value, path)
    yield from _combined(schema, value, path, templates)


def _type_issue(schema: Mapping[str, Any], value: Any, path: Path) -> str:
    wanted = schema.get("type")
    if wanted is None:
        return ""
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    found = type_of(value)
    if found in kinds or (found == "integer" and "number" in kinds):
        return ""
    nouns = " or ".join(_NOUNS.get(kind, kind) for kind in kinds)
    is_now = "a boolean" if found == "boolean" else _NOUNS[found]
    return f"{_name(path)} is {nouns}, but this is {is_now}"


def _enumerated(schema: Mapping[str, Any], value: Any, path: Path) -> Iterator[Finding]:
    known = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if known is None or any(value == item and type_of(value) == type_of(item) for item in known):
        return
    texts = [item for item in known if isinstance(item, str)]
    hint = did_you_mean(value, texts) if isinstance(value, str) else ""
    words = ", ".join(str(item) for item in known)
    yield Finding(path, f"{_name(path)} is one of {words}", hint)


def _mapping(
    schema: Mapping[str, Any], value: Mapping[str, Any], path: Path, templates: bool
) -> Iterator[Finding]:
    properties = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            yield Finding(path, f"{_name(path)} needs {quoted(key)}", f'add "{key}: ..."')
    others = schema.get("additionalProperties", True)
    for key, entry in value.items():
        if key in properties:
            yield from _check(properties[key], entry, (*path, key), templates)
        elif others is False:
            message = f"{_name(path)} has no key {quoted(key)}"
            yield Finding((*path, key), message, _known(key, properties), unknown_key=True)
        else:
            yield from _check(others, entry, (*path, key), templates)


def _known(key: str, properties: Mapping[str, Any]) -> str:
    names = ", ".join(list(properties)[:12])
    return did_you_mean(key, properties) or (f"known keys: {names}" if names else "")


def _list(
    schema: Mapping[str, Any], value: list[Any] | tuple[Any, ...], path: Path, templates: bool
) -> Iterator[Finding]:
    if len(value) < schema.get("minItems", 0):
        yield Finding(path, f"{_name(path)} has at least {schema['minItems']} items")
    if len(value) > schema.get("maxItems", len(value)):
        yield Finding(path, f"{_name(path)} has at most {schema['maxItems']} items")
    items = schema.get("items")
    if items is not None:
        for index, item in enumerate(value):
            yield from _check(items, item, (*path, index), templates)


def _text(schema: Mapping[str, Any], value: str, path: Path) -> Iterator[Finding]:
    if len(value) < schema.get("minLength", 0):
        yield Finding(path, f"{_name(path)} may not be empty")
    if len(value) > schema.get("maxLength", len(value)):
        yield Finding(path, f"{_name(path)} is longer than {schema['maxLength']} characters")
    pattern = schema.get("pattern")
    if pattern is not None and not re.search(pattern, value):
        yield Finding(path, f"{_name(path)} is written as {pattern}")


def _number(schema: Mapping[str, Any], value: float, path: Path) -> Iterator[Finding]:
    if value < schema.get("minimum", value):
        yield Finding(path, f"{_name(path)} is at least {schema['minimum']}")
    if value > schema.get("maximum", value):
        yield Finding(path, f"{_name(path)} is at most {schema['maximum']}")
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield Finding(path, f"{_name(path)} is more than {schema['exclusiveMinimum']}")
    if "exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"]:
        yield Finding(path, f"{_name(path)} is less than {schema['exclusiveMaximum']}")


def _combined(
    schema: Mapping[str, Any], value: Any, path: Path, templates: bool
) -> Iterator[Finding]:
    for part in schema.get("allOf", ()):
        yield from _check(part, value, path, templates)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        found = [list(_check(choice, value, path, templates)) for choice in choices]
        if all(found):
            yield from min(found, key=lambda findings: (len(findings), -len(findings[0].path)))


def _name(path: Path) -> str:
    return quoted(str(path[-1])) if path else '"config"'
