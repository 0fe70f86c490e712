"""What keys, menus and gestures do with frames and notes; each is one undo step."""

from collections.abc import Callable, Iterable, Sequence

from designer.canvas.areas import framed, union
from designer.canvas.geometry import GRID, snap
from designer.canvas.gestures.base import Surface
from designer.canvas.viewport import Point
from designer.document import framing
from designer.document.shapes import Box, Colour, is_frame

NOTE_SIZE = (208.0, 112.0)
FRAME_SIZE = (360.0, 200.0)
"""Of a note, and of a frame around nothing, when they are new."""


def frame_selection(surface: Surface, at: Point) -> str | None:
    """Draws a frame around the selected nodes, frames and notes; an empty one with its middle at a
    scene point where nothing is selected. Gives its key."""
    selection, scene, areas = surface.document.selection, surface.scene, surface.areas
    keys = [scene.nodes[i].key for i in scene.indices(selection.keys).tolist()]
    boxes: list[Box] = [areas.drawn(key) for key in selection.shapes if key in areas.items]
    if (cards := scene.bounds(keys)) is not None:
        boxes.append(cards)
    if boxes:
        box = _on_grid(framed(union(boxes)))
    else:
        width, height = FRAME_SIZE
        box = (snap(at[0] - width / 2), snap(at[1] - height / 2), width, height)
    return _made(surface, lambda: framing.add_frame(surface.document, keys, box))


def add_note(surface: Surface, at: Point) -> str | None:
    """Sticks a note to the canvas, its corner at a scene point. Gives its key."""
    box = (snap(at[0]), snap(at[1]), *NOTE_SIZE)
    return _made(surface, lambda: framing.add_note(surface.document, box))


def _made(surface: Surface, make: Callable[[], str]) -> str | None:
    found: list[str] = []
    if not surface.editable or not surface.attempt(lambda: found.append(make())):
        return None
    surface.document.selection.set((), (), found)
    return found[0]


def chosen_frames(surface: Surface) -> list[str]:
    """The selected frames; else those that hold the selected nodes."""
    selection, areas = surface.document.selection, surface.areas
    chosen = [key for key in areas.order if key in selection.shapes and is_frame(key)]
    owners = (areas.owner(key) for key in selection.ids)
    return chosen or list(dict.fromkeys(key for key in owners if key is not None))


def fold_shapes(surface: Surface, keys: Sequence[str]) -> None:
    """Folds frames, or unfolds them where all are folded; the block that is left is selected."""
    known = [key for key in keys if key in surface.areas.items and is_frame(key)]
    if not known or not surface.editable:
        return
    folded = not all(surface.areas.items[key].folded for key in known)
    document = surface.document
    if surface.attempt(lambda: framing.set_folded(document, known, folded)) and folded:
        document.selection.set((), (), known)


def colour_shapes(surface: Surface, keys: Iterable[str], colour: Colour) -> None:
    known = [key for key in keys if key in surface.areas.items]
    if known:
        surface.attempt(lambda: framing.set_colour(surface.document, known, colour))


def ungroup(surface: Surface, keys: Sequence[str]) -> None:
    """Takes frames away; their steps stay, and are selected."""
    known = [key for key in keys if key in surface.areas.items]
    steps = [node for key in known for node in surface.areas.items[key].members]
    if known and surface.attempt(lambda: framing.remove(surface.document, known)):
        surface.document.selection.set(steps)


def joined(surface: Surface, keys: Iterable[str]) -> dict[str, list[str]]:
    """The steps of the frames that change once these nodes belong to where they lie now."""
    areas, scene = surface.areas, surface.scene
    open_frames = [a.key for a in areas.items.values() if a.kind == "frame"]
    if not open_frames:
        return {}
    owners = {node: key for key in open_frames for node in areas.items[key].members}
    changed: dict[str, list[str]] = {}
    for node in dict.fromkeys(keys):
        if node not in scene.index or node in areas.hosts:
            continue
        x, y, width, height = scene.rects[scene.index[node]].tolist()
        middle = (x + width / 2, y + height / 2)
        old, new = owners.get(node), areas.frame_at(middle)
        if old == new:
            continue
        if old is not None:
            changed.setdefault(old, list(areas.items[old].members)).remove(node)
        if new is not None:
            changed.setdefault(new, list(areas.items[new].members)).append(node)
    return changed


def _on_grid(box: Box) -> Box:
    x, y = snap(box[0] - GRID / 2), snap(box[1] - GRID / 2)
    right, bottom = snap(box[0] + box[2] + GRID / 2), snap(box[1] + box[3] + GRID / 2)
    return x, y, right - x, bottom - y
