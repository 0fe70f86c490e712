"""What the pointer is over, and what that opens and lights."""

from PySide6.QtCore import Qt

from designer.canvas.hit import NOTHING, Hit, hit, in_reach
from designer.canvas.scene import Scene
from designer.canvas.viewport import Point


class Hover:
    """``opened`` is the node that shows all its ports; ``lit`` the wires on the path under the
    pointer."""

    def __init__(self) -> None:
        self.hit: Hit = NOTHING
        self.opened = -1
        self.lit: frozenset[int] = frozenset()

    def find(self, scene: Scene, at: Point, zoom: float) -> Hit:
        """What is under a scene point, the ports of the open node included."""
        return hit(scene, at, zoom, self.opened)

    def move(self, scene: Scene, at: Point, zoom: float) -> bool:
        """The pointer is here now; True when that changes the picture."""
        before = (self.hit, self.opened)
        if self.opened >= 0 and not in_reach(scene, self.opened, at, zoom):
            self.opened = -1
        self.hit = self.find(scene, at, zoom)
        if self.hit.node >= 0 and self.opened < 0:
            self.opened = self.hit.node
            self.hit = self.find(scene, at, zoom)
        if self.hit.kind == "wire" and self.hit != before[0]:
            self.lit = scene.path_through(self.hit.wire)
        elif self.hit.kind != "wire":
            self.lit = frozenset()
        return (self.hit, self.opened) != before

    def leave(self) -> None:
        self.hit, self.opened, self.lit = NOTHING, -1, frozenset()

    def cursor(self, editable: bool) -> Qt.CursorShape:
        if self.hit.kind in ("output", "input") and editable:
            return Qt.CursorShape.CrossCursor
        if self.hit.kind == "wire":
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.ArrowCursor
