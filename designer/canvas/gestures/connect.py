"""Wires drawn by hand: a new one from a port, or the end of one that is there."""

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from designer.canvas import wires
from designer.canvas.geometry import PORT
from designer.canvas.gestures.base import Gesture, Modifiers, Surface, far_enough
from designer.canvas.hit import Hit
from designer.canvas.paint.curves import curve_path, wire_pen
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.overlay import paint_hint
from designer.document.views import Wire


class Connect(Gesture):
    """A wire with one end fixed: ``src`` and ``port``, or ``dst``. ``old`` is the wire that it
    replaces.

    It may be dropped anywhere on a step. Dropped on empty canvas a new wire asks for a step to end
    at, and one that was there is removed.
    """

    cursor = Qt.CursorShape.CrossCursor
    edge_pan = True

    def __init__(
        self,
        surface: Surface,
        at: QPointF,
        *,
        src: tuple[str, str] | None = None,
        dst: str | None = None,
        old: Wire | None = None,
    ) -> None:
        self._surface = surface
        self._start = self._at = at
        self._src, self._dst, self._old = src, dst, old
        self._began = False
        self._wire: Wire | None = None
        self._reason = ""
        self._target = -1
        self._refused: frozenset[int] = frozenset()

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        if not self._began and not far_enough(self._start, at):
            return
        if not self._began:
            self._began = True
            self._refused = self._unreachable()
        self._at = at
        self._aim(self._surface.hit(at))
        self._surface.redraw()

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        self.move(at, modifiers)
        self._surface.redraw()
        if not self._began:
            self._click()
            return
        document, old, new = self._surface.document, self._old, self._wire
        if self._target >= 0 and self._reason:
            return
        if new is not None and new != old:
            gone = [old] if old else []
            name = "Reconnect" if old else "Connect"
            self._surface.attempt(lambda: document.rewire(gone, [new], name))
        elif new is None and self._target < 0 and old is not None:
            self._surface.attempt(lambda: document.disconnect(*old))
        elif new is None and self._target < 0:
            self._surface.ask_for_step(self._surface.scene_point(at), self._src, self._dst)

    def cancel(self) -> None:
        self._surface.redraw()

    def dress(self, frame: Frame) -> None:
        if not self._began:
            return
        frame.refused = self._refused
        frame.target = self._target if not self._reason else -1
        if self._old is not None:
            frame.hidden_wires = frozenset({frame.scene.edge_index.get(self._old, -1)})

    def paint(self, painter: QPainter, frame: Frame) -> None:
        if not self._began:
            return
        curve = self._curve(frame)
        role = "failed" if self._reason else "accent"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(wire_pen(frame, role, wide=True))
        painter.drawPath(curve_path(curve))
        loose = QPointF(*(curve[3] if self._src else curve[0]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(frame.style.color(role))
        painter.drawEllipse(loose, 4.0, 4.0)
        if self._reason:
            paint_hint(painter, frame, self._at, self._reason, "failed")
        elif self._target < 0:
            paint_hint(painter, frame, self._at, self._offer(), "accent")

    def _offer(self) -> str:
        """What letting go on empty canvas would do."""
        if self._old:
            return "Let go to remove the wire"
        return "Let go to add a step here" if self._src else "Let go to add the step before"

    def _click(self) -> None:
        """A press without a drag selects: the wire whose end was pressed, else the port's node."""
        selection = self._surface.document.selection
        if self._old is not None:
            selection.set((), [self._old])
            return
        key = self._src[0] if self._src else self._dst
        selection.set([key] if key else [])

    def _aim(self, hit: Hit) -> None:
        """Finds the wire that letting go here would draw, and why it may not be."""
        self._target, self._wire, self._reason = -1, None, ""
        if hit.kind not in ("node", "input", "output"):
            return
        node = self._surface.scene.nodes[hit.node]
        if self._src is not None:
            wire = (*self._src, node.key)
        else:
            port = hit.port or self._surface.scene.plans[hit.node].fixed[0].name
            wire = (node.key, port, self._dst or "")
        if self._dst is not None and self._old is not None and not hit.port:
            wire = (node.key, self._kept_port(hit.node), self._dst)
        self._target, self._wire = hit.node, wire
        if wire != self._old:
            self._reason = self._surface.document.can_connect(*wire) or ""

    def _kept_port(self, node: int) -> str:
        """The port of the wire at hand if the node has one of that name, else its first."""
        plan = self._surface.scene.plans[node]
        names = [spot.name for spot in (*plan.fixed, *plan.hidden)]
        return self._old[1] if self._old and self._old[1] in names else plan.fixed[0].name

    def _unreachable(self) -> frozenset[int]:
        """Nodes that the loose end may not go to: they would close a circle, or have no such
        end."""
        scene = self._surface.scene
        if self._src is not None:
            start = scene.index[self._src[0]]
            closed = scene.upstream(start)
            dull = {i for i, node in enumerate(scene.nodes) if not node.has_input}
        else:
            start = scene.index[self._dst or ""]
            closed = scene.downstream(start)
            dull = {i for i, n in enumerate(scene.nodes) if n.kind == "trigger" or n.handler}
        return frozenset((closed | dull) - ({start} if self._src else set()))

    def _curve(self, frame: Frame) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """The wire in logical pixels, its loose end at the pointer or at the port that it would
        take."""
        scene, zoom = frame.scene, frame.zoom
        loose = self._surface.scene_point(self._at)
        if self._src is not None:
            start = scene.output_of(scene.index[self._src[0]], self._src[1])
            start = (start[0] + PORT, start[1])
            end = scene.input_of(self._target) if frame.target >= 0 else loose
        else:
            end = scene.input_of(scene.index[self._dst or ""])
            port = self._wire[1] if self._wire else ""
            start = scene.output_of(self._target, port) if frame.target >= 0 else loose
        curve = wires.controls(np.array([start]), np.array([end]))[0]
        origin = np.array([frame.viewport.x, frame.viewport.y])
        moved: np.ndarray[tuple[int, int], np.dtype[np.float64]] = (curve - origin) * zoom
        return moved
