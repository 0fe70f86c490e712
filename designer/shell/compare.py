"""Two texts side by side, the screen's and the disk's, with what differs marked."""

from difflib import SequenceMatcher

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QPlainTextEdit, QWidget

from designer.theme import Theme
from designer.theme.notices import Choice
from designer.theme.widgets import Button, Label, lay_out

MOST_LINES = 20_000
"""Lines of each text that are compared; the rest is left out, and that is said."""
Row = tuple[str | None, str | None]


def aligned(mine: list[str], theirs: list[str]) -> list[Row]:
    """Lines of both texts in rows; None where one has no line."""
    rows: list[Row] = []
    matcher = SequenceMatcher(None, mine, theirs, autojunk=len(mine) + len(theirs) > 4000)
    for _, a, b, c, d in matcher.get_opcodes():
        left, right = mine[a:b], theirs[c:d]
        for number in range(max(len(left), len(right))):
            one = left[number] if number < len(left) else None
            other = right[number] if number < len(right) else None
            rows.append((one, other))
    return rows


class CompareDialog(QDialog):
    """Shows both texts; ``choices`` are what can be done about the difference."""

    def __init__(
        self,
        theme: Theme,
        mine: str,
        theirs: str,
        choices: list[Choice],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Compare with the file on disk")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1000, 640)
        self.mine, self.theirs = self._make_pane(), self._make_pane()
        rows = aligned(mine.splitlines()[:MOST_LINES], theirs.splitlines()[:MOST_LINES])
        self._fill(self.mine, [row[0] for row in rows], rows, "accent_soft")
        self._fill(self.theirs, [row[1] for row in rows], rows, "warning_soft")
        self.differences = sum(one != other for one, other in rows)
        self._join_scroll_bars()
        self._lay_out(choices, max(mine.count("\n"), theirs.count("\n")) > MOST_LINES)

    def _make_pane(self) -> QPlainTextEdit:
        pane = QPlainTextEdit()
        pane.setReadOnly(True)
        pane.setFont(self._theme.font("mono"))
        pane.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        return pane

    def _fill(
        self, pane: QPlainTextEdit, lines: list[str | None], rows: list[Row], ground: str
    ) -> None:
        pane.setPlainText("\n".join(line or "" for line in lines))
        changed, absent = QTextBlockFormat(), QTextBlockFormat()
        changed.setBackground(self._theme.color(ground))
        absent.setBackground(self._theme.color("pressed"))
        cursor = QTextCursor(pane.document())
        cursor.beginEditBlock()
        for number, (one, other) in enumerate(rows):
            if one != other:
                cursor.setPosition(pane.document().findBlockByNumber(number).position())
                cursor.setBlockFormat(absent if lines[number] is None else changed)
        cursor.endEditBlock()

    def _join_scroll_bars(self) -> None:
        for one, other in ((self.mine, self.theirs), (self.theirs, self.mine)):
            one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
            one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)

    def _lay_out(self, choices: list[Choice], cut: bool) -> None:
        theme = self._theme
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 16, 20, 16)
        grid.setSpacing(theme.space("s"))
        grid.addWidget(Label(theme, "On the screen", "label", "muted"), 0, 0)
        grid.addWidget(Label(theme, "On the disk", "label", "muted"), 0, 1)
        grid.addWidget(self.mine, 1, 0)
        grid.addWidget(self.theirs, 1, 1)
        foot = QHBoxLayout()
        lay_out(foot, theme.space("s"))
        note = f"{self.differences:,} lines differ"
        if cut:
            note += f", only the first {MOST_LINES:,} lines are compared"
        foot.addWidget(Label(theme, note, "body", "muted"))
        foot.addStretch(1)
        for text, action in choices:
            button = Button(theme, text)
            button.clicked.connect(self.accept)
            button.clicked.connect(action)
            foot.addWidget(button)
        close = Button(theme, "Close")
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        grid.addLayout(foot, 2, 0, 1, 2)
