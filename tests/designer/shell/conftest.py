"""A real window over a real engine process, in a data folder of its own."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from designer.shell.engine_link import EngineLink
from designer.shell.memory import Memory
from designer.shell.window import MainWindow
from designer.theme import Theme
from engine import EngineClient

PATIENCE = 30_000
"""Milliseconds that a busy machine may take."""


class Studio:
    """Drives one window; ``run`` works on the loop that joins Qt and asyncio."""

    def __init__(self, loop: QEventLoop, bot: QtBot, home: Path) -> None:
        self.loop = loop
        self._bot = bot
        self.home = home
        self.theme = Theme("light")
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.theme.apply(application)
        self.link = EngineLink(EngineClient.local(home), "on this machine", local=True)
        self.window = MainWindow(self.theme, Memory(home), self.link)
        self.window.resize(1280, 800)
        self.window.show()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Does some work to its end while the window lives."""
        task = self.loop.create_task(work)
        self.until(task.done)
        return task.result()

    def until(self, condition: Callable[[], object]) -> None:
        """Lets the window live until something is so; fails when that takes too long."""

        def told() -> str:
            shown = [label.text() for label in self.window.toasts.findChildren(QLabel)]
            return f"not so; engine {self.link.state} {self.link.failure}, told {shown}"

        def check() -> None:
            assert condition(), told()

        self._bot.waitUntil(check, timeout=PATIENCE)

    def connect(self) -> None:
        """Starts the engine and waits until it answers."""

        self.window.tasks.spawn(self.link.run(self.window.tasks.spawn))
        self.until(lambda: self.link.state == "ready" and self.link.status is not None)

    def open(self, path: Path) -> Any:
        space = self.window.desk.open(path)
        assert space is not None
        self.until(lambda: not space.document.checking)
        return space

    def dialog(self) -> QDialog:
        """The dialog that is open."""
        found: list[QDialog] = []

        def look() -> bool:
            dialogs = self.window.findChildren(QDialog)
            found[:] = [dialog for dialog in dialogs if dialog.isVisible()]
            return bool(found)

        self.until(look)
        return found[0]

    def close(self) -> None:
        async def end() -> None:
            await self.window.tasks.close()
            await self.link.close(stop=True)

        self.run(end())
        self.window.hide()
        self.window.deleteLater()


@pytest.fixture(scope="session")
def joined_loop(qapp):
    """Asyncio on Qt's own loop, which is the one that pytest-qt runs; stopping it stops Qt too."""
    loop = QEventLoop(qapp, already_running=True)
    asyncio._set_running_loop(None)
    yield loop
    loop.stop()
    loop.close()


@pytest.fixture
def loop(joined_loop):
    """The joined loop, which counts as running for one test only."""
    asyncio.set_event_loop(joined_loop)
    asyncio._set_running_loop(joined_loop)
    yield joined_loop
    asyncio._set_running_loop(None)
    asyncio.set_event_loop(None)


@pytest.fixture
def home(monkeypatch):
    """A data folder with a path that is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="treadle-"))
    monkeypatch.setenv("TREADLE_HOME", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def studio(loop, qtbot, home):
    """A window whose engine has not been started."""
    studio = Studio(loop, qtbot, home)
    yield studio
    studio.close()


@pytest.fixture
def live(studio):
    """A window with its engine running."""
    studio.connect()
    return studio


@pytest.fixture
def workflow(tmp_path):
    """Writes a workflow file and gives its path."""

    def write(text: str, name: str = "orders.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
