"""Keeps unsaved work in the data folder as it is typed, off the Qt thread."""

import asyncio
import uuid
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from designer.document import Document, DocumentError
from designer.document.rescue import Rescue, RescueFolder
from designer.runs import Spawn
from designer.shell.files import FileDesk
from designer.shell.space import DocumentSpace

PAUSE = 500
"""Milliseconds from a change until it is kept; a person who types on does not put that off."""


class AutoSave(QObject):
    """Follows the documents of a desk. ``failed`` tells once why work cannot be kept."""

    failed = Signal(str)

    def __init__(self, desk: FileDesk, folder: RescueFolder, spawn: Spawn) -> None:
        super().__init__(desk)
        self._desk = desk
        self._folder = folder
        self._spawn = spawn
        self._keys: dict[DocumentSpace, str] = {}
        self._kept: dict[str, str] = {}
        """Texts as they are kept, by key."""
        self._writing = asyncio.Lock()
        self._trouble = ""
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(lambda: self._spawn(self.write()))
        desk.opened.connect(self._follow)
        desk.closed.connect(self._forget)

    def _follow(self, space: DocumentSpace) -> None:
        self._keys[space] = uuid.uuid4().hex
        space.document.status_changed.connect(self._begin)

    def _begin(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Keeps nothing from now on: the program ends."""
        self._timer.stop()
        self._timer.blockSignals(True)

    def _forget(self, space: DocumentSpace, _index: int) -> None:
        """A document was closed: saved, or let go of by its user."""
        key = self._keys.pop(space)
        self._spawn(self._remove(key))

    async def write(self) -> None:
        """Keeps everything that is not saved, and nothing else."""
        async with self._writing:
            for space, key in list(self._keys.items()):
                document = space.document
                if not document.modified:
                    await self._drop(key)
                elif self._kept.get(key) != document.text:
                    await self._keep(key, document)
        self._desk.remember()

    async def _keep(self, key: str, document: Document) -> None:
        rescue = rescue_of(document)
        try:
            await asyncio.to_thread(self._folder.write, key, rescue)
        except DocumentError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                self.failed.emit(f"Unsaved work is not safe from a crash: {error}")
            return
        self._kept[key], self._trouble = rescue.text, ""

    async def _remove(self, key: str) -> None:
        async with self._writing:
            await self._drop(key)

    async def _drop(self, key: str) -> None:
        if self._kept.pop(key, None) is not None:
            await asyncio.to_thread(self._folder.remove, key)


def rescue_of(document: Document) -> Rescue:
    """A document's unsaved work as it is now."""
    known = document.known_disk
    return Rescue(
        text=document.text,
        title=document.title,
        time=datetime.now(UTC),
        path=str(document.path or ""),
        known=known.hex() if known else "",
    )
