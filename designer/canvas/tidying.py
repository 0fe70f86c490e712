"""Laying out anew: everything or what is selected, across or down, with frames kept together, and
shown as one smooth move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from designer.canvas.areas import Areas, framed, union
from designer.canvas.drawing import Drawing
from designer.canvas.geometry import CARD_WIDTH, ROW_GAP, snap
from designer.canvas.gestures.base import Surface
from designer.canvas.layout import Graph, layered
from designer.canvas.scene import Scene
from designer.canvas.viewport import Point
from designer.document import framing
from designer.document.shapes import Box
from designer.theme.theme import Theme

_MOST_MOVING = 1500
"""With more nodes than this on the move, they jump."""


@dataclass(frozen=True, slots=True)
class Layout:
    """New places of nodes, and new boxes of frames and notes."""

    places: dict[str, Point] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)


def laid_out(scene: Scene, areas: Areas, *, down: bool = False) -> Layout:
    """A layout of everything, its top left corner where that of the drawing is. An open frame is
    laid out by itself and then placed as a whole; a folded one is placed as the block it is."""
    groups = _groups(areas)
    host = {node: key for key, nodes in groups.items() for node in nodes}
    inner = {
        key: _layered(scene, nodes, down)
        for key, nodes in groups.items()
        if not areas.items[key].folded
    }
    sizes = {
        key: framed(_extent(scene, inner[key])) if key in inner else (0.0, 0.0, *_block(areas, key))
        for key in groups
    }
    loose = [node.key for node in scene.nodes if node.key not in host]
    corners = _outer(scene, [*loose, *groups], host, sizes, down)
    corner = _corner([scene.bounds(), *(areas.drawn(key) for key in groups)])
    found = Layout()
    for key in loose:
        found.places[key] = _plus(corners[key], corner)
    for key, nodes in groups.items():
        at = _plus(corners[key], corner)
        _put_group(found, scene, areas, key, nodes, inner.get(key), sizes[key], at)
    _clear_notes(found, scene, areas)
    return found


def _clear_notes(found: Layout, scene: Scene, areas: Areas) -> None:
    """Puts notes that would lie under something in a row below everything."""
    notes = [a.key for a in areas.seen() if a.kind == "note" and a.key not in found.boxes]
    cards: list[Box] = [(*at, *_card(scene, key)) for key, at in found.places.items()]
    taken = np.array([*cards, *found.boxes.values()]).reshape(-1, 4)
    if not len(taken):
        return
    left, low = float(taken[:, 0].min()), float((taken[:, 1] + taken[:, 3]).max()) + ROW_GAP
    for key in notes:
        x, y, width, height = areas.boxes[key]
        meets = (taken[:, 0] < x + width) & (taken[:, 0] + taken[:, 2] > x)
        meets &= (taken[:, 1] < y + height) & (taken[:, 1] + taken[:, 3] > y)
        if meets.any():
            found.boxes[key] = (left, snap(low), width, height)
            left += width + ROW_GAP


def laid_out_nodes(scene: Scene, keys: Iterable[str], *, down: bool = False) -> Layout:
    """A layout of some nodes, its top left corner where theirs is."""
    wanted = [scene.nodes[i].key for i in scene.indices(keys).tolist()]
    corner = _corner([scene.bounds(wanted)])
    places = _layered(scene, wanted, down)
    return Layout({key: _plus(at, corner) for key, at in places.items()})


def _groups(areas: Areas) -> dict[str, tuple[str, ...]]:
    """The outermost frames that hold nodes, and the nodes that each places."""
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for area in areas.seen():  # outer frames come first
        if area.kind == "frame" and area.key not in taken and area.nodes:
            taken.update(area.inner)
            found[area.key] = area.nodes
    return found


def _layered(scene: Scene, keys: Sequence[str], down: bool) -> dict[str, Point]:
    return _outer(scene, keys, {}, {}, down)


def _outer(
    scene: Scene,
    keys: Sequence[str],
    host: Mapping[str, str],
    sizes: Mapping[str, Box],
    down: bool,
) -> dict[str, Point]:
    """Corners of nodes and groups, from (0, 0) on; a group stands for the nodes it hosts."""
    place = {key: i for i, key in enumerate(keys)}
    spans = np.array([sizes[k][2:] if k in sizes else _card(scene, k) for k in keys]).reshape(-1, 2)
    ends = []
    for edge in scene.edges:
        src, dst = host.get(edge.src, edge.src), host.get(edge.dst, edge.dst)
        if src != dst and src in place and dst in place:
            plan = scene.plans[scene.index[edge.src]]
            ends.append((place[src], place[dst], plan.spot(edge.port).y / plan.height))
    wires = np.array(ends, dtype=np.float64).reshape(-1, 3)
    across, along = (spans[:, 0], spans[:, 1]) if down else (spans[:, 1], spans[:, 0])
    graph = Graph(
        across, wires[:, 0].astype(np.intp), wires[:, 1].astype(np.intp), wires[:, 2], along
    )
    corners = layered(graph)
    if down:
        corners = corners[:, ::-1]
    return {key: (float(x), float(y)) for key, (x, y) in zip(keys, corners, strict=True)}


def _card(scene: Scene, key: str) -> tuple[float, float]:
    return CARD_WIDTH, scene.plans[scene.index[key]].height


def _block(areas: Areas, key: str) -> tuple[float, float]:
    _, _, width, height = areas.drawn(key)
    return width, height


def _extent(scene: Scene, places: Mapping[str, Point]) -> Box:
    return union([(*at, *_card(scene, key)) for key, at in places.items()])


def _put_group(
    found: Layout,
    scene: Scene,
    areas: Areas,
    key: str,
    nodes: Sequence[str],
    inner: Mapping[str, Point] | None,
    size: Box,
    at: Point,
) -> None:
    """Adds a frame with all that is in it, its corner at a point."""
    x, y, width, height = areas.boxes[key]
    shift = (at[0] - x, at[1] - y)
    shapes = {k: areas.boxes[k] for k in areas.items[key].inner}
    moved = {k: (b[0] + shift[0], b[1] + shift[1], b[2], b[3]) for k, b in shapes.items()}
    if inner is None:
        found.places.update((node, _plus(scene.position(node), shift)) for node in nodes)
        found.boxes[key] = (*at, width, height)
    else:
        start = (at[0] - size[0], at[1] - size[1])
        found.places.update((node, _plus(inner[node], start)) for node in nodes)
        found.boxes[key] = (*at, size[2], size[3])
        for k in moved:
            members = [n for n in areas.items[k].nodes if n in inner]
            if members:
                moved[k] = framed(_extent(scene, {n: found.places[n] for n in members}))
    found.boxes.update(moved)


def _corner(boxes: Iterable[Box | None]) -> Point:
    known = [box for box in boxes if box is not None]
    left, top, _, _ = union(known) if known else (0.0, 0.0, 0.0, 0.0)
    return snap(left), snap(top)


def _plus(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1]


class Tidying(QObject):
    """Lays out as one undo step, and lets the drawing glide to its new places."""

    def __init__(self, surface: Surface, drawing: Drawing, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._surface, self._drawing, self._theme = surface, drawing, theme
        self._from: dict[str, Point] = {}
        self._to: dict[str, Point] = {}
        self._clock = QVariantAnimation(self)
        self._clock.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.valueChanged.connect(self._step)
        surface.document.changed.connect(self.stop)

    @property
    def running(self) -> bool:
        return self._clock.state() == QVariantAnimation.State.Running

    def tidy(self, *, down: bool = False) -> bool:
        """Lays out the selected nodes where several are selected, else everything; tells whether
        it was everything."""
        self.stop()
        scene, areas = self._drawing.scene, self._drawing.areas
        chosen = self._surface.document.selection.keys
        some = len(chosen) > 1
        layout = (
            laid_out_nodes(scene, chosen, down=down) if some else laid_out(scene, areas, down=down)
        )
        before = {key: scene.position(key) for key in layout.places}
        moved = {key: at for key, at in layout.places.items() if at != before[key]}
        boxes = {key: box for key, box in layout.boxes.items() if box != areas.boxes[key]}
        if moved or boxes:
            name = f"Lay out {'the selection' if some else 'everything'}"
            document = self._surface.document
            places = layout.places if not some else moved
            if self._surface.attempt(lambda: framing.move(document, places, boxes, name=name)):
                self._glide(before, moved)
        return not some

    def stop(self, *_: object) -> None:
        """Shows the end at once."""
        if self.running:
            self._clock.stop()
            self._step(1.0)

    def _glide(self, before: Mapping[str, Point], after: dict[str, Point]) -> None:
        milliseconds = self._theme.motion("layout") if len(after) <= _MOST_MOVING else 0
        if milliseconds <= 0 or not after:
            return
        self._from, self._to = {key: before[key] for key in after}, after
        self._step(0.0)
        self._clock.setDuration(milliseconds)
        self._clock.start()

    def _step(self, part: float) -> None:
        done = part >= 1.0
        places = {
            key: at if done else _between(self._from[key], at, part) for key, at in self._to.items()
        }
        self._drawing.scene.place(places, settled=done)
        self._surface.redraw()


def _between(a: Point, b: Point, part: float) -> Point:
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
