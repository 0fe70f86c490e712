"""Fields for an execution's input, one for each property of a JSON Schema."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from designer.theme import Theme
from designer.theme.widgets import Combo, Label, lay_out, set_style_property

MISSING = object()
"""The value of a field that was left empty."""


class InputField(QWidget):
    """A label, an editor, help below, and an error in words when the value does not fit."""

    def __init__(self, theme: Theme, name: str, schema: Mapping[str, Any], required: bool) -> None:
        super().__init__()
        self.name = name
        self.schema = schema
        self.required = required
        self.editor: QWidget = self.make_editor(theme)
        self._error = Label(theme, "", "detail", "failed")
        column = QVBoxLayout(self)
        lay_out(column, 4)
        self.title = str(schema.get("title") or name.replace("_", " ").capitalize())
        label = Label(theme, self.title, "label", "muted")
        label.setBuddy(self.editor)
        self.editor.setAccessibleName(self.title)
        head = QHBoxLayout()
        lay_out(head, theme.space("xs"))
        head.addWidget(label)
        if required:
            head.addWidget(Label(theme, "required", "detail", "faint"))
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(self.editor)
        if schema.get("description"):
            help_label = Label(theme, str(schema["description"]), "detail", "faint")
            help_label.setWordWrap(True)
            column.addWidget(help_label)
        column.addWidget(self._error)
        self._error.hide()

    @abstractmethod
    def make_editor(self, theme: Theme) -> QWidget:
        """The widget that the value is given in."""

    @abstractmethod
    def show_value(self, value: Any) -> None:
        """Fills the editor."""

    @abstractmethod
    def read(self) -> Any:
        """The value, or MISSING. Raises ValueError saying what is wrong."""

    def value(self) -> Any:
        """The value, or MISSING; an error is shown at the field and raised as ValueError."""
        try:
            value = self.read()
            if value is MISSING and self.required:
                raise ValueError("Fill this in: the workflow needs it.")
        except ValueError as error:
            self._show_error(str(error))
            raise
        self._show_error("")
        return value

    def _show_error(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))
        set_style_property(self.editor, "invalid", bool(text))


class TextField(InputField):
    """Text, or a number written as text."""

    editor: QLineEdit

    def make_editor(self, theme: Theme) -> QWidget:
        return QLineEdit()

    def show_value(self, value: Any) -> None:
        self.editor.setText("" if value is None else str(value))

    def read(self) -> Any:
        return self.editor.text() or MISSING


class NumberField(TextField):
    """A whole or a decimal number."""

    def read(self) -> Any:
        text = self.editor.text().strip()
        if not text:
            return MISSING
        whole = kind_of(self.schema) == "integer"
        try:
            number: int | float = int(text) if whole else float(text)
        except ValueError:
            wanted = "a whole number, such as 12" if whole else "a number, such as 12.5"
            raise ValueError(f'"{text}" is not a number. Write {wanted}.') from None
        self._check_range(number)
        return number

    def _check_range(self, number: float) -> None:
        low, high = self.schema.get("minimum"), self.schema.get("maximum")
        if low is not None and number < low:
            raise ValueError(f"Write {low} or more.")
        if high is not None and number > high:
            raise ValueError(f"Write {high} or less.")


class ChoiceField(InputField):
    """One of the values that the schema lists."""

    editor: QComboBox

    def make_editor(self, theme: Theme) -> QWidget:
        box = Combo(self.name)
        if not self.required:
            box.addItem("", MISSING)
        for value in self.schema["enum"]:
            box.addItem(value if isinstance(value, str) else json.dumps(value), value)
        return box

    def show_value(self, value: Any) -> None:
        for index in range(self.editor.count()):
            if self.editor.itemData(index) == value:
                self.editor.setCurrentIndex(index)

    def read(self) -> Any:
        return self.editor.currentData()


class SwitchField(InputField):
    """Yes or no."""

    editor: QCheckBox

    def make_editor(self, theme: Theme) -> QWidget:
        return QCheckBox("Yes")

    def show_value(self, value: Any) -> None:
        self.editor.setChecked(bool(value))

    def read(self) -> Any:
        return self.editor.isChecked()


class JsonField(InputField):
    """A list, a mapping, or anything else, written as JSON."""

    editor: QPlainTextEdit

    def make_editor(self, theme: Theme) -> QWidget:
        box = QPlainTextEdit()
        box.setFont(theme.font("mono"))
        box.setFixedHeight(96)
        box.setTabChangesFocus(True)
        return box

    def show_value(self, value: Any) -> None:
        shown = "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
        self.editor.setPlainText(shown)

    def read(self) -> Any:
        text = self.editor.toPlainText().strip()
        if not text:
            return MISSING
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(
                f"Line {error.lineno} is not JSON: {error.msg}. Texts need double quotes."
            ) from None
        wanted = {"array": list, "object": dict}.get(kind_of(self.schema))
        if wanted is not None and not isinstance(value, wanted):
            raise ValueError("Write a list: [ ]." if wanted is list else "Write a mapping: { }.")
        return value


def kind_of(schema: Mapping[str, Any]) -> str:
    """The schema's type; of several the first that is not null, "" without one."""
    kinds = schema.get("type", "")
    if isinstance(kinds, list):
        return next((str(kind) for kind in kinds if kind != "null"), "")
    return str(kinds)


_FIELDS: dict[str, type[InputField]] = {
    "string": TextField,
    "integer": NumberField,
    "number": NumberField,
    "boolean": SwitchField,
}


def make_field(theme: Theme, name: str, schema: Mapping[str, Any], required: bool) -> InputField:
    """The field that fits a property's schema."""
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return ChoiceField(theme, name, schema, required)
    return _FIELDS.get(kind_of(schema), JsonField)(theme, name, schema, required)
