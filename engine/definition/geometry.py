"""Where things stand in a text: lines, columns, colons, dashes, and the ends of values."""

import re
from collections.abc import Iterator

from engine.definition.render import Layout
from engine.definition.source import Source
from engine.definition.splice import EditError
from engine.definition.tree import Node, Pair

_COLON = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*(?=[\r\n]))*:")
_PROPERTIES = re.compile(r"(?:[&!][^\s]*(?:[ \t\r\n]|#[^\r\n]*(?=[\r\n]))+)*")
_QUESTION = re.compile(r"\?[ \t]+\Z")
_NESTED = re.compile(
    r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\r\n]*)?\r?\n(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*( *)(-?)", re.M
)

_SAMPLE = 100_000
"""Characters from which an author's way to indent is told."""


def line_start(text: str, offset: int) -> int:
    """The offset of the first character of a line, a byte order mark left out."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return start + (start == 0 and text.startswith("\ufeff"))


def line_end(text: str, offset: int) -> int:
    """The offset of the line break that ends a line, or the end of the text."""
    ends = [at for at in (text.find("\n", offset), text.find("\r", offset)) if at >= 0]
    return min(ends, default=len(text))


def next_line(text: str, offset: int) -> int:
    """The offset where the line behind that of ``offset`` begins."""
    end = line_end(text, offset)
    return end + (2 if text.startswith("\r\n", end) else 1 if end < len(text) else 0)


def column(text: str, offset: int) -> int:
    """The column of a character, counted from 0."""
    return offset - line_start(text, offset)


def is_first_on_line(text: str, offset: int) -> bool:
    """Whether only spaces stand before a character on its line."""
    return not text[line_start(text, offset) : offset].strip(" \t")


def content_start(text: str, node: Node) -> int:
    """Where a node's content begins, behind its anchor and tag."""
    if node.anchor is None and node.tag is None:
        return node.start
    match = _PROPERTIES.match(text, node.start, node.end)
    return match.end() if match else node.start


def pair_start(text: str, pair: Pair) -> int:
    """Where an entry of a mapping begins: at its key, or at the ``?`` before it."""
    line = text[line_start(text, pair.key.start) : pair.key.start]
    match = _QUESTION.search(line)
    return pair.key.start - len(match.group()) if match else pair.key.start


def colon_end(text: str, pair: Pair) -> int:
    """The offset behind the colon of an entry. Raises EditError for one without."""
    match = _COLON.match(text, pair.key.end)
    if match is None or match.end() > max(pair.value.start, pair.key.end):
        raise EditError(f'the key "{pair.key.text}" is written without a colon; give it one first')
    return match.end()


def dash(text: str, sequence: Node, index: int) -> int:
    """The offset of the dash of an item of a list in block style."""
    first = content_start(text, sequence)
    if index == 0:
        return first
    after = next_line(text, tail(text, sequence.items[index - 1]))
    pattern = re.compile(f"^ {{{column(text, first)}}}-(?=[ \\t\\r\\n]|\\Z)", re.M)
    match = pattern.search(text, after)
    if match is None:
        raise EditError("the dashes of this list cannot be found")
    return match.end() - 1


def tail(text: str, node: Node) -> int:
    """The end of the last thing written in a value, the line break of a block scalar left out."""
    last = _last_leaf(node)
    if last.style not in ("literal", "folded") or last.target is not None:
        return node.content_end
    end = last.end
    if not is_kept(text, last) and not _ends_in_spaces(last):
        written = last.start + len(text[last.start : end].rstrip(" \t\r\n"))
        end = min(end, line_end(text, written))
    elif text[:end].endswith("\r\n"):
        end -= 2
    elif text[:end].endswith(("\n", "\r")):
        end -= 1
    return end


def is_kept(text: str, node: Node) -> bool:
    """Whether a value ends in a block scalar to which the empty lines below belong (``|+``)."""
    last = _last_leaf(node)
    if last.style not in ("literal", "folded") or last.target is not None:
        return False
    start = content_start(text, last)
    return "+" in text[start : line_end(text, start)].split("#", maxsplit=1)[0]


def open_end(text: str, node: Node) -> int | None:
    """Where the header of a block scalar stands whose last line has no break, at the end of a file.

    A break behind it would become part of the value.
    """
    last = _last_leaf(node)
    if last.style not in ("literal", "folded") or last.target is not None:
        return None
    start = content_start(text, last)
    at_end = last.end == len(text) and not text.endswith(("\n", "\r"))
    return start if at_end and not last.text.endswith("\n") else None


def has_comment(text: str, start: int, end: int) -> bool:
    """Whether something like a comment stands in a stretch between two values."""
    return "#" in text[start:end]


def layout_of(source: Source) -> Layout:
    """How the author indents: the first nested mapping and the first nested list tell."""
    if source.format == "json":
        return _json_layout(source)
    indent = dash_indent = None
    for match in _NESTED.finditer(source.text, 0, _SAMPLE):
        deeper = len(match[2]) - len(match[1])
        if match[3]:
            dash_indent = deeper if dash_indent is None and 0 <= deeper <= 8 else dash_indent
        elif deeper > 0:
            indent = deeper if indent is None and deeper <= 8 else indent
        if indent is not None and dash_indent is not None:
            break
    return Layout(
        indent=indent or 2, dash=2 if dash_indent is None else dash_indent, newline=source.newline
    )


def _json_layout(source: Source) -> Layout:
    root = source.root
    indent = 2
    if root is not None and root.pairs:
        first = root.pairs[0].key.start
        if is_first_on_line(source.text, first):
            indent = max(1, column(source.text, first) - column(source.text, root.start))
    spread = root is None or not root.pairs or "\n" in source.text[root.start : root.end]
    return Layout(indent=indent, dash=indent, newline=source.newline, spread=spread)


def _last_leaf(node: Node) -> Node:
    for last in _down(node):
        node = last
    return node


def _down(node: Node) -> Iterator[Node]:
    while node.target is None and node.style == "block":
        if node.items:
            node = node.items[-1]
        elif node.pairs:
            node = node.pairs[-1].value
        else:
            return
        yield node


def _ends_in_spaces(node: Node) -> bool:
    line = node.text.rstrip("\n").rpartition("\n")[2]
    return bool(node.text) and not line.strip(" \t") and bool(line)
