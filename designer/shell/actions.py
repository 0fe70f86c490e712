"""Every action of the window, declared once: its words, icon, shortcut and place in the menus."""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from designer.theme import Theme

Menu = Literal["File", "Edit", "Arrange", "View", "Run", "Go"]


class ActionSpec(Struct, frozen=True):
    """One action. ``shortcuts`` are in Qt's portable form, the first is shown."""

    id: str
    text: str
    menu: Menu
    icon: str = ""
    shortcuts: tuple[str, ...] = ()
    checkable: bool = False
    separated: bool = False
    """A line stands above it in its menu."""
    hint: str = ""
    """Keys that the canvas takes itself while it has the focus; shown, not bound here."""

    @property
    def keys(self) -> str:
        """What is shown as its shortcut."""
        return self.hint or (self.shortcuts[0] if self.shortcuts else "")


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new", "New workflow", "File", "new", ("Ctrl+N",)),
    ActionSpec("open", "Open…", "File", "open", ("Ctrl+O",)),
    ActionSpec("save", "Save", "File", "save", ("Ctrl+S",), separated=True),
    ActionSpec("save-as", "Save as…", "File", "save", ("Ctrl+Shift+S",)),
    ActionSpec("reload", "Reload from disk", "File", "refresh"),
    ActionSpec("close-tab", "Close tab", "File", "close", ("Ctrl+W",), separated=True),
    ActionSpec("quit", "Quit", "File", "power", ("Ctrl+Q",)),
    ActionSpec("undo", "Undo", "Edit", "undo", ("Ctrl+Z",)),
    ActionSpec("redo", "Redo", "Edit", "redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    ActionSpec("cut", "Cut", "Edit", "cut", separated=True, hint="Ctrl+X"),
    ActionSpec("copy", "Copy", "Edit", "copy", hint="Ctrl+C"),
    ActionSpec("paste", "Paste", "Edit", "paste", hint="Ctrl+V"),
    ActionSpec("duplicate", "Duplicate", "Edit", "duplicate", hint="Ctrl+D"),
    ActionSpec("delete", "Delete", "Edit", "trash", hint="Del"),
    ActionSpec("select-all", "Select all", "Edit", "select-all", hint="Ctrl+A"),
    ActionSpec("find-step", "Add a step", "Edit", "plus", ("Ctrl+Shift+A",), separated=True),
    ActionSpec("find", "Find in the workflow", "Edit", "search", ("Ctrl+F", "Ctrl+Shift+F")),
    ActionSpec("find-next", "Find the next", "Edit", "chevron-down", ("F3",)),
    ActionSpec("find-previous", "Find the one before", "Edit", "chevron-up", ("Shift+F3",)),
    ActionSpec("quick-add", "Add a step here", "Edit", "plus"),
    ActionSpec("open-node", "Open the form", "Edit", "edit"),
    ActionSpec("rename", "Rename", "Edit", "edit", hint="F2"),
    ActionSpec("toggle-enabled", "Switch on or off", "Edit", "power", hint="Ctrl+E"),
    ActionSpec("insert-step", "Insert a step into the wire", "Arrange", "plus", hint="Ins"),
    ActionSpec("detach", "Detach", "Arrange", "unlink", hint="Ctrl+Shift+X"),
    ActionSpec("delete-join", "Delete and join", "Arrange", "trash", hint="Ctrl+Del"),
    ActionSpec(
        "align-left", "Align left edges", "Arrange", "align-left", separated=True, hint="Alt+A"
    ),
    ActionSpec("align-centre", "Align centres", "Arrange", "align-centre", hint="Alt+H"),
    ActionSpec("align-right", "Align right edges", "Arrange", "align-right", hint="Alt+D"),
    ActionSpec("align-top", "Align top edges", "Arrange", "align-top", hint="Alt+W"),
    ActionSpec("align-middle", "Align middles", "Arrange", "align-middle", hint="Alt+V"),
    ActionSpec("align-bottom", "Align bottom edges", "Arrange", "align-bottom", hint="Alt+S"),
    ActionSpec(
        "distribute-across",
        "Even gaps across",
        "Arrange",
        "distribute-across",
        separated=True,
        hint="Alt+Shift+H",
    ),
    ActionSpec(
        "distribute-down", "Even gaps down", "Arrange", "distribute-down", hint="Alt+Shift+V"
    ),
    ActionSpec("frame", "Frame the selection", "Arrange", "frame", separated=True, hint="Ctrl+G"),
    ActionSpec(
        "unframe", "Remove the frame, keep the steps", "Arrange", "unlink", hint="Ctrl+Shift+G"
    ),
    ActionSpec("fold", "Fold or unfold the frame", "Arrange", "chevron-down", hint="H"),
    ActionSpec("collapse", "Make a sub-workflow of the selection", "Arrange", "workflow"),
    ActionSpec("expand", "Expand the sub-workflow in place", "Arrange", "external"),
    ActionSpec("note", "Add a note", "Arrange", "note", hint="Shift+S"),
    ActionSpec("run", "Run", "Run", "play", ("F5",)),
    ActionSpec("stop", "Stop", "Run", "stop", ("Shift+F5",)),
    ActionSpec("pause-run", "Pause or resume the run", "Run", "pause", ("Ctrl+F5",)),
    ActionSpec("retry-run", "Retry what did not complete", "Run", "refresh", ("Ctrl+Shift+F5",)),
    ActionSpec("validate", "Validate", "Run", "check", ("F7",)),
    ActionSpec("toggle-active", "Activate or pause", "Run", "power", separated=True),
    ActionSpec("fit", "Fit the workflow", "View", "fit", hint="1"),
    ActionSpec("fit-selection", "Fit the selection", "View", "fit", hint="2"),
    ActionSpec("zoom-in", "Zoom in", "View", "plus", ("Ctrl++", "Ctrl+=")),
    ActionSpec("zoom-out", "Zoom out", "View", "minus", ("Ctrl+-",)),
    ActionSpec("actual-size", "Zoom to 100 %", "View", "search", ("Ctrl+0",)),
    ActionSpec("toggle-grid", "Snap to the grid", "Arrange", "grid", separated=True, hint="G"),
    ActionSpec("tidy-down", "Lay out top to bottom", "View", "layout", hint="Alt+L"),
    ActionSpec("tidy", "Lay out left to right", "View", "layout", ("Shift+Alt+F",), hint="Ctrl+L"),
    ActionSpec("outline", "Outline of the steps", "Go", "menu", ("Ctrl+Shift+O",)),
    ActionSpec("toggle-palette", "Left panel", "View", "panel-left", ("Ctrl+B",), True, True),
    ActionSpec("toggle-inspector", "Inspector", "View", "panel-right", ("Ctrl+Alt+B",), True),
    ActionSpec("toggle-bottom", "Bottom panel", "View", "panel-bottom", ("Ctrl+J",), True),
    ActionSpec("show-log", "Show the log", "View", "log", ("Ctrl+Shift+L",), separated=True),
    ActionSpec("show-data", "Show the data", "View", "data", ("Ctrl+Shift+D",)),
    ActionSpec("show-timeline", "Show the timeline", "View", "timeline", ("Ctrl+Shift+T",)),
    ActionSpec("show-problems", "Show the problems", "View", "warning", ("Ctrl+Shift+M",)),
    ActionSpec("show-yaml", "Show the YAML text", "View", "code", ("Ctrl+Shift+Y",)),
    ActionSpec("show-history", "Show the history", "View", "history", ("Ctrl+Shift+H",)),
    ActionSpec("theme-light", "Light colours", "View", "sun", separated=True),
    ActionSpec("theme-dark", "Dark colours", "View", "moon"),
    ActionSpec("theme-contrast", "High contrast", "View", "eye"),
    ActionSpec("theme-system", "Colours of the system", "View", "system"),
    ActionSpec("text-larger", "Larger text", "View", "plus", ("Ctrl+Alt+=",), separated=True),
    ActionSpec("text-smaller", "Smaller text", "View", "minus", ("Ctrl+Alt+-",)),
    ActionSpec("text-normal", "Text as designed", "View", "refresh", ("Ctrl+Alt+0",)),
    ActionSpec("go-design", "Design", "Go", "design", ("Ctrl+1",)),
    ActionSpec("go-runs", "Runs", "Go", "runs", ("Ctrl+2",)),
    ActionSpec("go-dashboard", "Dashboard", "Go", "dashboard", ("Ctrl+3",)),
    ActionSpec("go-schedule", "Schedule", "Go", "schedule", ("Ctrl+4",)),
    ActionSpec("go-settings", "Settings", "Go", "settings", ("Ctrl+,",)),
    ActionSpec("next-tab", "Next tab", "Go", "chevron-right", ("Ctrl+Tab",), separated=True),
    ActionSpec("previous-tab", "Previous tab", "Go", "chevron-left", ("Ctrl+Shift+Tab",)),
    ActionSpec("next-part", "Next part of the window", "Go", "panel-right", ("F6",)),
    ActionSpec("previous-part", "Previous part", "Go", "panel-left", ("Shift+F6",)),
    ActionSpec("shortcuts", "Shortcuts", "Go", "keyboard", ("F1", "Ctrl+/", "?"), separated=True),
    ActionSpec("change-shortcuts", "Change shortcuts", "Go", "settings"),
    ActionSpec("commands", "Search commands", "Go", "command", ("Ctrl+K", "Ctrl+Shift+P")),
)
MENUS: tuple[Menu, ...] = ("File", "Edit", "Arrange", "View", "Run", "Go")


class Actions(QObject):
    """The QActions of a window, by id; icons follow the theme."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._actions: dict[str, QAction] = {}
        for spec in ACTIONS:
            text = f"{spec.text}\t{spec.hint}" if spec.hint else spec.text
            action = QAction(text, window)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
            window.addAction(action)
            self._actions[spec.id] = action
        self._draw_icons()
        theme.changed.connect(self._draw_icons)

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def connect_all(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Connects each action to what it does. Raises KeyError for one that nobody declared."""
        for action_id, handler in handlers.items():
            self._actions[action_id].triggered.connect(_without_argument(handler))

    def declared(self) -> Iterator[tuple[ActionSpec, QAction]]:
        """All actions beside their declarations."""
        for spec in ACTIONS:
            yield spec, self._actions[spec.id]

    def fill_menu(self, menu: QMenu, extra: dict[str, QMenu] | None = None) -> None:
        """Puts a submenu for each part into ``menu``; ``extra`` menus follow the action named."""
        for title in MENUS:
            part = menu.addMenu(title)
            for spec in ACTIONS:
                if spec.menu != title:
                    continue
                if spec.separated:
                    part.addSeparator()
                part.addAction(self._actions[spec.id])
                if extra and spec.id in extra:
                    part.addMenu(extra[spec.id])

    def _draw_icons(self) -> None:
        for spec in ACTIONS:
            if spec.icon:
                self._actions[spec.id].setIcon(self._theme.icon(spec.icon, "muted"))


def _without_argument(handler: Callable[[], object]) -> Callable[[bool], None]:
    """QAction.triggered hands over whether it is checked; handlers do not want to know."""

    def call(_checked: bool) -> None:
        handler()

    return call
