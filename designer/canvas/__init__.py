"""The canvas: one painted widget that shows a document's graph and edits it by gestures."""

from designer.canvas.states import NodeState
from designer.canvas.view import CanvasView

__all__ = ["CanvasView", "NodeState"]
