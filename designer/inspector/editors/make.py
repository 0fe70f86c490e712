"""Which editor a field gets."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from designer.inspector.editors.base import Editor
from designer.inspector.editors.choice import ChoiceEditor, SwitchEditor, TimezoneEditor
from designer.inspector.editors.code import CodeEditor, JsonEditor
from designer.inspector.editors.cron import CronEditor
from designer.inspector.editors.table import ListEditor, MappingEditor, RowsEditor
from designer.inspector.editors.text import NumberEditor, PathEditor, TextEditor, UnitEditor
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY, is_template
from designer.theme import Theme


class Surroundings(Struct, frozen=True):
    """What some editors need to know: where paths start, and the config around the field."""

    folder: Callable[[], Path | None]
    config: Callable[[], Mapping[str, Any]]


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
}
TAKES_TEMPLATES = frozenset(
    {"line", "text", "expression", "number", "duration", "size", "path", "json", "mapping", "list"}
)
"""Kinds in whose editor a template is typed like any value."""


def make_editor(theme: Theme, field: Field, around: Surroundings) -> Editor:
    """The editor that goes with a field's kind."""
    if field.kind == "path":
        return PathEditor(theme, field, around.folder)
    if field.kind == "cron":
        return CronEditor(theme, field, around.config)
    return _SIMPLE.get(field.kind, JsonEditor)(theme, field)


def fitting_editor(theme: Theme, field: Field, value: Any, around: Surroundings) -> Editor:
    """The editor for a field that can show this value: its own, else a line for a template, else
    JSON."""
    editor = make_editor(theme, field, around)
    if value is EMPTY or editor.fits(value):
        return editor
    editor.deleteLater()
    if is_template(value) and "\n" not in value:
        return template_editor(theme, field)
    return JsonEditor(theme, field)


def template_editor(theme: Theme, field: Field) -> TextEditor:
    """A line for a template in place of the field's own editor."""
    return TextEditor(
        theme,
        Field(path=field.path, title=field.title, kind="line", placeholder="{{ expression }}"),
    )
