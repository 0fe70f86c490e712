"""The reading end of a pipe, on the event loop."""

import asyncio
import os

_FIRST = 0.02
"""Seconds until a pipe is read for the first time, unless it is drained before."""
_PIECE = 64 * 1024
_PIECES = 16


class Pipe(asyncio.ReadTransport):
    """Hands what is written to a protocol, as ``connect_read_pipe`` does.

    A command that ends at once costs less here: the loop need not watch a pipe that has been
    drained before its first turn. Owns the descriptor. To be made on the running loop.
    """

    def __init__(self, descriptor: int, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._protocol = protocol
        self._closed = self._paused = False
        os.set_blocking(descriptor, False)
        protocol.connection_made(self)
        self._waiting: asyncio.TimerHandle | None = self._loop.call_later(_FIRST, self._begin)

    def drain(self) -> None:
        """Reads at once what was written so far, as much as a pipe can hold."""
        if self._waiting is not None:
            for _ in range(_PIECES):
                if self._closed or self._paused or not self._read():
                    break
            self._begin()

    def pause_reading(self) -> None:
        """Lets the writer wait."""
        self._paused = True
        if not self._closed and self._waiting is None:
            self._loop.remove_reader(self._descriptor)

    def resume_reading(self) -> None:
        """Goes on reading; nothing happens once it is closed."""
        self._paused = False
        if not self._closed and self._waiting is None:
            self._loop.add_reader(self._descriptor, self._read)

    def close(self) -> None:
        """Reads no more, and tells the protocol so; once."""
        if self._closed:
            return
        if self._waiting is not None:
            self._waiting.cancel()
        else:
            self._loop.remove_reader(self._descriptor)
        self._closed = True
        os.close(self._descriptor)
        self._protocol.connection_lost(None)

    def _begin(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if not self._paused:
            self.resume_reading()

    def _read(self) -> bool:
        """Whether there was something."""
        try:
            data = os.read(self._descriptor, _PIECE)
        except BlockingIOError:
            return False
        if data:
            self._protocol.data_received(data)
        else:
            self.close()
        return True
