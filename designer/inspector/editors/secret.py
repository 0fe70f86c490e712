"""The editor of a value that should not stand in a file: a secret, chosen by its name."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from designer.inspector.editors.text import TextEditor
from designer.inspector.fields import Field
from designer.theme import Theme
from designer.theme.widgets import IconButton
from engine import secret_names

NO_SECRETS = "This machine has no secrets yet"
WAY_OUT = "Add one: set TREADLE_SECRET_NAME in the environment of the engine"


class SecretEditor(TextEditor):
    """A text with a list of the secrets that this machine has."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme, field)
        self.button = IconButton(theme, "secret", "Choose a secret", parent=self)
        self.button.clicked.connect(self._offer)
        self.row.addWidget(self.button)
        self.menu: QMenu | None = None

    def _offer(self) -> None:
        """Lists the names; their values are nowhere to be seen."""
        self.menu = QMenu(self)
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        names = secret_names()
        for name in names:
            action = self.menu.addAction(self.theme.icon("secret", "warning_text"), name)
            action.triggered.connect(lambda _checked=False, chosen=name: self._take(chosen))
        if not names:
            self.menu.addAction(NO_SECRETS).setEnabled(False)
        self.menu.addSeparator()
        self.menu.addAction(WAY_OUT).setEnabled(False)
        self.menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def _take(self, name: str) -> None:
        self.edit.set_text(f"{{{{ secrets.{name} }}}}")
        self.edited.emit()
        self.left.emit()
