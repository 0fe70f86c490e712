"""The list of offers at the cursor of a text field: it follows the typing and never takes the
keyboard."""

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.theme.offers import Offer, OfferKind, Offers
from designer.theme.theme import Theme
from designer.theme.widgets import Label, lay_out

WIDTH = 340
MOST_ROWS = 8
AT_ONCE = frozenset(".|[{('\"")
"""Signs behind which offers come by themselves; behind letters they do too."""
ICONS: dict[OfferKind, tuple[str, str]] = {
    "step": ("workflow", "accent_text"),
    "value": ("dot", "faint"),
    "list": ("menu", "muted"),
    "mapping": ("data", "muted"),
    "variable": ("tag", "muted"),
    "secret": ("secret", "warning_text"),
    "function": ("expression", "paused_text"),
    "filter": ("filter", "paused_text"),
    "word": ("code", "faint"),
}
_OFFER = Qt.ItemDataRole.UserRole
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: MOST_ROWS,
    Qt.Key.Key_PageUp: -MOST_ROWS,
}


class OfferList(QFrame):
    """Shows offers below or above a place of a field, inside its window."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("role", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows = QListWidget()
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setUniformItemSizes(True)
        self.rows.setMouseTracking(True)
        self.rows.setAccessibleName("Completions")
        self.rows.setItemDelegate(_Row(theme, self.rows))
        self.about = Label(theme, "", "detail", "muted")
        self.about.setWordWrap(True)
        self.about.setContentsMargins(theme.space("s"), 2, theme.space("s"), theme.space("xs"))
        column = QVBoxLayout(self)
        edge = theme.space("xs")
        lay_out(column, 0, (edge, edge, edge, edge))
        column.addWidget(self.rows)
        column.addWidget(self.about)
        self.rows.currentItemChanged.connect(self._show_about)
        self.hide()

    def show_offers(self, offers: list[Offer], field: QPlainTextEdit) -> None:
        """Lists them, the first one chosen, and takes its place at the field's cursor."""
        self.setParent(field.window())
        self.rows.clear()
        for offer in offers:
            item = QListWidgetItem(offer.title)
            item.setData(_OFFER, offer)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{offer.title}, {offer.detail or offer.kind}"
            )
            self.rows.addItem(item)
        self.rows.setCurrentRow(0)
        self.about.setVisible(any(offer.about for offer in offers))
        self._take_place(field, len(offers))
        self.show()
        self.raise_()

    @property
    def current(self) -> Offer | None:
        item = self.rows.currentItem()
        offer: Offer | None = item.data(_OFFER) if item is not None else None
        return offer

    def move(self, by: int) -> None:  # type: ignore[override]
        """Chooses another row; from the ends it goes round."""
        count = self.rows.count()
        if count:
            self.rows.setCurrentRow((self.rows.currentRow() + by) % count)

    def _show_about(self, item: QListWidgetItem | None) -> None:
        offer: Offer | None = item.data(_OFFER) if item is not None else None
        self.about.setText(offer.about if offer is not None else "")

    def _take_place(self, field: QPlainTextEdit, count: int) -> None:
        window = field.window()
        metrics = QFontMetrics(self._theme.font("detail"))
        width = min(WIDTH, window.width())
        row = self._theme.tokens.size["row"] - 2
        lines = 0 if self.about.isHidden() else 2
        about = lines * metrics.lineSpacing() + lines * self._theme.space("xs")
        self.about.setFixedHeight(about)
        self.rows.setFixedHeight(min(count, MOST_ROWS) * row + 2)
        self.resize(width, self.rows.height() + about + 2 * self._theme.space("xs") + 2)
        cursor = field.cursorRect()
        below = field.viewport().mapTo(window, cursor.bottomLeft())
        above = field.viewport().mapTo(window, cursor.topLeft())
        left = max(0, min(below.x() - self._theme.space("xl"), window.width() - width - 2))
        top = below.y() + 4
        if top + self.height() > window.height():
            top = max(0, above.y() - self.height() - 4)
        self.setGeometry(left, top, width, self.height())


class Completer(QObject):
    """Completes what is typed into a field. ``offers`` is asked at the cursor; offers come while
    one types and with Ctrl+Space, Enter or Tab takes the chosen one, Escape puts them away.

    In ``code`` Enter takes only what was asked for or the arrows chose: else it is a new line.
    """

    def __init__(
        self, theme: Theme, field: QPlainTextEdit, offers: Offers, *, code: bool = False
    ) -> None:
        super().__init__(field)
        self._code = code
        self._moved = False
        self._theme = theme
        self._field = field
        self._offers = offers
        self._list: OfferList | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.offer)
        self._typing = False
        field.installEventFilter(self)
        field.viewport().installEventFilter(self)
        field.cursorPositionChanged.connect(self._follow)
        field.verticalScrollBar().valueChanged.connect(self.close)

    @property
    def is_open(self) -> bool:
        return self._list is not None and self._list.isVisible()

    @property
    def list(self) -> OfferList:
        """The list, made when it is first needed."""
        if self._list is None:
            self._list = OfferList(self._theme)
            self._list.rows.itemPressed.connect(lambda _item: self.take())
            self.destroyed.connect(self._list.deleteLater)
        return self._list

    def offer(self) -> None:
        """Shows what may come at the cursor; closes where there is nothing."""
        text, cursor = self._text(), self._cursor()
        found = self._offers(text, cursor) if self._may_type() else []
        if found:
            self.list.show_offers(found, self._field)
        else:
            self.close()

    def close(self) -> None:
        self._soon.stop()
        self._moved = False
        if self._list is not None and self._list.isVisible():
            self._list.hide()

    def take(self) -> None:
        """Puts the chosen offer into the field, as typed."""
        offer = self.list.current
        self.close()
        if offer is None:
            return
        cursor = self._field.textCursor()
        text = self._text()
        cursor.setPosition(_units(text, offer.start))
        cursor.setPosition(self._field.textCursor().position(), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(offer.text)
        for _ in range(offer.back):
            cursor.movePosition(QTextCursor.MoveOperation.Left)
        self._field.setTextCursor(cursor)
        self._field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.MouseButtonPress):
            self.close()
        elif isinstance(event, QKeyEvent) and watched is self._field:
            if kind == QEvent.Type.ShortcutOverride and self._is_own(event):
                event.accept()
                return True
            if kind == QEvent.Type.KeyPress:
                return self._pressed(event)
        return super().eventFilter(watched, event)

    def _is_own(self, event: QKeyEvent) -> bool:
        keys = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
        return _asks(event) or (self.is_open and (event.key() in keys or event.key() in _MOVES))

    def _pressed(self, event: QKeyEvent) -> bool:
        """Takes the keys that are for the list; others may bring it."""
        bare = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if _asks(event):
            self.offer()
            self._moved = True
            return True
        if self.is_open and bare and self._steered(event.key()):
            return True
        typed = event.text()
        self._typing = bool(typed) and (typed.isalnum() or typed == "_" or typed in AT_ONCE)
        if self._typing or (self.is_open and event.key() == Qt.Key.Key_Backspace):
            self._typing = True
            self._moved = False
            self._soon.start()
        elif typed and self.is_open:
            self.close()
        return False

    def _steered(self, key: int) -> bool:
        move = _MOVES.get(Qt.Key(key))
        if move is not None:
            self._moved = True
            self.list.move(move)
        elif self._code and not self._moved and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close()
            return False
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            goes_on = self.list.current is not None and self.list.current.goes_on
            self.take()
            if goes_on and key == Qt.Key.Key_Tab:
                self._field.insertPlainText(".")
                self._soon.start()
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            return False
        return True

    def _follow(self) -> None:
        """Closes when the cursor went elsewhere by other means than typing."""
        if self.is_open and not self._soon.isActive():
            self.close()

    def _may_type(self) -> bool:
        return not self._field.isReadOnly() and self._field.isEnabled()

    def _text(self) -> str:
        return self._field.document().toRawText().replace("\u2029", "\n")

    def _cursor(self) -> int:
        return _characters(self._text(), self._field.textCursor().position())


def _asks(event: QKeyEvent) -> bool:
    control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return control and event.key() == Qt.Key.Key_Space


def _units(text: str, offset: int) -> int:
    """Qt's position of a character, in UTF-16 units."""
    head = text[:offset]
    return offset if head.isascii() else len(head.encode("utf-16-le")) // 2


def _characters(text: str, position: int) -> int:
    """The character at Qt's position."""
    if text.isascii():
        return position
    return len(text.encode("utf-16-le")[: position * 2].decode("utf-16-le", "ignore"))


class _Row(QStyledItemDelegate):
    """Icon, title, and the detail at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, self._theme.tokens.size["row"] - 2)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme, offer = self._theme, index.data(_OFFER)
        rect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.chosen_pen)
            painter.setBrush(theme.color("accent_soft"))
            radius = theme.tokens.radius["control"] - 2
            painter.drawRoundedRect(rect, radius, radius)
        gap = theme.space("s")
        name, role = ICONS[offer.kind]
        ratio = painter.device().devicePixelRatioF()
        icon = theme.pixmap(name, role, 14, ratio)
        painter.drawPixmap(rect.left() + gap, rect.center().y() - 6, icon)
        inside = rect.adjusted(2 * gap + 14, 0, -gap, 0)
        self._draw_words(painter, inside, offer)
        painter.restore()

    def _draw_words(self, painter: QPainter, inside: QRect, offer: Offer) -> None:
        theme, centre = self._theme, Qt.AlignmentFlag.AlignVCenter
        font = theme.font("mono")
        metrics = QFontMetrics(font)
        width = min(metrics.horizontalAdvance(offer.title) + 2, inside.width() * 7 // 10)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        title = metrics.elidedText(offer.title, Qt.TextElideMode.ElideRight, width)
        painter.drawText(inside, centre | Qt.AlignmentFlag.AlignLeft, title)
        detail = theme.font("detail")
        room = inside.width() - width - theme.space("m")
        words = QFontMetrics(detail).elidedText(offer.detail, Qt.TextElideMode.ElideRight, room)
        painter.setFont(detail)
        painter.setPen(theme.color("muted"))
        painter.drawText(inside, centre | Qt.AlignmentFlag.AlignRight, words)
