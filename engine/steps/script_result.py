"""What a script gives back: the JSON in its result file, or its last line of JSON on stdout."""

from pathlib import Path
from typing import Any

import msgspec

MAX_RESULT = 64 * 1024 * 1024
"""Bytes of a result; more belongs in a file that the result names."""
_LINES_BACK = 1000
_WHOLE = 1024 * 1024


def read_result(file: Path, stdout: str) -> Any:
    """The result, None when the script gave none.

    Raises ValueError, with the way out, when the result file is not JSON or too large.
    """
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        return result_in(stdout)
    if size == 0:
        return result_in(stdout)
    if not file.is_file() or size > MAX_RESULT:
        raise ValueError(
            f"the result file has {size:,} bytes, more than {MAX_RESULT:,}; "
            "write the data to a file of your own and give its path as the result"
        )
    return decoded(file.read_bytes())


def decoded(text: bytes) -> Any:
    """The value of a result file. Raises ValueError when it is no JSON."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"what was written to TREADLE_RESULT is not JSON: {error}") from error


def result_in(stdout: str) -> Any:
    """The last JSON in ``stdout``: the whole of it, or its last line that is JSON.

    A line in the middle counts only if it holds an object or a list: a lone number or word in a log
    is no result.
    """
    text = stdout.strip()
    if text[:1] in ("{", "[") and len(text) <= _WHOLE and "\n" in text:
        found, value = _json(text)
        if found:
            return value
    lines = text[-MAX_RESULT:].rsplit("\n", _LINES_BACK)
    for index, line in enumerate(reversed(lines)):
        line = line.strip()
        if not line or (index and line[0] not in "{["):
            continue
        found, value = _json(line)
        if found:
            return value
    return None


def _json(text: str) -> tuple[bool, Any]:
    try:
        return True, msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return False, None
