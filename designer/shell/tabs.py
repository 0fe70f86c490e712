"""The tabs of the open documents: a dot for unsaved, a cross to close, the middle button closes."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QTabBar, QWidget

from designer.theme import Theme
from designer.theme.widgets import plain_tooltip

WIDEST = 240
NARROWEST = 110
"""Where tabs lack the room for that, the bar scrolls, so that names can still be told apart."""


class TabMark(QAbstractButton):
    """At the end of a tab: a dot while it is not saved, else a cross to close it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.unsaved = False
        self.setFixedSize(16, 16)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip("Close this tab")
        self.setAccessibleName("Close this tab")

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.underMouse():
            painter.setBrush(self._theme.color("pressed"))
            painter.drawRoundedRect(self.rect(), 4, 4)
        if self.unsaved and not self.underMouse():
            painter.setBrush(self._theme.color("text"))
            painter.drawEllipse(QRectF(4, 4, 8, 8))
            return
        role = "text" if self.underMouse() else "faint"
        cross = self._theme.pixmap("close", role, 14, self.devicePixelRatioF())
        painter.drawPixmap(QRectF(1, 1, 14, 14), cross, QRectF(cross.rect()))


class DocumentTabs(QTabBar):
    """One tab for each document. Texts are file names, shown as they are."""

    close_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFont(theme.font("body"))
        self.setMovable(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName("Open workflows")

    def add(self, title: str) -> int:
        """Adds a tab at the end and gives its place."""
        index = self.addTab("")
        mark = TabMark(self._theme, self)
        mark.clicked.connect(self._close_clicked)
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, mark)
        self.show_document(index, title, "", unsaved=False)
        return index

    def show_document(self, index: int, title: str, path: str, *, unsaved: bool) -> None:
        """Shows what a document is called, where it lies and whether it is saved."""
        self.setTabText(index, title.replace("&", "&&"))
        self.setTabToolTip(index, plain_tooltip(f"{title}\n{path}" if path else title))
        mark = self.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if isinstance(mark, TabMark) and mark.unsaved != unsaved:
            mark.unsaved = unsaved
            mark.update()
        spoken = f"{title}, not saved" if unsaved else title
        self.setAccessibleTabName(index, spoken)

    def is_unsaved(self, index: int) -> bool:
        mark = self.tabButton(index, QTabBar.ButtonPosition.RightSide)
        return isinstance(mark, TabMark) and mark.unsaved

    def tabSizeHint(self, index: int) -> QSize:
        size = super().tabSizeHint(index)
        return QSize(min(WIDEST, size.width() + 2), size.height())

    def minimumTabSizeHint(self, index: int) -> QSize:
        size = self.tabSizeHint(index)
        return QSize(min(NARROWEST, size.width()), size.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.MiddleButton:
            index = self.tabAt(event.position().toPoint())
            if index >= 0:
                self.close_wanted.emit(index)

    def _close_clicked(self) -> None:
        mark = self.sender()
        for index in range(self.count()):
            if self.tabButton(index, QTabBar.ButtonPosition.RightSide) is mark:
                self.close_wanted.emit(index)
                return
