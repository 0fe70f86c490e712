"""What commands print: JSON documents, tables, and colours where a person reads them."""

import os
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

GLYPHS = {
    "pending": "·",
    "queued": "·",
    "running": "▸",
    "paused": "‖",
    "waiting": "…",
    "completed": "✓",
    "failed": "✗",
    "skipped": "–",
    "cancelled": "■",
    "timed_out": "✗",
    "retrying": "↻",
}
_COLOURS = {"completed": "32", "failed": "31", "timed_out": "31", "running": "34", "retrying": "33"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What can drive a terminal or reorder what it shows; tab and line feed are left out."""


def print_json(value: Any) -> None:
    """One JSON document on stdout, indented, in UTF-8."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    if sys.stdout.isatty():
        text = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text.decode()).encode()
    sys.stdout.buffer.write(text + b"\n")


def silence(stream: IO[str]) -> None:
    """What is written to a stream from now on is lost: it takes no more, or nobody reads it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell(text: str) -> None:
    """One line on stderr. That nobody reads there any more is no reason to stop."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        silence(sys.stderr)


def shown(text: str, stream: IO[str]) -> str:
    """A text of somebody else's (a name, a log line, an error) as ``stream`` may have it.

    On a terminal control characters are written out, so that no text can drive it; a file or pipe
    gets the text as it is.
    """
    return visible(text) if stream.isatty() else text


def visible(text: str) -> str:
    """A text whose control characters, but for tab and line feed, are written out as ``\\x1b``."""
    return _CONTROL.sub(_written_out, text.replace("\r\n", "\n"))


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def coloured(stream: IO[str]) -> bool:
    """Whether a stream is a terminal that wants colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def state(status: str, stream: IO[str]) -> str:
    """A status with its glyph, coloured on a terminal."""
    text = f"{GLYPHS.get(status, ' ')} {status}"
    code = _COLOURS.get(status)
    return f"\x1b[{code}m{text}\x1b[0m" if code and coloured(stream) else text


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; headings only on a terminal, where a person reads."""
    table = [list(headings), *rows] if sys.stdout.isatty() else list(rows)
    table = [[shown(cell, sys.stdout).replace("\n", " ") for cell in row] for row in table]
    widths = [max((len(row[i]) for row in table), default=0) for i in range(len(headings))]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())


def local_time(moment: datetime | None) -> str:
    """A time as its reader's clock shows it, to the second; "-" for none."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "-"


def seconds(duration: float | None) -> str:
    """A duration in short: ``0.2s``, ``12s``, ``3m 05s``, ``2h 10m``; "-" for none."""
    if duration is None:
        return "-"
    if duration < 10:
        return f"{duration:.1f}s"
    whole = round(duration)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m"
