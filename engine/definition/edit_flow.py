"""Edits inside ``{...}`` and ``[...]``, in YAML's flow style and in JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.definition.geometry import (
    colon_end,
    column,
    content_start,
    has_comment,
    is_first_on_line,
    layout_of,
    line_end,
    line_start,
    pair_start,
)
from engine.definition.problems import Splice
from engine.definition.render import flow, flow_key, json_text
from engine.definition.scalars import inline, json_scalar
from engine.definition.source import Source
from engine.definition.splice import EditError
from engine.definition.tree import Node, Pair

_QUOTES = {"single": "'", "double": '"'}


def flow_value(source: Source, pair: Pair | None, node: Node, value: Any) -> Iterator[Splice]:
    """Replaces a value inside a flow collection; ``pair`` is its entry when that is a mapping's."""
    text = source.text
    start = node.start
    written = _text_of(source, value, line_indent(text, start), _QUOTES.get(node.style, ""))
    if pair is not None and node.start == node.end:
        start = _colon_or_none(source, pair)
        if start < 0:
            yield Splice(pair.key.end, pair.key.end, f": {written}")
            return
        yield Splice(
            start, start, f" {written}" + ("" if text[start : start + 1] in " \n\r" else " ")
        )
        return
    before = text[start - 1 : start]
    yield Splice(start, node.end, written if before in " \t\r\n[{," else f" {written}")


def flow_insert(
    source: Source, node: Node, index: int, entries: Sequence[tuple[str | None, Any]]
) -> Iterator[Splice]:
    """Inserts entries (key and value, or None and an item) before the one at ``index``."""
    text = source.text
    start = _opening(text, node)
    spans = _spans(text, node)
    if not spans:
        yield from _fill(source, node, start, entries)
        return
    pad = _padding(source, start, spans)
    indent = column(text, spans[0][0]) if "\n" in pad else line_indent(text, start)
    parts = [_entry(source, key, value, indent) for key, value in entries]
    if index < len(spans):
        at = spans[index][0]
        yield Splice(at, at, "".join(f"{part},{pad or ' '}" for part in parts))
        return
    yield from _append(text, node, spans[-1], pad, parts)


def flow_remove(source: Source, node: Node, first: int, behind: int) -> Iterator[Splice]:
    """Removes the entries from ``first`` up to ``behind``."""
    text = source.text
    spans = _spans(text, node)
    start = _opening(text, node)
    if behind < len(spans):
        yield Splice(spans[first][0], spans[behind][0], "")
    elif first == 0:
        yield Splice(start + 1, node.end - 1, "")
    else:
        yield from _remove_last(text, node, spans[first - 1], spans[first], spans[-1])


def line_indent(text: str, offset: int) -> int:
    """How far the line of a character is indented."""
    line = text[line_start(text, offset) : line_end(text, offset)]
    return len(line) - len(line.lstrip(" "))


def key_text(source: Source, key: Node, new: str) -> str:
    """A key in the quotes that it has."""
    if source.format == "json":
        return json_scalar(new)
    quote = _QUOTES.get(key.style, "")
    return inline(new, flow=True, quote=quote)


def _text_of(source: Source, value: Any, indent: int, quote: str = "") -> str:
    if source.format == "json":
        return json_text(value, indent, layout_of(source))
    if isinstance(value, dict | list | tuple):
        return flow(value)
    return inline(value, flow=True, quote=quote)


def _entry(source: Source, key: str | None, value: Any, indent: int) -> str:
    written = _text_of(source, value, indent)
    if key is None:
        return written
    if source.format == "json":
        return f"{json_scalar(key)}: {written}"
    return f"{flow_key(key)} {written}"


def _opening(text: str, node: Node) -> int:
    start = content_start(text, node)
    if text[start : start + 1] not in ("{", "["):
        raise EditError("this mapping is written without braces; put braces around it first")
    return start


def _spans(text: str, node: Node) -> list[tuple[int, int]]:
    """(start, end) of every entry, repeated keys and ``<<`` included."""
    if node.kind == "sequence":
        return [(item.start, item.end) for item in node.items]
    return [(pair_start(text, p), max(p.key.end, p.value.end)) for p in node.pairs]


def _padding(source: Source, start: int, spans: list[tuple[int, int]]) -> str:
    """The line break and spaces before each entry where every entry has a line; else nothing."""
    first = spans[0][0]
    text = source.text
    if not is_first_on_line(text, first) or line_start(text, first) <= start:
        return ""
    return source.newline + text[line_start(text, first) : first]


def _fill(
    source: Source, node: Node, start: int, entries: Sequence[tuple[str | None, Any]]
) -> Iterator[Splice]:
    text = source.text
    end = node.end - 1
    if text[start + 1 : end].strip():
        raise EditError("a comment stands between the brackets; remove it first")
    layout = layout_of(source)
    indent = line_indent(text, start)
    spread = source.format == "json" and layout.spread
    spread = spread and (
        node.kind == "mapping" or any(isinstance(v, dict | list) for _, v in entries)
    )
    inner = indent + layout.indent if spread else indent
    parts = [_entry(source, key, value, inner) for key, value in entries]
    if spread:
        pad = layout.newline + " " * inner
        written = pad + f",{pad}".join(parts) + layout.newline + " " * indent
    else:
        written = ", ".join(parts)
    yield Splice(start + 1, end, written)


def _append(
    text: str, node: Node, last: tuple[int, int], pad: str, parts: list[str]
) -> Iterator[Splice]:
    rest = text[last[1] : node.end - 1]
    comma = rest.split("#")[0].strip() == ","
    if pad and has_comment(text, last[1], line_end(text, last[1])):
        if not comma:
            yield Splice(last[1], last[1], ",")
        at = line_end(text, last[1])
        yield Splice(at, at, pad + f",{pad}".join(parts))
        return
    at = last[1] + rest.index(",") + 1 if comma else last[1]
    gap = " " if text[at - 1] == ":" else ""
    between = pad or " "
    joined = "".join(f",{between}{part}" for part in parts)
    yield Splice(at, at, joined[1:] if comma else gap + joined)


def _remove_last(
    text: str, node: Node, before: tuple[int, int], first: tuple[int, int], last: tuple[int, int]
) -> Iterator[Splice]:
    gap = " " if text[before[1] - 1] == ":" else ""
    if not has_comment(text, before[1], first[0]):
        yield Splice(before[1], last[1], gap)
        return
    rest = text[last[1] : node.end - 1]
    comma = rest.split("#")[0].strip() == ","
    yield Splice(first[0], last[1] + rest.index(",") + 1 if comma else last[1], "")


def _colon_or_none(source: Source, pair: Pair) -> int:
    try:
        return colon_end(source.text, pair)
    except EditError:
        return -1
