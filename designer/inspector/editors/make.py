"""Which editor a field gets."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from designer.inspector.editors.base import Editor
from designer.inspector.editors.choice import ChoiceEditor, SwitchEditor, TimezoneEditor
from designer.inspector.editors.code import CodeEditor, JsonEditor
from designer.inspector.editors.cron import CronEditor
from designer.inspector.editors.secret import SecretEditor
from designer.inspector.editors.table import ListEditor, MappingEditor, RowsEditor
from designer.inspector.editors.text import NumberEditor, PathEditor, TextEditor, UnitEditor
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY, is_template
from designer.theme import Theme
from designer.theme.offers import Offer


class TemplateLine(TextEditor):
    """A line for a template in place of a field's own editor."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme, _as_line(field))


def _as_line(field: Field) -> Field:
    return replace(field, kind="line", placeholder="{{ expression }}", text_only=True)


class Surroundings(Struct, frozen=True):
    """What some editors need to know: where paths start, and the config around the field."""

    folder: Callable[[], Path | None]
    config: Callable[[], Mapping[str, Any]]
    offers: Callable[[Field, str, int], list[Offer]]
    """What may come at a cursor in a field's text."""
    dropped: Callable[[Field, str], str]
    """What stands in code for an expression that is dropped there."""


_SIMPLE: Mapping[str, Callable[[Theme, Field], Editor]] = {
    "line": TextEditor,
    "text": TextEditor,
    "expression": TextEditor,
    "choice": ChoiceEditor,
    "switch": SwitchEditor,
    "number": NumberEditor,
    "duration": UnitEditor,
    "size": UnitEditor,
    "timezone": TimezoneEditor,
    "mapping": MappingEditor,
    "list": ListEditor,
    "rows": RowsEditor,
    "json": JsonEditor,
    "code": CodeEditor,
    "secret": SecretEditor,
}
NO_EXPRESSION = frozenset({"expression", "code", "cron", "timezone", "rows", "steps"})
"""Kinds without a switch between a value and an expression."""


def make_editor(theme: Theme, field: Field, around: Surroundings) -> Editor:
    """The editor that goes with a field's kind."""
    return completed(_made(theme, field, around), field, around)


def completed(editor: Editor, field: Field, around: Surroundings) -> Editor:
    """The editor with completion, where templates or code are typed into it."""
    if isinstance(editor, RowsEditor):
        editor.complete_columns([partial(around.offers, column) for column in field.columns])
    elif field.templates or field.kind == "code":
        editor.complete_with(partial(around.offers, field))
    if field.kind == "code" and isinstance(editor, CodeEditor):
        editor.edit.take_drops(partial(around.dropped, field))
    return editor


def _made(theme: Theme, field: Field, around: Surroundings) -> Editor:
    if field.kind == "path":
        return PathEditor(theme, field, around.folder)
    if field.kind == "cron":
        return CronEditor(theme, field, around.config)
    return _SIMPLE.get(field.kind, JsonEditor)(theme, field)


def fitting_editor(theme: Theme, field: Field, value: Any, around: Surroundings) -> Editor:
    """The editor for a field that can show this value: its own, else a line for a template, else
    JSON."""
    line = is_template(value) and "\n" not in value
    editor = make_editor(theme, field, around)
    typed = isinstance(editor, TextEditor) or field.kind in NO_EXPRESSION or not field.templates
    if value is EMPTY or (editor.fits(value) and (typed or not line)):
        return editor
    editor.deleteLater()
    if line:
        return template_editor(theme, field, around)
    return completed(JsonEditor(theme, field), field, around)


def template_editor(theme: Theme, field: Field, around: Surroundings) -> TemplateLine:
    """A line for a template in place of the field's own editor."""
    line = TemplateLine(theme, field)
    completed(line, field, around)
    return line
