"""The sockets an engine listens on: its private one, and an address where it is served."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from engine.settings.folders import socket_path


class Sockets(Struct, frozen=True, kw_only=True):
    """Bound sockets, not yet listening. ``private`` is a Unix socket, or a loopback port where the
    platform has none."""

    private: socket.socket
    private_path: Path | None
    public: socket.socket | None

    @property
    def all(self) -> list[socket.socket]:
        return [self.private] if self.public is None else [self.private, self.public]

    @property
    def private_port(self) -> int | None:
        """The loopback port that stands in for the private socket."""
        return None if self.private_path else int(self.private.getsockname()[1])

    @property
    def address(self) -> tuple[str, int] | None:
        """Where clients on this machine reach it over TCP: the private loopback port, if there is
        one, else where it is served."""
        bound = self.public if self.private_path else self.private
        if bound is None:
            return None
        host, port = bound.getsockname()[:2]
        return str(host), int(port)

    @property
    def url(self) -> str | None:
        """Where the engine is served over TCP."""
        if self.public is None:
            return None
        host, port = self.public.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def bind(home: Path, address: tuple[str, int] | None) -> Iterator[Sockets]:
    """Binds the data folder's private socket and ``address``; closes and unlinks them at the end.

    Only the holder of the engine lock may call it: a socket file left by a killed engine is
    replaced. Raises OSError when the address cannot be had.
    """
    path = socket_path(home)
    with contextlib.ExitStack() as stack:
        private = stack.enter_context(_unix(path) if path else _tcp("127.0.0.1", 0))
        public = stack.enter_context(_tcp(*address)) if address else None
        yield Sockets(private=private, private_path=path, public=public)


@contextlib.contextmanager
def _unix(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bound:
        bound.bind(str(path))
        path.chmod(0o600)
        try:
            yield bound
        finally:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _tcp(host: str, port: int) -> Iterator[socket.socket]:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as bound:
        if os.name == "posix":  # elsewhere it would let two processes have the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        yield bound
