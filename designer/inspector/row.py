"""One field of a form: label above, editor, preview and help below, the error in its place."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.inspector.editors.base import Editor
from designer.inspector.editors.make import (
    NO_EXPRESSION,
    Surroundings,
    TemplateLine,
    fitting_editor,
    template_editor,
)
from designer.inspector.editors.text import TextEditor
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY, is_template
from designer.theme import Theme
from designer.theme.drag import dropped_expression, name_for
from designer.theme.widgets import IconButton, Label, lay_out

STUB = "{{  }}"
"""An expression that is about to be typed."""


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
        self._hot = False
        self._kept: dict[bool, Any] = {}
        """What was there before the switch to the other: by whether it is an expression."""
        self.setAcceptDrops(field.templates and field.kind not in NO_EXPRESSION)
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
        if self._is_out_of_place(value):
            self._swap(fitting_editor(self._theme, self.field, value, self._around))
        self.editor.set_value(value)
        self._show_switch()

    def _is_out_of_place(self, value: Any) -> bool:
        """Whether another editor has to show a value."""
        if isinstance(self.editor, TemplateLine):
            return not is_template(value) or "\n" in value
        line = is_template(value) and not isinstance(self.editor, TextEditor)
        return not self.editor.fits(value) or (line and not self.has_focus() and self._switches)

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

    def mark_wrong(self, span: tuple[int, int] | None) -> None:
        """Underlines what is wrong at its place in what is typed."""
        self.editor.mark_wrong(span)

    def show_preview(self, words: str) -> None:
        """Says what a template gives; empty for nothing."""
        self._preview.setText(words)
        self._preview.setVisible(bool(words))

    def has_focus(self) -> bool:
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    @property
    def _switches(self) -> bool:
        return self._button is not None

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        lay_out(head, self._theme.space("xs"))
        head.addWidget(self.label)
        if self.field.required:
            star = Label(self._theme, "required", "detail", "faint")
            head.addWidget(star)
        head.addStretch(1)
        self._button: IconButton | None = None
        if _may_switch(self.field):
            self._button = IconButton(
                self._theme, "expression", "Use an expression here", size=16, color_role="faint"
            )
            self._button.setCheckable(True)
            self._button.setProperty("kind", "inline")
            self._button.setFixedSize(18, 18)
            self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._button.toggled.connect(self._express)
            head.addWidget(self._button)
        return head

    def _below(self, tone: str, text: str = "") -> Label:
        label = Label(self._theme, text, "detail", tone)
        label.setWordWrap(True)
        if not text:
            label.hide()  # with a text it shows by itself; without a parent yet, it must not
        return label

    def _place_editor(self) -> None:
        self._column.insertWidget(1, self.editor)
        self.editor.setVisible(self.field.kind != "steps")
        self.label.setBuddy(self.editor)
        self.editor.edited.connect(self._tell_edited)
        self.editor.left.connect(self._tell_left)
        self._show_switch()

    def _show_switch(self) -> None:
        """Lets the button show whether an expression is there."""
        if self._button is None:
            return
        on = isinstance(self.editor, TemplateLine)
        if isinstance(self.editor, TextEditor):
            on = on or is_template(self.editor.edit.text())
        blocked = self._button.blockSignals(True)
        self._button.setChecked(on)
        self._button.blockSignals(blocked)
        self._button.set_icon("expression", "accent_text" if on else "faint")
        self._button.setToolTip("Use a value here" if on else "Use an expression here")

    def _swap(self, editor: Editor) -> None:
        old, self.editor = self.editor, editor
        self._column.removeWidget(old)
        old.hide()
        old.deleteLater()
        self._place_editor()

    def _express(self, on: bool) -> None:
        """Puts an expression in place of the value, or a value again; what was there before comes
        back."""
        self._kept[not on] = _value_of(self.editor)
        kept = self._kept.get(on, EMPTY)
        if on:
            self._show_line(str(kept) if is_template(kept) else STUB)
        else:
            self._swap(fitting_editor(self._theme, self.field, kept, self._around))
            self.editor.set_value(kept)
        self._show_switch()
        if not on or is_template(kept):
            self.edited.emit(self)
            self.left.emit(self)

    def _show_line(self, text: str) -> None:
        """Shows an expression to be typed on; in a field that has no line for it, in one."""
        if not isinstance(self.editor, TextEditor):
            self._swap(template_editor(self._theme, self.field, self._around))
        assert isinstance(self.editor, TextEditor)
        self.editor.edit.set_text(text)
        self.editor.edit.setFocus()
        self.editor.edit.place_in_braces()

    # Values that are dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_expression(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._heat(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._heat(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """A value that is dropped beside what is typed becomes the expression of the field."""
        self._heat(False)
        expression = dropped_expression(event.mimeData())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take_expression(expression)

    def take_expression(self, expression: str) -> None:
        """Makes an expression the field's value, or adds it where there are several."""
        if not self.editor.take_expression(expression, name_for(expression)):
            self._kept[False] = _value_of(self.editor)
            self._show_line(f"{{{{ {expression} }}}}")
            self._show_switch()
        self.edited.emit(self)
        self.left.emit(self)

    def _heat(self, hot: bool) -> None:
        self._hot = hot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._hot:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.color("accent"))
        painter.setBrush(self._theme.color("accent_soft"))
        radius = self._theme.tokens.radius["control"]
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)

    def _tell_edited(self) -> None:
        self._show_switch()
        self.edited.emit(self)

    def _tell_left(self) -> None:
        self.left.emit(self)


def _may_switch(field: Field) -> bool:
    """Whether an expression may stand for the whole value; the mappings of a step itself hold one
    for each entry."""
    own_mapping = field.kind == "mapping" and field.path[0] != "config"
    return field.templates and field.kind not in NO_EXPRESSION and not own_mapping


def _value_of(editor: Editor) -> Any:
    try:
        return editor.value()
    except ValueError:
        return EMPTY


def _body_words(value: Any) -> str:
    """What a body holds, in words; its steps are drawn and written, not typed here."""
    if isinstance(value, dict):
        return f"{len(value)} branches; edit their steps in the YAML view."
    count = len(value) if isinstance(value, list) else 0
    return f"{count} step{'' if count == 1 else 's'} inside; edit them in the YAML view."
