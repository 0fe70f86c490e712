"""The bar at the top: menu, document tabs, commands, and what starts and stops a run."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from designer.shell.actions import Actions
from designer.shell.switch import Switch
from designer.shell.tabs import DocumentTabs
from designer.theme import Theme
from designer.theme.widgets import Button, IconButton, Label, Separator, lay_out


class TopBar(QFrame):
    """``active_wanted`` tells a click on the Active switch."""

    active_wanted = Signal(bool)

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "topbar")
        self._theme = theme
        self._actions = actions
        self.menu = QMenu(self)
        self.tabs = DocumentTabs(theme)
        self.new_tab = IconButton(theme, "plus", "New workflow (Ctrl+N)")
        self.commands = Button(theme, "Search or run a command", "ghost", "search")
        self.switch = Switch(theme, "Active")
        self.next_due = Label(theme, "", "detail", "muted")
        self.validate = Button(theme, "Validate")
        self.stop = Button(theme, "Stop")
        self.run = Button(theme, "Run", "primary", "play")
        self._brand = self._make_brand()
        self._run_side = QWidget()
        self._lay_out()
        self._connect()
        theme.changed.connect(self._redraw)
        self._redraw()

    def _make_brand(self) -> QToolButton:
        brand = QToolButton()
        brand.setText("Treadle")
        brand.setFont(self._theme.font("strong"))
        brand.setProperty("kind", "brand")
        brand.setIcon(self._theme.icon("treadle", "accent_text", 16))
        brand.setIconSize(QSize(16, 16))
        brand.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        brand.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        brand.setMenu(self.menu)
        brand.setToolTip("Menu")
        brand.setAccessibleName("Menu of Treadle")
        return brand

    def _lay_out(self) -> None:
        theme = self._theme
        side = QHBoxLayout(self._run_side)
        lay_out(side, theme.space("s"))
        line = Separator(vertical=True)
        line.setFixedHeight(20)
        side.addWidget(line)
        side.addSpacing(4)
        side.addWidget(self.switch)
        side.addWidget(self.next_due)
        side.addSpacing(4)
        for button in (self.validate, self.stop, self.run):
            side.addWidget(button)
        row = QHBoxLayout(self)
        lay_out(row, theme.space("s"), (8, 0, 12, 1))
        row.addWidget(self._brand)
        row.addWidget(self.tabs)
        row.addWidget(self.new_tab)
        row.addStretch(1)
        row.addWidget(self.commands)
        row.addWidget(self._run_side)

    def _connect(self) -> None:
        for button, action_id in (
            (self.validate, "validate"),
            (self.stop, "stop"),
            (self.run, "run"),
            (self.commands, "commands"),
            (self.new_tab, "new"),
        ):
            action = self._actions[action_id]
            button.clicked.connect(action.trigger)
            if button is not self.new_tab and button is not self.commands:
                action.enabledChanged.connect(button.setEnabled)
            tell = partial(_tell_keys, button, action)
            action.changed.connect(tell)
            tell()
        self.switch.clicked.connect(self._switch_clicked)

    def show_run_side(self, shown: bool) -> None:
        """Validate, Stop, Run and Active belong to a document that is on the screen."""
        self._run_side.setVisible(shown)

    def show_running(self, running: bool, *, ended: bool = False) -> None:
        """Stop is of use while something runs; Run then starts it once more."""
        self._actions["stop"].setEnabled(running)
        self._actions["pause-run"].setEnabled(running)
        self._actions["retry-run"].setEnabled(ended)
        self.stop.setEnabled(running)

    def show_active(self, active: bool, note: str, tip: str, possible: bool) -> None:
        """Shows whether the workflow's triggers fire, and when next."""
        self.switch.setChecked(active)
        self.switch.setEnabled(possible)
        self.switch.setToolTip(tip)
        self.next_due.setText(note)
        self.next_due.setVisible(bool(note))

    def _switch_clicked(self, wanted: bool) -> None:
        self.switch.setChecked(not wanted)  # it moves when the engine has answered
        self.active_wanted.emit(wanted)

    def _redraw(self) -> None:
        self.setFixedHeight(self._theme.tokens.size["topbar"] + 1)
        self._brand.setIcon(self._theme.icon("treadle", "accent_text", 16))


def _tell_keys(button: QAbstractButton, action: QAction) -> None:
    """Says in a button's tooltip what its action is called, and its keys of the moment."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
