"""Edits of mappings and lists that are written line by line."""

from collections.abc import Iterator, Sequence
from typing import Any

from engine.definition.geometry import (
    colon_end,
    column,
    content_start,
    dash,
    has_comment,
    is_first_on_line,
    is_kept,
    layout_of,
    line_end,
    line_start,
    next_line,
    open_end,
    pair_start,
    tail,
)
from engine.definition.problems import Splice
from engine.definition.render import (
    ends_in_block,
    entry_lines,
    flow,
    item_lines,
    value_lines,
)
from engine.definition.scalars import inline, literal_lines, printable
from engine.definition.source import Source
from engine.definition.splice import EditError
from engine.definition.tree import Node

_LONGEST_FLOW = 100
_QUOTES = {"single": "'", "double": '"'}


def block_value(
    source: Source, holder: Node, index: int, node: Node, value: Any
) -> Iterator[Splice]:
    """Replaces the value of the entry or item at ``index`` (as written) of a block collection."""
    text = source.text
    head, at = _head(text, holder, index)
    first, rest = _written(source, holder, node, value, at)
    same_line = node.start == node.end or line_start(text, node.start) == line_start(text, head)
    if not same_line:
        yield from _below(source, head, node, value, (first, rest))
        return
    end = max(head, tail(text, node))
    is_compact = rest and holder.kind == "sequence" and first[1:2] not in ("|", ">")
    yield Splice(head, end, first if is_compact else _spaced(text, head, node, first))
    if rest:
        needs_break = first[1:2] in ("|", ">") or ends_in_block(value)
        yield from _lines_at_end(source, end, rest, needs_break=needs_break)


def block_insert(
    source: Source, node: Node, index: int, entries: Sequence[tuple[str | None, Any]]
) -> Iterator[Splice]:
    """Inserts entries (key and value, or None and an item) before the one at ``index``."""
    text = source.text
    layout = layout_of(source)
    first = _start(text, node, 0)
    at = column(text, first)
    lines: list[str] = []
    for key, value in entries:
        new = item_lines(value, at, layout) if key is None else entry_lines(key, value, at, layout)
        lines += [" " * at + new[0], *new[1:]]
    if index == 0:
        joined = source.newline.join(lines).lstrip(" ")
        yield Splice(first, first, joined + source.newline + " " * at)
        return
    before = _held(node, index - 1)
    opened = open_end(text, before)
    if opened is not None:
        yield from _close_header(text, opened)
    needs_break = ends_in_block(entries[-1][1])
    yield from _lines_after(source, tail(text, before), lines, needs_break=needs_break)


def block_remove(source: Source, node: Node, first: int, behind: int) -> Iterator[Splice]:
    """Removes the entries from ``first`` up to ``behind``, which are not all there are."""
    text = source.text
    start = _start(text, node, first)
    end = tail(text, _held(node, behind - 1))
    if is_first_on_line(text, start):
        begin = line_start(text, start)
        yield Splice(begin, _past_empty_lines(text, node, first, begin, next_line(text, end)), "")
        return
    following = _start(text, node, behind)
    if has_comment(text, end, following):
        following = end
    yield Splice(start, following, "")


def append_to_root(source: Source, entries: Sequence[tuple[str, Any]]) -> Iterator[Splice]:
    """Writes the first entries of a file that holds nothing but comments."""
    text = source.text
    lines = [
        line for key, value in entries for line in entry_lines(key, value, 0, layout_of(source))
    ]
    if any(line.startswith("...") for line in text.splitlines()):
        raise EditError("the document is ended by ...; remove that line first")
    joined = source.newline.join(lines)
    if not text or text.endswith(("\n", "\r", "\ufeff")):
        yield Splice(len(text), len(text), joined + source.newline)
    else:
        yield Splice(len(text), len(text), source.newline + joined)


def _head(text: str, holder: Node, index: int) -> tuple[int, int]:
    """(offset behind the colon or dash, column of the key or dash) of an entry."""
    if holder.kind == "sequence":
        at = dash(text, holder, index)
        return at + 1, column(text, at)
    pair = holder.pairs[index]
    return colon_end(text, pair), column(text, pair_start(text, pair))


def _start(text: str, holder: Node, index: int) -> int:
    if holder.kind == "sequence":
        return dash(text, holder, index)
    return pair_start(text, holder.pairs[index])


def _held(holder: Node, index: int) -> Node:
    if holder.kind == "sequence":
        return holder.items[index]
    pair = holder.pairs[index]
    return pair.value if pair.value.end > pair.key.end else pair.key


def _written(
    source: Source, holder: Node, node: Node, value: Any, at: int
) -> tuple[str, list[str]]:
    """What follows the colon or dash, and the lines below it."""
    layout = layout_of(source)
    in_sequence = holder.kind == "sequence"
    if isinstance(value, str):
        block = _as_block(node, value) if node.target is None else None
        if block is not None:
            header, lines = block
            deep = _text_indent(source.text, node, at, exact=header[1:2].isdigit())
            return f" {header}", [" " * deep + line if line else "" for line in lines]
        if node.style in _QUOTES and literal_lines(value) is None:
            return " " + inline(value, quote=_QUOTES[node.style]), []
    elif isinstance(value, dict | list) and node.style == "flow" and (node.pairs or node.items):
        written = flow(value)
        if len(written) <= _LONGEST_FLOW:
            return f" {written}", []
    if in_sequence:
        first, *rest = item_lines(value, at, layout)
        return first[1:], rest
    first, *rest = value_lines(value, at, layout, in_sequence=False)
    return first, rest


def _as_block(node: Node, value: str) -> tuple[str, list[str]] | None:
    """(header, lines) of a text that takes the place of a block scalar; None where it cannot."""
    if node.style == "folded":
        return _folded(value)
    if node.style == "literal":
        return literal_lines(value) or _one_line(value)
    return None


def _one_line(value: str) -> tuple[str, list[str]] | None:
    body = value.removesuffix("\n")
    if "\n" in body or not printable(body) or body == value or body[:1] in ("", " ", "\t"):
        return None
    return "|", [body]


def _folded(value: str) -> tuple[str, list[str]] | None:
    """A ``>`` block: each break of the text is an empty line more."""
    body = value.removesuffix("\n")
    lines = body.split("\n")
    if not printable(value) or not all(
        line and line[0] not in " \t" and line[-1] not in " \t" for line in lines
    ):
        return literal_lines(value)
    spread = [line for each in lines for line in (each, "")][:-1]
    return (">" if value.endswith("\n") else ">-"), spread


def _text_indent(text: str, node: Node, at: int, *, exact: bool) -> int:
    """How far the old block scalar is indented; two more than its key if that is not known."""
    start = next_line(text, content_start(text, node))
    for line in text[start : node.end].splitlines():
        deep = len(line) - len(line.lstrip(" "))
        if line.strip() and deep > at and not exact:
            return deep
    return at + 2


def _spaced(text: str, head: int, node: Node, first: str) -> str:
    """The author's own spaces between colon and value are kept."""
    gap = text[head : node.start]
    if node.start > head and first and not gap.strip(" \t"):
        return gap + first.lstrip(" ")
    return first


def _below(
    source: Source, head: int, node: Node, value: Any, written: tuple[str, list[str]]
) -> Iterator[Splice]:
    """Replaces a value that begins on a line below its colon or dash."""
    text = source.text
    first, rest = written
    begin = line_start(text, node.start)
    end = tail(text, node)
    if rest and first:
        if text[line_end(text, head) : begin].strip():
            # Comments stand between, and a block of text that begins above would swallow them.
            indent = " " * column(text, node.start)
            yield Splice(begin, line_end(text, end), indent + flow(value))
            return
        yield Splice(head, head, first)
    elif first:
        yield Splice(head, head, first)
        yield Splice(begin, next_line(text, end), "")
        return
    yield Splice(begin, line_end(text, end), source.newline.join(rest))


def _lines_at_end(
    source: Source, offset: int, lines: list[str], *, needs_break: bool
) -> Iterator[Splice]:
    """Lines below the line of ``offset``."""
    at = line_end(source.text, offset)
    last = source.newline if needs_break and at == len(source.text) else ""
    yield Splice(at, at, source.newline + source.newline.join(lines) + last)


def _lines_after(
    source: Source, offset: int, lines: list[str], *, needs_break: bool
) -> Iterator[Splice]:
    """Lines behind the line of ``offset``; a file without a last line break stays without."""
    text = source.text
    end = line_end(text, offset)
    joined = source.newline.join(lines)
    if end == len(text):
        yield Splice(end, end, source.newline + joined + (source.newline if needs_break else ""))
    else:
        at = next_line(text, offset)
        yield Splice(at, at, joined + source.newline)


def _close_header(text: str, start: int) -> Iterator[Splice]:
    """Makes a block scalar ``|-``: its last line has no break, and must not get one."""
    end = start + 1
    while text[end : end + 1] in tuple("+-123456789"):
        end += 1
    digits = "".join(c for c in text[start + 1 : end] if c.isdigit())
    yield Splice(start + 1, end, f"{digits}-")


def _past_empty_lines(text: str, node: Node, first: int, begin: int, end: int) -> int:
    """Where a removal ends: empty lines below go too where there are some above, or where they
    would become part of a text."""
    above = text[line_start(text, begin - 1) : begin] if begin else "\n"
    kept = first > 0 and is_kept(text, _held(node, first - 1))
    if above.strip() and not kept:
        return end
    while end < len(text) and not text[end : line_end(text, end)].strip(" \t"):
        following = next_line(text, end)
        if following == end:
            break
        end = following
    return end
