"""The open documents: new, open, save, close, recent ones, and changes by other programs."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from designer.document import ChangedOnDisk, Document, DocumentError
from designer.document.files import read_text
from designer.runs import Spawn
from designer.shell.ask import Question
from designer.shell.compare_pane import Sides
from designer.shell.memory import Memory
from designer.shell.session import Tab, remember_tabs
from designer.shell.space import DocumentSpace
from designer.theme import Theme
from designer.theme.notices import Choice

FILTER = "Workflows (*.yaml *.yml *.json);;All files (*)"
Then = Callable[[], object]
MakeSpace = Callable[[Document], DocumentSpace]


class FileDesk(QObject):
    """Holds the spaces of the open documents; one of them is current while there is any.

    ``told`` carries a short message and its tone.
    """

    opened = Signal(object)
    closed = Signal(object, int)
    current_changed = Signal()
    saved = Signal(object)
    told = Signal(str, str)

    def __init__(
        self, theme: Theme, memory: Memory, spawn: Spawn, make_space: MakeSpace, window: QWidget
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._memory = memory
        self._spawn = spawn
        self._make_space = make_space
        self._window = window
        self._saving = asyncio.Lock()
        self.spaces: list[DocumentSpace] = []
        self.current: DocumentSpace | None = None

    # Open

    def new(self) -> DocumentSpace:
        """Opens an untitled workflow."""
        return self.take(Document.new())

    def ask_open(self) -> None:
        """Lets the user choose files to open."""
        dialog = self._file_dialog("Open", QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._open_all)
        dialog.open()

    def open(self, path: Path) -> DocumentSpace | None:
        """Opens a file, or shows the document that holds it already; None when that fails."""
        known = self._find(path)
        if known is not None:
            self.show(known)
            return known
        try:
            document = Document.open(path)
        except DocumentError as error:
            self.told.emit(str(error), "failed")
            return None
        untouched = self._untouched()
        space = self.take(document)
        self._memory.add_recent(document.path or path)
        if untouched is not None:
            self._drop(untouched)
        return space

    def show(self, space: DocumentSpace | None) -> None:
        """Makes a space the current one."""
        if space is not self.current:
            self.current = space
            self.current_changed.emit()
            self.remember()

    def recent(self) -> list[Path]:
        return self._memory.paths("files/recent")

    def remember(self) -> None:
        """Remembers the open files for the next start, and where each is looked at."""
        tabs = [
            Tab(str(space.document.path), space.view, space is self.current)
            for space in self.spaces
            if space.document.path is not None
        ]
        remember_tabs(self._memory, tabs)

    def open_tabs(self, tabs: Iterable[Tab]) -> None:
        """Opens files as they were remembered; one that is gone is told."""
        chosen = None
        for tab in tabs:
            space = self.open(Path(tab.path))
            if space is None:
                continue
            if tab.view is not None:
                space.look_at(tab.view)
            chosen = space if tab.current else chosen
        if chosen is not None:
            self.show(chosen)

    # Save

    def save(self, space: DocumentSpace, then: Then | None = None) -> None:
        """Saves; asks for a name where there is none. ``then`` follows when it is saved."""
        if space.document.path is None:
            self.ask_save_as(space, then)
        else:
            self._write(space, None, then)

    def ask_save_as(self, space: DocumentSpace, then: Then | None = None) -> None:
        """Lets the user choose where to save."""
        dialog = self._file_dialog("Save as", QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setDefaultSuffix("yaml")
        dialog.selectFile(_proposed_name(space.document))
        dialog.fileSelected.connect(lambda name: self._write(space, Path(name), then))
        dialog.open()

    def _write(self, space: DocumentSpace, path: Path | None, then: Then | None) -> None:
        self._spawn(self._save(space, path, then))

    async def _save(self, space: DocumentSpace, path: Path | None, then: Then | None) -> None:
        """Saves one file after the other, off the Qt thread, as a disk may take its time."""
        async with self._saving:
            if space not in self.spaces or not await self._written(space, path):
                return
        if space in self.spaces:
            self._tell_saved(space)
        if then is not None:
            then()

    async def _written(self, space: DocumentSpace, path: Path | None) -> bool:
        """Whether the text is in its file; says why not."""
        document = space.document
        if path is not None and path.suffix.lower() == ".json" and not _is_json(document.text):
            self.told.emit(
                f"{path.name} would hold JSON, and this workflow is written in YAML. Choose a name "
                "that ends in .yaml.",
                "failed",
            )
            return False
        try:
            saving = document.begin_save(path)
        except DocumentError as error:
            self.told.emit(str(error), "failed")
            return False
        try:
            written = await asyncio.to_thread(saving.write)
        except DocumentError as error:
            if space in self.spaces:
                document.give_up_save()
                self.tell_disk(space)
            if not isinstance(error, ChangedOnDisk):
                self.told.emit(str(error), "failed")
            return False
        if space in self.spaces:
            document.end_save(saving, written)
        return True

    def _tell_saved(self, space: DocumentSpace) -> None:
        document = space.document
        space.notice.hide()
        if document.path is not None:
            self._memory.add_recent(document.path)
        self.remember()
        self.saved.emit(space)

    # Close

    def _when_saved(self, then: Then) -> None:
        """Calls ``then``, after what is being saved."""

        async def wait() -> None:
            async with self._saving:
                pass
            then()

        if self._saving.locked():
            self._spawn(wait())
        else:
            then()

    def close(self, space: DocumentSpace, then: Then | None = None) -> None:
        """Closes a document; asks first when it is not saved."""
        self._when_saved(lambda: self._close(space, then))

    def _close(self, space: DocumentSpace, then: Then | None) -> None:
        if space not in self.spaces:
            return

        def go() -> None:
            self._drop(space)
            if then is not None:
                then()

        if not space.document.modified:
            go()
            return
        self.show(space)
        self._ask_unsaved([space], go)

    def guard_all(self, then: Then) -> None:
        """Calls ``then`` when nothing unsaved is left, or the user lets go of it."""
        self._when_saved(lambda: self._guard_all(then))

    def _guard_all(self, then: Then) -> None:
        unsaved = [space for space in self.spaces if space.document.modified]
        if unsaved:
            self._ask_unsaved(unsaved, then)
        else:
            then()

    def _ask_unsaved(self, unsaved: list[DocumentSpace], then: Then) -> None:
        names = ", ".join(space.document.title for space in unsaved[:5])
        if len(unsaved) > 5:
            names += f" and {len(unsaved) - 5} more"

        def answered(answer: str, _remember: bool) -> None:
            if answer == "discard":
                then()
            elif answer == "save":
                self._save_each(list(unsaved), then)

        Question(
            self._theme,
            "Save the changes?",
            f"{names} has changes that are not saved."
            if len(unsaved) == 1
            else f"These have changes that are not saved: {names}.",
            (("discard", "Don't save"), ("cancel", "Cancel"), ("save", "Save")),
            answered,
            parent=self._window,
        ).open()

    def _save_each(self, unsaved: list[DocumentSpace], then: Then) -> None:
        """Saves one after the other, as each may ask for a name."""
        if not unsaved:
            then()
            return
        self.save(unsaved[0], lambda: self._save_each(unsaved[1:], then))

    # Changes by other programs

    def tell_disk(self, space: DocumentSpace) -> None:
        """Says that the file is not what it was, and offers what can be done."""
        state = space.document.disk_state
        name = space.document.title
        if state == "changed":
            space.notice.tell(
                f"{name} was changed by another program.", "warning", self._choices(space)
            )
        elif state == "missing":
            space.notice.tell(
                f"{name} was deleted or moved. Saving writes it again.",
                "warning",
                (("Save", lambda: self.save(space)),),
            )

    def _choices(self, space: DocumentSpace) -> list[Choice]:
        return [
            ("Reload", lambda: self.reload(space)),
            ("Compare", lambda: self._compare(space)),
            ("Keep mine", space.document.keep_mine),
        ]

    def reload(self, space: DocumentSpace) -> None:
        """Takes the file's text; undo brings back what was on the screen."""
        try:
            space.document.reload()
        except DocumentError as error:
            self.told.emit(str(error), "failed")

    def _compare(self, space: DocumentSpace) -> None:
        path = space.document.path
        if path is None:
            return
        try:
            theirs = read_text(path).text
        except DocumentError as error:
            self.told.emit(str(error), "failed")
            return
        choices = [choice for choice in self._choices(space) if choice[0] != "Compare"]
        title = f"What reloading {path.name} would change"
        space.compare(Sides(title, theirs, "On the disk", older=False), choices)

    # The list

    def take(self, document: Document) -> DocumentSpace:
        """Opens a document in a tab of its own and shows it."""
        space = self._make_space(document)
        self.spaces.append(space)
        document.status_changed.connect(lambda: self.tell_disk(space))
        space.compare_pane.closed.connect(lambda: self.tell_disk(space))
        self.opened.emit(space)
        self.show(space)
        return space

    def _drop(self, space: DocumentSpace) -> None:
        index = self.spaces.index(space)
        self.spaces.remove(space)
        if space is self.current:
            near = self.spaces[min(index, len(self.spaces) - 1)] if self.spaces else None
            self.current = near
        self.closed.emit(space, index)
        self.current_changed.emit()
        space.close()
        self.remember()

    def _find(self, path: Path) -> DocumentSpace | None:
        place = path.absolute()
        return next((space for space in self.spaces if space.document.path == place), None)

    def _untouched(self) -> DocumentSpace | None:
        """The untitled document that a start without files shows, when nobody used it."""
        if len(self.spaces) != 1:
            return None
        only = self.spaces[0]
        fresh = only.document.path is None and not only.document.modified
        return only if fresh and not only.document.can_undo else None

    def _open_all(self, names: list[str]) -> None:
        for name in names:
            self.open(Path(name))

    def _file_dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title, str(self._start_folder()), FILTER)
        dialog.setAcceptMode(mode)
        dialog.setObjectName("file-dialog")
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _start_folder(self) -> Path:
        for space in (self.current, *reversed(self.spaces)):
            if space is not None and space.document.folder is not None:
                return space.document.folder
        recent = self.recent()
        return recent[0].parent if recent else Path.home()


def _is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def _proposed_name(document: Document) -> str:
    """A file name made from the workflow's name."""
    if document.path is not None:
        return document.path.name
    name = document.workflow.name if document.workflow else ""
    kept = "".join(letter if letter.isalnum() else "-" for letter in name.strip().lower())
    return ("-".join(part for part in kept.split("-") if part) or "workflow") + ".yaml"
