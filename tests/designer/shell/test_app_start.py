"""The start: what cannot be shown is said, with the way that works without a window."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from designer.app import missing_display

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("environment", "platform"),
    [
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux"),
        ({}, "win32"),
        ({}, "darwin"),
    ],
)
def test_a_display_is_taken_for_there_where_qt_finds_one(environment, platform):
    assert missing_display(environment, platform) is None


def test_a_missing_display_is_named():
    assert "DISPLAY" in (missing_display({}, "linux") or "")


def test_a_display_that_does_not_answer_is_named():
    assert ":4711" in (missing_display({"DISPLAY": ":4711"}, "linux") or "")


def test_without_a_display_the_program_says_so_and_shows_the_headless_way(tmp_path):
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from designer.app import main; sys.exit(main([]))"],
        env=environment | {"TREADLE_HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "treadle run FILE" in done.stderr
    assert "Traceback" not in done.stderr
