"""Editors that choose: one of several words, on or off, a time zone."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QWidget,
)

from designer.inspector.editors.base import Editor
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY
from designer.theme import Theme
from designer.theme.widgets import Combo, Label, lay_out, set_style_property


class ChoiceEditor(Editor):
    """One of a few words. The first entry stands for "not given": the default, or nothing."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme)
        self._field = field
        self.combo = Combo(field.title)
        default = field.default
        if default is not None:
            self.combo.addItem(f"{default} (default)", EMPTY)
        elif not field.required:
            self.combo.addItem("Not set", EMPTY)
        for choice in field.choices:
            if choice != default:
                self.combo.addItem(choice, choice)
        self._known = self.combo.count()
        self.combo.activated.connect(self._chosen)
        self.setFocusProxy(self.combo)
        row = QHBoxLayout(self)
        lay_out(row)
        row.addWidget(self.combo)

    def fits(self, value: Any) -> bool:
        return value is EMPTY or (isinstance(value, str) and "{{" not in value)

    def set_value(self, value: Any) -> None:
        while self.combo.count() > self._known:
            self.combo.removeItem(self._known)
        wanted = EMPTY if value == self._field.default else value
        at = next((i for i in range(self.combo.count()) if self.combo.itemData(i) == wanted), -1)
        if at < 0 and value is not EMPTY:
            self.combo.addItem(str(value), value)
            at = self._known
        self.combo.setCurrentIndex(at)

    def value(self) -> Any:
        return self.combo.currentData() if self.combo.currentIndex() >= 0 else EMPTY

    def set_invalid(self, invalid: bool) -> None:
        set_style_property(self.combo, "invalid", invalid)

    def _chosen(self, _index: int) -> None:
        self.edited.emit()
        self.left.emit()


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


class TimezoneEditor(Editor):
    """A time zone's name, found by typing any part of it."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme)
        self.combo = Combo(field.title)
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.addItems(list(_zones()))
        line = QLineEdit()
        self.combo.setLineEdit(line)
        completer = QCompleter(list(_zones()), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.combo.setCompleter(completer)
        line.setPlaceholderText(field.placeholder or "UTC")
        line.textEdited.connect(self._edited)
        line.installEventFilter(self)
        self.combo.activated.connect(self._edited)
        self.setFocusProxy(self.combo)
        row = QHBoxLayout(self)
        lay_out(row)
        row.addWidget(self.combo)

    def fits(self, value: Any) -> bool:
        return value is EMPTY or isinstance(value, str)

    def set_value(self, value: Any) -> None:
        text = "" if value is EMPTY else str(value)
        if text != self.combo.currentText():
            self.combo.setEditText(text)

    def value(self) -> Any:
        return self.combo.currentText().strip() or EMPTY

    def set_invalid(self, invalid: bool) -> None:
        set_style_property(self.combo, "invalid", invalid)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        return super().eventFilter(watched, event)

    def _edited(self, _text: object) -> None:
        self.edited.emit()


class Switch(QAbstractButton):
    """On or off."""

    WIDTH, HEIGHT = 34, 20

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self.WIDTH, self.HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(1, 1, self.WIDTH - 2, self.HEIGHT - 2)
        role = "accent" if on else "strong_line"
        painter.setBrush(theme.color(role if self.isEnabled() else "line"))
        painter.setPen(theme.color("text") if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_accent" if on else "panel"))
        knob = track.height() - 4
        left = track.right() - knob - 2 if on else track.left() + 2
        painter.drawEllipse(QRectF(left, track.top() + 2, knob, knob))


class SwitchEditor(Editor):
    """A boolean; going back to the default takes the key out of the file."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme)
        self._default = field.default if isinstance(field.default, bool) else False
        self._required = field.required
        self.switch = Switch(theme)
        self.switch.setAccessibleName(field.title)
        self.switch.clicked.connect(self._clicked)
        self.word = Label(theme, "", "body", "muted")
        self.setFocusProxy(self.switch)
        row = QHBoxLayout(self)
        lay_out(row, theme.space("s"))
        row.addWidget(self.switch)
        row.addWidget(self.word)
        row.addStretch(1)
        self._show(self._default)

    def fits(self, value: Any) -> bool:
        return value is EMPTY or isinstance(value, bool)

    def set_value(self, value: Any) -> None:
        self._show(self._default if value is EMPTY else bool(value))

    def value(self) -> Any:
        on = self.switch.isChecked()
        return EMPTY if on == self._default and not self._required else on

    def set_invalid(self, invalid: bool) -> None:
        self.word.set_tone("failed" if invalid else "muted")

    def _clicked(self) -> None:
        self._show(self.switch.isChecked())
        self.edited.emit()
        self.left.emit()

    def _show(self, on: bool) -> None:
        self.switch.setChecked(on)
        self.word.setText("On" if on else "Off")
