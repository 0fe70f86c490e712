"""What a form asks for: one field for each property of a JSON schema, with the right kind of
editor."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

FieldKind = Literal[
    "line",
    "text",
    "code",
    "expression",
    "choice",
    "switch",
    "number",
    "duration",
    "size",
    "cron",
    "timezone",
    "path",
    "mapping",
    "list",
    "rows",
    "group",
    "json",
    "steps",
    "secret",
]
Schema = Mapping[str, Any]
RelativePath = tuple[str | int, ...]

LEADING = 5
"""Fields of a form that always show; further optional ones wait behind "More"."""
_WIDGETS: frozenset[str] = frozenset(
    {"text", "code", "expression", "cron", "duration", "size", "path", "mapping", "json", "steps"}
)


class Field(Struct, frozen=True, kw_only=True):
    """One value of a step, trigger or workflow. ``path`` leads to it from the node's own."""

    path: RelativePath
    title: str
    kind: FieldKind
    help: str = ""
    required: bool = False
    placeholder: str = ""
    choices: tuple[str, ...] = ()
    default: Any = None
    text_only: bool = True
    """Whether what is typed is always a text; else ``3`` and ``true`` are a number and a switch."""
    columns: "tuple[Field, ...]" = ()
    """The fields inside a group, or of one row."""
    leading: bool = True
    """Whether it shows before it has a value."""
    when_given: bool = False
    """Whether it shows only with a value, not even behind "More"."""
    language: str = "text"
    templates: bool = False
    """Whether the engine renders templates in it."""


def fields_of(schema: Schema, base: RelativePath = ()) -> tuple[Field, ...]:
    """The fields of an object's schema, in its order; bodies of steps are no fields."""
    properties = schema.get("properties", {})
    required = set(schema.get("required", ()))
    listed = schema.get("x-order")
    names = listed if isinstance(listed, list) else []
    ordered = sorted(
        properties.items(),
        key=lambda pair: (
            names.index(pair[0]) if pair[0] in names else len(names),
            pair[1].get("x-order", 0),
        ),
    )
    return tuple(
        field_of(rule, (*base, name), name in required, place < LEADING)
        for place, (name, rule) in enumerate(ordered)
    )


def field_of(
    rule: Schema, path: RelativePath, required: bool = False, leading: bool = True
) -> Field:
    """The field of one property."""
    kind = _kind(rule, str(path[-1]))
    return Field(
        path=path,
        title=str(rule.get("title") or str(path[-1]).replace("_", " ").capitalize()),
        kind=kind,
        help=str(rule.get("description", "")),
        required=required,
        placeholder=_placeholder(rule, kind),
        choices=tuple(str(choice) for choice in rule.get("enum", ())),
        default=rule.get("default"),
        text_only=_types(rule) == {"string"},
        columns=tuple(_columns(rule, path, kind)),
        leading=leading or required,
        language=_language(path),
    )


def _types(rule: Schema) -> set[str]:
    found = rule.get("type", ())
    return {found} if isinstance(found, str) else set(found)


def _kind(rule: Schema, name: str) -> FieldKind:
    widget = rule.get("x-widget")
    if widget in _WIDGETS:
        return widget  # type: ignore[no-any-return]
    if widget == "timezone" or name == "timezone":
        return "timezone"
    types = _types(rule)
    if rule.get("enum"):
        return "choice"
    if "boolean" in types:
        return "switch"
    if types & {"integer", "number"}:
        return "number"
    if "array" in types and "string" not in types:
        items = rule.get("items", {})
        return "rows" if items.get("properties") else "list"
    if "object" in types and "string" not in types:
        return "group" if rule.get("properties") else "mapping"
    return "secret" if any(map(_names_secret, rule.get("examples", ()))) else "line"


def _names_secret(example: Any) -> bool:
    """Whether an example of a text is a secret: such a value should not stand in a file."""
    return isinstance(example, str) and example.replace(" ", "").startswith("{{secrets.")


def _columns(rule: Schema, path: RelativePath, kind: FieldKind) -> Iterator[Field]:
    if kind == "group":
        yield from fields_of(rule, path)
    elif kind == "rows":
        yield from fields_of(rule["items"])


def _placeholder(rule: Schema, kind: FieldKind) -> str:
    """The default, else an example, as it would be typed."""
    if "default" in rule:
        shown = rule["default"]
    else:
        examples = rule.get("examples", ())
        shown = examples[0] if examples else None
    if shown is None or isinstance(shown, dict | list) or kind == "code":
        return ""
    if isinstance(shown, bool):
        return "on" if shown else "off"
    text = str(shown)
    return text if "default" in rule else f"e.g. {text}"


def _language(path: RelativePath) -> str:
    return {"sql": "sql", "html": "text"}.get(str(path[-1]), "python")
