"""Writes plain values as YAML in block style, as YAML in flow style, or as JSON: the product's own
hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from engine.definition.scalars import inline, json_scalar, literal_lines

_LONGEST_KEY = 500
"""A reader looks for the colon of a key on its line, and not further than 1,024 characters."""
_LONGEST_FLOW = 80


class Layout(Struct, frozen=True):
    """How a file is laid out: widths of its indentation, and its line end."""

    indent: int = 2
    """Spaces of a nested mapping."""
    dash: int = 2
    """Spaces of the dash of a list under its key."""
    newline: str = "\n"
    spread: bool = False
    """JSON only: collections take a line for each entry."""


def flow(value: Any) -> str:
    """YAML on one line: ``{a: 1, b: [x, y]}``. Raises NotWritable."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{flow_key(key)} {flow(entry)}" for key, entry in value.items())
        return "{" + inner + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return inline(value, flow=True)


def flow_key(key: str, quote: str = "") -> str:
    """A key with its colon, for a mapping in flow style."""
    text = inline(key, flow=True, quote=quote)
    return f"{text}:" if len(text) <= _LONGEST_KEY else f"? {text} :"


def block_key(key: str, column: int, quote: str = "") -> str:
    """A key with its colon, for a mapping in block style."""
    text = inline(key, quote=quote)
    return f"{text}:" if len(text) <= _LONGEST_KEY else f"? {text}\n{' ' * column}:"


def is_inline(value: Any) -> bool:
    """Whether a value is written behind its key: scalars, what is empty, and short lists of
    scalars.
    """
    if isinstance(value, Mapping):
        return not value
    if isinstance(value, str):
        return literal_lines(value) is None
    if isinstance(value, Sequence):
        if any(isinstance(item, Mapping | list | tuple) for item in value):
            return False
        return len(value) == 0 or (
            len(value) <= _LONGEST_FLOW and len(flow(value)) <= _LONGEST_FLOW
        )
    return True


def entry_lines(key: str, value: Any, column: int, layout: Layout) -> list[str]:
    """The lines of a mapping's entry whose key stands at ``column``; the first is not indented."""
    head = block_key(key, column).split("\n")
    rest = value_lines(value, column, layout, in_sequence=False)
    return [*head[:-1], head[-1] + rest[0], *rest[1:]]


def item_lines(value: Any, column: int, layout: Layout) -> list[str]:
    """The lines of a list's item whose dash stands at ``column``; the first has no indentation."""
    if is_inline(value) or isinstance(value, str):
        rest = value_lines(value, column, layout, in_sequence=True)
        return ["-" + rest[0], *rest[1:]]
    lines = block_lines(value, column + 2, layout)
    return ["- " + lines[0].lstrip(" "), *lines[1:]]


def value_lines(value: Any, column: int, layout: Layout, *, in_sequence: bool) -> list[str]:
    """What follows ``key:`` or ``-`` at ``column``: the rest of its line, then the lines below."""
    if is_inline(value):
        return [
            " " + flow(value) if isinstance(value, Mapping | list | tuple) else " " + inline(value)
        ]
    if isinstance(value, str):
        return _literal(value, column, 2 if in_sequence else layout.indent)
    below = column + (layout.indent if isinstance(value, Mapping) or in_sequence else layout.dash)
    return ["", *block_lines(value, below, layout)]


def block_lines(value: Any, column: int, layout: Layout) -> list[str]:
    """A mapping or list that is not empty, in block style, indented by ``column``."""
    pad = " " * column
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, entry in value.items():
            first, *rest = entry_lines(key, entry, column, layout)
            lines += [pad + first, *rest]
    else:
        for item in value:
            first, *rest = item_lines(item, column, layout)
            lines += [pad + first, *rest]
    return lines


def ends_in_block(value: Any) -> bool:
    """Whether a value in block style ends in a ``|`` block, which needs its line break."""
    while not is_inline(value) and not isinstance(value, str):
        value = list(value.values())[-1] if isinstance(value, Mapping) else value[-1]
    return not is_inline(value)


def json_text(value: Any, column: int, layout: Layout) -> str:
    """JSON whose lines below the first are indented from ``column``. Raises NotWritable."""
    if isinstance(value, Mapping) and value:
        parts = [
            f"{json_scalar(key)}: {json_text(entry, column + layout.indent, layout)}"
            for key, entry in value.items()
        ]
        return _enclosed("{", parts, "}", column, layout)
    if isinstance(value, list | tuple) and value:
        spread = any(isinstance(item, Mapping | list | tuple) for item in value)
        parts = [json_text(item, column + layout.indent, layout) for item in value]
        if not spread and sum(map(len, parts)) <= _LONGEST_FLOW:
            return "[" + ", ".join(parts) + "]"
        return _enclosed("[", parts, "]", column, layout)
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, list | tuple) else json_scalar(value)


def _enclosed(start: str, parts: list[str], end: str, column: int, layout: Layout) -> str:
    if not layout.spread:
        return start + ", ".join(parts) + end
    pad = layout.newline + " " * (column + layout.indent)
    return start + pad + ("," + pad).join(parts) + layout.newline + " " * column + end


def _literal(value: str, column: int, indent: int) -> list[str]:
    found = literal_lines(value, indent)
    assert found is not None
    header, lines = found
    return [" " + header, *_indented(lines, column + indent)]


def _indented(lines: list[str], column: int) -> Iterator[str]:
    for line in lines:
        yield " " * column + line if line else ""
