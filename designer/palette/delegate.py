"""Paints the palette's rows: quiet titles, and entries with a tinted icon tile."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.palette.entries import Entry
from designer.palette.model import ENTRY_ROLE
from designer.theme import Theme

Index = QModelIndex | QPersistentModelIndex

MUTED_OPACITY = 0.55
"""Of an entry that cannot run yet."""


class PaletteDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = self._theme.tokens.size["row"]
        if index.data(ENTRY_ROLE) is None:
            above = self._theme.space("s") if index.row() else 0
            return QSize(0, row + above - self._theme.space("xs"))
        return QSize(0, row + self._theme.space("xs"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        entry = index.data(ENTRY_ROLE)
        if entry is None:
            self._paint_title(painter, option, str(index.data()))
        else:
            self._paint_entry(painter, option, entry)
        painter.restore()

    def _paint_title(self, painter: QPainter, option: QStyleOptionViewItem, title: str) -> None:
        font = self._theme.font("detail")
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        rect = option.rect.adjusted(self._theme.space("xs"), 0, 0, -self._theme.space("xs"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, title)

    def _paint_entry(self, painter: QPainter, option: QStyleOptionViewItem, entry: Entry) -> None:
        theme = self._theme
        rect = QRectF(option.rect).adjusted(0, 1, 0, -1)
        radius = theme.tokens.radius["control"]
        state = option.state
        ground = ""
        if state & QStyle.StateFlag.State_Selected and state & QStyle.StateFlag.State_HasFocus:
            ground = "accent_soft"
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = "hover"
        if ground:
            painter.setPen(theme.chosen_pen)
            painter.setBrush(theme.color(ground))
            painter.drawRoundedRect(rect, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        if not entry.runnable:
            painter.setOpacity(MUTED_OPACITY)
        side = theme.tokens.size["tile"]
        tile = QRectF(rect.left() + theme.space("xs"), rect.center().y() - side / 2, side, side)
        self._paint_tile(painter, tile, entry)
        painter.setOpacity(1.0)
        painter.setPen(theme.color("text" if entry.runnable else "faint"))
        painter.setFont(theme.font("body"))
        left = tile.right() + theme.space("s") + 2
        room = QRectF(left, rect.top(), rect.right() - left - 4, rect.height())
        title = painter.fontMetrics().elidedText(
            entry.title, Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_tile(self, painter: QPainter, tile: QRectF, entry: Entry) -> None:
        theme = self._theme
        radius = theme.tokens.radius["control"] - 1
        painter.setBrush(theme.kind_tint(entry.group, entry.type))
        painter.drawRoundedRect(tile, radius, radius)
        pixmap = tile_icon(theme, entry, painter.device().devicePixelRatioF())
        size = pixmap.deviceIndependentSize()
        target = QRectF(0, 0, size.width(), size.height())
        target.moveCenter(tile.center())
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))


def tile_icon(theme: Theme, entry: Entry, ratio: float) -> QPixmap:
    kinds = theme.tokens.kinds[theme.scheme]
    kind = entry.type if entry.type in kinds else entry.group
    return theme.pixmap(entry.icon, f"kind:{kind}", 14, ratio)
