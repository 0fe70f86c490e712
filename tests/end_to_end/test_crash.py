"""A power cut of the program: it is killed in the middle of an edit, and the work comes back."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from designer.document.rescue import Rescue
from tests.end_to_end.conftest import xdotool

pytestmark = [pytest.mark.window, pytest.mark.chaos]

PLAIN = """\
name: Orders   # nightly
steps:
  - id: fetch
    type: transform
    config: {expression: '1'}
designer:
  positions:
    fetch: [0, 0]
"""
PATIENCE = 60_000
"""Milliseconds that a busy machine may take."""


def window_of(pid: int) -> str:
    """The program's window on the X display, once it shows."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--pid", str(pid), "--name", "orders.yaml"],
        capture_output=True,
        text=True,
        timeout=20,
    )
    return found.stdout.split()[0] if found.stdout.strip() else ""


def kept(home: Path) -> str:
    """The unsaved text that lies in the data folder."""
    files = list((home / "unsaved").glob("*/*.json"))
    return msgspec.json.decode(files[0].read_bytes(), type=Rescue).text if files else ""


def test_work_that_was_not_saved_survives_a_kill(person: Any, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "orders.yaml"
    file.write_text(PLAIN)
    home = tmp_path / "home"
    program = subprocess.Popen([sys.executable, "-m", "designer", str(file)], env=os.environ.copy())
    try:
        qtbot.waitUntil(lambda: window_of(program.pid) != "", timeout=PATIENCE)
        window = window_of(program.pid)
        places = itertools.cycle(range(560, 720, 40))  # two clicks at one place were a double one

        def nudged() -> bool:
            """Moves everything a little, again and again: a window that shows may not listen
            yet."""
            xdotool("windowfocus", window)
            xdotool("mousemove", "--window", window, next(places), 300)
            xdotool("click", 1)
            xdotool("key", "ctrl+a")
            xdotool("key", "Right")
            return kept(home) not in ("", PLAIN)

        qtbot.waitUntil(nudged, timeout=PATIENCE)
    finally:
        os.kill(program.pid, signal.SIGKILL)
        program.wait(30)
    assert file.read_text() == PLAIN
    moved = kept(home)

    def story(me: Any) -> Iterator[Callable[[], object]]:
        notice = me.window.recovery
        yield notice.isVisible
        assert "orders.yaml" in notice.text
        assert me.window.desk.current.document.path == file  # the tab is back as well
        assert me.window.desk.current.document.text == PLAIN
        restore = next(b for b in notice.findChildren(QPushButton) if b.text() == "Restore")
        me.click(restore)
        document = me.window.desk.current.document
        yield lambda: document.modified
        assert document.path == file
        assert document.text == moved
        me.press("ctrl+s")
        yield lambda: not document.modified
        assert not notice.isVisible()

    person(story)

    assert file.read_text() == moved
    assert "# nightly" in moved
    assert not list((home / "unsaved").iterdir())
