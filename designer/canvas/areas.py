"""Frames and notes as the canvas draws them: where they are, what they hold, what lies under a
point."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from designer.canvas.geometry import CARD_HEIGHT, CARD_WIDTH
from designer.canvas.viewport import Point
from designer.document.shapes import Box, Colour, FrameView, NoteView, contains, holds

TITLE = 30.0
"""Scene units of a frame's upper edge that carry its title."""
PADDING = 24.0
"""From the steps of a frame to its edges."""
_FOLD = 28.0
_EDGE = 6.0
"""Pixels around an edge that count as on it."""
_LEAST_TITLE = 18.0
"""Pixels that a title takes however small the drawing is."""
_LEAST_EDIT_ZOOM = 0.25

Part = Literal["title", "fold", "body", "n", "s", "w", "e", "nw", "ne", "sw", "se"]
Kind = Literal["frame", "note"]


@dataclass(frozen=True, slots=True)
class Area:
    """A frame or a note. ``nodes`` and ``inner`` are the nodes, and the frames and notes, that move
    with it."""

    key: str
    kind: Kind
    text: str
    colour: Colour
    folded: bool = False
    members: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaHit:
    """The frame or note under a point, and which part of it."""

    key: str
    part: Part


class Areas:
    """What lies under the cards. ``boxes`` changes while something is dragged; ``hosts`` tells for
    each node in a folded frame which frame shows it, ``covered`` which frames and notes are inside
    one."""

    def __init__(
        self,
        frames: Sequence[FrameView] = (),
        notes: Sequence[NoteView] = (),
        places: Mapping[str, Point] | None = None,
        heights: Mapping[str, float] | None = None,
    ) -> None:
        at, tall = places or {}, heights or {}
        self.boxes: dict[str, Box] = {}
        for frame in frames:
            box = frame.box or box_around(frame.steps, at, tall)
            if box is not None:
                self.boxes[frame.key] = box
        self.boxes.update((note.key, note.box) for note in notes)
        shown = [frame for frame in frames if frame.key in self.boxes]
        inside = _inside(shown, notes, self.boxes)
        steps = {frame.key: tuple(s for s in frame.steps if s in at) for frame in shown}
        self.items: dict[str, Area] = {
            frame.key: _frame_area(frame, steps, inside.get(frame.key, [])) for frame in shown
        }
        self.items.update(
            (note.key, Area(note.key, "note", note.text, note.colour)) for note in notes
        )
        self.order = _order(self.items.values(), self.boxes)
        self.hosts: dict[str, str] = {}
        self.covered: set[str] = set()
        self._fold()

    def _fold(self) -> None:
        for key in self.order:  # outer frames come first
            area = self.items[key]
            if area.folded and key not in self.covered:
                self.covered.update(area.inner)
                for node in area.nodes:
                    self.hosts.setdefault(node, key)

    def folds(self) -> dict[str, Box]:
        """Node key -> the block that stands for it."""
        return {node: self.drawn(key) for node, key in self.hosts.items()}

    def drawn(self, key: str) -> Box:
        """The box that is painted: a folded frame is a block at its corner."""
        x, y, width, height = self.boxes[key]
        if self.items[key].folded:
            return x, y, CARD_WIDTH, CARD_HEIGHT
        return x, y, width, height

    def seen(self) -> list[Area]:
        """What is painted, from the ground up."""
        return [self.items[key] for key in self.order if key not in self.covered]

    def bounds(self) -> Box | None:
        """The box around all of it."""
        boxes = [self.drawn(area.key) for area in self.seen()]
        return union(boxes) if boxes else None

    def hit(self, at: Point, zoom: float) -> AreaHit | None:
        """The topmost frame or note under a scene point; the inside of an open frame is not it."""
        edge = _EDGE / zoom
        for area in reversed(self.seen()):
            x, y, width, height = self.drawn(area.key)
            grown = (x - edge, y - edge, width + 2 * edge, height + 2 * edge)
            if not holds(grown, at):
                continue
            part = _part(area, (x, y, width, height), at, zoom)
            if part is not None:
                return AreaHit(area.key, part)
        return None

    def frame_at(self, at: Point, without: Iterable[str] = ()) -> str | None:
        """The innermost open frame whose box holds a point."""
        left_out = set(without)
        for area in reversed(self.seen()):
            open_frame = area.kind == "frame" and not area.folded
            if open_frame and area.key not in left_out and holds(self.boxes[area.key], at):
                return area.key
        return None

    def owner(self, node: str) -> str | None:
        """The frame that a node belongs to."""
        return next((a.key for a in self.items.values() if node in a.members), None)

    def carried(self, keys: Iterable[str]) -> tuple[list[str], list[str]]:
        """The nodes, and the frames and notes, that move with these."""
        nodes: dict[str, None] = {}
        shapes: dict[str, None] = {}
        for key in keys:
            if (area := self.items.get(key)) is not None:
                nodes.update(dict.fromkeys(area.nodes))
                shapes.update(dict.fromkeys((key, *area.inner)))
        return list(nodes), list(shapes)


def title_height(zoom: float) -> float:
    """Scene units that a frame's title takes."""
    return max(TITLE, _LEAST_TITLE / zoom)


def box_around(
    steps: Iterable[str], places: Mapping[str, Point], heights: Mapping[str, float]
) -> Box | None:
    """The frame that fits around nodes; None where none of them is there."""
    cards: list[Box] = [
        (*places[key], CARD_WIDTH, heights.get(key, CARD_HEIGHT)) for key in steps if key in places
    ]
    return framed(union(cards)) if cards else None


def framed(box: Box) -> Box:
    """A box with room around it for an edge and a title."""
    x, y, width, height = box
    return (
        x - PADDING,
        y - PADDING - TITLE / 2,
        width + 2 * PADDING,
        height + 2 * PADDING + TITLE / 2,
    )


def union(boxes: Sequence[Box]) -> Box:
    """The box around boxes."""
    sides = np.array(boxes)
    left, top = sides[:, :2].min(axis=0).tolist()
    right, bottom = (sides[:, :2] + sides[:, 2:]).max(axis=0).tolist()
    return left, top, right - left, bottom - top


def _frame_area(frame: FrameView, steps: Mapping[str, tuple[str, ...]], inner: list[str]) -> Area:
    own = steps[frame.key]
    nodes = dict.fromkeys(own)
    for key in inner:
        nodes.update(dict.fromkeys(steps.get(key, ())))
    return Area(
        frame.key,
        "frame",
        frame.title,
        frame.colour,
        frame.folded,
        own,
        tuple(nodes),
        tuple(inner),
    )


def _inside(
    frames: Sequence[FrameView], notes: Sequence[NoteView], boxes: Mapping[str, Box]
) -> dict[str, list[str]]:
    """The frames and notes that lie inside each frame. Frames are compared along one axis after
    sorting, so that only those that can meet are looked at."""
    keys = sorted([*(f.key for f in frames), *(n.key for n in notes)], key=lambda k: boxes[k][0])
    lefts = np.array([boxes[key][0] for key in keys])
    found: dict[str, list[str]] = {}
    for frame in frames:
        box = boxes[frame.key]
        first = int(np.searchsorted(lefts, box[0]))
        last = int(np.searchsorted(lefts, box[0] + box[2], side="right"))
        for key in keys[first:last]:
            if key != frame.key and contains(box, boxes[key]) and _larger(frame.key, key, boxes):
                found.setdefault(frame.key, []).append(key)
    return found


def _larger(outer: str, inner: str, boxes: Mapping[str, Box]) -> bool:
    """Of two frames in the same place, the one that comes first holds the other."""
    return (boxes[outer] != boxes[inner]) or outer < inner


def _order(areas: Iterable[Area], boxes: Mapping[str, Box]) -> list[str]:
    """From the ground up: frames, large ones first, then notes; a block of a folded frame on
    top."""

    def rank(area: Area) -> tuple[int, float, str]:
        _, _, width, height = boxes[area.key]
        return (1 if area.kind == "note" else 0, -width * height, area.key)

    return [area.key for area in sorted(areas, key=rank)]


def _part(area: Area, box: Box, at: Point, zoom: float) -> Part | None:
    x, y, width, height = box
    if area.folded:
        if not holds(box, at):
            return None
        return "fold" if at[0] <= x + _FOLD * 1.6 else "body"
    side = _side(box, at, _EDGE / zoom) if zoom >= _LEAST_EDIT_ZOOM else None
    if side is not None:
        return side
    if area.kind == "note":
        return "body" if holds(box, at) else None
    if not holds((x, y, width, min(title_height(zoom), height)), at):
        return None
    return "fold" if at[0] <= x + max(_FOLD, _LEAST_TITLE / zoom) else "title"


def _side(box: Box, at: Point, reach: float) -> Part | None:
    x, y, width, height = box
    down = "n" if abs(at[1] - y) <= reach else "s" if abs(at[1] - y - height) <= reach else ""
    across = "w" if abs(at[0] - x) <= reach else "e" if abs(at[0] - x - width) <= reach else ""
    sides: dict[str, Part] = {
        "n": "n", "s": "s", "w": "w", "e": "e", "nw": "nw", "ne": "ne", "sw": "sw", "se": "se",
    }  # fmt: skip
    return sides.get(down + across)
