"""A switch: on or off, with a knob that slides."""

from PySide6.QtCore import Property, QEasingCurve, QPropertyAnimation, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from designer.theme import Theme
from designer.theme.widgets import blend

TRACK = QSize(30, 16)


class Switch(QAbstractButton):
    """A labelled switch. ``clicked`` tells a wish; whoever answers it sets ``setChecked``."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._place = 0.0
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFont(theme.font("body"))
        self._slide = QPropertyAnimation(self, b"place", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.toggled.connect(self._move)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(TRACK.width() + 8 + width + 4, self._theme.tokens.size["control"])

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - TRACK.height()) / 2
        track = QRectF(0.5, top, TRACK.width() - 1, TRACK.height())
        on, off = self._theme.color("completed"), self._theme.color("wire")
        ground = blend(on, off, self._place) if self.isEnabled() else self._theme.color("line")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(track, 8, 8)
        painter.setBrush(self._theme.color("panel"))
        left = track.left() + 2 + self._place * (TRACK.width() - TRACK.height() - 1)
        painter.drawEllipse(QRectF(left, top + 2, 12, 12))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.color("accent"))
            painter.drawRoundedRect(track.adjusted(-0.5, -2, 0.5, 2), 9, 9)
        painter.setPen(self._theme.color("text" if self.isEnabled() else "faint"))
        painter.setFont(self.font())
        room = self.rect().adjusted(TRACK.width() + 8, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _move(self, on: bool) -> None:
        self._slide.stop()
        self._slide.setDuration(self._theme.motion("quick"))
        self._slide.setStartValue(self._place)
        self._slide.setEndValue(1.0 if on else 0.0)
        self._slide.start()

    def _get_place(self) -> float:
        return self._place

    def _set_place(self, place: float) -> None:
        self._place = place
        self.update()

    place = Property(float, _get_place, _set_place)
