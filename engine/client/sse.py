"""Server-sent events, read from chunks of bytes as they arrive."""

from msgspec import Struct

MAX_MESSAGE = 16 * 1024 * 1024
"""Bytes of one message; an engine never sends one so large."""


class Message(Struct, frozen=True):
    """One message of a stream; ``id`` is None when it carries none, ``data`` "" for a bare id."""

    id: int | None
    data: str


class Reader:
    """Cuts a stream into messages. A later stream resumes after ``last_id``, the newest seen."""

    def __init__(self, last_id: int | None = None) -> None:
        self.last_id = last_id
        self._rest = b""

    def reset(self) -> None:
        """Forgets the half message of a connection that ended."""
        self._rest = b""

    def feed(self, chunk: bytes) -> list[Message]:
        """The messages that ``chunk`` completes. Raises ValueError for one that is too large."""
        *blocks, self._rest = (self._rest + chunk).split(b"\n\n")
        if len(self._rest) > MAX_MESSAGE:
            raise ValueError(f"a message of the event stream is larger than {MAX_MESSAGE} bytes")
        messages = [_parse(block.decode()) for block in blocks]
        for message in messages:
            if message.id is not None:
                self.last_id = message.id
        return [message for message in messages if message.data]


def _parse(block: str) -> Message:
    number: int | None = None
    data: list[str] = []
    for line in block.split("\n"):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "id" and value.isdigit():
            number = int(value)
        elif field == "data":
            data.append(value)
    return Message(number, "\n".join(data))
