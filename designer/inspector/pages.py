"""The page for several nodes that are selected together."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.document import NodeView
from designer.theme import Theme
from designer.theme.widgets import (
    Button,
    Label,
    lay_out,
)
from designer.theme.wording import plural


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
