"""What an HTTP step makes of an answer: its body within bounds, as text, JSON, base64 or a file."""

import asyncio
import base64
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from engine.definition.units import format_size
from engine.steps.base import StepError
from engine.steps.folders import Replacement

_TEXT_TYPES = ("text/", "application/json", "application/xml", "application/x-www-form-urlencoded")
_TEXT_WORDS = ("+json", "+xml", "javascript", "ndjson", "x-yaml", "/yaml", "graphql")
_WRITE_AT = 1024 * 1024


class Answer(Struct, frozen=True, kw_only=True):
    """An answer that has been read; ``output`` is what the step gives."""

    status: int
    reason: str
    output: dict[str, Any]
    links: dict[str, str]
    """Relations of the Link header, e.g. ``next``, as URLs."""
    retry_after: float | None


async def read_answer(
    response: httpx.Response, limit: int, save_to: Path | None, cut: bool
) -> Answer:
    """Reads the body: into the output, or to the file ``save_to``.

    More than ``limit`` bytes (decompressed) in the output raise StepError, or are left unread when
    ``cut`` is set.
    """
    _refuse_unknown_coding(response)
    size, path = 0, None
    body: dict[str, Any] = {"body": None, "json": None, "body_encoding": "text"}
    if save_to:
        size, path = await _save(response, save_to), str(save_to)
    else:
        data = await _read(response, limit, cut)
        size, body = len(data), _decoded(data, response.headers.get("content-type", ""))
    relations = {str(name): str(link.get("url")) for name, link in response.links.items()}
    return Answer(
        status=response.status_code,
        reason=response.reason_phrase,
        output={
            "status_code": response.status_code,
            "headers": _headers(response.headers),
            **body,
            "size": size,
            "saved_to": path,
            "url": shown_address(response.url),
        },
        links={name: str(response.url.join(link)) for name, link in relations.items()},
        retry_after=retry_after(response.headers.get("retry-after")),
    )


def shown_address(url: httpx.URL) -> str:
    """The URL without a user name and password."""
    return str(url.copy_with(username="", password="")) if url.userinfo else str(url)


async def _read(response: httpx.Response, limit: int, cut: bool) -> bytes:
    declared = response.headers.get("content-length", "")
    encoded = "content-encoding" in response.headers
    announced = int(declared) if declared.isdigit() and not encoded else 0
    if announced > limit and not cut and response.request.method != "HEAD":
        raise _too_large(limit)
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > limit:
            if cut:
                return bytes(data[:limit])
            raise _too_large(limit)
    return bytes(data)


def _too_large(limit: int) -> StepError:
    return StepError(
        f"the answer is larger than {format_size(limit)}; raise max_response, "
        "or stream it to a file with save_to",
        type="too_large",
        retryable=False,
    )


async def _save(response: httpx.Response, path: Path) -> int:
    """Streams the body to ``path``, which appears whole or not at all; its size."""
    size, waiting = 0, bytearray()
    replacement = Replacement(path)  # at once, so that no cancel can come between it and its end
    try:
        async for chunk in response.aiter_bytes():
            waiting += chunk
            size += len(chunk)
            if len(waiting) >= _WRITE_AT:
                await asyncio.to_thread(replacement.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(replacement.write, bytes(waiting))
        await asyncio.to_thread(replacement.finish)
    finally:
        replacement.discard()
    return size


def _refuse_unknown_coding(response: httpx.Response) -> None:
    known = response.request.headers.get("accept-encoding", "").replace(" ", "").split(",")
    for coding in response.headers.get("content-encoding", "").lower().replace(" ", "").split(","):
        if coding not in ("", "identity", "x-gzip", *known):
            message = f'the answer is compressed as "{coding}", which was not asked for'
            raise StepError(message, type="content_encoding", retryable=False)


def _decoded(data: bytes, content_type: str) -> dict[str, Any]:
    """The body as text, and as JSON where it is; what is no text is base64."""
    kind, _, parameters = content_type.lower().partition(";")
    kind = kind.strip()
    text = _as_text(data, kind, parameters)
    if text is None:
        encoded = base64.b64encode(data).decode("ascii")
        return {"body": encoded, "json": None, "body_encoding": "base64"}
    is_json = kind.endswith(("/json", "+json"))
    return {"body": text, "json": _as_json(text) if is_json else None, "body_encoding": "text"}


def _as_text(data: bytes, kind: str, parameters: str) -> str | None:
    named = [
        part.partition("=")[2].strip(" \"'") for part in parameters.split(";") if "charset" in part
    ]
    is_text = (
        kind.startswith(_TEXT_TYPES) or any(word in kind for word in _TEXT_WORDS) or bool(named)
    )
    if not is_text and kind:
        return None
    charset = named[0] if named and _is_known(named[0]) else "utf-8-sig"
    try:
        text = data.decode(charset)
    except UnicodeDecodeError:
        return data.decode(charset, errors="replace") if kind.startswith("text/") else None
    return text if kind or "\0" not in text else None


def _is_known(charset: str) -> bool:
    try:
        "".encode(charset)
    except LookupError:
        return False
    return True


def _as_json(text: str) -> Any:
    """The value, or None for what calls itself JSON and is not: the text is there all the same."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _headers(headers: httpx.Headers) -> dict[str, Any]:
    """Names in small letters; repeated ones are joined by commas, repeated cookies are a list."""
    shown: dict[str, Any] = dict(headers.items())
    cookies = headers.get_list("set-cookie")
    return shown | {"set-cookie": cookies} if len(cookies) > 1 else shown


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks to wait: it has a number of them, or a date."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())
