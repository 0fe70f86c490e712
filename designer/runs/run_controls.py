"""What can be done with a run: pause and resume, cancel, and repeat it once it has ended."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from designer.runs.session import RunSession, Spawn
from designer.theme import Theme
from designer.theme.widgets import Button, IconButton, Pill, lay_out, plain_tooltip
from designer.theme.wording import state_word
from engine import api

SOON_MS = 250
AGAIN_MS = 3000
Control = QPushButton | QToolButton


class RunControls(QWidget):
    """Follows a RunSession: its state in a word, and the buttons that make sense in it.

    ``retried`` carries the id of the execution that repeats it, ``explained`` the engine's words
    for why it is where it is.
    """

    retried = Signal(str)
    explained = Signal(str)

    def __init__(
        self,
        theme: Theme,
        session: RunSession,
        spawn: Spawn,
        *,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``compact``: icons alone, where there is little room."""
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._spawn = spawn
        self._compact = compact
        self._step_id = ""
        self.pill = Pill(theme)
        self.pause = self._make("pause", "Pause", "Let running steps end, and start no more")
        self.resume = self._make("play", "Resume", "Go on after the pause")
        self.cancel = self._make("stop", "Cancel", "Stop the run now", "danger")
        self.retry = self._make("refresh", "Retry", "Run again what did not complete")
        self.more = IconButton(theme, "chevron-down", "Other ways to run it again", size=14)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._again = QTimer(self, interval=AGAIN_MS)
        row = QHBoxLayout(self)
        lay_out(row, 4 if compact else theme.space("s"))
        row.addWidget(self.pill)
        for button in (self.pause, self.resume, self.cancel):
            row.addWidget(button)
        both = QHBoxLayout()
        lay_out(both, 0)
        both.addWidget(self.retry)
        both.addWidget(self.more)
        row.addLayout(both)
        self._connect()
        self._show_state()

    def _make(self, icon: str, word: str, tip: str, kind: str = "") -> Control:
        if self._compact:
            return IconButton(self._theme, icon, f"{word}: {tip[:1].lower()}{tip[1:]}")
        button = Button(self._theme, word, kind, icon)
        button.setToolTip(tip)
        return button

    def _connect(self) -> None:
        session = self._session
        self.pause.clicked.connect(lambda: self._spawn(session.pause()))
        self.resume.clicked.connect(lambda: self._spawn(session.resume()))
        self.cancel.clicked.connect(lambda: self._spawn(session.cancel()))
        self.retry.clicked.connect(self._retry)
        self.more.clicked.connect(self._open_menu)
        session.execution_changed.connect(self._show_state)
        session.states_changed.connect(self._explain_soon)
        self._soon.timeout.connect(self._ask_if_seen)
        self._again.timeout.connect(self._ask_if_seen)

    def show_step(self, step_id: str) -> None:
        """The step that is selected: a retry may begin with it."""
        self._step_id = step_id

    def _retry(self) -> None:
        """From what did not complete; of one that completed there is only the whole."""
        self.begin_again(api.RetryWrite(whole=self._session.status == "completed"))

    def begin_again(self, write: api.RetryWrite) -> None:
        """Repeats the ended execution, and tells the new one's id."""
        self._spawn(self._begin_again(write))

    async def _begin_again(self, write: api.RetryWrite) -> None:
        identity = await self._session.retry(write)
        if identity is not None:
            self.retried.emit(identity)

    def retry_menu(self) -> QMenu:
        """The other ways to repeat the run."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        step = self._session.steps.get(self._step_id)
        name = f' "{self._step_id}"' if step is not None else " the selected step"
        first = menu.addAction(self._theme.icon("refresh", "muted"), "From what did not complete")
        first.triggered.connect(lambda: self.begin_again(api.RetryWrite()))
        first.setEnabled(self._session.status != "completed")
        here = menu.addAction(self._theme.icon("chevron-right", "muted"), f"From{name} on")
        here.setEnabled(step is not None)
        step_id = self._step_id
        here.triggered.connect(lambda: self.begin_again(api.RetryWrite(from_step=step_id)))
        whole = menu.addAction(self._theme.icon("runs", "muted"), "As a whole")
        whole.triggered.connect(lambda: self.begin_again(api.RetryWrite(whole=True)))
        return menu

    def _open_menu(self) -> None:
        menu = self.retry_menu()
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _show_state(self) -> None:
        status, running = self._session.status, self._session.running
        self.setVisible(bool(status))
        self.pill.set_state(status or "pending", state_word(status))
        self.pause.setVisible(running and status != "paused")
        self.resume.setVisible(status == "paused")
        self.cancel.setVisible(running)
        self.retry.setVisible(bool(status) and not running)
        self.more.setVisible(bool(status) and not running)
        if running and not self._again.isActive():
            self._again.start()
        elif not running:
            self._again.stop()
        self._explain_soon()

    def _explain_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _ask_if_seen(self) -> None:
        if self.isVisible() and self._session.execution is not None:
            self._spawn(self._explain(self._session.execution.id))

    async def _explain(self, execution_id: str) -> None:
        words = await self._session.explain()
        execution = self._session.execution
        if execution is not None and execution.id == execution_id:
            self.pill.setToolTip(plain_tooltip(words))
            self.explained.emit(words)
