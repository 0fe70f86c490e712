"""Editors for texts: names, paths, numbers, durations, sizes and expressions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from designer.inspector.editors.base import Editor
from designer.inspector.editors.template_edit import TemplateEdit
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY, is_template, read_typed, typed
from designer.theme import Theme
from designer.theme.offer_list import Completer
from designer.theme.offers import Offers
from designer.theme.widgets import IconButton, lay_out, set_style_property
from engine import parse_duration, parse_size


class TextEditor(Editor):
    """A text, on one line or on several; where other kinds are possible, they are read as typed."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme)
        self.field = field
        self.edit = TemplateEdit(
            theme,
            field.placeholder,
            one_line=field.kind != "text",
            language="expression" if field.kind == "expression" else "text",
            bare=field.kind == "expression",
        )
        self.edit.setAccessibleName(field.title)
        self.edit.edited.connect(self.edited)
        self.edit.left.connect(self.left)
        self.edit.entered.connect(self.left)
        self.setFocusProxy(self.edit)
        self.row = QHBoxLayout(self)
        lay_out(self.row, theme.space("xs"))
        self.row.addWidget(self.edit)

    def fits(self, value: Any) -> bool:
        if value is EMPTY:
            return True
        if isinstance(value, str):
            return self.field.kind == "text" or "\n" not in value
        return not self.field.text_only and not isinstance(value, dict | list)

    def set_value(self, value: Any) -> None:
        if self.field.text_only:
            self.edit.set_text("" if value is EMPTY else str(value))
        elif value is EMPTY or value != read_typed(self.edit.text()):
            self.edit.set_text(typed(value))

    def value(self) -> Any:
        text = self.edit.text()
        if not text:
            return EMPTY
        return text if self.field.text_only else read_typed(text)

    def set_invalid(self, invalid: bool) -> None:
        set_style_property(self.edit, "invalid", invalid)

    def complete_with(self, offers: Offers) -> None:
        Completer(self.theme, self.edit, offers)

    def take_expression(self, expression: str, name: str) -> bool:
        if self.field.kind not in ("line", "text", "expression"):
            self.edit.selectAll()
        self.edit.insert_expression(expression)
        return True

    def mark_wrong(self, span: tuple[int, int] | None) -> None:
        self.edit.mark_wrong(span)


class NumberEditor(TextEditor):
    """A number, or a template."""

    def fits(self, value: Any) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value is EMPTY or number or is_template(value)

    def value(self) -> Any:
        found = read_typed(self.edit.text().strip())
        if found is EMPTY or self.fits(found):
            return found
        raise ValueError("A number is needed here, or a template in {{ }}.")


class UnitEditor(TextEditor):
    """A duration or a size: text with a unit, a number, or a template."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme, field)
        self._read: Callable[[str], float] = (
            parse_duration if field.kind == "duration" else parse_size
        )

    def fits(self, value: Any) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return value is EMPTY or number or (isinstance(value, str) and "\n" not in value)

    def set_value(self, value: Any) -> None:
        if value is EMPTY or value != read_typed(self.edit.text()):
            self.edit.set_text("" if value is EMPTY else str(value))

    def value(self) -> Any:
        text = self.edit.text().strip()
        if not text:
            return EMPTY
        found = read_typed(text)
        if not is_template(text):
            self._read(found)
        return found


class PathEditor(TextEditor):
    """A path, written relative to the workflow's folder where it lies inside it."""

    def __init__(self, theme: Theme, field: Field, folder: Callable[[], Path | None]) -> None:
        super().__init__(theme, field)
        self._folder = folder
        self._dialog: QFileDialog | None = None
        self.button = IconButton(theme, "folder", "Choose a file", parent=self)
        self.button.clicked.connect(self._choose)
        self.row.addWidget(self.button)

    def _choose(self) -> None:
        self._dialog = QFileDialog(self, "Choose a file", str(self._folder() or Path.home()))
        self._dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        self._dialog.fileSelected.connect(self._take)
        self._dialog.open()

    def _take(self, name: str) -> None:
        path, folder = Path(name), self._folder()
        inside = folder is not None and path.is_relative_to(folder)
        self.edit.set_text(path.relative_to(folder).as_posix() if inside and folder else str(path))
        self.edited.emit()
        self.left.emit()
