"""Paints the outline's rows: the tile of a step, its title, and what is wrong with it."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.document import NodeView
from designer.outline.model import ROW_ROLE, OutlineModel
from designer.outline.rows import OutlineRow
from designer.theme import Theme

Index = QModelIndex | QPersistentModelIndex
INDENT = 14
OFF_OPACITY = 0.55


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, theme: Theme) -> QRectF:
    """The ground of a row, chosen, hovered or plain, with a ring where the keyboard is; gives
    where to paint."""
    rect = QRectF(option.rect).adjusted(1, 1, -1, -1)
    state = option.state
    radius = theme.tokens.radius["control"]
    painter.setPen(Qt.PenStyle.NoPen)
    if state & QStyle.StateFlag.State_Selected:
        painter.setBrush(theme.color("accent_soft"))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(theme.color("hover"))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
    chosen = bool(state & QStyle.StateFlag.State_Selected)
    if state & QStyle.StateFlag.State_HasFocus or (chosen and theme.is_contrast):
        painter.setPen(theme.color("accent"))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    return rect


def paint_tile(painter: QPainter, tile: QRectF, node: NodeView, theme: Theme) -> None:
    """The icon of a node on its tinted tile."""
    radius = theme.tokens.radius["control"] - 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.kind_tint(node.group, node.type))
    painter.drawRoundedRect(tile, radius, radius)
    kinds = theme.tokens.kinds[theme.scheme]
    kind = node.type if node.type in kinds else node.group
    ratio = painter.device().devicePixelRatioF()
    icon = theme.pixmap(node.icon or node.type, f"kind:{kind}", 12, ratio)
    place = QRectF(0, 0, 12, 12)
    place.moveCenter(tile.center())
    painter.drawPixmap(place, icon, QRectF(icon.rect()))


class OutlineDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._theme.tokens.size["row"])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        model = index.model()
        indent = 0 if isinstance(model, OutlineModel) and model.flat else row.depth * INDENT
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = paint_ground(painter, option, self._theme).adjusted(indent, 0, 0, 0)
        if not row.node.enabled:
            painter.setOpacity(OFF_OPACITY)
        tile = QRectF(rect.left() + 5, rect.center().y() - 9, 18, 18)
        paint_tile(painter, tile, row.node, self._theme)
        painter.setOpacity(1.0)
        end = self._paint_marks(painter, rect, row)
        self._paint_title(painter, QRectF(tile.right() + 8, rect.top(), 0, rect.height()), end, row)
        painter.restore()

    def _paint_title(self, painter: QPainter, at: QRectF, end: float, row: OutlineRow) -> None:
        """The title, and in what room is left the type."""
        theme, node = self._theme, row.node
        room = QRectF(at.left(), at.top(), max(0.0, end - at.left()), at.height())
        font = theme.font("body")
        font.setStrikeOut(not node.enabled)
        painter.setFont(font)
        painter.setPen(theme.color("text" if node.enabled else "muted"))
        metrics = QFontMetrics(font)
        title = metrics.elidedText(node.title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        left = room.left() + metrics.horizontalAdvance(title) + 8
        painter.setFont(theme.font("detail"))
        if left + painter.fontMetrics().horizontalAdvance(node.type) <= end:
            painter.setPen(theme.color("faint"))
            rest = QRectF(left, room.top(), end - left, room.height())
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, node.type)

    def _paint_marks(self, painter: QPainter, rect: QRectF, row: OutlineRow) -> float:
        """What is wrong, at the right, as a glyph and a number; gives where it begins."""
        theme, node = self._theme, row.node
        count = node.errors + node.warnings
        if not count:
            return rect.right() - 6
        role, glyph = ("failed_text", "error") if node.errors else ("warning_text", "warning")
        painter.setFont(theme.font("detail"))
        painter.setPen(theme.color(role))
        width = painter.fontMetrics().horizontalAdvance(str(count))
        number = QRectF(rect.right() - 8 - width, rect.top(), width, rect.height())
        painter.drawText(number, Qt.AlignmentFlag.AlignVCenter, str(count))
        icon = theme.pixmap(glyph, role, 12, painter.device().devicePixelRatioF())
        place = QRectF(number.left() - 16, rect.center().y() - 6, 12, 12)
        painter.drawPixmap(place, icon, QRectF(icon.rect()))
        return place.left() - 6
