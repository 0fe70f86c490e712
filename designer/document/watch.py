"""Notices that another program changes a document's file, so that nobody's work is overwritten."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from designer.document.document import Document
from designer.document.files import DocumentError

SETTLE = 200
"""Milliseconds that a change on disk is left to settle before the file is looked at."""


class FileWatch(QObject):
    """Watches one document's file, also after it was replaced or saved under another name.

    ``failed`` tells in words that the file cannot be looked at.
    """

    failed = Signal(str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent or document)
        self._document = document
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self, singleShot=True, interval=SETTLE)
        self._timer.timeout.connect(self._look)
        self._watcher.fileChanged.connect(self._settle)
        self._watcher.directoryChanged.connect(self._settle)
        document.status_changed.connect(self._follow)
        self._follow()

    def _settle(self, _path: str) -> None:
        self._timer.start()

    def _look(self) -> None:
        try:
            self._document.check_disk()
        except DocumentError as error:
            self.failed.emit(str(error))
        self._follow()

    def _follow(self) -> None:
        """Watches the file, which a replacement takes out of the watch, and its folder."""
        path = self._document.path
        wanted = {str(path), str(path.parent)} if path else set()
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if gone := watched - wanted:
            self._watcher.removePaths(sorted(gone))
        if new := [name for name in sorted(wanted - watched) if Path(name).exists()]:
            self._watcher.addPaths(new)
