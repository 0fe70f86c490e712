"""One field of a form: label above, editor, preview and help below, the error in its place."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.inspector.editors.base import Editor
from designer.inspector.editors.make import (
    TAKES_TEMPLATES,
    Surroundings,
    fitting_editor,
    template_editor,
)
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY, is_template
from designer.theme import Theme
from designer.theme.widgets import IconButton, Label, lay_out

_NO_TEMPLATE = TAKES_TEMPLATES | {"code", "cron", "timezone", "rows", "steps"}
"""Kinds without a button for "an expression instead"."""


class FieldRow(QWidget):
    """``edited`` and ``left`` carry the row itself."""

    edited = Signal(object)
    left = Signal(object)

    def __init__(self, theme: Theme, field: Field, around: Surroundings) -> None:
        super().__init__()
        self.field = field
        self._theme = theme
        self._around = around
        self._complaint = ""
        self.label = Label(theme, field.title, "label", "muted")
        self._preview = self._below("muted")
        self._help = self._below("faint", field.help)
        self._error = self._below("failed")
        self._column = QVBoxLayout(self)
        lay_out(self._column, theme.space("xs"))
        self._column.addLayout(self._make_head())
        self.editor = fitting_editor(theme, field, EMPTY, around)
        self._place_editor()
        for label in (self._preview, self._error, self._help):
            self._column.addWidget(label)

    def show_value(self, value: Any) -> None:
        """Shows the document's value, in another editor where this one cannot."""
        if self.field.kind == "steps":
            self._help.setText(_body_words(value))
            return
        misfits = not self.editor.fits(value) or (self._expressing and value is EMPTY)
        if misfits and not (self._expressing and is_template(value)):
            self._swap(fitting_editor(self._theme, self.field, value, self._around))
        self.editor.set_value(value)

    def value(self) -> Any:
        """What is in the field. Raises ValueError that says what is wrong with it."""
        return self.editor.value()

    def complain(self, words: str) -> None:
        """Says what is wrong with what is typed, until it is right."""
        self._complaint = words
        self.show_problem("")

    @property
    def complaining(self) -> bool:
        """Whether what is typed could not be written, and still waits to be mended."""
        return bool(self._complaint)

    def show_problem(self, words: str, tone: str = "failed") -> None:
        """Says in its place what the check found; what is typed wrongly comes first."""
        shown = self._complaint or words
        self._error.set_tone("failed" if self._complaint else tone)
        self._error.setText(shown)
        self._error.setVisible(bool(shown))
        self._help.setVisible(bool(self._help.text()) and not shown)
        self.editor.set_invalid(bool(shown) and (tone == "failed" or bool(self._complaint)))

    def show_preview(self, words: str) -> None:
        """Says what a template gives; empty for nothing."""
        self._preview.setText(words)
        self._preview.setVisible(bool(words))

    def has_focus(self) -> bool:
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    @property
    def _expressing(self) -> bool:
        return self._button is not None and self._button.isChecked()

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        lay_out(head, self._theme.space("xs"))
        head.addWidget(self.label)
        if self.field.required:
            star = Label(self._theme, "required", "detail", "faint")
            head.addWidget(star)
        head.addStretch(1)
        self._button: IconButton | None = None
        if self.field.templates and self.field.kind not in _NO_TEMPLATE:
            self._button = IconButton(
                self._theme, "expression", "Use an expression here", size=16, color_role="faint"
            )
            self._button.setCheckable(True)
            self._button.setProperty("kind", "inline")
            self._button.setFixedSize(18, 18)
            self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._button.toggled.connect(self._express)
            head.addWidget(self._button)
        return head

    def _below(self, tone: str, text: str = "") -> Label:
        label = Label(self._theme, text, "detail", tone)
        label.setWordWrap(True)
        label.setVisible(bool(text))
        return label

    def _place_editor(self) -> None:
        self._column.insertWidget(1, self.editor)
        self.editor.setVisible(self.field.kind != "steps")
        self.label.setBuddy(self.editor)
        self.editor.edited.connect(self._tell_edited)
        self.editor.left.connect(self._tell_left)
        if self._button is not None:
            shown = type(self.editor) is type(template_editor(self._theme, self.field))
            blocked = self._button.blockSignals(True)
            self._button.setChecked(shown)
            self._button.blockSignals(blocked)

    def _swap(self, editor: Editor) -> None:
        old, self.editor = self.editor, editor
        self._column.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._place_editor()

    def _express(self, on: bool) -> None:
        """Puts a line for a template in place of the field's own editor, or takes it away."""
        if on:
            line = template_editor(self._theme, self.field)
            self._swap(line)
            line.edit.setFocus()
        else:
            self._swap(fitting_editor(self._theme, self.field, EMPTY, self._around))
            self.edited.emit(self)
            self.left.emit(self)

    def _tell_edited(self) -> None:
        self.edited.emit(self)

    def _tell_left(self) -> None:
        self.left.emit(self)


def _body_words(value: Any) -> str:
    """What a body holds, in words; its steps are drawn and written, not typed here."""
    if isinstance(value, dict):
        return f"{len(value)} branches; edit their steps in the YAML view."
    count = len(value) if isinstance(value, list) else 0
    return f"{count} step{'' if count == 1 else 's'} inside; edit them in the YAML view."
