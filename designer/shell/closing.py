"""The end of a window: unsaved changes first, then what becomes of a busy engine."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from designer.runs import Spawn
from designer.shell.ask import Question
from designer.shell.engine_link import EngineLink
from designer.shell.files import FileDesk
from designer.shell.memory import Memory
from designer.shell.settings_page import ON_CLOSE, on_close
from designer.theme import Theme

Done = Callable[[bool], None]
"""Called once with whether the engine is to stop."""


class Closing(QObject):
    """Asks what has to be asked, one thing after the other; nothing is asked twice."""

    def __init__(
        self,
        theme: Theme,
        desk: FileDesk,
        link: EngineLink,
        memory: Memory,
        spawn: Spawn,
        done: Done,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._desk = desk
        self._link = link
        self._memory = memory
        self._spawn = spawn
        self._done = done
        self._window = window
        self._asking = False

    def begin(self) -> None:
        """The user wants to close the window."""
        if not self._asking:
            self._desk.guard_all(lambda: self._spawn(self._consider_engine()))

    async def _consider_engine(self) -> None:
        info = await self._link.info()
        choice = on_close(self._memory)
        if info is None or not info.busy or info.clients > 1 or choice == "keep":
            self._done(False)
        elif choice == "stop":
            self._done(True)
        else:
            self._ask_engine()

    def _ask_engine(self) -> None:
        self._asking = True
        Question(
            self._theme,
            "Keep the engine running?",
            "Workflows are running or active. The engine can go on without this window, so that "
            "they finish and schedules fire.",
            (("", "Cancel"), ("stop", "Stop the engine"), ("keep", "Keep it running")),
            self._answered,
            "Remember my choice (Settings changes it)",
            self._window,
        ).open()

    def _answered(self, answer: str, remember: bool) -> None:
        self._asking = False
        if not answer:
            return
        if remember:
            self._memory.put(ON_CLOSE, answer)
        self._done(answer == "stop")
