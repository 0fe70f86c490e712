"""What commands print: JSON documents, tables, and colours where a person reads them."""

import os
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


def print_json(value: Any) -> None:
    """One JSON document on stdout, indented, in UTF-8."""
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(text + b"\n")


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
    shown = [list(headings), *rows] if sys.stdout.isatty() else list(rows)
    widths = [max((len(row[i]) for row in shown), default=0) for i in range(len(headings))]
    for row in shown:
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
