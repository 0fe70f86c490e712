"""A person at the desktop: the real program on a real X display, real mouse and keys (xdotool)."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from tests.end_to_end.story import Player, Story


def xdotool(*arguments: object) -> None:
    subprocess.run(["xdotool", *(str(argument) for argument in arguments)], check=True, timeout=20)


class Person(Player):
    """Plays a story with mouse and keys."""

    def found_window(self) -> bool:
        if not super().found_window():
            return False
        self.focus(self.window)
        return QGuiApplication.focusWindow() is not None

    def focus(self, window: QWidget) -> None:
        """Gives the keyboard to a window, as there is no window manager here that would."""
        xdotool("windowfocus", int(window.winId()))

    def click(self, place: QWidget | QPoint, button: int = 1) -> None:
        self._move(_middle(place))
        xdotool("click", button)

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

    def play(tell: Callable[[Person], Story]) -> None:
        person = Person(tmp_path)
        person.play(tell(person))

    return play
