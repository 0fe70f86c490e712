"""The contract of a gesture, and what it may use of the canvas."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from designer.canvas.areas import Areas
from designer.canvas.hit import Hit
from designer.canvas.options import CanvasOptions
from designer.canvas.paint.frame import Frame
from designer.canvas.scene import Scene
from designer.canvas.viewport import Point, Viewport
from designer.document import Document
from designer.document.views import Wire

Modifiers = Qt.KeyboardModifier
ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Surface(Protocol):
    """The canvas as gestures see it. Points are logical pixels of the widget unless said
    otherwise."""

    @property
    def document(self) -> Document: ...
    @property
    def scene(self) -> Scene: ...
    @property
    def areas(self) -> Areas:
        """Frames and notes."""
        ...

    @property
    def viewport(self) -> Viewport: ...
    @property
    def editable(self) -> bool:
        """Whether edits are allowed at all."""
        ...

    def look(self, viewport: Viewport) -> None:
        """Shows another part of the scene."""
        ...

    def scene_point(self, at: QPointF) -> Point: ...

    def hit(self, at: QPointF) -> Hit: ...

    def redraw(self) -> None: ...

    def attempt(self, edit: Callable[[], object]) -> bool:
        """Makes an edit; a refusal is told to the user, and gives False."""
        ...

    def replace_gesture(self, gesture: "Gesture | None") -> None:
        """Goes on with another gesture, or none."""
        ...

    @property
    def options(self) -> CanvasOptions: ...

    def ask_for_step(
        self,
        at: Point,
        connect_from: tuple[str, str] | None,
        connect_to: str | None = None,
        insert_into: Wire | None = None,
    ) -> None:
        """Offers to add a step at a scene point, behind an output, before a step or into a wire."""
        ...


class Gesture:
    """One press of the mouse until its release. ``move`` and ``finish`` get the pointer's place."""

    cursor: Qt.CursorShape | None = None
    edge_pan = False
    """Whether the view moves on while the pointer is held near its edge."""

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        """The pointer moved."""

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        """The button was let go: what was shown becomes an edit."""

    def cancel(self) -> None:
        """Escape: everything is as before the press."""

    def dress(self, frame: Frame) -> None:
        """Marks nodes and wires in the painting to come."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paints above the drawing."""


def far_enough(start: QPointF, at: QPointF, distance: float = 4.0) -> bool:
    """Whether a press has become a drag."""
    moved = at - start
    return moved.x() ** 2 + moved.y() ** 2 >= distance**2
