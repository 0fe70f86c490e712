"""Search and run: every action with its shortcut, recent files, steps of the document."""

from collections.abc import Callable, Iterable

from msgspec import Struct
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.shell.fuzzy import score
from designer.theme import Theme
from designer.theme.widgets import Label, Separator, lay_out

MOST_SHOWN = 60
ROW = 34
WIDTH = 560
TALLEST = 408
COMMAND = Qt.ItemDataRole.UserRole


class Command(Struct, frozen=True):
    """Something that can be run by its name; ``note`` at the right is a shortcut or a place."""

    title: str
    run: Callable[[], object]
    icon: str = ""
    note: str = ""


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._commands: list[Command] = []

    def show(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self._commands = commands
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._commands)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not index.isValid():
            return None
        command = self._commands[index.row()]
        if role == COMMAND:
            return command
        text = f"{command.title} {command.note}".strip()
        return text if role == Qt.ItemDataRole.DisplayRole else None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(WIDTH - 20, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        command: Command = index.data(COMMAND)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(self._theme.chosen_pen)
            painter.setBrush(self._theme.color("accent_soft"))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 6, 6)
        ratio = painter.device().devicePixelRatioF()
        icon = self._theme.pixmap(command.icon or "chevron-right", "muted", 16, ratio)
        top = rect.top() + (rect.height() - 16) / 2
        painter.drawPixmap(QRectF(rect.left() + 12, top, 16, 16), icon, QRectF(icon.rect()))
        painter.setFont(self._theme.font("detail"))
        painter.setPen(self._theme.color("muted"))
        note = painter.fontMetrics().elidedText(command.note, Qt.TextElideMode.ElideLeft, 220)
        room = rect.adjusted(40, 0, -14, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, note)
        taken = painter.fontMetrics().horizontalAdvance(note) + 12
        painter.setFont(self._theme.font("body"))
        painter.setPen(self._theme.color("text"))
        title = painter.fontMetrics().elidedText(
            command.title, Qt.TextElideMode.ElideRight, room.width() - taken
        )
        painter.drawText(room, middle, title)
        painter.restore()


class CommandPalette(QFrame):
    """Opens over the window; ``gather`` gives the commands of the moment."""

    def __init__(
        self, theme: Theme, gather: Callable[[], Iterable[Command]], parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self._window = parent
        self._gather = gather
        self._commands: list[Command] = []
        self.setProperty("role", "popup")
        self.setWindowTitle("Commands")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search or run a command")
        self.field.setAccessibleName("Search commands")
        self.field.setProperty("role", "flat")
        self.field.setFont(theme.font("heading"))
        self._model = _Model(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Delegate(theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Commands")
        self._nothing = Label(theme, "No command fits. Try fewer letters.", "body", "muted")
        self._nothing.setContentsMargins(14, 10, 14, 10)
        self._column = column = QVBoxLayout(self)
        lay_out(column, 6, (6, 8, 6, 6))
        column.addWidget(self.field)
        column.addWidget(Separator())
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._run_index)

    def open(self) -> None:
        """Shows all commands of the moment, in the middle of the window's top."""
        self._commands = list(self._gather())
        self.field.clear()
        self._search("")
        window = self._window
        self.setFixedWidth(min(WIDTH, window.width() - 40))
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + 52)
        self._fit()
        self.show()
        self.field.setFocus()

    def shown_titles(self) -> list[str]:
        """Titles of what is listed, best first."""
        rows = range(self._model.rowCount())
        return [self._model.index(row).data(COMMAND).title for row in rows]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._move(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run_index(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _search(self, query: str) -> None:
        if query.strip():
            scored = [(score(query, c.title), c) for c in self._commands]
            fitting = [(points, c) for points, c in scored if points is not None]
            fitting.sort(key=lambda pair: -pair[0])
            found = [command for _, command in fitting]
        else:
            found = self._commands
        self._model.show(found[:MOST_SHOWN])
        self.list.setCurrentIndex(self._model.index(0))
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(min(max(1, len(found)) * ROW + 2, TALLEST))
        self._nothing.setVisible(not found)
        self._fit()

    def _fit(self) -> None:
        """As tall as what is found."""
        self._column.activate()
        self.resize(self.width(), self._column.sizeHint().height())

    def _move(self, by: int) -> None:
        rows = self._model.rowCount()
        if rows:
            row = (self.list.currentIndex().row() + by) % rows
            self.list.setCurrentIndex(self._model.index(row))

    def _run_index(self, index: QModelIndex) -> None:
        if index.isValid():
            command: Command = index.data(COMMAND)
            self.hide()
            command.run()
