"""A form over part of a document: shows its values, writes what is typed, says what is wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.document import Document, DocumentError
from designer.document.expressions import completions, preview_context, scope_of
from designer.inspector.code_words import code_offers
from designer.inspector.editors.code import CodeEditor
from designer.inspector.editors.make import Surroundings
from designer.inspector.editors.table import free_name
from designer.inspector.editors.text import TextEditor
from designer.inspector.fields import Field, RelativePath
from designer.inspector.preview import Asked, Previewer
from designer.inspector.row import FieldRow
from designer.inspector.section import FieldList
from designer.inspector.values import EMPTY, is_template
from designer.theme import Theme
from designer.theme.drag import name_for
from designer.theme.languages import language_of
from designer.theme.offers import Offer
from designer.theme.widgets import Label, lay_out
from engine import Path, Problem

TYPING_DELAY = 120
"""Milliseconds after a key until a field is written to the document."""

Writers = Mapping[RelativePath, Callable[[Any], None]]


class Form(QWidget):
    """``base`` gives the path of the node the fields belong to, None while it is not in the text.

    ``writers`` write fields in another way than as a value at their path; ``on_leave`` names the
    fields that are written only when the keyboard leaves them.
    """

    def __init__(
        self,
        theme: Theme,
        document: Document,
        key: str,
        base: Callable[[], Path | None],
        fields: Sequence[Field],
        writers: Writers | None = None,
        on_leave: frozenset[RelativePath] = frozenset(),
    ) -> None:
        super().__init__()
        self._document = document
        self._key = key
        self._base = base
        self._writers = dict(writers or {})
        self._on_leave = on_leave
        self._context: Mapping[str, Any] | None = None
        self._pending: dict[RelativePath, FieldRow] = {}
        self._timer = QTimer(self, singleShot=True, interval=TYPING_DELAY)
        self._timer.timeout.connect(self._write_typed)
        self._previewer = Previewer(self)
        self._previewer.ready.connect(self._take_preview)
        around = Surroundings(
            folder=self._folder, config=self._config, offers=self._offers, dropped=self._dropped
        )
        self.list = FieldList(theme, fields, around)
        self.list.edited.connect(self._edited)
        self.list.left.connect(self._left)
        self._whole = Label(theme, "", "detail", "failed")
        self._whole.setWordWrap(True)
        self._whole.hide()
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"))
        column.addWidget(self._whole)
        column.addWidget(self.list)
        document.add_pending(self.flush)
        self.refresh()

    def rows(self) -> Iterator[FieldRow]:
        return self.list.rows()

    def row(self, *path: str | int) -> FieldRow:
        """The row of a field. Raises KeyError when the form has none."""
        for row in self.rows():
            if row.field.path == path:
                return row
        raise KeyError(path)

    def set_context(self, context: Mapping[str, Any] | None) -> None:
        """What templates are previewed against."""
        self._context = context
        for row in self.rows():
            self._show_preview(row)

    # From the document

    def refresh(self) -> None:
        """Shows the document's values where they differ from what is shown."""
        base = self._base()
        if base is None or self._document.known_source is None or self._document.trouble:
            return
        self.list.show_given(lambda path: self._value(base, path) is not EMPTY)
        for row in self.rows():
            if row.field.path not in self._pending and not row.complaining:
                row.show_value(self._value(base, row.field.path))
                self._show_preview(row)
        self._choose_language()
        self.show_problems()

    def start_afresh(self) -> None:
        """Shows the document's values, also in place of what could not be written."""
        for row in self.rows():
            row.complain("")
        self.refresh()

    def show_problems(self) -> None:
        """Shows what the check found, each problem at the field it belongs to."""
        base = self._base() or ()
        found: dict[RelativePath, Problem] = {}
        whole: Problem | None = None
        paths = {row.field.path for row in self.rows()}
        for problem in sorted(self._document.problems, key=lambda one: one.severity != "error"):
            if problem.path[: len(base)] == base and (base or self._key == ""):
                within = problem.path[len(base) :]
                place = _nearest(within, paths) or self._missing(within, problem)
                if place is not None:
                    found.setdefault(place, problem)
                elif base and within == ("config",):
                    whole = whole or problem
        self._show_whole(whole, paths)
        for row in self.rows():
            problem_here = found.get(row.field.path)
            row.mark_wrong(self._span(problem_here, row))
            if problem_here is None:
                row.show_problem("")
            else:
                tone = "failed" if problem_here.severity == "error" else "warning"
                missing = len(problem_here.path) - len(base) < len(row.field.path)
                words = f"{row.field.title} is needed." if missing else _words(problem_here)
                row.show_problem(words, tone)

    def _span(self, problem: Problem | None, row: FieldRow) -> tuple[int, int] | None:
        """Where in a field that holds a template the words stand that a problem is about."""
        if problem is None or not row.field.templates:
            return None
        words = self._document.text[problem.start : problem.end]
        shown = _typed_text(row)
        at = shown.find(words) if words and "\n" not in words else -1
        return None if at < 0 or words == shown.strip() else (at, at + len(words))

    def _show_whole(self, problem: Problem | None, paths: set[RelativePath]) -> None:
        """Says above the fields what is wrong with all of them together."""
        shown = problem if any(path[0] == "config" for path in paths) else None
        self._whole.setVisible(shown is not None)
        if shown is not None:
            self._whole.setText(_words(shown))
            self._whole.set_tone("failed" if shown.severity == "error" else "warning")

    def _missing(self, holder: Path, problem: Problem) -> RelativePath | None:
        """The required field without a value that a problem of the mapping around it names."""
        for row in self.rows():
            path = row.field.path
            named = (
                row.field.required and path[:-1] == holder and f'"{path[-1]}"' in problem.message
            )
            if named and _is_empty(row):
                return path
        return None

    def _value(self, base: Path, path: RelativePath) -> Any:
        node = self._document.source.node((*base, *path))
        return EMPTY if node is None else node.plain()

    def _folder(self) -> Any:
        return self._document.folder

    def _config(self) -> Mapping[str, Any]:
        base = self._base()
        config = None if base is None else self._document.value((*base, "config"))
        return config if isinstance(config, dict) else {}

    def _choose_language(self) -> None:
        for row in self.rows():
            if row.field.path == ("config", "script") and isinstance(row.editor, CodeEditor):
                row.editor.set_language(self._language())

    def _language(self) -> str:
        runtime = self._config().get("runtime")
        return language_of(str(runtime)) if runtime else "python"

    # Expressions

    def _offers(self, field: Field, text: str, cursor: int) -> list[Offer]:
        """What may come at a cursor in a field."""
        if field.kind == "code" and self._is_literal(field):
            named = self._document.value((*(self._base() or ()), "input_mapping"))
            inputs = list(named) if isinstance(named, dict) else []
            return code_offers(text, cursor, self._language(), inputs)
        scope = scope_of(self._document, self._key, field.path, self._context)
        return completions(text, cursor, scope, bare=field.kind == "expression")

    def _dropped(self, field: Field, expression: str) -> str:
        """What an expression becomes in code: itself where that is a template, else the name under
        which the step now receives its value."""
        base = self._base()
        if base is None or not self._is_literal(field):
            return f"{{{{ {expression} }}}}"
        given = self._document.value((*base, "input_mapping"))
        known = given if isinstance(given, dict) else {}
        wanted = f"{{{{ {expression} }}}}"
        if wanted in known.values():
            return next(str(name) for name, value in known.items() if value == wanted)
        name = free_name(name_for(expression), list(known))
        try:
            self._document.set_value((*base, "input_mapping", name), wanted, name=f"Take {name}")
        except DocumentError:
            return ""
        return name

    def _is_literal(self, field: Field) -> bool:
        """Whether a field of the config is never a template."""
        step = self._document.step(self._key)
        kind = self._document.catalogue.step_types.get(step.type) if step is not None else None
        return kind is not None and kind.is_literal(field.path[1:])

    def _show_preview(self, row: FieldRow) -> None:
        field = row.field
        try:
            value = row.value()
        except ValueError:
            value = EMPTY
        bare = field.kind == "expression"
        texts = value.values() if isinstance(value, dict) else (value,)
        previewed = any(is_template(text) or (bare and isinstance(text, str)) for text in texts)
        if self._context is None or not previewed or not field.templates:
            self._previewer.drop(field.path)
            row.show_preview("")
        else:
            around = preview_context(self._document, self._key, field.path, self._context, value)
            self._previewer.ask(field.path, Asked(value, bare, around))

    def _take_preview(self, path: RelativePath, words: str) -> None:
        for row in self.rows():
            if row.field.path == path:
                row.show_preview(words if self._context is not None else "")

    # To the document

    def flush(self) -> None:
        """Writes what is typed now, fields that wait to be left included."""
        self._timer.stop()
        for row in list(self._pending.values()):
            self._write(row)

    def _edited(self, row: FieldRow) -> None:
        self._pending[row.field.path] = row
        if row.field.path not in self._on_leave:
            self._timer.start()
        self._show_preview(row)

    def _left(self, row: FieldRow) -> None:
        if row.field.path in self._pending:
            self._write(row)
        self._document.end_merge()

    def _write_typed(self) -> None:
        for path, row in list(self._pending.items()):
            if path not in self._on_leave:
                self._write(row)

    def _write(self, row: FieldRow) -> None:
        path = row.field.path
        self._pending.pop(path, None)
        base = self._base()
        if base is None:
            return
        try:
            value = row.value()
            if value == self._value(base, path) and type(value) is type(self._value(base, path)):
                row.complain("")
                return
            if path in self._writers:
                self._writers[path](value)
            else:
                self._write_value(base, row.field, value)
            row.complain("")
        except (ValueError, DocumentError) as error:
            row.complain(str(error))

    def _write_value(self, base: Path, field: Field, value: Any) -> None:
        merge = f"{self._key}:{'/'.join(map(str, field.path))}"
        name = f"Change {field.title.lower()}"
        if value is not EMPTY:
            self._document.set_value((*base, *field.path), value, merge, name)
            return
        path = field.path
        while len(path) > 1 and path[:-1] != ("config",) and self._is_alone(base, path):
            path = path[:-1]
        self._document.remove_value((*base, *path), merge, name)

    def _is_alone(self, base: Path, path: RelativePath) -> bool:
        """Whether nothing else stands in the mapping that holds a value."""
        holder = self._document.source.node((*base, *path[:-1]))
        return holder is not None and holder.kind == "mapping" and len(holder.members) == 1


def _is_empty(row: FieldRow) -> bool:
    try:
        return row.value() is EMPTY
    except ValueError:
        return False


def _typed_text(row: FieldRow) -> str:
    return row.editor.edit.text() if isinstance(row.editor, TextEditor) else ""


def _nearest(path: Path, paths: set[RelativePath]) -> RelativePath | None:
    """The field that a problem's path leads into."""
    for length in range(len(path), 0, -1):
        if path[:length] in paths:
            return path[:length]
    return None


def _words(problem: Problem) -> str:
    message = problem.message[:1].upper() + problem.message[1:]
    hint = f" {problem.hint[:1].upper()}{problem.hint[1:]}" if problem.hint else ""
    end = "" if message.endswith((".", "!", "?")) else "."
    return f"{message}{end}{hint}"
