"""Changes of a file as splices of its author's text, in the style around them.

Every function gives the splices by which the text reads as the same tree with just that change
made, or raises EditError when that cannot be done safely. What an alias or ``<<`` brings in is
written out where it is changed, so that no other place changes with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec import Struct

from engine.definition.edit_aliases import detach
from engine.definition.edit_block import append_to_root, block_insert, block_remove, block_value
from engine.definition.edit_flow import flow_insert, flow_remove, flow_value, key_text
from engine.definition.edit_together import settle, shown
from engine.definition.geometry import layout_of, pair_start, tail
from engine.definition.moved import as_read, places_of
from engine.definition.parse import STEP_KEYS, TRIGGER_KEYS, WORKFLOW_KEYS
from engine.definition.plain import changed, nested, same
from engine.definition.problems import Path, Splice
from engine.definition.render import block_lines, flow, json_text
from engine.definition.scalars import NotWritable
from engine.definition.source import Source, read_source
from engine.definition.splice import Edit, EditError, OverlapError, apply, between, edit_of, reverse
from engine.definition.tree import Node, Pair

__all__ = [
    "Edit", "EditError", "apply", "change", "insert_item", "insert_items", "remove", "rename_key",
    "reverse", "set_value",
]  # fmt: skip


_MOST_READINGS = 50


def set_value(source: Source, path: Path, value: Any) -> Edit:
    """Replaces the value at ``path``, or adds it with the mappings above it that are missing.

    Of a mapping or list only what differs is written; comments, quotes and block styles stay.
    """
    return change(source, {path: value})


def remove(source: Source, path: Path) -> Edit:
    """Removes an entry or an item; a collection without any stays as ``{}`` or ``[]``."""
    return change(source, {}, [path])


def insert_item(source: Source, path: Path, index: int, value: Any) -> Edit:
    """Inserts an item into the list at ``path``, which is made when it is missing."""
    return insert_items(source, path, index, [value])


def insert_items(source: Source, path: Path, index: int, values: Sequence[Any]) -> Edit:
    """Inserts items into the list at ``path``, which is made when it is missing."""
    node = source.node(path)
    if node is None or (node.kind == "scalar" and node.value is None):
        return change(source, {path: list(values)})
    if node.kind != "sequence" or not 0 <= index <= len(node.items):
        raise EditError(f"there is no place {index} in a list at {shown(path)}")
    editor = _Editor(source)
    places, rest = editor.walk(path)
    if rest or node.target is not None or not node.items:
        items = node.plain()
        return change(source, {path: [*items[:index], *values, *items[index:]]})
    return editor.finish(editor.insert(places, index, values))


def rename_key(source: Source, path: Path, new: str) -> Edit:
    """Gives the entry at ``path`` another key, in the quotes that it has."""
    outer = source.node(path[:-1])
    if not path or outer is None or outer.kind != "mapping" or path[-1] not in outer.members:
        raise EditError(f"there is no key at {shown(path)}")
    if new in outer.members:
        raise EditError(f'the mapping has a key "{new}" already')
    editor = _Editor(source)
    places, rest = editor.walk(path)
    if rest or _hides_entries(outer):
        renamed = {new if key == path[-1] else key: v for key, v in outer.plain().items()}
        return editor.finish(editor.set_all({path[:-1]: renamed}))
    return editor.finish(editor.rename(places, new))


def change(source: Source, values: Mapping[Path, Any], removed: Iterable[Path] = ()) -> Edit:
    """Many changes at once, all in terms of the source as it is: values to set and paths to remove.

    Raises EditError where one change lies inside another.
    """
    editor = _Editor(source)
    apart, gone = settle(source, values, removed, editor.foreign)
    try:
        return editor.finish(chain(editor.set_all(apart), editor.remove_all(gone)))
    except OverlapError:
        return _one_by_one(source, apart, gone)


def _one_by_one(source: Source, values: Mapping[Path, Any], removed: Sequence[Path]) -> Edit:
    """Changes that meet in an alias, each made in the text that the one before it gives."""
    if len(values) + len(removed) > _MOST_READINGS:
        raise EditError("the changes overlap in an alias; make them one after the other")
    now = source
    singly: list[tuple[dict[Path, Any], list[Path]]] = [({p: v}, []) for p, v in values.items()]
    for to_set, to_remove in [*singly, *(({}, [path]) for path in removed)]:
        editor = _Editor(now)
        edit = editor.finish(chain(editor.set_all(to_set), editor.remove_all(to_remove)))
        now = read_source(apply(now.text, edit), source.file)
    return between(source.text, now.text)


class _Place(Struct, frozen=True):
    """A node on the way of a path: the collection it is in, and its place among what is there."""

    node: Node
    holder: Node | None = None
    index: int = 0
    path: Path = ()


Places = tuple[_Place, ...]


class _Editor:
    """Finds the splices of changes to one source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        if source.root is None and any(p.code != "empty" for p in source.problems):
            raise EditError("the file cannot be read; mend its text first")

    def finish(self, splices: Iterable[Splice]) -> Edit:
        try:
            return edit_of(splices)
        except NotWritable as error:
            raise EditError(str(error)) from error

    def walk(self, path: Path) -> tuple[Places, Path]:
        """The nodes written on the way to ``path``, and the rest of it behind the last of them.

        The way ends before what is missing, at an alias, and before what comes in by ``<<``.
        """
        root = self._source.root
        if root is None:
            return (), path
        places = [_Place(root)]
        for depth, step in enumerate(path):
            node = places[-1].node
            child = _own_child(node, step) if node.target is None else None
            if child is None:
                return tuple(places), path[depth:]
            places.append(_Place(child[1], node, child[0], path[: depth + 1]))
        return tuple(places), ()

    def foreign(self, path: Path) -> Path | None:
        """Where the way to a path leaves what is written there, by an alias or ``<<``."""
        places, rest = self.walk(path)
        if not places or not rest:
            return None
        last = places[-1]
        if last.node.target is not None:
            return last.path
        merged = last.node.kind == "mapping" and rest[0] in last.node.members
        return (*last.path, rest[0]) if merged and len(rest) > 1 else None

    def set_all(self, values: Mapping[Path, Any]) -> Iterator[Splice]:
        """Sets each value; what is added to one collection is added together."""
        pending: dict[int, tuple[Places, dict[str, Any]]] = {}
        fresh: dict[str, Any] = {}
        for path, value in values.items():
            places, rest = self.walk(path)
            if not places or (len(places) == 1 and _is_empty(places[0].node)):
                _grow(fresh, path, value)
            elif rest and _takes_keys(places[-1].node) and isinstance(rest[0], str):
                added = pending.setdefault(id(places[-1].node), (places, {}))[1]
                self._collect(places[-1].node, rest, value, added)
            else:
                yield from self.set(path, value)
        for places, added in sorted(pending.values(), key=lambda found: -len(found[0])):
            yield from self._add(places, added)  # from inside out: what ends together stays so
        if fresh:
            yield from self._first_entries(fresh)

    def set(self, path: Path, value: Any) -> Iterator[Splice]:
        """Sets the value of a node that is there, or inside an alias or an empty value."""
        places, rest = self.walk(path)
        if not places:
            raise EditError("the file is empty; set a key of it")
        node = places[-1].node
        if not rest:
            yield from self._replace(places, value)
        elif node.target is not None or node.kind == "sequence":
            yield from self._replace(places, changed(node.plain(), rest, value))
        elif node.kind == "scalar" and node.value is None:
            yield from self._replace(places, nested(rest, value))
        else:
            raise EditError(f"{shown(places[-1].path)} is no mapping that could hold {shown(rest)}")

    def remove_all(self, paths: Iterable[Path]) -> Iterator[Splice]:
        """Removes each path; what goes from one collection goes together."""
        pending: dict[Path, list[str | int]] = {}
        for path in paths:
            pending.setdefault(path[:-1], []).append(path[-1])
        for path, keys in pending.items():
            yield from self._remove(self.walk(path)[0], keys)

    def _remainder(self, path: Path, keys: list[str | int]) -> Any:
        node = self._source.node(path)
        rest = node.plain() if node is not None else {}
        for key in sorted(keys, key=lambda key: -key if isinstance(key, int) else 0):
            del rest[key]
        return rest

    def insert(self, places: Places, index: int, values: Iterable[Any]) -> Iterator[Splice]:
        node = places[-1].node
        yield from self._detached(places, (node.start, node.start))
        yield from self._insert(node, index, [(None, value) for value in values])

    def rename(self, places: Places, new: str) -> Iterator[Splice]:
        holder = places[-1].holder
        assert holder is not None
        key = holder.pairs[places[-1].index].key
        if key.target is not None or key.anchor is not None:
            raise EditError("the key is an alias or has an anchor; write it out first")
        yield from self._detached(places[:-1], (key.start, key.end))
        yield Splice(key.start, key.end, key_text(self._source, key, new))

    def _collect(self, node: Node, rest: Path, value: Any, added: dict[str, Any]) -> None:
        key = str(rest[0])
        if len(rest) == 1:
            added[key] = value
        elif key in added:
            added[key] = changed(added[key], rest[1:], value)
        else:
            merged = node.members.get(key)
            before = merged.value.plain() if merged else None
            added[key] = changed(before, rest[1:], value)

    def _first_entries(self, entries: dict[str, Any]) -> Iterator[Splice]:
        source = self._source
        root = source.root
        if source.format == "json":
            end = len(source.text)
            start = end if root is None else root.start
            written = json_text(entries, 0, layout_of(source)) + source.newline
            yield Splice(start, end, written)
        else:
            yield from append_to_root(source, list(entries.items()))

    def _add(self, places: Places, added: dict[str, Any]) -> Iterator[Splice]:
        """Adds entries to the mapping at the end of ``places``, each where the format has it."""
        node = places[-1].node
        added = {k: v for k, v in added.items() if k not in node.members or not _has(node, k, v)}
        if not added:
            return
        if node.kind == "scalar" or not node.pairs:
            yield from self._write(places, added)
            return
        order = _order(places[-1].path)
        groups: dict[int, list[tuple[str | None, Any]]] = {}
        for key in sorted(added, key=lambda k: order.index(k) if k in order else len(order)):
            groups.setdefault(_place_of(node, key, order), []).append((key, added[key]))
        yield from self._detached(places, (node.start, node.start))
        for index, entries in groups.items():
            yield from self._insert(node, index, entries)

    def _replace(self, places: Places, value: Any) -> Iterator[Splice]:
        """Makes the node at the end of ``places`` the given value, writing as little as can be."""
        node = places[-1].node
        if same(node.plain(), value):
            return
        if node.target is None and len(node.pairs or node.items) > 0 and value:
            try:
                found = edit_of(self._differences(places, value))
            except EditError:
                found = ()
            if found:
                yield from found
                return
        yield from self._write(places, value)

    def _differences(self, places: Places, value: Any) -> Iterator[Splice]:
        """The changes inside a collection; none when it has to be written anew."""
        node = places[-1].node
        if node.kind == "mapping" and isinstance(value, Mapping):
            if not _hides_entries(node):
                yield from self._mapping_differences(places, value)
        elif node.kind == "sequence" and isinstance(value, list | tuple):
            yield from self._list_differences(places, value)

    def _mapping_differences(self, places: Places, value: Mapping[str, Any]) -> Iterator[Splice]:
        node = places[-1].node
        gone = [i for i, pair in enumerate(node.pairs) if pair.key.text not in value]
        if len(gone) == len(node.pairs):
            return
        for index, pair in enumerate(node.pairs):
            if index not in gone:
                child = _Place(pair.value, node, index, (*places[-1].path, pair.key.text))
                yield from self._replace((*places, child), value[pair.key.text])
        added = {key: entry for key, entry in value.items() if key not in node.members}
        order = _order(places[-1].path)
        if added:
            yield from self._detached(places, (node.start, node.start))
        for key, entry in added.items():
            yield from self._insert(node, _place_of(node, key, order, gone), [(key, entry)])
        for first, behind in _ranges(gone):
            yield from self._take_out(places, first, behind)

    def _list_differences(self, places: Places, value: Sequence[Any]) -> Iterator[Splice]:
        node = places[-1].node
        old = [item.plain() for item in node.items]
        begin, old_end, new_end = _middle(old, value)
        if begin == 0 and old_end == len(old) and new_end == 0:
            return
        common = min(old_end, new_end)
        for index in range(begin, common):
            child = _Place(node.items[index], node, index, (*places[-1].path, index))
            yield from self._replace((*places, child), value[index])
        if new_end > common:
            yield from self._detached(places, (node.start, node.start))
            yield from self._insert(node, common, [(None, item) for item in value[common:new_end]])
        elif old_end > common:
            yield from self._take_out(places, common, old_end)

    def _remove(self, places: Places, keys: list[str | int]) -> Iterator[Splice]:
        node = places[-1].node
        if _hides_entries(node):
            yield from self._write(places, self._remainder(places[-1].path, keys))
            return
        gone = sorted(_index(node, key) for key in keys)
        if len(gone) == len(node.pairs or node.items):
            yield from self._write(places, {} if node.kind == "mapping" else [])
            return
        for first, behind in _ranges(gone):
            yield from self._take_out(places, first, behind)

    def _take_out(self, places: Places, first: int, behind: int) -> Iterator[Splice]:
        node = places[-1].node
        text = self._source.text
        if node.kind == "mapping":
            begin = pair_start(text, node.pairs[first])
            last = node.pairs[behind - 1]
            end = max(last.key.end, last.value.content_end)
        else:
            begin = node.items[first].start
            end = node.items[behind - 1].content_end
        yield from self._detached(places, (begin, end))
        remove_from = flow_remove if node.style == "flow" else block_remove
        yield from remove_from(self._source, node, first, behind)

    def _insert(
        self, node: Node, index: int, entries: Sequence[tuple[str | None, Any]]
    ) -> Iterator[Splice]:
        insert_into = flow_insert if node.style == "flow" else block_insert
        yield from insert_into(self._source, node, index, entries)

    def _write(self, places: Places, value: Any) -> Iterator[Splice]:
        """Writes the node at the end of ``places`` anew."""
        place = places[-1]
        node, holder = place.node, place.holder
        yield from self._detached(places[:-1], (node.start, max(node.start, node.content_end)))
        if holder is None:
            yield self._root(node, value)
        elif holder.style == "flow":
            pair = holder.pairs[place.index] if holder.kind == "mapping" else None
            yield from flow_value(self._source, pair, node, value)
        else:
            yield from block_value(self._source, holder, place.index, node, value)

    def _root(self, node: Node, value: Any) -> Splice:
        source = self._source
        layout = layout_of(source)
        if source.format == "json":
            return Splice(node.start, node.end, json_text(value, 0, layout))
        if not isinstance(value, Mapping) or node.kind != "mapping":
            raise EditError("a definition is a mapping")
        if node.style == "flow" or not value:
            written = flow(value)
        else:
            written = source.newline.join(block_lines(value, 0, layout))
        return Splice(node.start, tail(source.text, node), written)

    def _detached(self, places: Places, gone: tuple[int, int]) -> Iterator[Splice]:
        yield from detach(self._source, [place.node for place in places], gone)


def _own_child(node: Node, step: str | int) -> tuple[int, Node] | None:
    """(index among what is written, value) of an entry of a node's own."""
    if node.kind == "sequence" and isinstance(step, int) and 0 <= step < len(node.items):
        return step, node.items[step]
    if node.kind == "mapping" and isinstance(step, str):
        pair = node.members.get(step)
        if pair is not None and not pair.merged:
            return _index(node, step), pair.value
    return None


def _index(node: Node, key: str | int) -> int:
    if isinstance(key, int):
        return key
    return places_of(node)[key]


def _takes_keys(node: Node) -> bool:
    own = node.target is None
    return own and (node.kind == "mapping" or (node.kind == "scalar" and node.value is None))


def _is_empty(node: Node) -> bool:
    return node.kind == "scalar" and node.value is None and node.start == node.end


def _is_merge(pair: Pair) -> bool:
    return pair.key.text == "<<" and pair.key.style == "plain" and pair.key.tag is None


def _merges(node: Node) -> bool:
    return any(_is_merge(pair) for pair in as_read(node.pairs))


def _hides_entries(node: Node) -> bool:
    """Whether behind a key of a mapping the same may stand again, by ``<<`` or written twice."""
    return node.kind == "mapping" and (len(node.pairs) != len(node.members) or _merges(node))


def _has(node: Node, key: str, value: Any) -> bool:
    return same(node.members[key].value.plain(), value)


def _order(path: Path) -> tuple[str, ...]:
    """The order in which the format has the keys of the mapping at ``path``."""
    if not path:
        return WORKFLOW_KEYS
    if isinstance(path[-1], int) and len(path) > 1:
        return {"steps": STEP_KEYS, "triggers": TRIGGER_KEYS}.get(str(path[-2]), ())
    return ()


def _place_of(node: Node, key: str, order: tuple[str, ...], gone: Sequence[int] = ()) -> int:
    """Before which entry a new key belongs: behind those that come before it in the format."""
    pairs = as_read(node.pairs)
    kept = [i for i in range(len(pairs)) if i not in gone]
    if key in order:
        before = set(order[: order.index(key)])
        found = [i + 1 for i in kept if pairs[i].key.text in before]
        return max(found, default=0)
    return kept[-1] + 1


def _ranges(indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Runs of neighbouring indices as (first, behind the last)."""
    start = previous = None
    for index in indices:
        if previous is not None and index == previous + 1:
            previous = index
            continue
        if start is not None and previous is not None:
            yield start, previous + 1
        start = previous = index
    if start is not None and previous is not None:
        yield start, previous + 1


def _middle(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int, int]:
    """(begin, end in old, end in new) of what differs between two lists."""
    begin = 0
    while begin < min(len(old), len(new)) and same(old[begin], new[begin]):
        begin += 1
    old_end, new_end = len(old), len(new)
    while old_end > begin and new_end > begin and same(old[old_end - 1], new[new_end - 1]):
        old_end -= 1
        new_end -= 1
    return begin, old_end, new_end


def _grow(tree: dict[str, Any], path: Path, value: Any) -> None:
    if not path or not isinstance(path[0], str):
        raise EditError("a definition is a mapping; set a key of it")
    tree[path[0]] = changed(tree.get(path[0]), path[1:], value)
