"""What differs between two workflows: steps, triggers and wires, added, removed, changed and
moved, each in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from designer.document.graph import Graph, GraphBuilder, inner_ids, keyed_triggers
from designer.document.views import EdgeView, NodeView, Point, Wire, trigger_name
from engine import Catalogue, Step, Trigger, Workflow

Kind = Literal["added", "removed", "changed", "moved"]
KINDS: tuple[Kind, ...] = ("added", "removed", "changed", "moved")
MOST_DETAILS = 12
"""So many values of one step are named; the others are counted."""
LONGEST = 40
"""Letters of a value that are shown."""
_ROW = 96.0
"""Scene units that a removed step gives way by where another one has taken its place."""
_CARD = (208.0, 60.0)
_OUTSIDE = ("steps", "triggers", "designer")


class Difference(Struct, frozen=True):
    """One thing that differs. ``key`` is the node to go to, empty for the workflow itself;
    ``details`` say what of it."""

    kind: Kind
    text: str
    key: str = ""
    details: tuple[str, ...] = ()


class Comparison(Struct, frozen=True):
    """Two workflows in one graph: everything of the newer one, and what it no longer has."""

    graph: Graph
    nodes: Mapping[str, Kind]
    wires: Mapping[Wire, Kind]
    moves: Mapping[str, Point]
    """Where moved nodes were before."""
    differences: tuple[Difference, ...]

    def count(self, kind: Kind) -> int:
        """How many nodes and wires are of a kind."""
        return sum(one == kind for one in (*self.nodes.values(), *self.wires.values()))


def compare(old: Workflow, new: Workflow, catalogue: Catalogue) -> Comparison:
    """What was done to ``old`` to make it ``new``. A step that got another id and nothing else is
    a changed one."""
    renamed = _renamed(old, new)
    before = GraphBuilder(catalogue).build(old)
    after = GraphBuilder(catalogue).build(new)
    graph = _joined(before, after, renamed)
    details = {**_step_details(old, new, renamed), **_trigger_details(old, new)}
    moves = _moves(before, after, renamed)
    kinds = _node_kinds(before, after, renamed, details, moves)
    wires = _wire_kinds(before, after, renamed)
    return Comparison(
        graph,
        kinds,
        wires,
        {key: at for key, at in moves.items() if kinds.get(key) == "moved"},
        (
            *_workflow_words(old, new),
            *_node_words(graph, kinds, details),
            *_wire_words(graph, wires, kinds),
        ),
    )


# Nodes


def _renamed(old: Workflow, new: Workflow) -> dict[str, str]:
    """Old id -> new id, of top steps that differ in nothing else. Two alike are not guessed at."""
    was, now = {step.id: step for step in old.steps}, {step.id: step for step in new.steps}
    gone = _by_content(step for key, step in was.items() if key not in now)
    come = _by_content(step for key, step in now.items() if key not in was)
    return {
        ids[0]: come[content][0]
        for content, ids in gone.items()
        if len(ids) == 1 and len(come.get(content, ())) == 1
    }


def _by_content(steps: Iterable[Step]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for step in steps:
        bare = replace(step, id="", name="", depends_on=None)
        content = msgspec.json.encode(msgspec.to_builtins(bare, enc_hook=repr))
        found.setdefault(content, []).append(step.id)
    return found


def _joined(before: Graph, after: Graph, renamed: Mapping[str, str]) -> Graph:
    """All nodes and wires of both; a removed node gives way to one that stands in its place."""
    nodes = dict(after.nodes)
    taken = _Ground(node.position for node in nodes.values())
    for key, node in before.nodes.items():
        if key not in nodes and key not in renamed:
            place = node.position and taken.clear(node.position)
            nodes[key] = replace(node, position=place, errors=0, warnings=0)
    edges = {edge.key: edge for edge in after.edges}
    for edge in before.edges:
        moved = _moved_edge(edge, renamed)
        edges.setdefault(moved.key, moved)
    return Graph(nodes, tuple(edges.values()), {**before.owners, **after.owners})


class _Ground:
    """Where cards lie, in squares of the size of one."""

    def __init__(self, places: Iterable[Point | None]) -> None:
        self._squares: dict[tuple[int, int], list[Point]] = {}
        for place in places:
            if place is not None:
                self._take(place)

    def clear(self, at: Point) -> Point:
        """Takes the first place that is free from ``at`` down."""
        x, y = at
        while any(abs(x - tx) < _CARD[0] and abs(y - ty) < _CARD[1] for tx, ty in self._near(x, y)):
            y += _ROW
        self._take((x, y))
        return x, y

    def _take(self, at: Point) -> None:
        self._squares.setdefault(self._square(*at), []).append(at)

    def _near(self, x: float, y: float) -> Iterator[Point]:
        column, row = self._square(x, y)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                yield from self._squares.get((column + dx, row + dy), ())

    def _square(self, x: float, y: float) -> tuple[int, int]:
        return int(x // _CARD[0]), int(y // _CARD[1])


def _moved_edge(edge: EdgeView, renamed: Mapping[str, str]) -> EdgeView:
    src, dst = renamed.get(edge.src, edge.src), renamed.get(edge.dst, edge.dst)
    return edge if (src, dst) == (edge.src, edge.dst) else replace(edge, src=src, dst=dst)


def _moves(before: Graph, after: Graph, renamed: Mapping[str, str]) -> dict[str, Point]:
    """Where nodes were that the author has put elsewhere."""
    found = {}
    for key, node in before.nodes.items():
        now = after.nodes.get(renamed.get(key, key))
        if now is None or node.position is None or now.position is None:
            continue
        if node.position != now.position:
            found[now.key] = node.position
    return found


def _node_kinds(
    before: Graph,
    after: Graph,
    renamed: Mapping[str, str],
    details: Mapping[str, tuple[str, ...]],
    moves: Mapping[str, Point],
) -> dict[str, Kind]:
    known = {renamed.get(key, key) for key in before.nodes}
    kinds: dict[str, Kind] = {key: "removed" for key in known if key not in after.nodes}
    for key in after.nodes:
        if key not in known:
            kinds[key] = "added"
        elif details.get(key):
            kinds[key] = "changed"
        elif key in moves:
            kinds[key] = "moved"
    return kinds


# Values


def _step_details(
    old: Workflow, new: Workflow, renamed: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Top step -> what of it, or of the steps inside it, differs."""
    was = {renamed.get(step.id, step.id): step for step in old.steps}
    found = {}
    for step in new.steps:
        known = was.get(step.id)
        if known is not None and known != step:
            words = [f"id {known.id} → {step.id}"] if known.id != step.id else []
            words += _values(_bare(known), _bare(step))
            words += _inner_words(known, step)
            found[step.id] = _cut(words)
    return found


def _inner_words(old: Step, new: Step) -> Iterator[str]:
    """What differs in the bodies of a loop or of parallel branches."""
    if old.bodies == new.bodies:
        return
    was, now = _inside(old), _inside(new)
    for key in [*now, *(key for key in was if key not in now)]:
        if key not in was:
            yield f"{now[key].title} added inside"
        elif key not in now:
            yield f"{was[key].title} removed inside"
        else:
            for words in _values(_bare(was[key]), _bare(now[key])):
                yield f"{now[key].title}: {words}"


def _inside(step: Step) -> dict[str, Step]:
    wanted = set(inner_ids(step))
    inner = Workflow(steps=(step,)).walk()
    return {one.id: one for one in inner if one.id in wanted}


def _trigger_details(old: Workflow, new: Workflow) -> dict[str, tuple[str, ...]]:
    was = {key: old.triggers[index] for index, key in keyed_triggers(old)}
    found = {}
    for index, key in keyed_triggers(new):
        known = was.get(key)
        if known is not None and known != new.triggers[index]:
            found[key] = _cut(_values(_tree(known), _tree(new.triggers[index])))
    return found


def _bare(step: Step) -> dict[str, Any]:
    """A step's values but for its id, its wires and the steps inside it."""
    return _tree(replace(step, id="", bodies=(), depends_on=None))


def _tree(value: Step | Trigger | Workflow) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(value, enc_hook=repr)
    return tree


def _values(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Every value that differs, with its place: ``config.url "a" → "b"``."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*new, *(key for key in old if key not in new)]:
            inner = f"{path}.{key}" if path else str(key)
            if key not in old:
                yield f"{inner} {_shown(new[key])} added"
            elif key not in new:
                yield f"{inner} {_shown(old[key])} removed"
            else:
                yield from _values(old[key], new[key], inner)
    elif old in (None, "", (), [], {}):
        yield f"{path} {_shown(new)} added"
    elif new in (None, "", (), [], {}):
        yield f"{path} {_shown(old)} removed"
    else:
        yield f"{path} {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    """A value in a few letters; of a text with many lines, how many there are."""
    if isinstance(value, str) and "\n" in value.strip():
        return f"({value.strip().count(chr(10)) + 1} lines)"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _cut(words: Iterable[str]) -> tuple[str, ...]:
    listed = [one.removeprefix("extra.") for one in words]
    rest = len(listed) - MOST_DETAILS
    return (*listed[:MOST_DETAILS], f"and {rest} more") if rest > 0 else tuple(listed)


# Wires


def _wire_kinds(before: Graph, after: Graph, renamed: Mapping[str, str]) -> dict[Wire, Kind]:
    was = {_moved_edge(edge, renamed).key for edge in before.edges}
    now = {edge.key for edge in after.edges}
    kinds: dict[Wire, Kind] = dict.fromkeys(now - was, "added")
    return kinds | dict.fromkeys(was - now, "removed")


# Words


def _workflow_words(old: Workflow, new: Workflow) -> Iterator[Difference]:
    was, now = (
        {key: value for key, value in _tree(one).items() if key not in _OUTSIDE}
        for one in (old, new)
    )
    if words := _cut(one.replace("finally_", "finally") for one in _values(was, now)):
        yield Difference("changed", "The workflow itself", "", words)


def _node_words(
    graph: Graph, kinds: Mapping[str, Kind], details: Mapping[str, tuple[str, ...]]
) -> Iterator[Difference]:
    for kind in KINDS:
        for key, node in graph.nodes.items():
            if kinds.get(key) == kind:
                known = details.get(key, ()) if kind == "changed" else ()
                yield Difference(kind, _name(node), key, known)


def _wire_words(
    graph: Graph, wires: Mapping[Wire, Kind], kinds: Mapping[str, Kind]
) -> Iterator[Difference]:
    """Wires that came or went by themselves; those of a trigger follow from the steps."""
    titles = {key: node.title for key, node in graph.nodes.items()}
    order = {edge.key: index for index, edge in enumerate(graph.edges)}
    for wire in sorted(wires, key=lambda one: (wires[one], order.get(one, 0))):
        src, port, dst = wire
        if trigger_name(src) is not None or wires[wire] in (kinds.get(src), kinds.get(dst)):
            continue
        by = "" if port == "success" else f" ({port})"
        yield Difference(
            wires[wire], f"Wire {titles.get(src, src)}{by} → {titles.get(dst, dst)}", dst
        )


def _name(node: NodeView) -> str:
    return f"Trigger {node.title}" if node.kind == "trigger" else node.title
