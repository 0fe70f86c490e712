"""A canvas that shows how two versions of a workflow differ."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from designer.canvas.paint.differences import paint_moves, paint_wire_marks
from designer.canvas.states import NodeState
from designer.canvas.view import CanvasView
from designer.document.compared import ComparedDocument
from designer.document.comparison import Comparison
from designer.theme.theme import Theme


class CompareCanvas(CanvasView):
    """What was added, removed, changed and moved, in colours and with glyphs. Read-only."""

    def __init__(self, comparison: Comparison, theme: Theme, parent: QWidget | None = None) -> None:
        document = ComparedDocument(comparison)
        super().__init__(document, theme, parent, read_only=True)
        document.setParent(self)
        self.comparison = comparison
        self.setAccessibleName("Comparison of two versions")
        details = {one.key: one.details for one in comparison.differences if one.key}
        states = {
            key: NodeState(kind, note=_note(len(details.get(key, ()))))
            for key, kind in comparison.nodes.items()
        }
        self.set_states(states, comparison.wires)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        frame = self._frame()
        paint_moves(painter, frame, self.comparison.moves)
        paint_wire_marks(painter, frame, self._kit, self.comparison.wires)
        painter.end()


def _note(count: int) -> str:
    return "" if not count else f"{count} value" if count == 1 else f"{count} values"
