"""What was open when the window was last used: files in their order, and the place looked at."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from designer.shell.memory import Memory

TABS, RESTORE = "session/tabs", "session/restore"
View = tuple[float, float, float]
"""Zoom, and the scene point at the top left of the canvas."""


class Tab(Struct, frozen=True, omit_defaults=True):
    """One open file."""

    path: str
    view: View | None = None
    current: bool = False


def remembered_tabs(memory: Memory) -> list[Tab]:
    """The files of the last time, in the order of their tabs, whether or not they are still
    there."""
    try:
        return msgspec.convert(memory.get(TABS, []), list[Tab])
    except msgspec.ValidationError:
        return []


def remember_tabs(memory: Memory, tabs: Iterable[Tab]) -> None:
    memory.put(TABS, msgspec.to_builtins(list(tabs)))


def restores(memory: Memory) -> bool:
    """Whether a start opens what was open the last time."""
    return memory.get(RESTORE, True) is not False


def wanted_tabs(memory: Memory, files: list[Path]) -> list[Tab]:
    """What a start opens: the files that it was given, else those of the last time."""
    if files:
        return [Tab(str(path)) for path in files]
    return remembered_tabs(memory) if restores(memory) else []
