"""A real window over a real engine process, in a data folder of its own."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog
from qasync import QEventLoop

from designer.shell.engine_link import EngineLink
from designer.shell.memory import Memory
from designer.shell.window import MainWindow
from designer.theme import Theme
from engine import EngineClient

PATIENCE = 30.0


class Studio:
    """Drives one window; ``run`` works on the loop that joins Qt and asyncio."""

    def __init__(self, loop: QEventLoop, home: Path) -> None:
        self.loop = loop
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
        return self.loop.run_until_complete(asyncio.wait_for(work, PATIENCE))

    def until(self, condition: Callable[[], object]) -> None:
        """Lets the window live until something is so; fails when that takes too long."""

        async def watch() -> None:
            while not condition():
                await asyncio.sleep(0.02)

        try:
            self.run(watch())
        except TimeoutError:
            state = f"engine {self.link.state} {self.link.failure}"
            raise AssertionError(f"not so within {PATIENCE:g} s; {state}") from None

    def connect(self) -> None:
        """Starts the engine and waits until it answers."""

        async def start() -> None:
            self.window.tasks.spawn(self.link.run(self.window.tasks.spawn))

        self.run(start())
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


@pytest.fixture
def loop(qapp):
    loop = QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    yield loop
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def home(monkeypatch):
    """A data folder with a path that is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="treadle-"))
    monkeypatch.setenv("TREADLE_HOME", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def studio(loop, home):
    """A window whose engine has not been started."""
    studio = Studio(loop, home)
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
