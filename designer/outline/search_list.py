"""The list of what was found: the step, the field, and the line with the words marked."""

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from designer.outline.delegate import paint_ground, paint_tile
from designer.outline.finding import Found
from designer.theme import Theme
from designer.theme.widgets import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
FOUND_ROLE = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()
MIDDLE = Qt.AlignmentFlag.AlignVCenter


class FoundModel(QAbstractListModel):
    """Grows while the search goes on."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: list[Found] = []

    def clear(self) -> None:
        self.beginResetModel()
        self.found = []
        self.endResetModel()

    def add(self, more: list[Found]) -> None:
        if more:
            first = len(self.found)
            self.beginInsertRows(_ROOT, first, first + len(more) - 1)
            self.found.extend(more)
            self.endInsertRows()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        one = self.found[index.row()]
        if role == FOUND_ROLE:
            return one
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{one.title}, {one.label}: {one.line}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(f"{one.title} › {one.label}\n{one.line}")
        return None


class FoundDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 2 * self._theme.tokens.size["row"] - self._theme.space("m"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        one: Found = index.data(FOUND_ROLE)
        theme = self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = paint_ground(painter, option, theme)
        half = rect.height() / 2
        left = rect.left() + 6
        if one.node is not None:
            paint_tile(painter, QRectF(left, rect.top() + half / 2 - 7, 16, 16), one.node, theme)
            left += 22
        self._paint_head(painter, QRectF(left, rect.top() + 2, rect.right() - 6 - left, half), one)
        line = QRectF(rect.left() + 8, rect.top() + half, rect.width() - 14, half - 3)
        self._paint_line(painter, line, one)
        painter.restore()

    def _paint_head(self, painter: QPainter, room: QRectF, one: Found) -> None:
        """The step, and in faint where in it."""
        theme = self._theme
        painter.setFont(theme.font("label"))
        painter.setPen(theme.color("text"))
        metrics = QFontMetrics(painter.font())
        title = metrics.elidedText(one.title, Qt.TextElideMode.ElideRight, int(room.width() * 0.7))
        painter.drawText(room, MIDDLE, title)
        rest = room.adjusted(metrics.horizontalAdvance(title) + 8, 0, 0, 0)
        painter.setFont(theme.font("detail"))
        painter.setPen(theme.color("muted"))
        label = QFontMetrics(painter.font()).elidedText(
            one.label, Qt.TextElideMode.ElideLeft, int(rest.width())
        )
        painter.drawText(rest, MIDDLE | Qt.AlignmentFlag.AlignRight, label)

    def _paint_line(self, painter: QPainter, room: QRectF, one: Found) -> None:
        """The line, what was found on a ground of its own."""
        theme = self._theme
        painter.setFont(theme.font("mono", 11 / 12))
        metrics = QFontMetrics(painter.font())
        left = room.left()
        parts = (one.line[: one.start], one.line[one.start : one.end], one.line[one.end :])
        for number, part in enumerate(parts):
            rest = room.right() - left
            if not part or rest <= 0:
                continue
            shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, int(rest) + 1)
            width = metrics.horizontalAdvance(shown)
            marked = number == 1
            if marked:
                ground = QRectF(left - 1, room.center().y() - 8, width + 2, 16)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("selection"))
                painter.drawRoundedRect(ground, 3, 3)
            painter.setPen(theme.color("text" if marked else "muted"))
            painter.drawText(QRectF(left, room.top(), rest + 1, room.height()), MIDDLE, shown)
            left += width
