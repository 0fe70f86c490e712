"""What a file holds and what a step sees: text, JSON, CSV or base64, both ways."""

import base64
import binascii
import csv
import io
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.steps.base import StepError
from engine.steps.encode import as_json, as_text


def decoded(data: bytes, format: str, encoding: str) -> Any:
    """The content of a file as the format says. Raises StepError for what the format cannot be."""
    if format == "base64":
        return base64.b64encode(data).decode("ascii")
    if format == "json":
        try:
            return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise _wrong(f"the file is not JSON: {error}") from error
    text = _text(data, encoding)
    return _rows(text) if format == "csv" else text


def encoded(content: Any, format: str, encoding: str) -> bytes:
    """The bytes that hold ``content`` as the format says. Raises StepError where it cannot be."""
    if format == "base64":
        try:
            return base64.b64decode(str(content), validate=True)
        except (binascii.Error, ValueError) as error:
            raise _wrong(f"content is not base64: {error}") from error
    if format == "csv":
        return _encode(_table(content), encoding)
    if format == "text" and isinstance(content, str):
        return _encode(content, encoding)
    return msgspec.json.format(as_json(content), indent=2) + b"\n"


def _wrong(message: str) -> StepError:
    return StepError(message, type="content", retryable=False)


def _text(data: bytes, encoding: str) -> str:
    with_mark = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    try:
        return data.decode("utf-8-sig" if with_mark else encoding)
    except UnicodeDecodeError as error:
        place = f"the file is not {encoding} text (byte {error.start:,})"
        message = f"{place}; set encoding, or format: base64"
        raise _wrong(message) from error
    except LookupError as error:
        raise _wrong(f'there is no encoding "{encoding}"') from error


def _encode(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        message = f"{encoding} has no {text[error.start]!r}; write it with encoding: utf-8"
        raise _wrong(message) from error
    except LookupError as error:
        raise _wrong(f'there is no encoding "{encoding}"') from error


def _rows(text: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, Any]] = []
    try:
        for row in reader:
            if None in row:
                raise _wrong(
                    f"line {reader.line_num} has more fields than the first line has names"
                )
            rows.append(row)
    except csv.Error as error:
        raise _wrong(f"the file is not CSV, line {reader.line_num}: {error}") from error
    return rows


def _table(content: Any) -> str:
    rows = content if isinstance(content, list) else [content]
    if not all(isinstance(row, Mapping) for row in rows):
        raise _wrong("csv takes a list of mappings, one a row")
    names = list(dict.fromkeys(str(key) for row in rows for key in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([as_text(row.get(name)) for name in names] for row in rows)
    return text.getvalue()
