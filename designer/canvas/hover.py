"""What the pointer is over, and what that opens and lights."""

from PySide6.QtCore import Qt

from designer.canvas.geometry import CARD_WIDTH, Reveal
from designer.canvas.hit import NOTHING, Hit, hit, in_reach
from designer.canvas.scene import Scene
from designer.canvas.viewport import Point

_DRAWER_OPENS = 0.72
"""Part of a card's width from which on the pointer opens the drawer of rarer ports."""


class Hover:
    """``opened`` is the node that shows all its ports; ``lit`` the wires on the path under the
    pointer."""

    def __init__(self) -> None:
        self.hit: Hit = NOTHING
        self.opened = -1
        self.reveal: Reveal = "card"
        self.lit: frozenset[int] = frozenset()
        self.area: Qt.CursorShape | None = None
        """The pointer's shape over a frame or note."""

    def find(self, scene: Scene, at: Point, zoom: float) -> Hit:
        """What is under a scene point, the ports that the open node shows included."""
        return hit(scene, at, zoom, self.opened, self.reveal)

    def move(self, scene: Scene, at: Point, zoom: float) -> bool:
        """The pointer is here now; True when that changes the picture."""
        before = (self.hit, self.opened, self.reveal)
        if self.opened >= 0 and not in_reach(scene, self.opened, at, zoom):
            self.opened, self.reveal = -1, "card"
        self.hit = self.find(scene, at, zoom)
        if self.hit.node >= 0 and self.opened < 0:
            self.opened = self.hit.node
        if self.opened >= 0 and self._near_ports(scene, at):
            self.reveal = "all"
        self.hit = self.find(scene, at, zoom)
        if self.hit != before[0]:
            self.lit = _lit(scene, self.hit)
        return (self.hit, self.opened, self.reveal) != before

    def leave(self) -> None:
        self.hit, self.opened, self.reveal, self.lit = NOTHING, -1, "card", frozenset()

    def _near_ports(self, scene: Scene, at: Point) -> bool:
        """Only a pointer on its way to the ports opens the drawer; one that passes by does not."""
        return bool(at[0] > scene.rects[self.opened, 0] + CARD_WIDTH * _DRAWER_OPENS)

    def cursor(self, editable: bool) -> Qt.CursorShape:
        if self.hit.kind in ("output", "input") and editable:
            return Qt.CursorShape.CrossCursor
        if self.area is not None:
            return self.area
        if self.hit.kind == "wire":
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.ArrowCursor


def _lit(scene: Scene, over: Hit) -> frozenset[int]:
    """The way through a wire; what an output leads to; what leads to an input."""
    if over.kind == "wire":
        return scene.path_through(over.wire)
    if over.kind == "output":
        return scene.path_from(over.node, over.port)
    return scene.path_to(over.node) if over.kind == "input" else frozenset()
