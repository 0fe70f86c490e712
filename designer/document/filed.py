"""A workflow's text and its file: opened, saved whole or not at all, and watched for what others
write."""

from pathlib import Path as FilePath
from typing import Literal, Self

from PySide6.QtCore import QObject

from designer.document.editing import EditedText
from designer.document.files import DocumentError, Saving, disk_digest, read_text
from engine import FORMAT_VERSION, catalogue

NEW_TEXT = f'version: "{FORMAT_VERSION}"\nname: Untitled workflow\nsteps: []\n'

DiskState = Literal["same", "changed", "missing"]


class FiledText(EditedText):
    """Text that has a file, or none yet."""

    def __init__(
        self,
        text: str = NEW_TEXT,
        path: FilePath | None = None,
        disk: bytes | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(text, catalogue(), path, parent)
        self._disk = disk
        self._disk_state: DiskState = "same"
        self._saving = False
        self.read_only = self._newer_version()

    @classmethod
    def new(cls) -> Self:
        """An untitled workflow without steps."""
        return cls()

    @classmethod
    def open(cls, path: FilePath | str) -> Self:
        """Opens a file, also one with errors in it. Raises DocumentError when it is no readable
        text."""
        place = FilePath(path).absolute()
        found = read_text(place)
        return cls(found.text, place, found.digest)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """An untitled document with this text, e.g. the one that an execution ran."""
        return cls(text)

    # The file

    @property
    def title(self) -> str:
        return self.path.name if self.path else "Untitled"

    @property
    def disk_state(self) -> DiskState:
        """Whether the file still is what was read or saved last."""
        return self._disk_state

    def save(self, path: FilePath | str | None = None) -> None:
        """Writes the text, byte for byte, whole or not at all; ``path`` saves it under another
        name.

        Raises ChangedOnDisk when another program changed the file meanwhile (``keep_mine`` allows
        to go on), DocumentError when it cannot be written or has no name yet.
        """
        saving = self.begin_save(path)
        try:
            written = saving.write()
        except DocumentError:
            self.give_up_save()
            raise
        self.end_save(saving, written)

    def begin_save(self, path: FilePath | str | None = None) -> Saving:
        """What is to be written, e.g. on another thread; ``end_save`` or ``give_up_save`` follows.
        Until then the file is not looked at. Raises DocumentError for one without a name."""
        target = FilePath(path).absolute() if path else self.path
        if target is None:
            raise DocumentError("This workflow has no file yet. Choose a name for it.")
        self.settle()
        self._saving = True
        return Saving(target, self.text, self._disk if target == self.path else None)

    def end_save(self, saving: Saving, written: bytes) -> None:
        """The text is in its file, which has this digest; what was typed since is a change."""
        self._saving = False
        moved, self.path = self.path != saving.path, saving.path
        self._disk, self._disk_state = written, "same"
        self.mark_saved(saving.text)
        if moved:
            self.check()

    def give_up_save(self) -> None:
        """The text was not written; tells when that is because the file changed."""
        self._saving = False
        self.check_disk()

    def check_disk(self) -> DiskState:
        """Looks whether the file still is what was read or saved last, and tells when that is
        news."""
        if self.path is None or self._saving:
            return self._disk_state
        found = disk_digest(self.path)
        state: DiskState = "same"
        if found is None:
            state = "missing"
        elif found != self._disk:
            state = "changed"
        if state != self._disk_state:
            self._disk_state = state
            self.status_changed.emit()
        return state

    def reload(self) -> None:
        """Takes the text of the file, as an undo step. Raises DocumentError when it cannot be
        read."""
        if self.path is None:
            return
        found = read_text(self.path)
        self._disk, self._disk_state = found.digest, "same"
        self.read_only = ""
        self.take_saved_text(found.text)
        self.read_only = self._newer_version()
        self.status_changed.emit()

    def keep_mine(self) -> None:
        """Lets the next save overwrite what another program wrote."""
        if self.path is not None:
            self._disk, self._disk_state = disk_digest(self.path), "same"
            self.status_changed.emit()

    @property
    def known_disk(self) -> bytes | None:
        """The digest of the file as it was read or saved last; None for one without a file."""
        return self._disk

    def recover(self, text: str, known: bytes | None) -> None:
        """Takes unsaved work of an earlier time, as an undo step. ``known`` is the digest of the
        file that it was work on: where the file differs by now, that is told."""
        self.replace_text(text, "recovery", "", "Restore unsaved work")
        if known is not None and self.path is not None:
            self._disk = known
            self.check_disk()

    def _newer_version(self) -> str:
        node = self.source.node(("version",))
        found = "" if node is None or node.kind != "scalar" else str(node.value)
        try:
            parts = tuple(int(part) for part in found.split("."))
        except ValueError:
            return ""
        if parts <= tuple(int(part) for part in FORMAT_VERSION.split(".")):
            return ""
        return (
            f"This file has format {found}; this version of Treadle knows {FORMAT_VERSION}. "
            "It is shown, but cannot be changed here."
        )
