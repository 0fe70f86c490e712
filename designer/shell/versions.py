"""Finds a file's versions, in git or else in the engine's store; compares one with the screen."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from designer.document import Document, DocumentError
from designer.document.versions import MOST, FileVersion, NoHistory, git_text, git_versions
from designer.history import VersionsView
from designer.runs import Spawn
from designer.shell.compare_pane import Sides
from designer.theme.wording import ago_text
from engine import ClientError, EngineClient

NO_FILE = "Save the workflow first: versions belong to its file."


class VersionsLink(QObject):
    """Fills a VersionsView when it is looked at and after a save. ``compare`` carries the Sides and
    the version; ``told`` says in words what failed."""

    compare = Signal(object, object)
    told = Signal(str)

    def __init__(
        self,
        document: Document,
        view: VersionsView,
        client: EngineClient,
        spawn: Spawn,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._view = view
        self._client = client
        self._spawn = spawn
        self._seen: tuple[Path | None, bytes | None] = (None, None)
        view.wanted.connect(self._begin)
        view.chosen.connect(lambda version: spawn(self._choose(version)))
        document.status_changed.connect(self._follow)

    def _follow(self) -> None:
        """The file got another name or another text."""
        if self._view.isVisible() and self._seen != self._file():
            self._begin()

    def _file(self) -> tuple[Path | None, bytes | None]:
        return self._document.path, self._document.known_disk

    def _begin(self) -> None:
        self._seen = self._file()
        if self._document.path is None:
            self._view.show_versions((), NO_FILE)
        else:
            self._spawn(self._find(self._document.path))

    async def _find(self, path: Path) -> None:
        try:
            found = await asyncio.to_thread(git_versions, path)
        except NoHistory as error:
            found, why = await self._stored(path), f"{error} Each run of a saved file keeps one."
        except DocumentError as error:
            found, why = [], str(error)
        else:
            why = ""
        if path == self._document.path:
            self._view.show_versions(found, why)

    async def _stored(self, path: Path) -> list[FileVersion]:
        """The versions that the engine knows; none while it cannot be asked."""
        try:
            workflow = await self._client.find_workflow(str(path))
            if workflow is None:
                return []
            page = await self._client.workflow_versions(workflow.id, limit=MOST)
        except ClientError:
            return []
        return [
            FileVersion(
                id=str(one.version),
                title=f"Version {one.version}",
                time=one.created_at,
                place=workflow.id,
                source="engine",
            )
            for one in page.items
        ]

    async def _choose(self, version: FileVersion) -> None:
        path = self._document.path
        if path is None:
            return
        try:
            if version.source == "git":
                text = await asyncio.to_thread(git_text, path, version)
            else:
                found = await self._client.workflow_version(version.place, int(version.id))
                text = found.source or ""
        except (DocumentError, ClientError) as error:
            self.told.emit(str(error))
            return
        ago = ago_text(version.time, datetime.now(UTC))
        name = f"“{version.title}”" if version.source == "git" else f"version {version.id}"
        self.compare.emit(Sides(f"What changed since {name}, {ago}", text, version.short), version)
