"""The artifact store: large values in files that are known by the hash of what they hold.

A file is on disk before an event names it. ``artifact_uses`` says which execution, or which other
artifact, names a file; one that nothing names is removed after a while.
"""

import asyncio
import contextlib
import errno
import hashlib
import logging
import os
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from uuid import uuid4

from engine.core.artifact import LIMIT, Artifact, Held, artifacts_in, resolved
from engine.store.batch import Insert
from engine.store.encoding import decode, encode_bytes, is_tagged
from engine.store.errors import ArtifactError, DiskFullError, StoreError
from engine.store.tables import artifact_uses

T = TypeVar("T")
CACHE = 64 * 2**20
"""Bytes of files whose values are kept in memory; the value used last is always kept."""
LEAST = 4096
"""Bytes that even a small value counts for there."""
MOST = 256 * 2**20
"""Bytes of files that may be read for one use."""
PAUSE = 0.5
"""Seconds between attempts while a file cannot be written."""
THREADS = 2

log = logging.getLogger(__name__)


class Artifacts:
    """Writes and reads large values; ``async`` methods do it in threads of their own.

    ``trouble`` says why nothing can be written, while that lasts.
    """

    def __init__(self, folder: Path, cache: int = CACHE) -> None:
        self.folder = folder
        self.trouble: StoreError | None = None
        self._waiting = 0
        self._room = cache
        self._kept = 0
        self._lock = Lock()
        self._cache: OrderedDict[str, tuple[int, Held]] = OrderedDict()
        self._links: deque[Insert] = deque()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="treadle-artifacts")

    def close(self) -> None:
        """Ends the threads once what they do is done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    # In the event loop

    def at_hand(self, artifacts: Iterable[Artifact]) -> dict[str, Held] | None:
        """The values that are in memory, by digest; None where one is not."""
        found: dict[str, Held] = {}
        with self._lock:
            for artifact in artifacts:
                known = self._cache.get(artifact.digest)
                if known is None:
                    return None
                self._cache.move_to_end(artifact.digest)
                found[artifact.digest] = known[1]
        return found

    async def read(self, artifacts: Iterable[Artifact], most: int = MOST) -> dict[str, Held]:
        """The values of files, by digest.

        Raises ArtifactError for what cannot be read, or is more than ``most`` bytes.
        """
        wanted = {artifact.digest: artifact for artifact in artifacts}
        size = sum(artifact.size for artifact in wanted.values())
        if size > most:
            raise ArtifactError(
                f"{size:,} bytes of large values are wanted at once, and {most:,} may be: "
                "name a smaller part of them, or hand them on by file"
            )
        known = self.at_hand(wanted.values())
        if known is not None:
            return known
        return await self._aside(lambda: {key: self.load(found) for key, found in wanted.items()})

    async def have(self, artifacts: Iterable[Artifact]) -> bool:
        """Whether all these files are there; they then stay for a while."""
        wanted = list(artifacts)
        if not wanted:
            return True
        return await self._aside(lambda: all(self.has(artifact) for artifact in wanted))

    async def resolve(self, value: Any, most: int = MOST) -> Any:
        """A value with every reference in it read. Raises ArtifactError as ``read`` does."""
        loaded: dict[str, Held] = {}
        missing = set(artifacts_in(value))
        while missing:
            found = await self.read(missing, most)
            most -= sum({artifact.digest: artifact.size for artifact in missing}.values())
            loaded |= found
            inner = {a for held in found.values() if held.nested for a in artifacts_in(held.value)}
            missing = {artifact for artifact in inner if artifact.digest not in loaded}
        return resolved(value, loaded) if loaded else value

    async def lighten(self, value: Any, *, each: bool = False, patient: bool = True) -> Any:
        """A value whose large parts are references; of a mapping, with ``each``, part by part.

        While the disk is full it waits, or raises DiskFullError if it is not ``patient``. Raises
        RecordError for what cannot be written.
        """
        waits = False
        try:
            while True:
                try:
                    return await self._aside(lambda: self.lightened(value, each=each))
                except DiskFullError as error:
                    if not patient:
                        raise
                    self._waiting += not waits
                    waits = True
                    self._note(error)
                    await asyncio.sleep(PAUSE)
        finally:
            self._waiting -= waits
            if not self._waiting:
                self.trouble = None

    def _note(self, error: DiskFullError) -> None:
        if self.trouble is None:
            log.error("%s", error)
        self.trouble = error

    def take_links(self) -> list[Insert]:
        """Rows that say which artifacts lie in others; for a batch before the event."""
        found: list[Insert] = []
        while self._links:
            found.append(self._links.popleft())
        return found

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    # In any thread

    def lightened(self, value: Any, *, each: bool = False) -> Any:
        """As ``lighten``, at once."""
        if each and isinstance(value, Mapping):
            return {key: self.lightened(item) for key, item in value.items()}
        value = self._without_bytes(value)
        data = encode_bytes(value)
        if len(data) <= LIMIT:
            return value
        if isinstance(value, Mapping):
            parts = {key: self._part(item) for key, item in value.items()}
            if len(encode_bytes(parts)) <= LIMIT:
                return parts
        return self._save_json(value, data)

    def _part(self, value: Any) -> Any:
        data = encode_bytes(value)
        return self._save_json(value, data) if len(data) > LIMIT else value

    def _without_bytes(self, value: Any) -> Any:
        if isinstance(value, bytes | bytearray | memoryview):
            data = bytes(value)
            return self._save(data, Held(data), Artifact("", len(data), "bytes"))
        if isinstance(value, Mapping):
            return {key: self._without_bytes(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._without_bytes(item) for item in value]
        return value

    def _save_json(self, value: Any, data: bytes) -> Artifact:
        length = len(value) if isinstance(value, Mapping | list | tuple) else None
        inner = {artifact.digest for artifact in artifacts_in(value)} if is_tagged(data) else set()
        held = Held(decode(data), nested=bool(inner))
        saved = self._save(data, held, Artifact("", len(data), "json", length))
        self._links.extend(use_of(digest, saved.digest) for digest in sorted(inner))
        return saved

    def _save(self, data: bytes, held: Held, shape: Artifact) -> Artifact:
        digest = hashlib.sha256(data).hexdigest()
        path = self.path_of(digest)
        try:
            if not _touch(path, len(data)):
                _write(path, data)
        except OSError as error:
            raise _explained(error, self.folder) from error
        self._keep(digest, len(data), held)
        return Artifact(digest, shape.size, shape.kind, shape.length)

    def load(self, artifact: Artifact) -> Held:
        """The value of a file. Raises ArtifactError."""
        known = self.at_hand((artifact,))
        if known is not None:
            return known[artifact.digest]
        data = self.load_bytes(artifact)
        if artifact.kind == "bytes":
            held = Held(data)
        else:
            value = decode(data)
            nested = is_tagged(data) and next(artifacts_in(value), None) is not None
            held = Held(value, nested)
        self._keep(artifact.digest, len(data), held)
        return held

    def load_bytes(self, artifact: Artifact) -> bytes:
        """What lies in a file, checked. Raises ArtifactError."""
        path = self.path_of(artifact.digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise ArtifactError(
                f"artifact {artifact} is missing: {path}; restore it from a backup, or run the "
                "step again that made it",
                artifact.digest,
            ) from None
        except OSError as error:
            message = f"artifact {artifact} cannot be read: {error}"
            raise ArtifactError(message, artifact.digest) from error
        if len(data) != artifact.size or hashlib.sha256(data).hexdigest() != artifact.digest:
            raise ArtifactError(
                f"artifact {artifact} is damaged, {len(data):,} bytes are there: {path}; restore "
                "it from a backup, or run the step again that made it",
                artifact.digest,
            )
        return data

    def has(self, artifact: Artifact) -> bool:
        """As ``have``, at once, for one file."""
        return _touch(self.path_of(artifact.digest), artifact.size)

    def path_of(self, digest: str) -> Path:
        """Where the file of a digest lies."""
        return self.folder / digest[:2] / digest[2:]

    def _keep(self, digest: str, size: int, held: Held) -> None:
        with self._lock:
            known = self._cache.pop(digest, None)
            self._kept -= known[0] if known is not None else 0
            counted = max(size, LEAST)
            self._cache[digest] = (counted, held)
            self._kept += counted
            while self._kept > self._room and len(self._cache) > 1:
                _, (dropped, _) = self._cache.popitem(last=False)
                self._kept -= dropped


def use_of(digest: str, user: str) -> Insert:
    """The row that says that an execution, or another artifact, names a file."""
    return Insert(artifact_uses.name, {"digest": digest, "user": user}, ignore=True)


def old_files(folder: Path, prefix: str, before: float) -> list[Path]:
    """The files under two digits of digests that were not touched since ``before``."""
    found: list[Path] = []
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(folder / prefix):
            with contextlib.suppress(FileNotFoundError):
                if entry.stat().st_mtime < before:
                    found.append(Path(entry.path))
    return found


def remove_file(path: Path, before: float) -> bool:
    """Removes a file, unless it was touched since ``before``; whether it is gone.

    It is set aside first: who writes the same value meanwhile makes a new one.
    """
    aside = path.with_name(f"{path.name}.{uuid4().hex}.old")
    try:
        path.rename(aside)
        if aside.stat().st_mtime >= before:
            aside.replace(path)
            return False
        aside.unlink()
    except FileNotFoundError:
        return False
    return True


def _touch(path: Path, size: int) -> bool:
    """Whether a file of that size is there; it counts as new then."""
    try:
        os.utime(path)
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _write(path: Path, data: bytes) -> None:
    """Writes a file so that it is there whole, or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{uuid4().hex}.new")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explained(error: OSError, folder: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(
            f"the disk of {folder} is full; free some space, and the engine goes on by itself"
        )
    return ArtifactError(f"a large value cannot be written: {error}; check {folder} and its disk")
