"""Workflow files on disk: read with specific errors, written whole or not at all."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from msgspec import Struct

MAX_SIZE = 16 * 1024 * 1024
"""Bytes of the largest file that is opened; no larger text is read as a workflow."""


class DocumentError(Exception):
    """A document cannot be opened, changed or saved; the message says why and what to do."""


class ChangedOnDisk(DocumentError):  # noqa: N818  (says what happened, not that it is an error)
    """Another program changed the file since it was read; saving would lose what it wrote."""


class FileText(Struct, frozen=True):
    """A file's text and the digest of its bytes. A byte order mark stays the text's first
    character."""

    text: str
    digest: bytes


def read_text(path: Path) -> FileText:
    """Reads a file. Raises DocumentError when it is missing, unreadable, too large or no UTF-8
    text."""
    data = _read_bytes(path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentError(f"{path.name} is UTF-16 text. Save it as UTF-8, then open it again.")
    if b"\x00" in data[:8192]:
        raise DocumentError(f"{path.name} is not a text file. Open a YAML or JSON file.")
    try:
        return FileText(data.decode("utf-8"), digest(data))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"{path.name} is not UTF-8 text: line {line} has the byte 0x{data[error.start]:02x}. "
            "Save it as UTF-8, then open it again."
        ) from error


def _read_bytes(path: Path) -> bytes:
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            kind = "a folder" if stat.S_ISDIR(info.st_mode) else "not a regular file"
            raise DocumentError(f"{path} is {kind}. Open a YAML or JSON file.")
        if info.st_size > MAX_SIZE:
            size, limit = info.st_size / 1024**2, MAX_SIZE // 1024**2
            raise DocumentError(
                f"{path.name} has {size:,.0f} MB; a workflow may have up to {limit} MB."
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DocumentError(f"{path} is not there. Was it moved or renamed?") from error
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror or error}.") from error


def digest(data: bytes) -> bytes:
    """Tells two contents of a file apart."""
    return hashlib.blake2b(data, digest_size=16).digest()


def disk_digest(path: Path) -> bytes | None:
    """The digest of what the file holds now; None when there is no such file. Raises
    DocumentError."""
    try:
        return digest(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror or error}.") from error


class Saving(Struct, frozen=True):
    """A text on its way to its file. ``write`` may take long on a slow disk, and may run on any
    thread."""

    path: Path
    text: str
    known: bytes | None
    """The digest that the file has to have, or it is not written; None for any."""

    def write(self) -> bytes:
        """Writes the text, byte for byte, whole or not at all; gives its digest.

        Raises ChangedOnDisk when the file is not the one that is known, DocumentError when it
        cannot be written.
        """
        if self.known is not None and disk_digest(self.path) not in (None, self.known):
            raise ChangedOnDisk(
                f"{self.path.name} was changed by another program since it was opened."
            )
        data = self.text.encode("utf-8")
        write_atomically(self.path, data)
        return digest(data)


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all, keeping its mode; a symbolic link stays and its target is
    written.

    Raises DocumentError when it cannot; the file is then what it was.
    """
    target = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise DocumentError(
            f"{path.name} cannot be saved in {target.parent}: {error.strerror or error}."
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode(target))
        Path(name).replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise DocumentError(f"{path.name} cannot be saved: {error.strerror or error}.") from error


def _mode(target: Path) -> int:
    """The mode of the file that is replaced, else that of a newly made one."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
