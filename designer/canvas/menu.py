"""The context menu of the canvas: what can be done with what lies under the pointer."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from designer.canvas.areas import Area
from designer.canvas.arranging import Side
from designer.canvas.keys import Controls
from designer.canvas.paint.areas import hue
from designer.document.shapes import COLOURS, Colour
from designer.theme.theme import Theme


class MenuControls(Controls, Protocol):
    """What the menu can ask for besides what keys can."""

    def add_at_pointer(self) -> None: ...


def canvas_menu(
    canvas: MenuControls, theme: Theme, parent: QWidget, *, editable: bool, grid: bool
) -> QMenu:
    """For empty canvas."""
    menu = _menu(parent)
    if editable:
        _add(menu, theme, "plus", "Add a step …", canvas.add_at_pointer, "Space")
        _add(menu, theme, "note", "Add a note", canvas.add_note, "Shift+S")
        _add(menu, theme, "frame", "Add a frame", canvas.frame_selection, "Ctrl+G")
        _add(menu, theme, "paste", "Paste", canvas.paste, "Ctrl+V")
        menu.addSeparator()
        _add_layout(menu, theme, canvas)
        snaps = _add(menu, theme, "grid", "Snap to the grid", canvas.arranging.toggle_grid, "G")
        snaps.setCheckable(True)
        snaps.setChecked(grid)
    _add(menu, theme, "select-all", "Select all", canvas.select_all, "Ctrl+A")
    _add(menu, theme, "fit", "Fit all", canvas.fit, "1")
    return menu


def node_menu(
    canvas: MenuControls,
    theme: Theme,
    parent: QWidget,
    *,
    editable: bool,
    count: int,
    enabled: bool,
    attached: bool,
) -> QMenu:
    """For the selected nodes."""
    menu = _menu(parent)
    if count == 1:
        _add(menu, theme, "edit", "Open", canvas.activate_current, "Enter")
    if editable:
        if count == 1:
            _add(menu, theme, "tag", "Rename …", canvas.rename_current, "F2")
        word, icon = ("Disable", "eye-off") if enabled else ("Enable", "eye")
        _add(menu, theme, icon, word, canvas.toggle_enabled, "Ctrl+E")
        if attached:
            detach = canvas.arranging.detach
            _add(menu, theme, "unlink", "Detach", detach, "Ctrl+Shift+X")
        if count > 1:
            menu.addMenu(_align_menu(canvas, theme, menu, count))
            _add_layout(menu, theme, canvas)
        menu.addSeparator()
        _add(menu, theme, "frame", "Frame the selection", canvas.frame_selection, "Ctrl+G")
        _add(menu, theme, "workflow", "Make a sub-workflow of it", canvas.collapse, "")
        menu.addSeparator()
        _add(menu, theme, "duplicate", "Duplicate", canvas.duplicate, "Ctrl+D")
        _add(menu, theme, "cut", "Cut", canvas.cut, "Ctrl+X")
    _add(menu, theme, "copy", "Copy", canvas.copy, "Ctrl+C")
    _add(menu, theme, "fit", "Fit selection", canvas.fit_selection, "2")
    if editable:
        menu.addSeparator()
        if attached:
            remove = canvas.arranging.delete_joining
            _add(menu, theme, "trash", "Delete and join", remove, "Ctrl+Del")
        _add(menu, theme, "trash", "Delete", canvas.delete_selection, "Del")
    return menu


_ALIGNS: tuple[tuple[Side, str, str], ...] = (
    ("left", "Left edges", "Alt+A"),
    ("centre", "Centres", "Alt+H"),
    ("right", "Right edges", "Alt+D"),
    ("top", "Top edges", "Alt+W"),
    ("middle", "Middles", "Alt+V"),
    ("bottom", "Bottom edges", "Alt+S"),
)


def _align_menu(canvas: MenuControls, theme: Theme, parent: QWidget, count: int) -> QMenu:
    menu = QMenu("Align", parent)
    menu.setIcon(theme.icon("layout", "muted"))
    arranging = canvas.arranging
    for side, text, keys in _ALIGNS:
        _add(menu, theme, f"align-{side}", text, partial(arranging.align, side), keys)
    if count > 2:
        menu.addSeparator()
        across, down = (
            partial(arranging.distribute, "across"),
            partial(arranging.distribute, "down"),
        )
        _add(menu, theme, "distribute-across", "Even gaps across", across, "Alt+Shift+H")
        _add(menu, theme, "distribute-down", "Even gaps down", down, "Alt+Shift+V")
    return menu


def _add_layout(menu: QMenu, theme: Theme, canvas: MenuControls) -> None:
    _add(menu, theme, "layout", "Lay out left to right", canvas.tidy, "Ctrl+L")
    _add(menu, theme, "layout", "Lay out top to bottom", canvas.tidy_down, "Alt+L")


def shape_menu(
    canvas: MenuControls,
    theme: Theme,
    parent: QWidget,
    *,
    areas: Sequence[Area],
    colour: Callable[[Colour], None],
) -> QMenu:
    """For the selected frames and notes."""
    menu = _menu(parent)
    frames = [area for area in areas if area.kind == "frame"]
    if len(areas) == 1:
        word = "Rename …" if frames else "Write …"
        _add(menu, theme, "tag" if frames else "edit", word, canvas.rename_current, "F2")
    if frames:
        folded = all(area.folded for area in frames)
        icon = "chevron-down" if folded else "chevron-right"
        _add(menu, theme, "workflow", "Make a sub-workflow of it", canvas.collapse, "")
        _add(menu, theme, icon, "Unfold" if folded else "Fold to one block", canvas.fold, "H")
    colours = menu.addMenu(theme.icon("dot", "muted"), "Colour")
    for name in COLOURS:
        action = colours.addAction(theme.icon("dot", f"kind:{hue(name)}"), name.capitalize())
        action.setCheckable(True)
        action.setChecked(all(area.colour == name for area in areas))
        action.triggered.connect(partial(_choose, colour, name))
    menu.addSeparator()
    if frames:
        _add(
            menu,
            theme,
            "unlink",
            "Remove the frame, keep the steps",
            canvas.unframe,
            "Ctrl+Shift+G",
        )
    if len(frames) < len(areas):
        _add(menu, theme, "trash", "Delete", canvas.delete_selection, "Del")
    return menu


def _choose(colour: Callable[[Colour], None], name: Colour, _checked: bool = False) -> None:
    colour(name)


def wire_menu(canvas: MenuControls, theme: Theme, parent: QWidget) -> QMenu:
    """For the selected wires."""
    menu = _menu(parent)
    _add(menu, theme, "plus", "Insert a step …", canvas.insert_into_wire, "Insert")
    _add(menu, theme, "unlink", "Remove the wire", canvas.delete_selection, "Del")
    return menu


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _add(
    menu: QMenu, theme: Theme, icon: str, text: str, run: Callable[[], None], keys: str
) -> QAction:
    """An entry that shows its key; the key itself works through the canvas, not through the
    menu."""
    action = menu.addAction(theme.icon(icon, "muted"), text)
    action.setShortcut(QKeySequence(keys))
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.setShortcutVisibleInContextMenu(True)
    action.triggered.connect(run)
    return action
