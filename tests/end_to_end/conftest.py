"""A person at the desktop: the real program on a real X display, real mouse and keys (xdotool)."""

import subprocess
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from designer import app
from designer.shell.window import MainWindow

Story = Generator[Callable[[], object], None, None]
"""What a person does: each yield waits until what it gives is true."""

PATIENCE = 30.0
LOOK_EVERY_MS = 20


def xdotool(*arguments: object) -> None:
    subprocess.run(["xdotool", *(str(argument) for argument in arguments)], check=True, timeout=20)


class Person:
    """Plays a story in the window of the program's own ``main``, then closes it."""

    def __init__(self, tell: Callable[["Person"], Story], folder: Path) -> None:
        self._story = tell(self)
        self._folder = folder
        self._wanted: Callable[[], object] = self.find_window
        self._since = time.monotonic()
        self._failure: BaseException | None = None
        self._timer = QTimer(interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self.window: MainWindow

    def use(self, *arguments: str) -> None:
        """Runs the program until the story is told; raises what went wrong in it."""
        self._timer.start()
        try:
            code = app.main(list(arguments))
        finally:
            self._timer.stop()
        if self._failure is not None:
            raise self._failure
        assert code == 0

    def find_window(self) -> bool:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow) and widget.isVisible():
                self.window = widget
                self.focus(widget)
                return QGuiApplication.focusWindow() is not None
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
            self._picture()
            self._failure = error
            self._leave()

    def _leave(self) -> None:
        self._timer.stop()
        self.window._end(True)

    def _picture(self) -> None:
        """What the screen showed when the story went wrong."""
        picture = self._folder / "screen.png"
        QGuiApplication.primaryScreen().grabWindow(0).save(str(picture))
        print(f"the screen is in {picture}")

    # Hands

    def focus(self, window: QWidget) -> None:
        """Gives the keyboard to a window, as there is no window manager here that would."""
        xdotool("windowfocus", int(window.winId()))

    def click(self, place: QWidget | QPoint) -> None:
        self._move(_middle(place))
        xdotool("click", 1)

    def drag(self, start: QWidget | QPoint, end: QWidget | QPoint) -> Story:
        """Presses, moves in steps as a hand does, and releases; to be yielded from."""
        here, there = _middle(start), _middle(end)
        self._move(here)
        xdotool("mousedown", 1)
        for step in range(1, 11):
            self._move(here + (there - here) * step / 10)
            yield lambda: True  # lets the program see each step
        self._move(there + QPoint(1, 0))
        yield lambda: True
        xdotool("mouseup", 1)

    def type(self, text: str) -> None:
        xdotool("type", "--delay", 5, text)

    def press(self, *keys: str) -> None:
        xdotool("key", *keys)

    def _move(self, place: QPoint) -> None:
        xdotool("mousemove", place.x(), place.y())


def _middle(place: QWidget | QPoint) -> QPoint:
    if isinstance(place, QPoint):
        return place
    return place.mapToGlobal(place.rect().center())


@pytest.fixture
def person(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Person], Story]], None]:
    """Lets a person play a story in the program, which keeps its data in a folder of its own."""
    monkeypatch.setenv("TREADLE_HOME", str(tmp_path / "home"))
    return lambda story: Person(story, tmp_path).use()
