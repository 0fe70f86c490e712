"""Two fingers on a touch screen: they hold two points of the drawing, and so zoom and pan it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from designer.canvas.navigation import Navigation
from designer.canvas.viewport import Viewport


class Pinch(QObject):
    """Follows a widget's pinches. ``begun`` is called at the first of two fingers' moves: what the
    first finger had begun by itself is to be given up."""

    def __init__(
        self, widget: QWidget, navigation: Navigation, begun: Callable[[], object]
    ) -> None:
        super().__init__(widget)
        self._widget, self._navigation, self._begun = widget, navigation, begun
        self._before = Viewport()
        self._start = QPointF()
        widget.grabGesture(Qt.GestureType.PinchGesture)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Gesture or not isinstance(event, QGestureEvent):
            return False
        found = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(found, QPinchGesture):
            return False
        self._follow(found)
        event.accept(found)
        return True

    def _follow(self, pinch: QPinchGesture) -> None:
        at = self._widget.mapFromGlobal(pinch.centerPoint())
        if pinch.state() == Qt.GestureState.GestureStarted:
            self._begun()
            self._before, self._start = self._navigation.viewport, at
        zoom = self._before.zoom * pinch.totalScaleFactor()
        zoomed = self._before.zoomed(zoom, (self._start.x(), self._start.y()))
        gone = at - self._start
        self._navigation.look(zoomed.panned(gone.x(), gone.y()))
