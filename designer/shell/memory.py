"""What the designer remembers between starts, in the data folder: sizes, files, choices."""

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

FILE_NAME = "designer.ini"
MOST_RECENT = 12


class Memory:
    """Values by name. Anything unreadable counts as not remembered."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._settings = QSettings(str(folder / FILE_NAME), QSettings.Format.IniFormat)

    def get(self, name: str, default: Any = None) -> Any:
        """A JSON-like value."""
        text = self._settings.value(name)
        if not isinstance(text, str):
            return default
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return default

    def put(self, name: str, value: Any) -> None:
        self._settings.setValue(name, json.dumps(value, ensure_ascii=False))

    def get_bytes(self, name: str) -> QByteArray:
        return QByteArray.fromBase64(str(self.get(name, "")).encode("ascii", "ignore"))

    def put_bytes(self, name: str, value: QByteArray) -> None:
        self.put(name, bytes(value.toBase64().data()).decode("ascii"))

    def paths(self, name: str) -> list[Path]:
        """A remembered list of files that are still there."""
        found = self.get(name, [])
        names = [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
        return [path for path in map(Path, names) if path.is_file()]

    def put_paths(self, name: str, paths: list[Path]) -> None:
        self.put(name, [str(path) for path in paths])

    def add_recent(self, path: Path) -> None:
        """Puts a file at the head of the recent ones."""
        others = [known for known in self.paths("files/recent") if known != path]
        self.put_paths("files/recent", [path, *others][:MOST_RECENT])

    def save(self) -> None:
        self._settings.sync()
