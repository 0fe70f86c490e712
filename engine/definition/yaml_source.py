"""Reads YAML into a tree: libyaml's events, gathered here so that depth, size and aliases stay
bounded.
"""

import gc
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from engine.definition.problems import Fix, Splice
from engine.definition.resolver import (
    COLLECTION_TAGS,
    NUMBER_STARTS,
    SCALAR_TAGS,
    fits_tag,
    is_unkept_number,
)
from engine.definition.tree import (
    MAX_ALIASED,
    MAX_DEPTH,
    MAX_NODES,
    Kind,
    Node,
    Pair,
    Style,
)
from engine.definition.trouble import Fatal, Trouble, quoted

try:
    from yaml import CLoader as Loader
except ImportError:  # pragma: no cover - PyYAML without libyaml: slower, the same events
    from yaml import Loader  # type: ignore[assignment]

_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
_BREAKS_OF_1_1 = re.compile("[\u0085\u2028\u2029]")


def read_yaml(
    text: str, base: int, troubles: list[Trouble]
) -> tuple[Node | None, tuple[Node, ...]]:
    """The root of the first document in ``text``, and all aliases; ``base`` is added to offsets.

    What does not hinder reading on is added to ``troubles``. Raises Fatal for what does.
    """
    collecting = gc.isenabled()
    gc.disable()  # many young objects and no cycles: collecting would take most of the time
    try:
        composer = _Composer(text, base, troubles)
        return composer.compose(), tuple(composer.aliases)
    except yaml.YAMLError as error:
        raise _fatal(error, text, base) from error
    finally:
        if collecting:
            gc.enable()


class _Frame:
    """A collection whose end is not seen yet."""

    __slots__ = ("anchor", "height", "key", "kind", "nodes", "start", "style", "tag", "weight")

    def __init__(self, kind: Kind, event: Any, start: int) -> None:
        self.kind = kind
        self.start = start
        self.style: Style = "flow" if event.flow_style else "block"
        self.tag: str | None = event.tag
        self.anchor: str | None = event.anchor
        self.nodes: list[Node] = []
        self.weight = 1
        self.height = 0


class _Composer:
    def __init__(self, text: str, base: int, troubles: list[Trouble]) -> None:
        self._text, self._restore = _without_breaks_of_1_1(text)
        self._base = base
        self._troubles = troubles
        self._anchors: dict[str, Node] = {}
        self.aliases: list[Node] = []
        self._stack: list[_Frame] = []
        self._count = 0
        self._aliased = 0

    def compose(self) -> Node | None:
        loader: Any = Loader(self._text)
        try:
            return self._read(loader)
        finally:
            loader.dispose()

    def _read(self, loader: Any) -> Node | None:
        root: Node | None = None
        documents = 0
        while type(event := loader.get_event()) is not StreamEndEvent:
            if type(event) is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._second_document(event)
                    break
            node = self._take(event)
            if node is not None:
                if self._stack:
                    self._add(self._stack[-1], node)
                else:
                    root = node
        return root

    def _take(self, event: Any) -> Node | None:
        """The node that an event completes."""
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is MappingStartEvent:
            self._open("mapping", event)
        elif kind is SequenceStartEvent:
            self._open("sequence", event)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            return self._close(event)
        elif kind is AliasEvent:
            return self._alias(event)
        return None

    def _add(self, frame: _Frame, node: Node) -> None:
        frame.nodes.append(node)
        frame.weight += node.weight
        if node.height > frame.height:
            frame.height = node.height

    def _scalar(self, event: Any) -> Node:
        self._tally(event)
        text: str = event.value if self._restore is None else event.value.translate(self._restore)
        style = _STYLES[event.style]
        start = event.start_mark.index + self._base
        end = event.end_mark.index + self._base
        if event.tag is not None:
            self._check_scalar_tag(event.tag, text, start, end)
        elif style == "plain" and text and text[0] in NUMBER_STARTS and is_unkept_number(text):
            self._troubles.append(unkept_number(text, start, end))
        node = Node(
            "scalar", start, end, style, text, event.tag, event.anchor, weight=1 + len(text) // 32
        )
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _open(self, kind: Kind, event: Any) -> None:
        self._tally(event)
        start = event.start_mark.index + self._base
        if len(self._stack) >= MAX_DEPTH:
            raise Fatal(
                Trouble(
                    "too-deep",
                    f"this is nested more than {MAX_DEPTH} levels deep",
                    start,
                    start + 1,
                )
            )
        if event.tag is not None and event.tag not in ("!", COLLECTION_TAGS[kind]):
            self._troubles.append(_unknown_tag(event.tag, start, event.end_mark.index + self._base))
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        self._stack.append(_Frame(kind, event, start))

    def _close(self, event: Any) -> Node:
        frame = self._stack.pop()
        end = event.end_mark.index + self._base
        common: dict[str, Any] = {
            "tag": frame.tag,
            "anchor": frame.anchor,
            "weight": frame.weight,
            "height": frame.height + 1,
        }
        if frame.kind == "sequence":
            node = Node("sequence", frame.start, end, frame.style, items=frame.nodes, **common)
        else:
            pairs = [
                Pair(key, value)
                for key, value in zip(frame.nodes[::2], frame.nodes[1::2], strict=True)
            ]
            members = members_of(pairs, self._troubles)
            node = Node(
                "mapping", frame.start, end, frame.style, pairs=pairs, members=members, **common
            )
        if frame.anchor is not None:
            self._anchors[frame.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        self._tally(event)
        start = event.start_mark.index + self._base
        end = event.end_mark.index + self._base
        name = event.anchor
        target = self._anchors.get(name)
        if target is None:
            inside = any(frame.anchor == name for frame in self._stack)
            message = (
                f"the alias *{name} stands inside what it names"
                if inside
                else f"no anchor &{name} comes before the alias *{name}"
            )
            raise Fatal(Trouble("unknown-alias", message, start, end))
        self._aliased += target.weight
        if self._aliased > MAX_ALIASED:
            message = f"the aliases of this file stand for more than {MAX_ALIASED:,} values"
            raise Fatal(Trouble("too-many-aliases", message, start, end))
        if len(self._stack) + target.height > MAX_DEPTH:
            raise Fatal(
                Trouble(
                    "too-deep",
                    f"the alias *{name} nests more than {MAX_DEPTH} levels deep",
                    start,
                    end,
                )
            )
        alias = Node(
            target.kind, start, end, target.style, target.text, target.tag, None,
            target.items, target.pairs, target.members, target, target.weight, target.height,
        )  # fmt: skip
        self.aliases.append(alias)
        return alias

    def _tally(self, event: Any) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            start = event.start_mark.index + self._base
            message = f"the file holds more than {MAX_NODES:,} keys and values"
            raise Fatal(Trouble("too-large", message, start, start))

    def _check_scalar_tag(self, tag: str, text: str, start: int, end: int) -> None:
        if tag not in SCALAR_TAGS:
            self._troubles.append(_unknown_tag(tag, start, end))
        elif not fits_tag(text, tag):
            name = tag.rpartition(":")[2]
            self._troubles.append(
                Trouble("wrong-tag", f"{quoted(text)} is no !!{name}", start, end)
            )

    def _second_document(self, event: Any) -> None:
        start = event.start_mark.index + self._base
        message = "a second document begins here; a file holds one workflow"
        hint = "put the second workflow into a file of its own"
        self._troubles.append(Trouble("multiple-documents", message, start, start + 3, hint))


def members_of(pairs: list[Pair], troubles: list[Trouble]) -> dict[str, Pair]:
    """A mapping's entries by key; repeated and other bad keys are told, ``<<`` is followed."""
    members: dict[str, Pair] = {}
    merges: list[Pair] = []
    for pair in pairs:
        key = pair.key
        if key.kind != "scalar" or (key.style == "plain" and not isinstance(key.value, str)):
            troubles.append(_key_not_text(key))
            if key.kind != "scalar" or not key.text:
                continue
        if key.text == "<<" and key.style == "plain" and key.tag is None:
            merges.append(pair)
        elif key.text in members:
            first = members[key.text].key
            message = f"the key {quoted(key.text)} stands twice in this mapping"
            troubles.append(
                Trouble("duplicate-key", message, key.start, key.end, first=first.start)
            )
        else:
            members[key.text] = pair
    for pair in merges:
        for source in _merged(pair.value, troubles):
            for name, member in source.members.items():
                members.setdefault(name, Pair(member.key, member.value, merged=True))
    return members


def _merged(value: Node, troubles: list[Trouble]) -> Iterator[Node]:
    sources = value.items if value.kind == "sequence" else [value]
    for source in sources:
        if source.kind == "mapping":
            yield source
        else:
            message = '"<<" takes in the keys of a mapping or of a list of mappings'
            troubles.append(
                Trouble("bad-merge", message, source.start, source.end, "name one by *anchor")
            )


def unkept_number(text: str, start: int, end: int) -> Trouble:
    message = f"the number {quoted(text)} cannot be kept: JSON and 64 bits have no room for it"
    fix = Fix("Keep it as text", (Splice(start, end, f'"{text}"'),))
    return Trouble(
        "number", message, start, end, f'write "{text[:40]}" in quotes to keep it as text', fix=fix
    )


def _key_not_text(key: Node) -> Trouble:
    if key.kind != "scalar":
        return Trouble(
            "key-not-text", "a key must be text, not a list or mapping", key.start, key.end
        )
    if not key.text:
        return Trouble("key-not-text", "a key is missing before the colon", key.start, key.end)
    fix = Fix("Put the key in quotes", (Splice(key.start, key.end, f'"{key.text}"'),))
    message = f"the key {key.text} is read as {_kind_of(key.value)}, but keys are text"
    plain = key.target is None and key.anchor is None
    return Trouble(
        "key-not-text",
        message,
        key.start,
        key.end,
        f'write "{key.text}"',
        fix=fix if plain else None,
    )


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    return "a boolean" if isinstance(value, bool) else "a number"


def _unknown_tag(tag: str, start: int, end: int) -> Trouble:
    name = tag.replace("tag:yaml.org,2002:", "!!")
    return Trouble(
        "unknown-tag", f"the tag {quoted(name)} is not understood", start, end, "remove the tag"
    )


def _without_breaks_of_1_1(text: str) -> tuple[str, dict[int, str] | None]:
    """libyaml takes U+0085, U+2028 and U+2029 for ends of line, YAML 1.2 for text: stand-ins of
    equal length.
    """
    found = sorted(set(_BREAKS_OF_1_1.findall(text)))
    if not found:
        return text, None
    used = set(text)
    private = chain(range(0xE000, 0xF8FF), range(0xF0000, 0xFFFFD))
    free = (code for code in private if chr(code) not in used)
    stand_ins = dict(zip(found, free, strict=False))
    outward = {ord(character): chr(code) for character, code in stand_ins.items()}
    return text.translate(outward), {code: character for character, code in stand_ins.items()}


def _fatal(error: yaml.YAMLError, text: str, base: int) -> Fatal:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    index = min(mark.index, len(text)) if mark is not None else int(getattr(error, "position", 0))
    words = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    context = getattr(error, "context", None)
    hint = ""
    if text[index : index + 1] == "\t":
        words, context = "a tab stands where only spaces may indent", None
        hint = "replace the tab by spaces"
    message = f"this is not YAML: {words}" + (f" ({context})" if context else "")
    return Fatal(Trouble("syntax", message, index + base, index + base + 1, hint))
