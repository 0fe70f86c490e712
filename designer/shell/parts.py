"""The parts of the window, and the way of the keyboard: through the stops of a part, and from one
part to the next."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

FORWARD, BACKWARD = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason


def step_part(parts: Sequence[QWidget], by: int) -> QWidget | None:
    """Puts the keyboard into the next part that shows (or the one before), round at the ends; gives
    the widget that has it then."""
    shown = [stops for part in parts if (stops := stops_in(part))]
    here = _part_of(shown, QApplication.focusWidget())
    if not shown:
        return None
    start = -1 if here is None and by > 0 else here or 0
    found = shown[(start + by) % len(shown)][0]
    found.setFocus(FORWARD)
    return found


def step_stop(parts: Sequence[QWidget], *, forward: bool) -> bool:
    """Puts the keyboard on the next stop, or the one before: those of a part first, whenever they
    were made. False where it is in none of these parts."""
    focused = QApplication.focusWidget()
    shown = [stops for part in parts if (stops := stops_in(part))]
    here = _part_of(shown, focused)
    if here is None or focused is None:
        return False
    way = [stop for stops in shown for stop in stops]
    place = way.index(focused) + (1 if forward else -1)
    way[place % len(way)].setFocus(FORWARD if forward else BACKWARD)
    return True


def stops_in(part: QWidget) -> list[QWidget]:
    """The widgets of a part where Tab stops, in their order."""
    found = [part] if _stops(part) else []
    candidate = part.nextInFocusChain()
    while candidate is not None and candidate is not part:
        if part.isAncestorOf(candidate) and _stops(candidate):
            found.append(candidate)
        candidate = candidate.nextInFocusChain()
    return found


def _part_of(shown: Sequence[Sequence[QWidget]], widget: QWidget | None) -> int | None:
    return next((i for i, stops in enumerate(shown) if widget in stops), None)


def _stops(widget: QWidget) -> bool:
    by_tab = bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
    return by_tab and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None
