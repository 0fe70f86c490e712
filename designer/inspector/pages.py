"""The pages behind the inspector's tabs that are not forms alone: data of a run, docs, several."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from designer.document import NodeView
from designer.inspector.fields import Field
from designer.theme import Theme
from designer.theme.widgets import (
    Button,
    Label,
    Separator,
    lay_out,
)
from designer.theme.wording import plural


class DocsPage(QWidget):
    """What a type does, and each value of its config."""

    def __init__(
        self, theme: Theme, description: str, fields: Sequence[Field], note: str = ""
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"))
        for text, tone in ((description, "text"), (note, "warning")):
            if text:
                label = Label(theme, text, "body", tone)
                label.setWordWrap(True)
                column.addWidget(label)
        table = QGridLayout()
        table.setHorizontalSpacing(theme.space("m"))
        table.setVerticalSpacing(theme.space("s"))
        table.setColumnStretch(1, 1)
        for number, field in enumerate(fields):
            self._add_row(theme, table, 2 * number, field)
        column.addLayout(table)
        column.addStretch(1)

    def _add_row(self, theme: Theme, table: QGridLayout, row: int, field: Field) -> None:
        name = Label(theme, str(field.path[-1]), "mono", "accent")
        facts = [field.title, "required" if field.required else ""]
        if field.default is not None:
            facts.append(f"default {field.placeholder}" if field.placeholder else "")
        words = Label(theme, " · ".join(filter(None, facts)), "label", "muted")
        about = Label(theme, field.help, "detail", "faint")
        for label in (words, about):
            label.setWordWrap(True)
        inside = QVBoxLayout()
        lay_out(inside, 1)
        inside.addWidget(words)
        if field.help:
            inside.addWidget(about)
        table.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        table.addLayout(inside, row, 1)
        table.addWidget(Separator(), row + 1, 0, 1, 2)


class SeveralPage(QWidget):
    """Several nodes are selected: how many, and what can be done with all of them."""

    def __init__(self, theme: Theme, actions: Mapping[str, tuple[str, Callable[[], None]]]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        lay_out(column, theme.space("s"))
        self.words = Label(theme, "", "body", "muted")
        self.words.setWordWrap(True)
        column.addWidget(self.words)
        column.addSpacing(theme.space("xs"))
        self.buttons: dict[str, Button] = {}
        for title, (icon, action) in actions.items():
            button = Button(theme, title, icon=icon)
            button.clicked.connect(action)
            column.addWidget(button)
            self.buttons[title] = button
        column.addStretch(1)

    def show_nodes(self, nodes: Sequence[NodeView]) -> None:
        kinds: dict[str, int] = {}
        for node in nodes:
            kinds[node.type] = kinds.get(node.type, 0) + 1
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        self.words.setText(f"{plural(len(nodes), 'node')}: {listed}.")
