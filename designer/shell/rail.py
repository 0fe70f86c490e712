"""The rail at the left edge: one button for each page of the window."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QVBoxLayout, QWidget

from designer.theme import Theme
from designer.theme.widgets import lay_out

PAGES = (
    ("design", "Design"),
    ("runs", "Runs"),
    ("dashboard", "Dashboard"),
    ("schedule", "Schedule"),
)
FOOT = (("settings", "Settings"),)


class RailButton(QAbstractButton):
    """An icon above a word; the chosen one is marked by colour and by a bar at the edge."""

    def __init__(self, theme: Theme, icon: str, text: str) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = icon
        self._count = ""
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def set_count(self, text: str, what: str) -> None:
        """Shows a count at the icon, none for an empty text; ``what`` is counted, in words."""
        self._count = text
        self.setAccessibleName(f"{self.text()}, {text} {what}" if text else self.text())
        self.setToolTip(f"{text} {what}" if text else "")
        self.update()

    @property
    def count(self) -> str:
        return self._count

    def sizeHint(self) -> QSize:
        return QSize(self._theme.tokens.size["rail"], self._theme.tokens.size["rail"] - 4)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.underMouse() or self.hasFocus()
        role = "accent_text" if self.isChecked() else "text" if hot else "muted"
        if hot and not self.isChecked():
            painter.fillRect(self.rect(), self._theme.color("hover"))
        if self.isChecked():
            painter.fillRect(0, 0, 2, self.height(), self._theme.color("accent"))
        if self.hasFocus():
            painter.setPen(self._theme.color("accent"))
            painter.drawRect(self.rect().adjusted(2, 0, -2, -1))
        icon = self._theme.pixmap(self._icon_name, role, 20, self.devicePixelRatioF())
        left = (self.width() - 20) / 2
        painter.drawPixmap(QRectF(left, 8, 20, 20), icon, QRectF(icon.rect()))
        if self._count:
            self._paint_count(painter, left + 20)
        painter.setPen(self._theme.color(role))
        painter.setFont(self._theme.font("caption"))
        painter.drawText(
            QRectF(-4, 30, self.width() + 8, self.height() - 36),
            Qt.AlignmentFlag.AlignHCenter,
            self.text(),
        )

    def _paint_count(self, painter: QPainter, right: float) -> None:
        painter.setFont(self._theme.font("caption"))
        width = max(15.0, painter.fontMetrics().horizontalAdvance(self._count) + 8.0)
        disc = QRectF(right - 5, 4, width, 15)
        painter.setPen(QPen(self._theme.color("raised"), 1.5))
        painter.setBrush(self._theme.color("waiting"))
        painter.drawRoundedRect(disc, 7.5, 7.5)
        painter.setPen(self._theme.color("on_badge"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, self._count)


class Rail(QFrame):
    """``chosen`` carries the page's key."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self._theme = theme
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        lay_out(column, 0, (0, 6, 1, 8))
        for key, text in PAGES:
            column.addWidget(self._make(theme, key, text))
        column.addStretch(1)
        for key, text in FOOT:
            column.addWidget(self._make(theme, key, text))
        self._group.buttonClicked.connect(self._tell)
        theme.changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.setFixedWidth(self._theme.tokens.size["rail"] + 1)
        for button in self._buttons.values():
            button.updateGeometry()

    def choose(self, key: str) -> None:
        """Marks a page without telling."""
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> RailButton:
        return self._buttons[key]

    def _make(self, theme: Theme, key: str, text: str) -> RailButton:
        button = RailButton(theme, key, text)
        button.setProperty("page", key)
        self._buttons[key] = button
        self._group.addButton(button)
        return button

    def _tell(self, button: QAbstractButton) -> None:
        self.chosen.emit(str(button.property("page")))
