"""Fields one below the other: those that matter first, the rest folded away, groups that open."""

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.inspector.editors.make import Surroundings
from designer.inspector.fields import Field, RelativePath
from designer.inspector.row import FieldRow
from designer.inspector.values import EMPTY
from designer.theme import Theme
from designer.theme.widgets import Button, Label, lay_out
from designer.theme.wording import plural

Given = Callable[[RelativePath], bool]
"""Whether the file has a value at a path."""


class FieldList(QWidget):
    """Rows for fields; ``edited`` and ``left`` carry the row."""

    edited = Signal(object)
    left = Signal(object)

    def __init__(self, theme: Theme, fields: Sequence[Field], around: Surroundings) -> None:
        super().__init__()
        self._theme = theme
        self._parts: list[tuple[Field, FieldRow | Group]] = []
        self._open = False
        self._more = Button(theme, "", "link", "chevron-down")
        self._more.clicked.connect(self._toggle_more)
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m") + 2)
        for field in fields:
            part = self._make_part(field, around)
            self._parts.append((field, part))
            column.addWidget(part)
        column.addWidget(self._more, alignment=Qt.AlignmentFlag.AlignLeft)
        self.show_given(lambda _path: False)

    def rows(self) -> Iterator[FieldRow]:
        """Every row that is built, those in opened groups included."""
        for _, part in self._parts:
            if isinstance(part, FieldRow):
                yield part
            else:
                yield from part.rows()

    def show_given(self, given: Given) -> None:
        """Shows the leading fields and those with a value; the rest waits behind a button."""
        hidden = []
        for field, part in self._parts:
            if isinstance(part, Group):
                part.show_given(given)
            opened = field.leading or (self._open and not field.when_given)
            shown = opened or given(field.path) or self._is_used(part)
            part.setVisible(shown)
            if not shown and not field.when_given:
                hidden.append(field.title)
        self._more.setVisible(bool(hidden) or self._open)
        self._more.setText("Show less" if self._open else plural(len(hidden), "more setting"))
        self._more.set_icon("chevron-up" if self._open else "chevron-down")
        self._more.setToolTip("" if self._open else ", ".join(hidden))

    def _is_used(self, part: QWidget) -> bool:
        """Whether a field without a value goes on showing: while the keyboard is in it."""
        focused = self.window().focusWidget()
        return focused is not None and part.isAncestorOf(focused)

    def _toggle_more(self) -> None:
        self._open = not self._open
        if not self._open:
            self._more.setFocus()
        shown = {field.path: self._has_value(part) for field, part in self._parts}
        self.show_given(lambda path: shown.get(path, False))

    def _has_value(self, part: "FieldRow | Group") -> bool:
        if isinstance(part, Group):
            return any(self._has_value(row) for row in part.rows())
        try:
            return part.value() is not EMPTY
        except ValueError:
            return True

    def _make_part(self, field: Field, around: Surroundings) -> "FieldRow | Group":
        part: FieldRow | Group
        if field.kind == "group":
            part = Group(self._theme, field, around)
        else:
            part = FieldRow(self._theme, field, around)
        part.edited.connect(self.edited)
        part.left.connect(self.left)
        return part


class Group(QWidget):
    """The fields of a mapping with known keys, folded until it has a value or is opened; they are
    built then, as editors cost more than all else in a form."""

    edited = Signal(object)
    left = Signal(object)

    def __init__(self, theme: Theme, field: Field, around: Surroundings) -> None:
        super().__init__()
        self._theme = theme
        self._field = field
        self._around = around
        self._opened: bool | None = None
        self.button = Button(theme, field.title, "link", "chevron-right")
        self.button.setAccessibleName(f"{field.title}: show or hide")
        self.button.clicked.connect(self._toggle)
        self.help = Label(theme, field.help, "detail", "faint")
        self.help.setWordWrap(True)
        self.list: FieldList | None = None
        self._inside = QVBoxLayout()
        column = QVBoxLayout(self)
        lay_out(column, theme.space("xs"))
        column.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.help)
        lay_out(self._inside, 0, (theme.space("m"), 0, 0, 0))
        column.addLayout(self._inside)

    def rows(self) -> Iterator[FieldRow]:
        """The rows inside; none before it is opened."""
        if self.list is not None:
            yield from self.list.rows()

    def show_given(self, given: Given) -> None:
        """Opens where the file has a value, unless the user opened or folded it."""
        self._show(given(self._field.path) if self._opened is None else self._opened)
        if self.list is not None:
            self.list.show_given(given)

    def _toggle(self) -> None:
        self._opened = self.list is None or not self.list.isVisibleTo(self)
        self._show(self._opened)

    def _build(self) -> FieldList:
        built = FieldList(self._theme, self._field.columns, self._around)
        built.edited.connect(self.edited)
        built.left.connect(self.left)
        self._inside.setContentsMargins(self._theme.space("m"), self._theme.space("s"), 0, 0)
        self._inside.addWidget(built)
        return built

    def _show(self, open_: bool) -> None:
        if open_ and self.list is None:
            self.list = self._build()
        if self.list is not None:
            self.list.setVisible(open_)
        self.button.set_icon("chevron-down" if open_ else "chevron-right")
