"""Editors of several values: a mapping, a list, or rows with named columns."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.inspector.editors.base import Editor
from designer.inspector.editors.template_edit import TemplateEdit
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY, read_typed, typed
from designer.theme import Theme
from designer.theme.offer_list import Completer
from designer.theme.offers import Offers
from designer.theme.widgets import Button, IconButton, lay_out, set_style_property


class Row(QWidget):
    """One line of cells with a button that removes it."""

    edited = Signal()
    left = Signal()
    entered = Signal()
    removed = Signal(object)

    def __init__(
        self, theme: Theme, names: Sequence[str], weights: Sequence[int], what: str
    ) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        lay_out(line, theme.space("xs"))
        self.cells: list[TemplateEdit] = []
        for name, weight in zip(names, weights, strict=True):
            cell = TemplateEdit(theme, name)
            cell.setAccessibleName(name)
            cell.edited.connect(self.edited)
            cell.left.connect(self.left)
            cell.entered.connect(self.entered)
            line.addWidget(cell, weight)
            self.cells.append(cell)
        button = IconButton(theme, "close", f"Remove this {what}", size=14)
        button.clicked.connect(self._remove)
        line.addWidget(button)

    def texts(self) -> list[str]:
        return [cell.text() for cell in self.cells]

    def is_blank(self) -> bool:
        return not any(self.texts())

    def _remove(self) -> None:
        self.removed.emit(self)


class TableEditor(Editor):
    """Rows of cells; subclasses say how they are read. A blank row is not there yet."""

    def __init__(
        self, theme: Theme, title: str, columns: Sequence[str], weights: Sequence[int], what: str
    ) -> None:
        super().__init__(theme)
        self._names, self._weights, self._what = list(columns), list(weights), what
        self.rows: list[Row] = []
        self._offers: Offers | None = None
        self._completed = slice(None)
        self._column = QVBoxLayout(self)
        lay_out(self._column, theme.space("xs"))
        self._add_button = Button(theme, f"Add {what}", "link", "plus")
        self._add_button.setAccessibleName(f"{title}: add {what}")
        self._add_button.clicked.connect(self._add_asked)
        self._column.addWidget(self._add_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self._add_button)

    def show_texts(self, texts: Sequence[Sequence[str]]) -> None:
        """Shows rows of texts, changing only cells that differ; a blank row being typed stays."""
        filled = [row for row in self.rows if not row.is_blank()]
        while len(filled) > len(texts):
            self._drop(filled.pop())
        while len(filled) < len(texts):
            filled.append(self._insert_row())
        for row, wanted in zip(filled, texts, strict=True):
            for cell, text in zip(row.cells, wanted, strict=True):
                cell.set_text(text)

    def filled(self) -> list[list[str]]:
        return [row.texts() for row in self.rows if not row.is_blank()]

    def set_invalid(self, invalid: bool) -> None:
        for row in self.rows:
            for cell in row.cells:
                set_style_property(cell, "invalid", invalid)

    def complete_with(self, offers: Offers) -> None:
        self._offers = offers
        for row in self.rows:
            self._complete(row)

    def _complete(self, row: Row) -> None:
        if self._offers is not None:
            for cell in row.cells[self._completed]:
                Completer(self.theme, cell, self._offers)

    def add_texts(self, texts: Sequence[str]) -> None:
        """Adds a row as if it had been typed."""
        row = self._insert_row()
        for cell, text in zip(row.cells, texts, strict=True):
            cell.set_text(text)
        self.edited.emit()
        self.left.emit()

    def _add_asked(self) -> None:
        row = self._insert_row()
        QTimer.singleShot(0, row.cells[0].setFocus)

    def _insert_row(self) -> Row:
        row = Row(self.theme, self._names, self._weights, self._what)
        row.edited.connect(self.edited)
        row.left.connect(self.left)
        row.entered.connect(self._add_asked)
        row.removed.connect(self._remove_asked)
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)
        self._complete(row)
        return row

    def _remove_asked(self, row: Row) -> None:
        blank = row.is_blank()
        self._drop(row)
        if not blank:
            self.edited.emit()
            self.left.emit()

    def _drop(self, row: Row) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()


class MappingEditor(TableEditor):
    """Names of the author's own, each with a value."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme, field.title, ("name", "value"), (2, 3), "entry")
        self._completed = slice(1, None)

    def fits(self, value: Any) -> bool:
        return value is EMPTY or (
            isinstance(value, dict) and all(_is_simple(item) for item in value.values())
        )

    def set_value(self, value: Any) -> None:
        if value == self._current():
            return
        given = value if isinstance(value, dict) else {}
        self.show_texts([(str(name), typed(item)) for name, item in given.items()])

    def value(self) -> Any:
        found: dict[str, Any] = {}
        for name, text in self.filled():
            if not name:
                raise ValueError("A name is missing.")
            if name in found:
                raise ValueError(f"{name} stands here twice.")
            item = read_typed(text)
            found[name] = "" if item is EMPTY else item
        return found or EMPTY

    def take_expression(self, expression: str, name: str) -> bool:
        taken = [given for given, _ in self.filled()]
        self.add_texts((free_name(name, taken), f"{{{{ {expression} }}}}"))
        return True

    def _current(self) -> Any:
        try:
            return self.value()
        except ValueError:
            return None


class ListEditor(TableEditor):
    """Values one below the other; a single text that stands for a list of one stays so."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme, field.title, (field.placeholder or "value",), (1,), "item")

    def fits(self, value: Any) -> bool:
        return value is EMPTY or (isinstance(value, list) and all(_is_simple(v) for v in value))

    def set_value(self, value: Any) -> None:
        if value != self.value():
            self.show_texts([(typed(item),) for item in (value if value is not EMPTY else ())])

    def value(self) -> Any:
        return [read_typed(text) for (text,) in self.filled()] or EMPTY

    def take_expression(self, expression: str, name: str) -> bool:
        self.add_texts((f"{{{{ {expression} }}}}",))
        return True


class RowsEditor(TableEditor):
    """A list of mappings that have the same few names: the cases of a condition."""

    def __init__(self, theme: Theme, field: Field) -> None:
        self._columns = field.columns
        self._by_column: tuple[Offers, ...] = ()
        titles = [column.title for column in field.columns]
        weights = [3 if column.kind == "expression" else 2 for column in field.columns]
        super().__init__(theme, field.title, titles, weights, field.title.lower().removesuffix("s"))

    def complete_columns(self, offers: Sequence[Offers]) -> None:
        """Completes each column by what may stand in it."""
        self._by_column = tuple(offers)
        for row in self.rows:
            self._complete(row)

    def _complete(self, row: Row) -> None:
        for column, cell, offers in zip(self._columns, row.cells, self._by_column, strict=False):
            if column.kind in ("expression", "text"):
                Completer(self.theme, cell, offers)

    def fits(self, value: Any) -> bool:
        names = {column.path[-1] for column in self._columns}
        return value is EMPTY or (
            isinstance(value, list)
            and all(
                isinstance(row, dict)
                and row.keys() <= names
                and all(_is_simple(v) for v in row.values())
                for row in value
            )
        )

    def set_value(self, value: Any) -> None:
        if value != self.value():
            rows = value if isinstance(value, list) else []
            self.show_texts(
                [[typed(row.get(c.path[-1], EMPTY)) for c in self._columns] for row in rows]
            )

    def value(self) -> Any:
        found = []
        for texts in self.filled():
            row = {
                str(column.path[-1]): text if column.text_only else read_typed(text)
                for column, text in zip(self._columns, texts, strict=True)
                if text
            }
            found.append(row)
        return found or EMPTY


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """A name for an entry that is not taken: ``orders``, ``orders_2``."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def _is_simple(value: Any) -> bool:
    """Whether a value fits into one line."""
    if isinstance(value, str):
        return "\n" not in value
    return not isinstance(value, dict | list) or len(str(value)) < 60
