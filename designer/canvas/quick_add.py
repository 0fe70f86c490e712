"""A small search box on the canvas: type a few letters, press Enter, and the step is there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.canvas.fuzzy import score
from designer.canvas.offer import Offer
from designer.theme.icons import draw_icon, has_icon
from designer.theme.theme import Theme
from designer.theme.widgets import SearchField
from engine import Catalogue

_SIZE = QSize(300, 340)
_ROW = 44
_TILE = 28
_ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Entry:
    """A type that can be added."""

    offer: Offer
    title: str
    description: str
    icon: str
    group: str
    recent: bool = False
    """It is one of those added last, and stands before the others."""


def entries(catalogue: Catalogue, *, triggers: bool) -> list[Entry]:
    """Every type of step, and of trigger where one makes sense."""
    found = [
        Entry(Offer("step", k.type), k.title, k.description, k.icon, k.group)
        for k in catalogue.step_types.values()
    ]
    if triggers:
        found += [
            Entry(Offer("trigger", k.type), f"{k.title} trigger", k.description, k.icon, "start")
            for k in catalogue.trigger_types.values()
        ]
    return found


def recent_first(known: list[Entry], recent: Sequence[str]) -> list[Entry]:
    """The types that were added last before the others, marked as such."""
    steps = {entry.offer.type: entry for entry in known if entry.offer.kind == "step"}
    first = [replace(steps[name], recent=True) for name in recent if name in steps]
    return [*first, *(entry for entry in known if replace(entry, recent=True) not in first)]


def matching(known: list[Entry], query: str) -> list[Entry]:
    """The entries that fit, best first; all in their order for an empty query."""
    scored = []
    for nth, entry in enumerate(known):
        fits = [
            value
            for text, weight in (
                (entry.title, 1.0),
                (entry.offer.type, 0.9),
                (entry.description, 0.3),
            )
            if (value := _weighted(query, text, weight)) is not None
        ]
        if fits:
            scored.append((-max(fits), nth, entry))
    return [entry for _, _, entry in sorted(scored, key=lambda s: s[:2])]


def _weighted(query: str, text: str, weight: float) -> float | None:
    value = score(query, text)
    if value is None or (weight < 0.5 and value < 50):
        return None
    return value * weight


class QuickAdd(QFrame):
    """``chosen`` tells an Offer. Closes by itself on a choice, Escape, or a press elsewhere."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, known: list[Entry], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "card")
        self.setAccessibleName("Add a step")
        self.setFixedSize(_SIZE)
        self._known = known
        self._search = SearchField(theme, "Search steps", self)
        self._list = QListWidget(self)
        self._list.setAccessibleName("Steps that fit")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setItemDelegate(_Rows(theme, self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._nothing = QLabel("No step is called that.", self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setProperty("tone", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self._search, self._list, self._nothing):
            column.addWidget(widget)
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._list.itemClicked.connect(self._choose)
        self._filter("")

    def open_at(self, at: QPoint) -> None:
        """Opens near a point of the screen, wholly on it."""
        room = self.screen().availableGeometry()
        x = min(max(at.x(), room.left()), room.right() - self.width())
        y = min(max(at.y(), room.top()), room.bottom() - self.height())
        self.move(x, y)
        self.show()
        self._search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._go(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self._list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _filter(self, query: str) -> None:
        self._list.clear()
        for entry in matching(self._known, query):
            item = QListWidgetItem(entry.title)
            item.setData(_ENTRY, entry)
            item.setToolTip("")
            if entry.recent:
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}, added lately")
            item.setSizeHint(QSize(0, _ROW))
            self._list.addItem(item)
        found = self._list.count() > 0
        self._list.setVisible(found)
        self._nothing.setVisible(not found)
        if found:
            self._list.setCurrentRow(0)

    def _go(self, rows: int) -> None:
        count = self._list.count()
        if count:
            self._list.setCurrentRow((self._list.currentRow() + rows) % count)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        entry: Entry = item.data(_ENTRY)
        self.close()
        self.chosen.emit(entry.offer)


class _Rows(QStyledItemDelegate):
    """A tile with the type's icon, its title, and what it does in one line."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry: Entry = index.data(_ENTRY)
        theme, rect = self._theme, QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.chosen_pen)
        states = option.state
        if states & QStyle.StateFlag.State_Selected or states & QStyle.StateFlag.State_MouseOver:
            chosen = bool(states & QStyle.StateFlag.State_Selected)
            painter.setBrush(theme.color("accent_soft" if chosen else "hover"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        tile = QRectF(rect.left() + 8, rect.center().y() - _TILE / 2, _TILE, _TILE)
        painter.setBrush(theme.kind_tint(entry.group, entry.offer.type))
        painter.drawRoundedRect(tile, 6, 6)
        icon = entry.icon if has_icon(entry.icon) else "dot"
        ink = theme.kind_color(entry.group, entry.offer.type)
        draw_icon(painter, icon, ink, tile.adjusted(6, 6, -6, -6))
        left = tile.right() + 10
        room = rect.right() - 8 - left
        if entry.recent:
            clock = QRectF(rect.right() - 22, rect.top() + 8, 14, 14)
            draw_icon(painter, "history", theme.color("faint"), clock)
            room -= 20
        self._line(painter, entry.title, "strong", "text", (left, rect.top() + 5, room))
        self._line(painter, entry.description, "detail", "muted", (left, rect.top() + 23, room))
        painter.restore()

    def _line(
        self, painter: QPainter, text: str, font: str, role: str, at: tuple[float, float, float]
    ) -> None:
        painter.setFont(self._theme.font(font))
        painter.setPen(self._theme.color(role))
        left, top, room = at
        shown = painter.fontMetrics().elidedText(
            " ".join(text.split()), Qt.TextElideMode.ElideRight, int(room)
        )
        painter.drawText(QRectF(left, top, room, 18), Qt.AlignmentFlag.AlignVCenter, shown)
