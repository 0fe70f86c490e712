"""Operating-system locks: one engine a data folder, and proof that an execution's owner is alive.

A lock ends with its process however that ends, so nothing here needs a timeout.
"""

import contextlib
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from engine.settings.folders import private_folder

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


LOCK_FILE = "engine.lock"
INFO_FILE = "engine.json"


class FileLock:
    """An exclusive lock on a file, held by this process until ``release`` or its end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Takes the lock if it is free; False when another process or object has it. No waiting."""
        while not self.held:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock(descriptor)
            except (BlockingIOError, PermissionError):
                os.close(descriptor)
                return False
            except OSError:
                os.close(descriptor)
                raise
            if self._is_current(descriptor):
                self._descriptor = descriptor
            else:  # removed between opening and locking: the lock is on a file nobody else can see
                os.close(descriptor)
        return True

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False

    def release(self, *, remove: bool = False) -> None:
        """Gives the lock back, if it is held; with ``remove`` its file goes too."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if remove and os.name == "posix":
            self.path.unlink(missing_ok=True)
        os.close(descriptor)
        if remove and os.name != "posix":
            with contextlib.suppress(PermissionError):  # someone else looks at it just now
                self.path.unlink(missing_ok=True)


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds a data folder, and where it listens: nowhere before it has said so."""

    pid: int
    started: datetime
    what: str = "treadle serve"
    socket: str | None = None
    """Path of its Unix socket."""
    host: str | None = None
    port: int | None = None
    """TCP port on ``host``."""

    def __str__(self) -> str:
        where = self.socket or (self.port and f"{self.host or '127.0.0.1'}:{self.port}")
        place = f" at {where}" if where else ""
        return f"{self.what}, process {self.pid}, since {self.started:%Y-%m-%d %H:%M:%S} UTC{place}"


class EngineRunningError(RuntimeError):
    """Another engine holds the data folder; ``holder`` says which, None before it has said so."""

    def __init__(self, data: Path, holder: Holder | None) -> None:
        self.holder = holder
        who = f": {holder}" if holder else ""
        super().__init__(
            f"an engine already runs on {data}{who}; connect to it, stop it, "
            "or set TREADLE_HOME to another folder"
        )


class EngineLock:
    """The lock of a data folder; ``with EngineLock(home):`` raises EngineRunningError if taken."""

    def __init__(self, data: Path, what: str = "treadle serve") -> None:
        self.data = data
        self.what = what
        self._lock = FileLock(data / LOCK_FILE)
        self._info = data / INFO_FILE
        self._started = datetime.now(UTC)

    @property
    def held(self) -> bool:
        return self._lock.held

    def acquire(self, *, wait: float = 0.2) -> None:
        """Takes the lock, for up to ``wait`` seconds. Raises EngineRunningError."""
        private_folder(self.data)
        until = time.monotonic() + wait
        while not self._lock.acquire():
            if time.monotonic() >= until:
                raise EngineRunningError(self.data, self.holder())
            time.sleep(0.02)
        self.announce()

    def announce(
        self, *, socket: str | None = None, host: str | None = None, port: int | None = None
    ) -> None:
        """Tells others where this engine listens. Only the holder may call it."""
        if not self.held:
            raise RuntimeError("only the holder of the engine lock can announce its address")
        holder = Holder(
            pid=os.getpid(),
            started=self._started,
            what=self.what,
            socket=socket,
            host=host,
            port=port,
        )
        draft = self._info.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(holder))
        draft.replace(self._info)

    def holder(self) -> Holder | None:
        """Who holds the lock now, None when nobody does or it has not said so yet."""
        if not self.held and is_free(self._lock.path):
            return None
        return _read_holder(self._info)

    def release(self) -> None:
        """Gives the data folder back. Does nothing when it is not held."""
        if self.held:
            self._info.unlink(missing_ok=True)
            self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def lock_holder(data: Path) -> Holder | None:
    """Who holds the engine lock of a data folder; None when nobody does or it has not said so."""
    return None if is_free(data / LOCK_FILE) else _read_holder(data / INFO_FILE)


def _read_holder(info: Path) -> Holder | None:
    try:
        return msgspec.json.decode(info.read_bytes(), type=Holder)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def is_free(path: Path) -> bool:
    """True when nobody holds the lock file ``path``, or there is none."""
    if not path.exists():
        return True
    probe = FileLock(path)
    if not probe.acquire():
        return False
    probe.release()
    return True


class OwnerLock:
    """The lock of an engine process that owns executions; when free, others take them over."""

    def __init__(self, data: Path, owner: str) -> None:
        self.owner = owner
        self._lock = FileLock(private_folder(data / "owners") / f"{owner}.lock")
        if not self._lock.acquire():
            raise RuntimeError(f"the owner id {owner} is already in use")

    @property
    def path(self) -> Path:
        return self._lock.path

    def release(self) -> None:
        """Ends the ownership and removes the lock's file."""
        self._lock.release(remove=True)
