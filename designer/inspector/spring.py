"""Tabs that open when a dragged value rests on them, so that it reaches a field on another page."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QDragEnterEvent

from designer.theme.drag import dropped_expression
from designer.theme.segments import SegmentedControl

REST = 250
"""Milliseconds a value rests on a tab before it opens."""


class SpringTabs(QObject):
    """Watches the buttons of a row of tabs."""

    def __init__(
        self, tabs: SegmentedControl, keys: Sequence[str], choose: Callable[[str], None]
    ) -> None:
        super().__init__(tabs)
        self._choose = choose
        self._key = ""
        self._timer = QTimer(self, singleShot=True, interval=REST)
        self._timer.timeout.connect(self._open)
        self._buttons = {tabs.button(key): key for key in keys}
        for button in self._buttons:
            button.setAcceptDrops(True)
            button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.DragEnter:
            if dropped_expression(event.mimeData()):
                self._key = next(
                    (key for button, key in self._buttons.items() if button is watched), ""
                )
                self._timer.start()
                event.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.DragLeave:
            self._timer.stop()
        elif event.type() == QEvent.Type.Drop:
            return True  # a tab takes nothing itself
        return super().eventFilter(watched, event)

    def _open(self) -> None:
        if self._key:
            self._choose(self._key)
