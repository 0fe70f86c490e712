"""Which key does what on the canvas."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from designer.canvas.arranging import Arranging, Axis, Side
from designer.canvas.geometry import GRID

_NUDGES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


_SIDES: dict[Qt.Key, Side] = {
    Qt.Key.Key_A: "left",
    Qt.Key.Key_H: "centre",
    Qt.Key.Key_D: "right",
    Qt.Key.Key_W: "top",
    Qt.Key.Key_V: "middle",
    Qt.Key.Key_S: "bottom",
}
_AXES: dict[Qt.Key, Axis] = {Qt.Key.Key_H: "across", Qt.Key.Key_V: "down"}


class Controls(Protocol):
    """What keys can ask of the canvas."""

    def delete_selection(self) -> None: ...
    def copy(self) -> None: ...
    def cut(self) -> None: ...
    def paste(self) -> None: ...
    def duplicate(self) -> None: ...
    def select_all(self) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def nudge(self, dx: float, dy: float) -> None: ...
    def walk(self, dx: int, dy: int) -> None: ...
    def zoom_in(self) -> None: ...
    def zoom_out(self) -> None: ...
    def actual_size(self) -> None: ...
    def fit(self) -> None: ...
    def fit_selection(self) -> None: ...
    def activate_current(self) -> None: ...
    def rename_current(self) -> None: ...
    def toggle_enabled(self) -> None: ...
    def tidy(self) -> None: ...
    def tidy_down(self) -> None: ...
    def insert_into_wire(self) -> None: ...
    @property
    def arranging(self) -> Arranging: ...
    def frame_selection(self) -> None: ...
    def unframe(self) -> None: ...
    def fold(self) -> None: ...
    def add_note(self) -> None: ...
    def collapse(self) -> None: ...


def command_of(event: QKeyEvent, canvas: Controls) -> Callable[[], None] | None:
    """What a key press asks for; None when it is not the canvas's."""
    key = Qt.Key(event.key())
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if key in _NUDGES:
        return _arrow(event, key, control, canvas)
    own = _with_control(event, canvas) if control else _with_alt(event, canvas)
    own = own or _with_shift(event, canvas)
    # first, since X11 has Ctrl+D for Delete too
    return own or _standard(event, canvas) or (None if control else _plain(key, canvas))


def _arrow(event: QKeyEvent, key: Qt.Key, control: bool, canvas: Controls) -> Callable[[], None]:
    dx, dy = _NUDGES[key]
    if control:
        return lambda: canvas.walk(dx, dy)
    step = GRID * (5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
    return lambda: canvas.nudge(dx * step, dy * step)


def _standard(event: QKeyEvent, canvas: Controls) -> Callable[[], None] | None:
    """The platform's own keys for what every program does."""
    known = {
        QKeySequence.StandardKey.Copy: canvas.copy,
        QKeySequence.StandardKey.Cut: canvas.cut,
        QKeySequence.StandardKey.Paste: canvas.paste,
        QKeySequence.StandardKey.SelectAll: canvas.select_all,
        QKeySequence.StandardKey.Undo: canvas.undo,
        QKeySequence.StandardKey.Redo: canvas.redo,
        QKeySequence.StandardKey.Delete: canvas.delete_selection,
        QKeySequence.StandardKey.ZoomIn: canvas.zoom_in,
        QKeySequence.StandardKey.ZoomOut: canvas.zoom_out,
    }
    return next((command for one, command in known.items() if event.matches(one)), None)


def _with_alt(event: QKeyEvent, canvas: Controls) -> Callable[[], None] | None:
    """The keys that Figma has for aligning and distributing."""
    if not event.modifiers() & Qt.KeyboardModifier.AltModifier:
        return None
    key, arranging = Qt.Key(event.key()), canvas.arranging
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        axis = _AXES.get(key)
        return partial(arranging.distribute, axis) if axis else None
    if key == Qt.Key.Key_L:
        return canvas.tidy_down
    side = _SIDES.get(key)
    return partial(arranging.align, side) if side else None


def _with_control(event: QKeyEvent, canvas: Controls) -> Callable[[], None] | None:
    key, arranging = Qt.Key(event.key()), canvas.arranging
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        shifted = {Qt.Key.Key_X: arranging.detach, Qt.Key.Key_G: canvas.unframe}
        if key in shifted:
            return shifted[key]
    return {
        Qt.Key.Key_Delete: arranging.delete_joining,
        Qt.Key.Key_Backspace: arranging.delete_joining,
        Qt.Key.Key_D: canvas.duplicate,
        Qt.Key.Key_Y: canvas.redo,
        Qt.Key.Key_0: canvas.actual_size,
        Qt.Key.Key_Equal: canvas.zoom_in,
        Qt.Key.Key_E: canvas.toggle_enabled,
        Qt.Key.Key_L: canvas.tidy,
        Qt.Key.Key_G: canvas.frame_selection,
    }.get(key)


def _with_shift(event: QKeyEvent, canvas: Controls) -> Callable[[], None] | None:
    only = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
    return canvas.add_note if only and event.key() == Qt.Key.Key_S else None


def _plain(key: Qt.Key, canvas: Controls) -> Callable[[], None] | None:
    return {
        Qt.Key.Key_Delete: canvas.delete_selection,
        Qt.Key.Key_Backspace: canvas.delete_selection,
        Qt.Key.Key_1: canvas.fit,
        Qt.Key.Key_2: canvas.fit_selection,
        Qt.Key.Key_0: canvas.actual_size,
        Qt.Key.Key_Plus: canvas.zoom_in,
        Qt.Key.Key_Equal: canvas.zoom_in,
        Qt.Key.Key_Minus: canvas.zoom_out,
        Qt.Key.Key_H: canvas.fold,
        Qt.Key.Key_F2: canvas.rename_current,
        Qt.Key.Key_Insert: canvas.insert_into_wire,
        Qt.Key.Key_G: canvas.arranging.toggle_grid,
        Qt.Key.Key_Return: canvas.activate_current,
        Qt.Key.Key_Enter: canvas.activate_current,
    }.get(key)
