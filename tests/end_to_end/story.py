"""Stories played in the real program: its own ``main`` runs, and a story goes on as it answers."""

import time
from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from designer import app
from designer.shell.window import MainWindow

Story = Generator[Callable[[], object], None, None]
"""What is done: each yield waits until what it gives is true."""

PATIENCE = 30.0
LOOK_EVERY_MS = 20


class Player:
    """Plays a story in the window of the program's own ``main``, then ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._story: Story
        self._wanted: Callable[[], object] = self.found_window
        self._since = time.monotonic()
        self._failure: BaseException | None = None
        self._timer = QTimer(interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self.window: MainWindow

    def play(self, story: Story, *arguments: str) -> None:
        """Runs the program until the story is told; raises what went wrong in it."""
        self._story = story
        self._since = time.monotonic()
        self._timer.start()
        try:
            code = app.main(list(arguments))
        finally:
            self._timer.stop()
        if self._failure is not None:
            raise self._failure
        assert code == 0

    def found_window(self) -> bool:
        """Whether the window is there and can be used."""
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow) and widget.isVisible():
                self.window = widget
                return True
        return False

    def _look(self) -> None:
        try:
            if not self._wanted():
                if time.monotonic() - self._since > PATIENCE:
                    self._story.throw(TimeoutError(f"waited {PATIENCE} s in vain"))
                return
            self._wanted = next(self._story)
            self._since = time.monotonic()
        except StopIteration:
            self._leave()
        except BaseException as error:
            self._failure = error
            self._take_picture()
            self._leave()

    def _leave(self) -> None:
        self._timer.stop()
        self.window._end(True)

    def _take_picture(self) -> None:
        """What the screen showed when the story went wrong."""
        picture = self._folder / "screen.png"
        QGuiApplication.primaryScreen().grabWindow(0).save(str(picture))
        print(f"the screen is in {picture}")
