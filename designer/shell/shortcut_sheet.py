"""The sheet of shortcuts: every key and gesture at a glance, over the window."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from designer.shell.actions import ACTIONS, MENUS
from designer.shell.keymap import Keymap, native
from designer.theme import Theme
from designer.theme.widgets import Button, IconButton, Label, lay_out

GESTURES = (
    ("Space, double click", "Add a step"),
    ("Drag from a port", "Draw a wire; on empty canvas it adds a step"),
    ("Drag a step onto a wire", "Insert it there"),
    ("Shake a dragged step", "Detach it and join its ends"),
    ("Alt + drag", "Drag a copy"),
    ("Shift + click", "Select more"),
    ("Drag on empty canvas", "Select what the frame touches"),
    ("Wheel", "Zoom at the pointer"),
    ("Space + drag, middle button", "Move the view"),
    ("Arrows, Shift + arrows", "Move the selection"),
    ("Ctrl + arrows", "Go to the next step that way"),
    ("Tab, Shift + Tab", "Go to the next or previous step"),
    ("Return", "Open the form of the step"),
    ("Esc", "Give up; select nothing"),
    ("Menu key, Shift + F10", "Open the menu of what is selected"),
)
MOST = QSize(1080, 720)


class ShortcutSheet(QFrame):
    """Made anew whenever it opens, so that it shows the keys of the moment. Escape closes it."""

    def __init__(
        self, theme: Theme, keymap: Keymap, change: Callable[[], object], window: QWidget
    ) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self._theme = theme
        self._keymap = keymap
        self._change = change
        self._window = window
        self.setProperty("role", "popup")
        self.setWindowTitle("Shortcuts")
        self.setAccessibleName("Shortcuts")
        self._column = QVBoxLayout(self)
        lay_out(self._column, theme.space("s"), (16, 12, 8, 12))
        self._area: QScrollArea | None = None
        self._column.addLayout(self._make_head())

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        lay_out(head, self._theme.space("s"), (0, 0, 8, 0))
        head.addWidget(Label(self._theme, "Shortcuts", "page"))
        head.addStretch(1)
        change = Button(self._theme, "Change…", icon="edit")
        change.clicked.connect(self._go_and_change)
        close = IconButton(self._theme, "close", "Close")
        close.clicked.connect(self.hide)
        head.addWidget(change)
        head.addWidget(close)
        return head

    def open(self) -> None:
        """Shows all shortcuts in the middle of the window."""
        if self._area is not None:
            self._area.deleteLater()
        self._area = self._make_area()
        self._column.addWidget(self._area, 1)
        window = self._window
        self.resize(MOST.boundedTo(window.size() - QSize(60, 60)))
        corner = window.mapToGlobal(window.rect().center()) - self.rect().center()
        self.move(corner)
        self.show()
        self._area.setFocus()

    def lines(self) -> dict[str, str]:
        """What is shown: what something does -> its keys."""
        found = {what: keys for keys, what in GESTURES}
        for spec in ACTIONS:
            keys = self._keymap.keys(spec)
            if keys:
                found[spec.text.rstrip("…")] = " or ".join(map(native, keys))
        return found

    def _make_area(self) -> QScrollArea:
        """Sections in columns that are filled evenly."""
        page = QWidget()
        page.setProperty("ground", "panel")
        row = QHBoxLayout(page)
        lay_out(row, self._theme.space("xl"), (0, 0, 8, 0))
        columns = [QVBoxLayout() for _ in range(3)]
        heights = [0, 0, 0]
        for title, lines in self._sections():
            at = heights.index(min(heights))
            heights[at] += len(lines) + 2
            columns[at].addWidget(self._section(title, lines))
        for column in columns:
            lay_out(column, self._theme.space("l"))
            column.addStretch(1)
            row.addLayout(column, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName("Shortcuts")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.viewport().setProperty("ground", "panel")
        area.setWidget(page)
        return area

    def _sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        found = [("On the canvas", [(what, keys) for keys, what in GESTURES])]
        for menu in MENUS:
            specs = [spec for spec in ACTIONS if spec.menu == menu and self._keymap.keys(spec)]
            lines = [(s.text.rstrip("…"), native(self._keymap.keys(s)[0])) for s in specs]
            if lines:
                found.append((menu, lines))
        return sorted(found, key=lambda section: -len(section[1]))

    def _section(self, title: str, lines: list[tuple[str, str]]) -> QWidget:
        section = QWidget()
        grid = QGridLayout(section)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        grid.setHorizontalSpacing(self._theme.space("m"))
        grid.addWidget(Label(self._theme, title, "strong"), 0, 0, 1, 2)
        for row, (what, keys) in enumerate(lines, start=1):
            words = Label(self._theme, what, "label", "text")
            words.setWordWrap(True)
            shown = Label(self._theme, keys, "label", "muted")
            shown.setWordWrap(True)
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, row, 0)
            grid.addWidget(shown, row, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        return section

    def _go_and_change(self) -> None:
        self.hide()
        self._change()
