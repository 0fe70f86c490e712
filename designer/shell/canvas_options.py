"""What was chosen for the canvases, kept between starts."""

from PySide6.QtCore import QObject

from designer.canvas.options import CanvasOptions
from designer.shell.memory import Memory

GRID, RECENT = "canvas/grid", "canvas/recent"


def remembered_options(memory: Memory, parent: QObject) -> CanvasOptions:
    """Options as they were left; every change of them is remembered."""
    recent = memory.get(RECENT, [])
    known = [name for name in recent if isinstance(name, str)] if isinstance(recent, list) else []
    options = CanvasOptions(parent, grid=memory.get(GRID) is not False, recent=known)

    def keep() -> None:
        memory.put(GRID, options.grid)
        memory.put(RECENT, list(options.recent))

    options.changed.connect(keep)
    return options
