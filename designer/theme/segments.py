"""A row of choices of which one is chosen: outlined segments, or flat tabs with counts."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from designer.theme.theme import Theme
from designer.theme.widgets import lay_out

EDGE, TIGHT_EDGE = 11, 5
"""Logical pixels beside the words, and what is left of them where there is no room."""
WEIGHT, BADGE_GAP = 3, 3
"""What the words of the chosen one are wider on either side, and the space before a badge."""


class ChoiceButton(QPushButton):
    """A choice of a SegmentedControl; a small number may stand beside its words."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(text)
        self._theme = theme
        self._count = 0
        self._tone = "muted"
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_badge(self, count: int, tone: str) -> None:
        if (count, tone) != (self._count, self._tone):
            self._count, self._tone = count, tone
            self.setAccessibleName(f"{self.text()}, {count}" if count else self.text())
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(size.width() + self._room(), size.height())

    def minimumSizeHint(self) -> QSize:
        size = self.sizeHint()
        return QSize(size.width() - 2 * (EDGE - TIGHT_EDGE), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._count and self.width() >= self.sizeHint().width():
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._theme.font("strong" if self.isChecked() else "body")
        painter.setFont(font)
        tone = "text" if self.isChecked() or self.underMouse() else "muted"
        painter.setPen(self._theme.color(tone))
        words, badge = self._places()
        text = QFontMetrics(font).elidedText(
            self.text(), Qt.TextElideMode.ElideRight, int(words.width())
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)
        if self._count:
            self._paint_badge(painter, badge)

    def _places(self) -> tuple[QRectF, QRectF]:
        """Where the words and the badge go; edges give way before words do."""
        spare = max(0, self.sizeHint().width() - self.width())
        edge = max(TIGHT_EDGE, EDGE - (spare + 1) // 2)
        room = self._room()
        end = self.width() - edge
        badge = QRectF(end - max(0, room - 6), (self.height() - 16) / 2, max(0, room - 6), 16)
        start = edge - WEIGHT
        stop = badge.left() - BADGE_GAP if room else end + WEIGHT
        return QRectF(start, 0, max(0.0, stop - start), self.height()), badge

    def _paint_badge(self, painter: QPainter, badge: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(f"{self._tone}_soft"))
        painter.drawRoundedRect(badge, 8, 8)
        painter.setPen(self._theme.color(f"{self._tone}_text"))
        painter.setFont(self._theme.font("detail"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(self._count))

    def _room(self) -> int:
        if not self._count:
            return 0
        metrics = QFontMetrics(self._theme.font("detail"))
        return metrics.horizontalAdvance(str(self._count)) + 12 + 6


class SegmentedControl(QWidget):
    """A row of buttons of which one is chosen; ``kind`` is ``segment`` or the flat ``tab``."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        choices: Sequence[tuple[str, str]],
        kind: str = "segment",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        lay_out(self._row, 4 if kind == "tab" else 8)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._theme = theme
        self._kind = kind
        self._buttons: dict[str, ChoiceButton] = {}
        for key, text in choices:
            self.add(key, text)
        self._group.buttonClicked.connect(self._tell)

    def add(self, key: str, text: str) -> QPushButton:
        """Adds a choice at the end; the first one added is chosen."""
        button = ChoiceButton(self._theme, text)
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setProperty("kind", self._kind)
        button.setProperty("choice", key)
        button.setChecked(not self._buttons)
        self._group.addButton(button)
        self._row.addWidget(button)
        self._buttons[key] = button
        return button

    @property
    def current(self) -> str:
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def button(self, key: str) -> QPushButton:
        return self._buttons[key]

    def set_badge(self, key: str, count: int, tone: str) -> None:
        """Puts a number beside a choice's words, in the tone of what it counts; none for 0."""
        self._buttons[key].set_badge(count, tone)

    def choose(self, key: str) -> None:
        """Chooses without telling."""
        self._buttons[key].setChecked(True)

    def _tell(self, button: QPushButton) -> None:
        self.chosen.emit(str(button.property("choice")))
