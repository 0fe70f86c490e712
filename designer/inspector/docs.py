"""The Docs tab: what a type does, its settings, its ports, what it gives, and an example."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from designer.inspector.examples import STEPS, TRIGGERS
from designer.inspector.fields import Field
from designer.theme import Theme
from designer.theme.code_edit import CodeEdit
from designer.theme.widgets import IconButton, Label, Separator, lay_out
from engine import to_yaml

PORTS = {
    "success": "It completed.",
    "failure": "It failed after its last attempt.",
    "done": "It completed, or was skipped.",
    "always": "It ended in any way.",
}
NOT_RUNNABLE = "This version can draw and save it, but not run it yet."
UNKNOWN = "No installed type has this name."


class Entry(Struct, frozen=True):
    """A line of a table: a name, what it is, and a word on it."""

    name: str
    words: str = ""
    about: str = ""


class Docs(Struct, frozen=True):
    """What is said of a type."""

    description: str
    note: str = ""
    settings: tuple[Entry, ...] = ()
    ports: tuple[Entry, ...] = ()
    outputs: tuple[Entry, ...] = ()
    example: str = ""


def docs_of_step(kind: Any, config: Mapping[str, Any], fields: Sequence[Field]) -> Docs:
    """What is said of a step type; its ports and outputs as a step with this config has them."""
    if kind is None:
        return Docs(UNKNOWN)
    own = [Entry(port, "A branch of this step.") for port in kind.ports(config)]
    tree = {"id": kind.type, "type": kind.type, "config": example_config(kind.schema)}
    return Docs(
        description=kind.description,
        note="" if kind.runnable else NOT_RUNNABLE,
        settings=tuple(map(_setting, fields)),
        ports=(*own, *(Entry(name, words) for name, words in PORTS.items())),
        outputs=tuple(_outputs(kind.outputs(config))),
        example=STEPS.get(kind.type, "").lstrip("\n") or to_yaml([tree]),
    )


def docs_of_trigger(kind: Any, fields: Sequence[Field]) -> Docs:
    """What is said of a trigger type."""
    if kind is None:
        return Docs(UNKNOWN)
    tree = {"type": kind.type, "name": kind.title, "config": example_config(kind.schema)}
    return Docs(
        description=kind.description,
        note="" if kind.runnable else NOT_RUNNABLE,
        settings=tuple(map(_setting, fields)),
        example=TRIGGERS.get(kind.type, "").lstrip("\n") or to_yaml([tree]),
    )


def example_config(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A config with each required value, from the examples of their schemas."""
    properties = schema.get("properties", {})
    required = [name for name in schema.get("required", ()) if name in properties]
    return {name: _example(properties[name]) for name in required}


def _example(rule: Mapping[str, Any]) -> Any:
    for key in ("examples", "enum"):
        if rule.get(key):
            return rule[key][0]
    return rule.get("default", "…")


def _setting(field: Field) -> Entry:
    facts = [field.title, "required" if field.required else ""]
    if field.default is not None and field.placeholder:
        facts.append(f"default {field.placeholder}")
    return Entry(str(field.path[-1]), " · ".join(filter(None, facts)), field.help)


def _outputs(schema: Mapping[str, Any]) -> Iterator[Entry]:
    for name, rule in schema.get("properties", {}).items():
        title = str(rule.get("title", ""))
        yield Entry(str(name), title, str(rule.get("description", "")))


class DocsPage(QWidget):
    """Shows Docs, one part below the other."""

    def __init__(self, theme: Theme, docs: Docs) -> None:
        super().__init__()
        self._theme = theme
        self._column = QVBoxLayout(self)
        lay_out(self._column, theme.space("m"))
        self._add_words(docs.description, "text")
        self._add_words(docs.note, "warning")
        self._add_example(docs.example)
        self._add_table("Settings", docs.settings)
        self._add_table("Gives", docs.outputs)
        self._add_table("Ports", docs.ports)
        self._column.addStretch(1)

    def _add_words(self, text: str, tone: str) -> None:
        if text:
            label = Label(self._theme, text, "body", tone)
            label.setWordWrap(True)
            self._column.addWidget(label)

    def _add_head(self, title: str) -> QHBoxLayout:
        head = QHBoxLayout()
        lay_out(head)
        head.addWidget(Label(self._theme, title, "strong"), 1)
        self._column.addSpacing(self._theme.space("xs"))
        self._column.addLayout(head)
        return head

    def _add_table(self, title: str, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        self._add_head(title)
        table = QGridLayout()
        table.setHorizontalSpacing(self._theme.space("m"))
        table.setVerticalSpacing(self._theme.space("s"))
        table.setColumnStretch(1, 1)
        for number, entry in enumerate(entries):
            self._add_row(table, 2 * number, entry)
        self._column.addLayout(table)

    def _add_row(self, table: QGridLayout, row: int, entry: Entry) -> None:
        inside = QVBoxLayout()
        lay_out(inside, 1)
        for text, font, tone in ((entry.words, "label", "muted"), (entry.about, "detail", "faint")):
            if text:
                label = Label(self._theme, text, font, tone)
                label.setWordWrap(True)
                inside.addWidget(label)
        name = Label(self._theme, entry.name, "mono", "accent")
        table.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        table.addLayout(inside, row, 1)
        table.addWidget(Separator(), row + 1, 0, 1, 2)

    def _add_example(self, text: str) -> None:
        if not text:
            return
        copy = IconButton(self._theme, "copy", "Copy the example", size=14, color_role="faint")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        self._add_head("Example").addWidget(copy)
        shown = CodeEdit(self._theme, "yaml")
        shown.setAccessibleName("Example")
        shown.setPlainText(text.rstrip("\n"))
        shown.setReadOnly(True)
        shown.setLineWrapMode(CodeEdit.LineWrapMode.NoWrap)
        lines = shown.blockCount()
        shown.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room = 2 * self._theme.space("m") + shown.horizontalScrollBar().sizeHint().height()
        shown.setFixedHeight(lines * shown.fontMetrics().lineSpacing() + room)
        self._column.addWidget(shown)
