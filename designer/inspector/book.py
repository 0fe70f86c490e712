"""The pages for one step, one trigger, or the workflow."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.document import Document, EditRefused, NodeView
from designer.inspector.data_tree import DataTree
from designer.inspector.docs import DocsPage, docs_of_step, docs_of_trigger
from designer.inspector.fields import fields_of
from designer.inspector.form import Form, Writers
from designer.inspector.forms import (
    INPUT_FIELDS,
    OUTPUT_FIELDS,
    RETRY_FIELDS,
    WORKFLOW_FIELDS,
    setup_fields,
    trigger_fields,
)
from designer.inspector.reach import ReachTree, scope_of_inputs
from designer.inspector.row import FieldRow
from designer.inspector.values import EMPTY
from designer.theme import Theme
from designer.theme.widgets import Separator, lay_out
from engine import Path

NOT_RUN_YET = "Run the workflow to see what this step {}."


Parts = Sequence[QWidget]


class Book(QWidget):
    """Pages by tab; one shows at a time. A page is built when it first shows, since its widgets
    cost more than everything else a selection does. Every form built follows the document."""

    def __init__(self, theme: Theme, document: Document) -> None:
        super().__init__()
        self._theme = theme
        self._document = document
        self._makers: dict[str, Callable[[], Parts]] = {}
        self._pages: dict[str, QWidget] = {}
        self._forms: dict[str, list[Form]] = {}
        self._blank: set[str] = set()
        self._current = ""
        self._column = QVBoxLayout(self)
        lay_out(self._column)
        self._reach: ReachTree | None = None
        self._key = ""
        self._context: Mapping[str, Any] | None = None
        self._data: dict[str, DataTree] = {}
        self._values: Mapping[str, Any] = {}

    @property
    def theme(self) -> Theme:
        return self._theme

    @property
    def document(self) -> Document:
        return self._document

    @property
    def tabs(self) -> tuple[str, ...]:
        """The tabs that have a page, built or not."""
        return tuple(self._makers)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms built by now."""
        return tuple(form for forms in self._forms.values() for form in forms)

    @property
    def setup(self) -> Form:
        """The form of the Set up tab."""
        self.build("setup")
        return self._forms["setup"][0]

    @property
    def blank(self) -> bool:
        """Whether the page that shows was built while there were no values for its form."""
        return self._current in self._blank

    def add_page(self, tab: str, make: Callable[[], Parts]) -> None:
        """Adds a page of the parts that ``make`` gives, a line between them."""
        self._makers[tab] = make

    def data_tree(self, name: str, title: str, nothing: str) -> DataTree:
        """A tree that shows ``input``, ``output`` or ``error`` of the last run."""
        self._data[name] = DataTree(self._theme, title, nothing)
        return self._data[name]

    def show_page(self, tab: str) -> str:
        """Shows a page; the first where there is no such tab. Gives the one that shows."""
        self._current = tab if tab in self._makers else next(iter(self._makers))
        self.build(self._current)
        for name, page in self._pages.items():
            page.setVisible(name == self._current)
        self._show_reach()
        return self._current

    def build(self, tab: str) -> None:
        """Builds a page that is not there yet and gives it what the others know."""
        if tab in self._pages:
            return
        parts = self._makers[tab]()
        forms = self._forms[tab] = [part for part in parts if isinstance(part, Form)]
        if forms and self._document.trouble:
            self._blank.add(tab)
        for form in forms:
            form.set_context(self._context)
        for part in parts:
            if isinstance(part, ReachTree):
                self._reach = part
        self._show_reach()
        self._show_data()
        page = self._pages[tab] = self._stack(parts)
        self._column.addWidget(page)  # first: shown without a parent, it would be a window
        page.setVisible(tab == self._current)

    def find_row(self, path: Path) -> tuple[str, FieldRow] | None:
        """The tab and the row of the field that a path leads to or into; None without one."""
        for tab in self._makers:
            self.build(tab)
            rows = [row for form in self._forms[tab] for row in form.rows()]
            fitting = [row for row in rows if path[: len(row.field.path)] == row.field.path]
            if fitting:
                return tab, max(fitting, key=lambda row: len(row.field.path))
        return None

    def _stack(self, parts: Parts) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        lay_out(column, self._theme.space("l"))
        for number, part in enumerate(parts):
            if number:
                column.addWidget(Separator())
            column.addWidget(part)
        column.addStretch(1)
        return page

    def refresh(self) -> None:
        for form in self.forms:
            form.refresh()
        self._show_reach()

    def start_afresh(self) -> None:
        self._blank.clear()
        for form in self.forms:
            form.start_afresh()

    def show_problems(self) -> None:
        for form in self.forms:
            form.show_problems()

    def flush(self) -> None:
        for form in self.forms:
            form.flush()

    def set_context(self, context: Mapping[str, Any] | None) -> None:
        self._context = context
        for form in self.forms:
            form.set_context(context)
        self._show_reach()

    def _show_reach(self) -> None:
        if self._reach is not None and self._current == "input" and not self._document.trouble:
            scope = scope_of_inputs(self._document, self._key, self._context)
            self._reach.show_reach(self._document, scope)

    def add_reach(self, key: str, reach: ReachTree) -> ReachTree:
        """A tree of what a step can read; what is chosen there becomes an entry of its input."""
        self._key = key
        reach.taken.connect(self._take_as_input)
        return reach

    def _take_as_input(self, expression: str) -> None:
        for form in self._forms.get("input", ()):
            form.row("input_mapping").take_expression(expression)

    def show_run_data(self, given: Any, output: Any, error: Any) -> None:
        self._values = {"input": given, "output": output, "error": error}
        self._show_data()

    def _show_data(self) -> None:
        for name, tree in self._data.items():
            tree.show_value(self._values.get(name))
        if "error" in self._data:
            self._data["error"].setVisible(self._values.get("error") is not None)


def make_book(theme: Theme, document: Document, node: NodeView | None) -> Book:
    """The pages for a node; for the workflow where it is None."""
    if node is None:
        book = Book(theme, document)
        book.add_page("setup", lambda: [Form(theme, document, "", tuple, WORKFLOW_FIELDS)])
        return book
    if node.kind == "trigger":
        return _trigger_book(theme, document, node)
    return _step_book(theme, document, node)


def _step_book(theme: Theme, document: Document, node: NodeView) -> Book:
    kind = document.catalogue.step_types.get(node.type)
    schema: Mapping[str, Any] = kind.schema if kind else {}
    book, key = Book(theme, document), node.key
    base = partial(_path, document, key)
    rename: Writers = {("id",): partial(_rename_step, document, key)}
    form = partial(Form, theme, document, key, base)
    book.add_page("setup", lambda: [form(setup_fields(schema), rename, frozenset(rename))])
    book.add_page(
        "input",
        lambda: [form(INPUT_FIELDS), book.add_reach(key, ReachTree(theme)), _received(book)],
    )
    book.add_page("output", lambda: [form(OUTPUT_FIELDS), _stacked(theme, *_gave(book))])
    book.add_page("retry", lambda: [form(RETRY_FIELDS)])
    book.add_page("docs", lambda: [_step_docs(book, kind, key)])
    return book


def _step_docs(book: Book, kind: Any, key: str) -> DocsPage:
    step = book.document.step(key)
    fields = fields_of(kind.schema) if kind is not None else ()
    return DocsPage(book.theme, docs_of_step(kind, step.config if step is not None else {}, fields))


def _reach(book: Book, key: str) -> ReachTree:
    return book.add_reach(key, ReachTree(book.theme))


def _received(book: Book) -> DataTree:
    return book.data_tree("input", "Input of the last run", NOT_RUN_YET.format("received"))


def _gave(book: Book) -> tuple[DataTree, DataTree]:
    error = book.data_tree("error", "Error of the last run", "")
    output = book.data_tree("output", "Output of the last run", NOT_RUN_YET.format("gave"))
    return error, output


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
    book, key = Book(theme, document), node.key
    base = partial(_path, document, key)
    rename: Writers = {("name",): partial(_rename_trigger, document, key)}
    form = partial(Form, theme, document, key, base)
    book.add_page("setup", lambda: [form(trigger_fields(schema), rename, frozenset(rename))])
    book.add_page("docs", lambda: [DocsPage(theme, docs_of_trigger(kind, fields_of(schema)))])
    return book


def _path(document: Document, key: str) -> Path | None:
    return document.places.path(key)


def _rename_step(document: Document, key: str, value: Any) -> None:
    document.rename_step(key, "" if value is EMPTY else str(value))


def _rename_trigger(document: Document, key: str, value: Any) -> None:
    if value is EMPTY:
        raise EditRefused("A name is needed: it tells the triggers apart.")
    document.rename_trigger(key, str(value))
