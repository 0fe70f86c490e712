"""Which keys do what: the declared ones, changed by what the user chose, which is remembered."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from designer.shell.actions import ACTIONS, Actions, ActionSpec
from designer.shell.memory import Memory

KEYS = "shortcuts"
RESERVED = {
    "Space": "adding a step on the canvas",
    "Tab": "moving the focus",
    "Shift+Tab": "moving the focus",
    "Esc": "giving up what goes on",
    "Return": "opening what is selected",
    "Left": "moving the selection",
    "Right": "moving the selection",
    "Up": "moving the selection",
    "Down": "moving the selection",
    "Ctrl+Left": "going to the next step",
    "Ctrl+Right": "going to the next step",
    "Ctrl+Up": "going to the next step",
    "Ctrl+Down": "going to the next step",
}
"""Keys that no action may take, and what they are for."""


class Keymap(QObject):
    """The keys of each action, in Qt's portable form. ``changed`` tells that some are others now.

    An action whose keys belong to the canvas has them only while a canvas has the keyboard; the
    canvas takes the declared ones itself, and leaves those alone that were changed.
    """

    changed = Signal()

    def __init__(self, actions: Actions, memory: Memory, parent: QObject) -> None:
        super().__init__(parent)
        self._actions = actions
        self._memory = memory
        self._chosen = _read(memory.get(KEYS, {}))
        self._dropped: frozenset[str] = frozenset()
        self._apply()

    def keys(self, spec: ActionSpec) -> tuple[str, ...]:
        """The keys of an action, the one that is shown first."""
        chosen = self._chosen.get(spec.id)
        return declared_keys(spec) if chosen is None else chosen

    def is_changed(self, action_id: str) -> bool:
        """Whether the user gave it other keys, or none."""
        return action_id in self._chosen

    def holder(self, keys: str, but: str = "") -> str | None:
        """What has these keys already, in words; None when they are free."""
        wanted = portable(keys)
        if wanted in RESERVED:
            return RESERVED[wanted]
        found = next((spec for spec in self._with(wanted) if spec.id != but), None)
        return f"“{found.text.rstrip('…')}”" if found is not None else None

    def choose(self, action_id: str, keys: str) -> None:
        """Gives an action these keys alone, none where they are empty; who has them loses them."""
        wanted = portable(keys)
        for spec in list(self._with(wanted)) if wanted else []:
            if spec.id != action_id:
                left = tuple(k for k in self.keys(spec) if portable(k) != wanted)
                self._chosen[spec.id] = left
        self._chosen[action_id] = (wanted,) if wanted else ()
        self._keep()

    def reset(self, action_id: str) -> None:
        """Gives an action the declared keys again; who has them now loses them."""
        spec = next(spec for spec in ACTIONS if spec.id == action_id)
        self._chosen.pop(action_id, None)
        own = {portable(key) for key in declared_keys(spec)}
        for other in ACTIONS:
            kept = tuple(key for key in self.keys(other) if portable(key) not in own)
            if other.id != action_id and kept != self.keys(other):
                self._chosen[other.id] = kept
        self._keep()

    def reset_all(self) -> None:
        self._chosen.clear()
        self._keep()

    def watch(self, canvas: QWidget) -> None:
        """Has a canvas follow: changed keys of its own work on it, those they replaced do not."""
        canvas.installEventFilter(self)
        canvas.addActions([action for spec, action in self._actions.declared() if _local(spec)])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return portable(QKeySequence(event.keyCombination()).toString()) in self._dropped
        return False

    def _with(self, wanted: str) -> Iterator[ActionSpec]:
        return (spec for spec in ACTIONS if wanted in map(portable, self.keys(spec)))

    def _keep(self) -> None:
        self._memory.put(KEYS, {name: list(keys) for name, keys in self._chosen.items()})
        self._apply()
        self.changed.emit()

    def _apply(self) -> None:
        dropped: set[str] = set()
        for spec, action in self._actions.declared():
            keys = self.keys(spec)
            if spec.hint and self.is_changed(spec.id):
                dropped.add(portable(spec.hint))
            if _local(spec):
                own = keys if self.is_changed(spec.id) else ()
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                action.setText(f"{spec.text}\t{native(keys[0])}" if keys else spec.text)
            else:
                own = tuple(k for k in keys if k != spec.hint or self.is_changed(spec.id))
            action.setShortcuts([QKeySequence(key) for key in own])
        taken = {portable(k) for spec in ACTIONS if not _local(spec) for k in self.keys(spec)}
        self._dropped = frozenset(dropped - taken)


def declared_keys(spec: ActionSpec) -> tuple[str, ...]:
    """Keys of an action as it was declared."""
    return (*spec.shortcuts, spec.hint) if spec.hint else spec.shortcuts


def portable(keys: str) -> str:
    """Keys in one way of writing, so that they can be compared."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def native(keys: str) -> str:
    """Keys as the platform writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def _local(spec: ActionSpec) -> bool:
    """Whether its keys are the canvas's alone."""
    return bool(spec.hint) and not spec.shortcuts


def _read(found: object) -> dict[str, tuple[str, ...]]:
    """What was remembered, as far as it makes sense."""
    known = {spec.id for spec in ACTIONS}
    if not isinstance(found, dict):
        return {}
    return {
        name: tuple(portable(key) for key in keys if isinstance(key, str))
        for name, keys in found.items()
        if name in known and isinstance(keys, list)
    }
