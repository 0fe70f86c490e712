"""Offers the work back that a crash would have taken, in a notice above everything."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from designer.document import Document, DocumentError
from designer.document.rescue import Left, Rescue, RescueFolder
from designer.runs import Spawn
from designer.shell.autosave import AutoSave
from designer.shell.files import FileDesk
from designer.theme import Theme
from designer.theme.notices import NoticeBar
from designer.theme.wording import ago_text, plural

NAMED = 3
"""So many documents are named; the others are counted."""


class RecoveryNotice(NoticeBar):
    """Hidden unless there is work to give back. Closed without an answer, the work stays for the
    next start. ``told`` carries a short message and its tone."""

    told = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        desk: FileDesk,
        folder: RescueFolder,
        autosave: AutoSave,
        spawn: Spawn,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._desk = desk
        self._folder = folder
        self._autosave = autosave
        self._spawn = spawn
        self._left: list[Left] = []
        self.setAccessibleName("Unsaved work")

    async def look(self) -> None:
        """Looks for work that was left behind, and offers it."""
        self._left = await asyncio.to_thread(self._folder.left_behind)
        if rescues := self._rescues():
            self.tell(
                words(rescues, datetime.now(UTC)),
                "warning",
                (("Discard", self._discard), ("Restore", self._restore)),
            )

    def _rescues(self) -> list[Rescue]:
        return [rescue for left in self._left for rescue in left.rescues]

    def _restore(self) -> None:
        rescues, left = self._rescues(), self._left
        self._left = []
        for rescue in rescues:
            self._give_back(rescue)
        count = plural(len(rescues), "workflow")
        self.told.emit(f"{count} restored; nothing is saved yet.", "info")
        self._spawn(self._settle(left))

    async def _settle(self, left: list[Left]) -> None:
        """What was left is let go of when this program keeps it."""
        await self._autosave.write()
        for one in left:
            await asyncio.to_thread(one.discard)

    def _give_back(self, rescue: Rescue) -> None:
        known = bytes.fromhex(rescue.known) or None
        path = Path(rescue.path) if rescue.path else None
        space = self._desk.open(path) if path is not None and path.is_file() else None
        if space is None:
            space = self._desk.take(Document(path=path, disk=known))
        try:
            space.document.recover(rescue.text, known)
        except DocumentError as error:
            self.told.emit(str(error), "failed")

    def _discard(self) -> None:
        for left in self._left:
            self._spawn(asyncio.to_thread(left.discard))
        self._left = []


def words(rescues: list[Rescue], now: datetime) -> str:
    """What there is to give back: ``orders.yaml (2 min ago)``."""
    named = [f"{one.title} ({ago_text(one.time, now)})" for one in rescues[:NAMED]]
    if len(rescues) > NAMED:
        named.append(f"{len(rescues) - NAMED} more")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"Treadle ended before this was saved: {listed}."
