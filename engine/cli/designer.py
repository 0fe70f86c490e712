"""``treadle [FILE ...]``: opens the designer, which is found by its entry point and never imported
by name."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec

from engine.cli.exits import USAGE, CommandError
from engine.cli.garbage import collect_from_here

GROUP = "treadle.designer"
HEADLESS = "Without it: treadle run FILE, treadle validate FILE, treadle serve (treadle --help)."


def open_designer(files: Sequence[str]) -> int:
    """Runs the designer until its last window closes. Raises CommandError where it cannot open."""
    entry = _entry()
    if entry is None or find_spec("PySide6") is None:
        raise CommandError(
            "the designer is not installed: pip install 'treadle[designer]'.\n" + HEADLESS, USAGE
        )
    if not _has_display():
        raise CommandError(
            "there is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are empty).\n"
            + HEADLESS,
            USAGE,
        )
    main: Callable[[list[str]], int] = entry.load()
    collect_from_here()
    return main(list(files))


def _entry() -> EntryPoint | None:
    found = list(entry_points(group=GROUP))
    if found:
        return found[0]
    if find_spec("designer") is not None:  # a checkout that is run without being installed
        return EntryPoint("main", "designer.app:main", GROUP)
    return None


def _has_display() -> bool:
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
