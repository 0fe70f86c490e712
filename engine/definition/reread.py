"""Reads a text again after an edit: only the entries that the edit touches, where that is safe.

An entry of a list or mapping in block style reads the same wherever it stands, as long as it is
whole: nothing in it reaches further than the place where the next entry begins. So the touched
entries are read alone, below stand-ins for what encloses them and before a stand-in for what
follows; where the reader then finds anything else than these, the whole text is read.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from msgspec import Struct

from engine.definition.geometry import column, is_first_on_line
from engine.definition.moved import Members, Moved, as_read, moved, places_of, shifts
from engine.definition.problems import Splice
from engine.definition.source import Source, is_yaml, read_source
from engine.definition.splice import Edit, apply
from engine.definition.tree import MAX_NODES, MAX_SIZE, Node, Pair
from engine.definition.trouble import Fatal, Trouble
from engine.definition.yaml_source import read_yaml

LEAF = 60
"""Weight up to which an entry is read as a whole."""
_ABOVE, _NEXT = "x", "next\u00a0entry"
"""Keys that stand for an enclosing entry, and for the following one."""

Entries = Sequence[Node | Pair]


def reread(source: Source, edit: Edit) -> Source:
    """What ``read_source`` gives for the text after an edit of ``source``."""
    found = reread_part(source, edit)
    return found if found is not None else read_source(apply(source.text, edit), source.file)


def reread_part(source: Source, edit: Edit) -> Source | None:
    """The same where reading a part is enough, else None."""
    root = source.root
    if root is None or source.problems or source.aliases or source.format != "yaml":
        return None
    text = apply(source.text, edit)
    try:
        return Source(text, root=_Rereader(source.text, text, edit).read(root), file=source.file)
    except _Unsure:
        return None


class _Unsure(Exception):  # noqa: N818  (says what the reader is)
    """Only reading all of it tells what the text says now."""


class _Level(Struct, frozen=True):
    """A collection on the way down to what was touched; offsets are those of the old text."""

    node: Node
    column: int
    lead: int
    """Where its text begins: behind the key or dash that it hangs on."""
    end: int
    """Where that begins which follows it; the end of the text when nothing does."""
    follow: int
    """The level of which that is an entry; -1 when nothing follows."""


Levels = tuple[_Level, ...]


class _Rereader:
    def __init__(self, old: str, new: str, edit: Edit) -> None:
        self._old = old
        self._new = new
        self._edit = edit
        self._ends = [splice.end for splice in edit]
        growths = (len(splice.text) - (splice.end - splice.start) for splice in edit)
        self._growth = [0, *accumulate(growths)]

    def read(self, root: Node) -> Node:
        old, begin = self._old, root.start
        if len(self._new) > MAX_SIZE or _is_bare(root) is False:
            raise _Unsure
        top = _Level(root, column(old, begin), begin, len(old), -1)
        made = self._collection((top,), self._edit)
        if made.weight > MAX_NODES:
            raise _Unsure
        return made

    def _collection(self, levels: Levels, splices: Sequence[Splice]) -> Node:
        """The collection of the last level, after the splices that lie in it."""
        level, node = levels[-1], levels[-1].node
        if node.end != level.end:
            raise _Unsure
        old = _entries(node)
        read, by = as_read(old), shifts(old)
        new: list[Node | Pair] = []
        behind: list[int] = []
        taken: list[Node | Pair] = []
        put: list[Node | Pair] = []
        at, start = 0, node.start + self._by(node.start)
        for first, last, inside in self._groups(level, splices):
            made, begin = self._group(levels, first, last, inside)
            start = begin if first == 0 else start
            new += [*read[at:first], *made]
            behind += [*self._shifts(level, by, at, first), *[0] * len(made)]
            taken += read[first : last + 1]
            put += made
            at = last + 1
        new += read[at:]
        behind += self._shifts(level, by, at, len(read))
        return self._made(level, start, (new, behind), (taken, put))

    def _shifts(self, level: _Level, by: list[int], first: int, behind: int) -> list[int]:
        """By how much untouched entries stand behind where they were read."""
        if first >= behind:
            return []
        more = self._by(self._start(level, first))
        return [one + more for one in by[first:behind]] if more else by[first:behind]

    def _made(
        self,
        level: _Level,
        start: int,
        entries: tuple[list[Node | Pair], list[int]],
        changed: tuple[list[Node | Pair], list[Node | Pair]],
    ) -> Node:
        node, (read, by) = level.node, entries
        end = node.end + self._by(node.end)
        weight = node.weight + sum(map(_weight, changed[1])) - sum(map(_weight, changed[0]))
        height = _height(node, read, changed)
        if node.kind == "sequence":
            items: Moved[Node] = Moved(read, by)  # type: ignore[arg-type]
            return Node("sequence", start, end, "block", items=items, weight=weight, height=height)
        pairs: Moved[Pair] = Moved(read, by)  # type: ignore[arg-type]
        members = Members(pairs, _places(node, pairs.read, changed))
        return Node(
            "mapping", start, end, "block", pairs=pairs, members=members, weight=weight,
            height=height,
        )  # fmt: skip

    def _groups(
        self, level: _Level, splices: Sequence[Splice]
    ) -> Iterator[tuple[int, int, list[Splice]]]:
        """(first, last, splices) of runs of touched entries. An entry reaches to the beginning of
        the next; what is inserted right there is the earlier one's."""
        run: tuple[int, int, list[Splice]] | None = None
        for splice in splices:
            if splice.start <= level.lead or splice.end > level.end:
                raise _Unsure
            first = self._before(level, splice.start)
            last = max(first, self._before(level, splice.end))
            if run is not None and first <= run[1]:
                run = (run[0], max(run[1], last), [*run[2], splice])
                continue
            if run is not None:
                yield run
            run = (first, last, [splice])
        if run is not None:
            yield run

    def _before(self, level: _Level, offset: int) -> int:
        """The last entry that begins before an offset; the first where none does."""
        entries = _entries(level.node)
        read, by = as_read(entries), shifts(entries)
        node = level.node

        def begin(index: int) -> int:
            entry = read[index]
            return (entry.key.start if isinstance(entry, Pair) else entry.start) + by[index]

        found = bisect_left(range(len(read)), offset, key=begin)
        if node.kind == "sequence" and found < len(read) and self._start(level, found) < offset:
            return found
        return max(found - 1, 0)

    def _start(self, level: _Level, index: int) -> int:
        """Where an entry begins in the old text: its key, or its dash."""
        entry = _entries(level.node)[index]
        old = self._old
        if not index:
            return level.node.start
        at = entry.key.start if isinstance(entry, Pair) else old.rfind("-", 0, entry.start)
        if at < 0 or column(old, at) != level.column or not is_first_on_line(old, at):
            raise _Unsure
        return at

    def _by(self, offset: int) -> int:
        """By how much what begins at an offset of the old text, untouched, moves."""
        return self._growth[bisect_right(self._ends, offset)]

    def _group(
        self, levels: Levels, first: int, last: int, splices: Sequence[Splice]
    ) -> tuple[list[Node | Pair], int]:
        """The entries that take the place of some, and where they begin in the new text."""
        if first == last:
            deeper = self._deeper(levels, first, splices)
            if deeper is not None:
                begin = self._start(levels[-1], first)
                return [deeper], begin + self._by(begin)
        return self._read(levels, first, last)

    def _deeper(self, levels: Levels, index: int, splices: Sequence[Splice]) -> Node | Pair | None:
        """An entry of which only something inside was touched; None where that is not so."""
        level = levels[-1]
        entry = _entries(level.node)[index]
        value = entry.value if isinstance(entry, Pair) else entry
        lead = entry.key.end if isinstance(entry, Pair) else self._start(level, index) + 1
        if value.weight <= LEAF or not _is_bare(value) or splices[0].start <= lead:
            return None
        at = column(self._old, value.start)
        if at < level.column + _least_deeper(level.node, value):
            return None
        end, follow = self._end(levels, index)
        try:
            made = self._collection((*levels, _Level(value, at, lead, end, follow)), splices)
        except _Unsure:
            return None
        if isinstance(entry, Pair):
            return Pair(moved(entry.key, self._by(entry.key.start)), made)
        return made

    def _end(self, levels: Levels, index: int) -> tuple[int, int]:
        """Where that begins which follows an entry, and the level that it belongs to."""
        level = levels[-1]
        if index + 1 < len(_entries(level.node)):
            return self._start(level, index + 1), len(levels) - 1
        return level.end, level.follow

    def _read(self, levels: Levels, first: int, last: int) -> tuple[list[Node | Pair], int]:
        """Reads the entries from ``first`` to ``last`` anew, and where they begin."""
        level = levels[-1]
        from_lead = first == 0
        old_begin = level.lead if from_lead else self._start(level, first)
        old_end, follow = self._end(levels, last)
        begin, end = old_begin + self._by(old_begin), old_end + self._by(old_end)
        slab = self._new[begin:end]
        above = _above(levels, from_lead)
        mark = ""
        if follow >= 0:
            mark = "-" if levels[follow].node.kind == "sequence" else f"{_NEXT}:"
        found = _read_alone(above + slab + mark, begin - len(above))
        container = _walk_down(found, levels, end if follow >= 0 else None, follow)
        entries = list(_entries(container))
        if follow == len(levels) - 1:
            _expect_mark(entries.pop(), end)
        elif container.end != end:
            raise _Unsure  # the document ends before the text does
        if not entries or (not from_lead and container.start != begin):
            raise _Unsure
        return entries, container.start


def _read_alone(text: str, base: int) -> Node:
    if not is_yaml(text):
        raise _Unsure
    troubles: list[Trouble] = []
    try:
        root, aliases = read_yaml(text, base, troubles)
    except Fatal as fatal:
        raise _Unsure from fatal
    if root is None or aliases or troubles:
        raise _Unsure
    return root


def _above(levels: Levels, from_lead: bool) -> str:
    """Stand-ins for all that encloses the entries, with the same columns."""
    written = ""
    for depth, level in enumerate(levels):
        outer = levels[depth - 1] if depth else None
        is_last = depth == len(levels) - 1
        if is_last and from_lead and outer is not None:
            break
        behind_dash = outer is not None and outer.node.kind == "sequence"
        written += " " * (level.column - (outer.column + 1 if outer and behind_dash else 0))
        if not is_last:
            is_open = from_lead and depth == len(levels) - 2
            written += "-" if level.node.kind == "sequence" else _ABOVE + ":\n" * (not is_open)
    return written


def _walk_down(node: Node, levels: Levels, mark: int | None, follow: int) -> Node:
    """The collection that was read alone, inside the stand-ins."""
    for depth, level in enumerate(levels):
        if node.kind != level.node.kind or not _is_bare(node):
            raise _Unsure
        if depth == len(levels) - 1:
            break
        entries = _entries(node)
        if len(entries) != 1 + (follow == depth):
            raise _Unsure
        if follow == depth and mark is not None:
            _expect_mark(entries[-1], mark)
        inner = entries[0]
        node = inner.value if isinstance(inner, Pair) else inner
    return node


def _expect_mark(entry: Node | Pair, at: int) -> None:
    """The stand-in for what follows has to be read as that, at its place."""
    if isinstance(entry, Pair):
        fits = entry.key.start == at and entry.key.text == _NEXT and not entry.value.text
    else:
        fits = entry.kind == "scalar" and entry.start == at + 1 and not entry.text
    if not fits:
        raise _Unsure


def _is_bare(node: Node) -> bool:
    """Whether this is a collection in block style without anchor or tag."""
    bare = node.anchor is None and node.tag is None and node.target is None
    return bare and node.kind != "scalar" and node.style == "block"


def _entries(node: Node) -> Entries:
    return node.items if node.kind == "sequence" else node.pairs


def _least_deeper(outer: Node, inner: Node) -> int:
    """How many columns a collection has to stand behind the one that it is in."""
    if outer.kind == "sequence":
        return 2
    return 0 if inner.kind == "sequence" else 1


def _weight(entry: Node | Pair) -> int:
    return entry.key.weight + entry.value.weight if isinstance(entry, Pair) else entry.weight


def _tallest(entries: Iterable[Node | Pair]) -> int:
    return max(
        (max(e.key.height, e.value.height) if isinstance(e, Pair) else e.height for e in entries),
        default=0,
    )


def _height(
    node: Node,
    read: Iterable[Node | Pair],
    changed: tuple[list[Node | Pair], list[Node | Pair]],
) -> int:
    gone, come = _tallest(changed[0]) + 1, _tallest(changed[1]) + 1
    if come >= node.height:
        return come
    return node.height if gone < node.height else _tallest(read) + 1


def _places(
    node: Node,
    pairs: list[Pair],
    changed: tuple[list[Node | Pair], list[Node | Pair]],
) -> dict[str, int]:
    """The index of each entry by key. Not for a mapping that has a key twice, or merges others."""
    known = places_of(node)
    if len(known) != len(node.pairs) or len(known) != len(node.members):
        raise _Unsure
    if list(map(_key, changed[0])) != list(map(_key, changed[1])):
        known = {pair.key.text: index for index, pair in enumerate(pairs)}
    plain = all(isinstance(pair, Pair) and pair.key.kind == "scalar" for pair in changed[1])
    if len(known) != len(pairs) or "<<" in known or not plain:
        raise _Unsure
    return known


def _key(entry: Node | Pair) -> str:
    return entry.key.text if isinstance(entry, Pair) else ""
