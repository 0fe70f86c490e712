"""Two texts side by side, with what differs marked."""

from difflib import SequenceMatcher

from PySide6.QtGui import QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from designer.theme import Theme
from designer.theme.widgets import Label
from designer.theme.wording import plural

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


class TextCompare(QWidget):
    """Two texts beside each other; ``differences`` counts the lines that differ."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.differences = 0
        self.old, self.new = self._make_pane("Before"), self._make_pane("After")
        self._titles = Label(theme, "", "label", "muted"), Label(theme, "", "label", "muted")
        self._note = Label(theme, "", "body", "muted")
        for one, other in ((self.old, self.new), (self.new, self.old)):
            one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
            one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.space("m"),) * 4)
        grid.setSpacing(theme.space("s"))
        for column, pane in enumerate((self.old, self.new)):
            grid.addWidget(self._titles[column], 0, column)
            grid.addWidget(pane, 1, column)
        grid.addWidget(self._note, 2, 0, 1, 2)

    def show_texts(self, old: str, new: str, titles: tuple[str, str]) -> None:
        """Shows both with what differs marked."""
        rows = aligned(old.splitlines()[:MOST_LINES], new.splitlines()[:MOST_LINES])
        self._fill(self.old, [row[0] for row in rows], rows, "failed_soft")
        self._fill(self.new, [row[1] for row in rows], rows, "completed_soft")
        for label, title in zip(self._titles, titles, strict=True):
            label.setText(title)
        self.differences = sum(one != other for one, other in rows)
        note = f"{plural(self.differences, 'line')} differ{'s' * (self.differences == 1)}"
        if max(old.count("\n"), new.count("\n")) > MOST_LINES:
            note += f", only the first {MOST_LINES:,} lines are compared"
        self._note.setText(note)

    def _make_pane(self, name: str) -> QPlainTextEdit:
        pane = QPlainTextEdit()
        pane.setReadOnly(True)
        pane.setAccessibleName(name)
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
