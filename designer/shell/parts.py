"""The parts of the window, and how the keyboard goes from one to the next."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def step_part(parts: list[QWidget], by: int) -> QWidget | None:
    """Puts the keyboard into the next part that shows (or the one before), round at the ends; gives
    the widget that has it then."""
    shown = [part for part in parts if part.isVisible() and part.isEnabled()]
    if not shown:
        return None
    focused = QApplication.focusWidget()
    here = next((i for i, part in enumerate(shown) if holds(part, focused)), None)
    start = -1 if here is None and by > 0 else here or 0
    for distance in range(1, len(shown) + 1):
        found = first_stop(shown[(start + by * distance) % len(shown)])
        if found is not None:
            found.setFocus(Qt.FocusReason.TabFocusReason)
            return found
    return None


def holds(part: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (part is widget or part.isAncestorOf(widget))


def first_stop(part: QWidget) -> QWidget | None:
    """The first widget in a part where Tab stops."""
    if _stops(part):
        return part
    candidate = part.nextInFocusChain()
    while candidate is not None and candidate is not part:
        if part.isAncestorOf(candidate) and _stops(candidate):
            return candidate
        candidate = candidate.nextInFocusChain()
    return None


def _stops(widget: QWidget) -> bool:
    by_tab = bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    return by_tab and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
