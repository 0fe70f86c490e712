"""The look that the user chose, kept between starts: colours, size of texts, motion."""

from collections.abc import Callable
from typing import cast, get_args

from designer.shell.memory import Memory
from designer.theme import Mode, Motion, Theme

THEME, PERCENT, MOTION = "theme/mode", "theme/percent", "theme/motion"
PERCENTS = (80, 90, 100, 110, 125, 150)


def remembered_theme(memory: Memory) -> Theme:
    """A theme with the look of the last time."""
    mode, motion, percent = (memory.get(name) for name in (THEME, MOTION, PERCENT))
    theme = Theme(cast(Mode, mode) if mode in get_args(Mode) else "system")
    theme.set_motion(cast(Motion, motion) if motion in get_args(Motion) else "system")
    theme.set_percent(percent if isinstance(percent, int) else 100)
    return theme


def choose_mode(theme: Theme, memory: Memory, mode: Mode) -> None:
    """Takes and remembers a choice of colours."""
    memory.put(THEME, mode)
    theme.set_mode(mode)


def choose_motion(theme: Theme, memory: Memory, motion: Motion) -> None:
    """Takes and remembers whether things may move."""
    memory.put(MOTION, motion)
    theme.set_motion(motion)


def choose_percent(theme: Theme, memory: Memory, percent: int) -> None:
    """Takes and remembers the size of texts."""
    theme.set_percent(percent)
    memory.put(PERCENT, theme.percent)


def step_percent(theme: Theme, memory: Memory, by: int) -> None:
    """Takes the next larger or smaller size of texts."""
    if by > 0:
        found = next((one for one in PERCENTS if one > theme.percent), PERCENTS[-1])
    else:
        found = next((one for one in reversed(PERCENTS) if one < theme.percent), PERCENTS[0])
    choose_percent(theme, memory, found)


def look_handlers(theme: Theme, memory: Memory) -> dict[str, Callable[[], object]]:
    """The actions that change the look."""

    def look(mode: Mode) -> Callable[[], object]:
        return lambda: choose_mode(theme, memory, mode)

    found: dict[str, Callable[[], object]] = {
        f"theme-{mode}": look(mode) for mode in get_args(Mode)
    }
    return found | {
        "text-larger": lambda: step_percent(theme, memory, 1),
        "text-smaller": lambda: step_percent(theme, memory, -1),
        "text-normal": lambda: choose_percent(theme, memory, 100),
    }
