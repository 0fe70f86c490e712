"""Questions that cannot be a notice: a small sheet over the window that blocks nothing else."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from designer.theme import Theme
from designer.theme.widgets import Button, Label, lay_out

Answer = tuple[str, str]
"""A key and the words on its button."""


class Question(QDialog):
    """Asks once; ``answered`` is called with the key of the button, "" when it is closed."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        text: str,
        answers: Sequence[Answer],
        answered: Callable[[str, bool], object],
        remember: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._answered = answered
        self._answer = ""
        self.remember = QCheckBox(remember)
        self.remember.setVisible(bool(remember))
        self.buttons: dict[str, Button] = {}
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"), (24, 20, 24, 18))
        column.addWidget(Label(theme, title, "heading"))
        body = Label(theme, text, "body", "muted")
        body.setWordWrap(True)
        body.setMinimumWidth(380)
        column.addWidget(body)
        column.addWidget(self.remember)
        foot = QHBoxLayout()
        lay_out(foot, theme.space("s"))
        foot.addStretch(1)
        for number, (key, words) in enumerate(answers):
            button = Button(theme, words, "primary" if number == len(answers) - 1 else "")
            button.setProperty("answer", key)
            button.clicked.connect(self._choose)
            foot.addWidget(button)
            self.buttons[key] = button
        self.buttons[answers[-1][0]].setDefault(True)
        column.addSpacing(4)
        column.addLayout(foot)
        self.buttons[answers[-1][0]].setFocus()  # else it would be on the first one
        self.finished.connect(self._tell)

    def _choose(self) -> None:
        self._answer = str(self.sender().property("answer"))
        self.accept()

    def _tell(self) -> None:
        self._answered(self._answer, self.remember.isChecked())
