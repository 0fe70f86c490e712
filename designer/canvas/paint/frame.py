"""Everything that one painting of the canvas needs to know, gathered before it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtCore import QRectF

from designer.canvas.areas import Areas
from designer.canvas.geometry import Reveal
from designer.canvas.hit import NOTHING, Hit
from designer.canvas.paint.style import Style
from designer.canvas.scene import Scene
from designer.canvas.states import NodeState
from designer.canvas.viewport import Box, Viewport
from designer.document.views import Wire

CARD_ZOOM = 0.5
"""From here on nodes are cards with text."""
BLOCK_ZOOM = 0.35
"""From here on they are blocks, below plain rectangles."""


@dataclass(slots=True)
class Frame:
    """One painting. ``ratio`` is device pixels per logical pixel; ``opened`` the node that shows
    all its ports; ``refused`` the nodes that the wire at hand may not reach, ``target`` the one it
    would."""

    scene: Scene
    viewport: Viewport
    width: float
    height: float
    ratio: float
    style: Style
    now: datetime
    states: Mapping[str, NodeState] = field(default_factory=dict)
    selected: frozenset[str] = frozenset()
    selected_wires: frozenset[Wire] = frozenset()
    areas: Areas = field(default_factory=Areas)
    selected_shapes: frozenset[str] = frozenset()
    joining: str = ""
    """The frame that would take in what is dragged."""
    hover: Hit = NOTHING
    opened: int = -1
    reveal: Reveal = "wired"
    lit_wires: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()
    target: int = -1
    hidden_wires: frozenset[int] = frozenset()
    grid: bool = True
    """Whether the dots are shown: nodes snap to them."""
    pulse: float | None = None
    """How far along its wire a pulse is, 0 to 1; None while nothing flows."""
    covered: QRectF = field(default_factory=QRectF)
    """What the minimap covers, in logical pixels."""
    dirty: QRectF = field(default_factory=QRectF)
    """The part to be painted, in logical pixels; everything when it is null."""

    @property
    def zoom(self) -> float:
        return self.viewport.zoom

    @property
    def area(self) -> QRectF:
        """The part to be painted, in logical pixels."""
        return self.dirty if not self.dirty.isNull() else QRectF(0, 0, self.width, self.height)

    @property
    def seen(self) -> Box:
        """The part of the scene to be painted."""
        area = self.area
        x, y = self.viewport.to_scene(area.x(), area.y())
        return x, y, area.width() / self.zoom, area.height() / self.zoom

    def snapped(self, x: float, y: float) -> tuple[float, float]:
        """A scene point in logical pixels, on a whole device pixel, so that sprites stay crisp."""
        vx, vy = self.viewport.to_view(x, y)
        return round(vx * self.ratio) / self.ratio, round(vy * self.ratio) / self.ratio

    def state(self, key: str) -> NodeState | None:
        """The node's state when it is worth drawing."""
        state = self.states.get(key)
        return None if state is None or state.quiet else state
