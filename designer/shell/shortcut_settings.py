"""The settings of the shortcuts: every action with its keys, which can be changed."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QVBoxLayout, QWidget

from designer.shell.actions import ACTIONS, ActionSpec
from designer.shell.keymap import Keymap, native
from designer.shell.settings_card import WIDTH
from designer.theme import Theme
from designer.theme.tables import RowTable
from designer.theme.widgets import Button, Card, Label, SearchField, lay_out

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
HEADS = ("Action", "Menu", "Keys", "")


class _Model(QAbstractTableModel):
    def __init__(self, keymap: Keymap, parent: QObject) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self.rows: list[ActionSpec] = list(ACTIONS)

    def show_words(self, words: str) -> None:
        """Keeps actions whose name, menu or keys have all of the words."""
        wanted = words.lower().split()
        self.beginResetModel()
        self.rows = [spec for spec in ACTIONS if self._fits(spec, wanted)]
        self.endResetModel()

    def _fits(self, spec: ActionSpec, wanted: list[str]) -> bool:
        text = " ".join((spec.text, spec.menu, *map(native, self._keymap.keys(spec)))).lower()
        return all(word in text for word in wanted)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        across = orientation == Qt.Orientation.Horizontal
        return HEADS[section] if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        spec = self.rows[index.row()]
        keys = ", ".join(map(native, self._keymap.keys(spec)))
        changed = "changed" if self._keymap.is_changed(spec.id) else ""
        return (spec.text.rstrip("…"), spec.menu, keys, changed)[index.column()]


class ShortcutSettings(QWidget):
    """A table of all actions; the one that is chosen gets the keys that are pressed below it."""

    def __init__(self, theme: Theme, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._spec: ActionSpec | None = None
        self._model = _Model(keymap, self)
        self.search = SearchField(theme, "Find an action or keys…")
        self.table = RowTable(self._model, "Shortcuts", self._edit_row)
        self.table.set_widths({0: 300, 1: 90, 3: 90}, rest=2)
        self.title = Label(theme, "Choose an action to change its keys.", "strong")
        self.field = QKeySequenceEdit()
        self.field.setAccessibleName("New keys")
        self.field.setMaximumSequenceLength(1)
        self.field.setClearButtonEnabled(True)
        self.note = Label(theme, "", "label", "muted")
        self.note.setWordWrap(True)
        self.take = Button(theme, "Set", "primary")
        self.clear = Button(theme, "No keys")
        self.back = Button(theme, "Reset")
        self.all_back = Button(theme, "Reset all", "ghost")
        self._lay_out(theme)
        self._connect()
        self._show()

    def _lay_out(self, theme: Theme) -> None:
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"), (0, 0, 0, theme.space("l")))
        head = QHBoxLayout()
        lay_out(head, theme.space("s"))
        head.addWidget(self.search, 1)
        head.addWidget(self.all_back)
        edit = Card(theme)
        row = QHBoxLayout()
        lay_out(row, theme.space("s"))
        row.addWidget(self.field, 1)
        for button in (self.take, self.clear, self.back):
            row.addWidget(button)
        edit.body.addWidget(self.title)
        edit.body.addLayout(row)
        edit.body.addWidget(self.note)
        holder = QWidget()
        holder.setMaximumWidth(WIDTH)
        inside = QVBoxLayout(holder)
        lay_out(inside, theme.space("m"))
        inside.addLayout(head)
        inside.addWidget(self.table, 1)
        inside.addWidget(edit)
        column.addWidget(holder, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._model.show_words)
        self.field.keySequenceChanged.connect(self._show)
        self.take.clicked.connect(self._take)
        self.clear.clicked.connect(self._clear)
        self.back.clicked.connect(self._reset)
        self.all_back.clicked.connect(self._keymap.reset_all)
        self._keymap.changed.connect(self._refresh)

    def edit(self, action_id: str) -> None:
        """Chooses an action, and waits for its keys."""
        self._spec = next(spec for spec in ACTIONS if spec.id == action_id)
        self.field.setKeySequence(QKeySequence(next(iter(self._keymap.keys(self._spec)), "")))
        self.field.setFocus()
        self._show()

    def _edit_row(self, row: int) -> None:
        self.edit(self._model.rows[row].id)

    def _keys(self) -> str:
        return self.field.keySequence().toString()

    def _show(self) -> None:
        """Says whose keys these are, and what can be done."""
        spec, keys = self._spec, self._keys()
        for widget in (self.field, self.clear, self.back):
            widget.setEnabled(spec is not None)
        self.take.setEnabled(False)
        self.all_back.setEnabled(any(self._keymap.is_changed(one.id) for one in ACTIONS))
        if spec is None:
            self.note.setText("")
            return
        self.title.setText(spec.text.rstrip("…"))
        self.back.setEnabled(self._keymap.is_changed(spec.id))
        holder = self._keymap.holder(keys, but=spec.id) if keys else None
        free = holder is None or holder.startswith("“")
        self.take.setEnabled(bool(keys) and free and keys not in self._keymap.keys(spec))
        self.take.setText("Set" if holder is None or not free else "Take them")
        self.note.set_tone("warning" if holder else "muted")
        self.note.setText(
            f"{native(keys)} is the shortcut of {holder}, which would lose it."
            if holder and free
            else f"{native(keys)} is kept for {holder}."
            if holder
            else "Click into the field and press the new keys."
        )

    def _take(self) -> None:
        if self._spec is not None:
            self._keymap.choose(self._spec.id, self._keys())

    def _clear(self) -> None:
        if self._spec is not None:
            self._keymap.choose(self._spec.id, "")
            self.field.clear()

    def _reset(self) -> None:
        if self._spec is not None:
            self._keymap.reset(self._spec.id)
            self.edit(self._spec.id)

    def _refresh(self) -> None:
        self._model.show_words(self.search.text())
        self._show()
