"""The pages for one step, one trigger, or the workflow."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.document import Document, EditRefused, NodeView
from designer.inspector.fields import Field, fields_of
from designer.inspector.form import Form, Writers
from designer.inspector.forms import (
    INPUT_FIELDS,
    OUTPUT_FIELDS,
    RETRY_FIELDS,
    WORKFLOW_FIELDS,
    setup_fields,
    trigger_fields,
)
from designer.inspector.pages import DataTree, DocsPage, UpstreamList
from designer.inspector.values import EMPTY
from designer.theme import Theme
from designer.theme.widgets import Separator, lay_out
from engine import Path

NOT_RUNNABLE = "This version can draw and save it, but not run it yet."


class Book(QWidget):
    """Pages by tab; one shows at a time. Every form among them follows the document."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.pages: dict[str, QWidget] = {}
        self.forms: list[Form] = []
        self._column = QVBoxLayout(self)
        lay_out(self._column)
        self._upstream: UpstreamList | None = None
        self._data: dict[str, DataTree] = {}

    @property
    def setup(self) -> Form:
        """The form of the Set up tab."""
        return self.forms[0]

    def add_page(self, tab: str, *parts: QWidget) -> None:
        """Adds a page of parts, a line between them."""
        page = QWidget()
        column = QVBoxLayout(page)
        lay_out(column, self._theme.space("l"))
        for number, part in enumerate(parts):
            if number:
                column.addWidget(Separator())
            column.addWidget(part)
            if isinstance(part, Form):
                self.forms.append(part)
            elif isinstance(part, UpstreamList):
                self._upstream = part
        column.addStretch(1)
        page.setVisible(not self.pages)
        self.pages[tab] = page
        self._column.addWidget(page)

    def add_data(self, name: str, title: str, nothing: str) -> DataTree:
        self._data[name] = DataTree(self._theme, title, nothing)
        return self._data[name]

    def show_page(self, tab: str) -> str:
        """Shows a page; the first where there is no such tab. Gives the one that shows."""
        wanted = tab if tab in self.pages else next(iter(self.pages))
        for name, page in self.pages.items():
            page.setVisible(name == wanted)
        return wanted

    def refresh(self) -> None:
        for form in self.forms:
            form.refresh()

    def start_afresh(self) -> None:
        for form in self.forms:
            form.start_afresh()

    def show_problems(self) -> None:
        for form in self.forms:
            form.show_problems()

    def flush(self) -> None:
        for form in self.forms:
            form.flush()

    def set_context(self, context: Mapping[str, Any] | None) -> None:
        for form in self.forms:
            form.set_context(context)

    def show_upstream(self, steps: Sequence[NodeView]) -> None:
        if self._upstream is not None:
            self._upstream.show_steps(steps)

    def show_run_data(self, given: Any, output: Any, error: Any) -> None:
        for name, value in (("input", given), ("output", output), ("error", error)):
            if name in self._data:
                self._data[name].show_value(value)
        if "error" in self._data:
            self._data["error"].setVisible(error is not None)


def make_book(theme: Theme, document: Document, node: NodeView | None) -> Book:
    """The pages for a node; for the workflow where it is None."""
    if node is None:
        book = Book(theme)
        book.add_page("setup", Form(theme, document, "", tuple, WORKFLOW_FIELDS))
        return book
    if node.kind == "trigger":
        return _trigger_book(theme, document, node)
    return _step_book(theme, document, node)


def _step_book(theme: Theme, document: Document, node: NodeView) -> Book:
    kind = document.catalogue.step_types.get(node.type)
    schema: Mapping[str, Any] = kind.schema if kind else {}
    book, key = Book(theme), node.key
    base = partial(_path, document, key)
    rename: Writers = {("id",): partial(_rename_step, document, key)}
    form = partial(Form, theme, document, key, base)
    book.add_page("setup", form(setup_fields(schema), rename, frozenset(rename)))
    nothing = "Run the workflow to see what this step {}."
    received = book.add_data("input", "Input of the last run", nothing.format("received"))
    gave = book.add_data("output", "Output of the last run", nothing.format("gave"))
    error = book.add_data("error", "Error of the last run", "")
    error.hide()
    book.add_page("input", form(INPUT_FIELDS), UpstreamList(theme), received)
    book.add_page("output", form(OUTPUT_FIELDS), _stacked(theme, error, gave))
    book.add_page("retry", form(RETRY_FIELDS))
    book.add_page("docs", _docs(theme, kind, fields_of(schema)))
    return book


def _stacked(theme: Theme, *parts: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    lay_out(column, theme.space("m"))
    for part in parts:
        column.addWidget(part)
    return holder


def _trigger_book(theme: Theme, document: Document, node: NodeView) -> Book:
    kind = document.catalogue.trigger_types.get(node.type)
    schema: Mapping[str, Any] = kind.schema if kind else {}
    book, key = Book(theme), node.key
    base = partial(_path, document, key)
    rename: Writers = {("name",): partial(_rename_trigger, document, key)}
    fields = trigger_fields(schema)
    book.add_page("setup", Form(theme, document, key, base, fields, rename, frozenset(rename)))
    book.add_page("docs", _docs(theme, kind, fields_of(schema)))
    return book


def _docs(theme: Theme, kind: Any, fields: Sequence[Field]) -> DocsPage:
    if kind is None:
        return DocsPage(theme, "No installed type has this name.", ())
    return DocsPage(theme, kind.description, fields, "" if kind.runnable else NOT_RUNNABLE)


def _path(document: Document, key: str) -> Path | None:
    return document.places.path(key)


def _rename_step(document: Document, key: str, value: Any) -> None:
    document.rename_step(key, "" if value is EMPTY else str(value))


def _rename_trigger(document: Document, key: str, value: Any) -> None:
    if value is EMPTY:
        raise EditRefused("A name is needed: it tells the triggers apart.")
    document.rename_trigger(key, str(value))
