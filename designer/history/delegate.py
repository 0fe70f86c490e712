"""Paints the rows of both lists: a glyph, what happened, and a word about it at the end."""

from msgspec import Struct
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_GLYPH = 14


class Row(Struct, frozen=True):
    """One row. ``tone`` is the colour role of its glyph."""

    text: str
    note: str = ""
    glyph: str = ""
    strong: bool = False
    faint: bool = False
    tone: str = "accent_text"
    spoken: str = ""
    """What a screen reader says; the text and the note where it is empty."""
    tip: str = ""


class RowDelegate(QStyledItemDelegate):
    """Texts are painted on one line, elided, and never read as rich text."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, self._theme.tokens.size["row"])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        rect, theme = option.rect, self._theme
        left = rect.left() + theme.space("m")
        if row.glyph:
            ratio = painter.device().devicePixelRatioF()
            glyph = theme.pixmap(row.glyph, row.tone, _GLYPH, ratio)
            top = rect.center().y() - _GLYPH / 2 + 1
            painter.drawPixmap(QRectF(left, top, _GLYPH, _GLYPH), glyph, QRectF(glyph.rect()))
        left += _GLYPH + theme.space("s")
        self._paint_texts(painter, row, QRect(left, rect.top(), rect.right() - left, rect.height()))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        ground = ""
        if option.state & QStyle.StateFlag.State_Selected:
            ground = "accent_soft"
        elif option.state & QStyle.StateFlag.State_MouseOver:
            ground = "hover"
        if ground:
            radius = self._theme.tokens.radius["control"]
            painter.setPen(self._theme.chosen_pen)
            painter.setBrush(self._theme.color(ground))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(4, 1, -4, -1), radius, radius)

    def _paint_texts(self, painter: QPainter, row: Row, room: QRect) -> None:
        theme = self._theme
        room.setRight(room.right() - theme.space("m"))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        if row.note:
            painter.setFont(theme.font("detail"))
            painter.setPen(theme.color("muted"))
            width = min(painter.fontMetrics().horizontalAdvance(row.note) + 2, room.width() // 2)
            note = QRect(room.right() - width, room.top(), width, room.height())
            shown = painter.fontMetrics().elidedText(
                row.note, Qt.TextElideMode.ElideRight, note.width()
            )
            painter.drawText(note, middle | Qt.AlignmentFlag.AlignRight, shown)
            room.setRight(note.left() - theme.space("s"))
        painter.setFont(theme.font("strong" if row.strong else "body"))
        painter.setPen(theme.color("faint" if row.faint else "text"))
        text = " ".join(row.text.split())
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle, shown)
