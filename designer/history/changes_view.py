"""What differs between two versions: a legend with counts, and every difference in words."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.document.comparison import KINDS, Comparison
from designer.history.delegate import Row
from designer.history.rows import RowList
from designer.theme import Theme
from designer.theme.widgets import Pill, lay_out


class Legend(QWidget):
    """The signs of a comparison and how many there are of each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        lay_out(row, theme.space("s"))
        self.pills = {kind: Pill(theme, kind) for kind in KINDS}
        for pill in self.pills.values():
            row.addWidget(pill)
        row.addStretch(1)

    def show_comparison(self, comparison: Comparison) -> None:
        for kind, pill in self.pills.items():
            pill.set_state(kind, f"{comparison.count(kind)} {kind}")


class ChangesView(QWidget):
    """The list of differences; ``chosen`` carries the node that one concerns."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: list[str] = []
        self.list = RowList(theme, "Differences")
        self.list.chosen.connect(self._choose)
        column = QVBoxLayout(self)
        lay_out(column, 0, (0, theme.space("xs"), 0, 0))
        column.addWidget(self.list)

    def show_comparison(self, comparison: Comparison) -> None:
        rows: list[Row] = []
        self._keys = []
        for one in comparison.differences:
            look = self._theme.state(one.kind)
            spoken = ", ".join((one.kind, one.text, *one.details))
            rows.append(Row(one.text, one.kind, look.glyph, tone=look.text, spoken=spoken))
            rows += [Row(detail, faint=True, spoken=detail) for detail in one.details]
            self._keys += [one.key] * (1 + len(one.details))
        if not rows:
            rows.append(Row("Nothing but comments or spaces differs", faint=True))
            self._keys.append("")
        self.list.show_rows(rows)

    def _choose(self, row: int) -> None:
        if self._keys[row]:
            self.chosen.emit(self._keys[row])
