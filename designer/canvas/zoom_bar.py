"""The zoom controls in the corner of the canvas: smaller, how large, larger, fit."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

_HEIGHT = 30


class ZoomBar(QWidget):
    """Tells what was pressed; shows the zoom it is told."""

    smaller = Signal()
    larger = Signal()
    actual = Signal()
    fit = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._zoom = self._button("100 %", "Zoom, press for 100 % (0)", 68)
        buttons = (
            (self._button("−", "Zoom out (−)", 38), self.smaller),
            (self._zoom, self.actual),
            (self._button("+", "Zoom in (+)", 38), self.larger),
            (self._button("Fit", "Fit everything (1)", 46), self.fit),
        )
        for button, pressed in buttons:
            button.clicked.connect(pressed)
            row.addWidget(button)
        self.adjustSize()

    def refit(self) -> None:
        """Takes the room that its words need in another size of texts."""
        for button in self.findChildren(QPushButton):
            least = int(button.property("least"))
            words = button.fontMetrics().horizontalAdvance(
                "1000 %" if least > 60 else button.text()
            )
            height = max(_HEIGHT, button.fontMetrics().height() + 10)
            button.setFixedSize(max(least, words + 18), height)
        self.adjustSize()

    def show_zoom(self, zoom: float) -> None:
        percent = zoom * 100
        text = f"{percent:.0f} %" if percent >= 9.5 else f"{percent:.1f} %"
        self._zoom.setText(text)
        self._zoom.setAccessibleName(f"Zoom {text}")

    def _button(self, text: str, tip: str, width: int) -> QPushButton:
        button = QPushButton(text, self)
        button.setFixedSize(width, _HEIGHT)
        button.setProperty("least", width)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(" (", maxsplit=1)[0])
        button.setAutoDefault(False)
        return button
