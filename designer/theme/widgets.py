"""Small widgets that every view shares: labels, cards, pills, buttons, fields, empty places."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from designer.theme.theme import Theme

ICON_GAP = 3
"""Pixels between a button's icon and its words, added to what the style leaves."""


def set_style_property(widget: QWidget, name: str, value: object) -> None:
    """Sets a property that the style sheet selects by, and restyles the widget when it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def lay_out(layout: QBoxLayout, spacing: int = 0, margins: Sequence[int] = (0, 0, 0, 0)) -> None:
    """Sets a layout's spacing and its left, top, right and bottom margins."""
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)


class Label(QLabel):
    """Plain text in a role of the type scale and a tone: text, muted, faint, accent, failed ..."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: str = "body",
        tone: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role))
        self.setText(text)
        self.setProperty("tone", tone)

    def set_tone(self, tone: str) -> None:
        set_style_property(self, "tone", tone)


class WrappedLabel(Label):
    """A label on as many lines as its text takes in the width there is, whatever that is."""

    def __init__(
        self, theme: Theme, text: str = "", role: str = "body", tone: str = "text"
    ) -> None:
        super().__init__(theme, text, role, tone)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


class ElidedLabel(Label):
    """A label on one line that shortens its text to the room there is, the whole in its tooltip."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: str = "body",
        tone: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "", role, tone, parent)
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.set_full_text(text)

    @property
    def full_text(self) -> str:
        return self._full

    def set_full_text(self, text: str) -> None:
        self._full = " ".join(text.split())
        self._elide()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._full) + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics = QFontMetrics(self.font())
        shown = metrics.elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(plain_tooltip(self._full) if shown != self._full else "")


class FittedLabel(ElidedLabel):
    """Takes the first of some roles of the type scale in which its text has room; its height stays
    that of the first."""

    def __init__(self, theme: Theme, text: str, roles: Sequence[str]) -> None:
        self._theme, self._roles = theme, roles
        super().__init__(theme, text, roles[0])
        theme.changed.connect(self._refit)
        self._refit()

    def _refit(self) -> None:
        self.setMinimumHeight(QFontMetrics(self._theme.font(self._roles[0])).height())
        self._elide()

    def _elide(self) -> None:
        fonts = [self._theme.font(role) for role in self._roles]
        room = (
            font
            for font in fonts
            if QFontMetrics(font).horizontalAdvance(self._full) <= self.width()
        )
        self.setFont(next(room, fonts[-1]))
        super()._elide()


def plain_tooltip(text: str) -> str:
    """Text for a tooltip that Qt must not read as rich text, whatever a document says."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p style='white-space:pre-wrap;margin:0'>{escaped}</p>" if text else ""


class Card(QFrame):
    """A raised block with a hair line around it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, title: str = "") -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        edge = theme.space("l")
        lay_out(self.body, theme.space("s"), (edge, theme.space("m"), edge, theme.space("m")))
        self.title_label: Label | None = None
        if title:
            self.title_label = Label(theme, title, "label", "muted")
            self.title_label.setFont(theme.font("strong"))
            self.body.addWidget(self.title_label)


class Separator(QFrame):
    """A hair line, across or down."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("role", "line")
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class IconLabel(QWidget):
    """An icon that stays crisp and follows the theme, if wanted on the tile of a step type."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        color_role: str = "muted",
        size: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = name
        self._role = color_role
        self._icon_size = size
        self._tile: tuple[str, str] | None = None
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    @property
    def name(self) -> str:
        """The icon that shows."""
        return self._name

    def set_icon(self, name: str, color_role: str) -> None:
        self._name, self._role = name, color_role
        self.update()

    def set_tile(self, group: str, type_name: str, side: int) -> None:
        """Shows the icon in the colours of a step type, on a square of ``side`` pixels."""
        self._tile = (group, type_name)
        self.setFixedSize(side, side)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = self._role
        if self._tile is not None:
            radius = self._theme.tokens.radius["control"]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.kind_tint(*self._tile))
            painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
            kinds = self._theme.tokens.kinds[self._theme.scheme]
            role = f"kind:{self._tile[1] if self._tile[1] in kinds else self._tile[0]}"
        pixmap = self._theme.pixmap(self._name, role, self._icon_size, self.devicePixelRatioF())
        offset = (self.width() - self._icon_size) / 2
        painter.drawPixmap(
            QRectF(offset, offset, self._icon_size, self._icon_size),
            pixmap,
            QRectF(pixmap.rect()),
        )


class Pill(QWidget):
    """A state in a word and a glyph on a soft ground: never colour alone."""

    def __init__(self, theme: Theme, state: str = "pending", text: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        self._text = text or state.replace("_", " ")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._redraw)

    def _redraw(self) -> None:
        self.updateGeometry()
        self.update()

    def set_state(self, state: str, text: str = "") -> None:
        self._state = state
        self._text = text or state.replace("_", " ")
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self._theme.font("detail")).horizontalAdvance(self._text)
        return QSize(width + 12 + 5 + 16, self._theme.tokens.size["control"] - 10)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = self._theme.state(self._state)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(look.soft))
        half = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), half, half)
        glyph = self._theme.pixmap(look.glyph, look.text, 12, self.devicePixelRatioF())
        painter.drawPixmap(QRectF(8, half - 6, 12, 12), glyph, QRectF(glyph.rect()))
        painter.setPen(self._theme.color(look.text))
        painter.setFont(self._theme.font("detail"))
        room = self.rect().adjusted(24, 0, -8, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._text)


class IconButton(QToolButton):
    """A flat button with one icon and a tooltip; its icon follows the theme."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        tip: str,
        *,
        size: int = 16,
        color_role: str = "muted",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon
        self._role = color_role
        self.setIconSize(QSize(size, size))
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setAutoRaise(True)
        self._redraw()
        theme.changed.connect(self._redraw)

    def set_icon(self, icon: str, color_role: str | None = None) -> None:
        self._icon_name = icon
        self._role = color_role or self._role
        self._redraw()

    def _redraw(self) -> None:
        self.setIcon(self._theme.icon(self._icon_name, self._role, self.iconSize().width()))


class Button(QPushButton):
    """A push button of a kind (``primary``, ``danger``, ``ghost``, ``link``, or the plain one)."""

    def __init__(
        self, theme: Theme, text: str, kind: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._icon_name = icon
        self._kind = kind
        self.setAutoDefault(False)
        if kind:
            self.setProperty("kind", kind)
        if icon:
            self.setIconSize(QSize(14 + ICON_GAP, 14))
            self._redraw()
            theme.changed.connect(self._redraw)

    def set_icon(self, icon: str) -> None:
        self._icon_name = icon
        self._redraw()

    def _redraw(self) -> None:
        roles = {"primary": "on_accent", "ghost": "muted", "danger": "failed_text"}
        self.setIcon(self._theme.icon(self._icon_name, roles.get(self._kind, "text"), 14, ICON_GAP))


class Combo(QComboBox):
    """A combo box whose list has the look of the theme, and that the wheel does not change while
    what it stands in is scrolled."""

    def __init__(self, name: str, role: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        if role:
            self.setProperty("role", role)
        self.setItemDelegate(QStyledItemDelegate(self))  # the style's own one knows no style sheet

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SearchField(QLineEdit):
    """A field with a magnifying glass and a clear button."""

    def __init__(self, theme: Theme, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self._glass = self.addAction(
            theme.icon("search", "faint"), QLineEdit.ActionPosition.LeadingPosition
        )
        theme.changed.connect(self._redraw)

    def _redraw(self) -> None:
        if isValid(self._glass):  # it goes before the field does
            self._glass.setIcon(self._theme.icon("search", "faint"))


class EmptyState(QWidget):
    """Says what an empty place is for and offers the first step."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        text: str,
        action: tuple[str, Callable[[], None]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        lay_out(column, theme.space("s"), (theme.space("xl"),) * 4)
        column.addStretch(1)
        column.addWidget(
            IconLabel(theme, icon, "faint", 32), alignment=Qt.AlignmentFlag.AlignHCenter
        )
        self.title = Label(theme, title, "heading")
        self.text = Label(theme, text, "body", "muted")
        for label in (self.title, self.text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        if action is not None:
            self.button = Button(theme, action[0])
            self.button.clicked.connect(action[1])
            column.addSpacing(theme.space("xs"))
            column.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class StatFigure(Card):
    """A card with one figure: what it is, how much, and what changed."""

    clicked = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.body.setSpacing(2)
        self.setProperty("hot", True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._title = ElidedLabel(theme, title, "label", "muted")
        self._figure = FittedLabel(theme, "–", ("figure", "page", "heading"))
        self._note = ElidedLabel(theme, "", "detail", "muted")
        for label in (self._title, self._figure, self._note):
            self.body.addWidget(label)

    def show_figure(self, figure: str, note: str = "", tone: str = "muted") -> None:
        self._figure.set_full_text(figure)
        self._note.set_full_text(note)
        self._note.set_tone(tone)
        self.setAccessibleName(f"{self._title.full_text}: {figure}. {note}")

    @property
    def words(self) -> tuple[str, str]:
        """The figure and the note that are shown."""
        return self._figure.full_text, self._note.full_text

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


def blend(over: QColor, under: QColor, share: float) -> QColor:
    """``share`` of one colour over another, opaque."""
    mixed = [
        round(a * share + b * (1 - share))
        for a, b in zip(over.getRgb()[:3], under.getRgb()[:3], strict=True)  # type: ignore[index]
    ]
    return QColor(*mixed)
