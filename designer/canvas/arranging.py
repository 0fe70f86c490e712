"""Arranging what is selected: level with each other, at even distances, out of its wires."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from designer.canvas.drawing import Drawing
from designer.canvas.geometry import GRID
from designer.canvas.gestures.base import Surface
from designer.canvas.scene import Floats
from designer.canvas.viewport import Point

Side = Literal["left", "centre", "right", "top", "middle", "bottom"]
Axis = Literal["across", "down"]

SIDES: dict[Side, tuple[int, float]] = {
    "left": (0, 0.0),
    "centre": (0, 0.5),
    "right": (0, 1.0),
    "top": (1, 0.0),
    "middle": (1, 0.5),
    "bottom": (1, 1.0),
}
"""Which axis a side lies on, and which part of a card comes to it."""
AXES: tuple[Axis, ...] = ("across", "down")
_LEAST_GAP = GRID * 3


class Arranging:
    """Commands on the selection, each one undo step; what they refuse is told to the user."""

    def __init__(self, surface: Surface, drawing: Drawing) -> None:
        self._surface = surface
        self._drawing = drawing

    def align(self, side: Side) -> None:
        """Puts the selected nodes level at one side of them all, clear of each other."""
        keys, rects = self._chosen()
        if len(keys) > 1:
            self._move(keys, aligned(rects, side), "Align")

    def distribute(self, axis: Axis) -> None:
        """Puts the selected nodes at even distances between the outermost two."""
        keys, rects = self._chosen()
        if len(keys) > 2:
            self._move(keys, distributed(rects, axis), "Distribute")

    def detach(self) -> None:
        """Takes the selected steps out of their wires, and joins the ends."""
        keys, _ = self._chosen()
        if keys:
            self._surface.attempt(lambda: self._surface.document.detach(keys))

    def delete_joining(self) -> None:
        """Removes the selected nodes, and joins the wires that they leave loose."""
        keys, _ = self._chosen()
        if keys:
            self._surface.attempt(lambda: self._surface.document.remove_joining(keys))

    def toggle_grid(self) -> None:
        """Lets dragged nodes snap to the grid, or not."""
        options = self._surface.options
        options.grid = not options.grid

    def _chosen(self) -> tuple[list[str], Floats]:
        scene = self._drawing.scene
        found = scene.indices(self._surface.document.selection.keys)
        return [scene.nodes[i].key for i in found.tolist()], scene.rects[found]

    def _move(self, keys: list[str], corners: Floats, name: str) -> None:
        scene = self._drawing.scene
        places: dict[str, Point] = {
            key: (x, y)
            for key, (x, y) in zip(keys, corners.tolist(), strict=True)
            if (x, y) != scene.position(key)
        }
        if places:
            self._surface.attempt(lambda: self._surface.document.move(places, name=name))


def aligned(rects: Floats, side: Side) -> Floats:
    """Corners (n, 2) of cards (n, 4) that are level at a side; those that would cover each other
    go apart along it."""
    axis, part = SIDES[side]
    low = rects[:, axis].min()
    high = (rects[:, axis] + rects[:, axis + 2]).max()
    corners: Floats = rects[:, :2].copy()
    corners[:, axis] = low + (high - low - rects[:, axis + 2]) * part
    other = 1 - axis
    reach = -np.inf
    for i in np.argsort(corners[:, other], kind="stable").tolist():
        corners[i, other] = max(corners[i, other], reach)
        reach = corners[i, other] + rects[i, other + 2] + _LEAST_GAP
    return corners


def distributed(rects: Floats, axis: Axis) -> Floats:
    """Corners (n, 2) of cards at even gaps between the first and the last; further on where there
    is too little room."""
    at = 0 if axis == "across" else 1
    order: NDArray[np.intp] = np.argsort(rects[:, at], kind="stable")
    sizes = rects[order, at + 2]
    span = rects[order[-1], at] + sizes[-1] - rects[order[0], at]
    gap = max((span - sizes.sum()) / (len(rects) - 1), _LEAST_GAP)
    corners: Floats = rects[:, :2].copy()
    steps = np.concatenate([[0.0], np.cumsum(sizes[:-1] + gap)])
    corners[order, at] = np.round(rects[order[0], at] + steps)
    return corners
