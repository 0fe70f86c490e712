"""What an HTTP step sends: its URL, headers, body and sign-in, made from the config."""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

import httpx

from engine.steps.base import StepContext, StepError
from engine.steps.encode import as_json, as_text
from engine.steps.folders import allowed_path

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def wrong(message: str) -> StepError:
    """A config that cannot work, however often it is tried."""
    return StepError(message, type="config", retryable=False)


def request_url(config: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> httpx.URL:
    """The URL with the query's parameters behind those it has. Raises StepError if it is none."""
    text = str(config.get("url", "")).strip()
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise wrong(f'url: "{text}" is no web address: {error}') from error
    if url.scheme not in ("http", "https") or not url.host:
        raise wrong(f'url: "{text}" is no web address; begin it with http:// or https://')
    if url.port is not None and not 0 < url.port < 65536:
        raise wrong(f'url: "{text}" has the port {url.port}; ports go from 1 to 65535')
    pairs = [
        pair for key, value in (config.get("query") or {}).items() for pair in _pairs(key, value)
    ]
    pairs = [pair for pair in pairs if pair[0] not in (extra or {})]
    pairs += [pair for key, value in (extra or {}).items() for pair in _pairs(key, value)]
    if not pairs:
        return url
    added = urlencode(pairs).encode()
    return url.copy_with(query=url.query + b"&" + added if url.query else added)


def request_headers(config: Mapping[str, Any], context: StepContext) -> list[tuple[bytes, bytes]]:
    """The headers: the author's, and those of Treadle that he did not set himself."""
    from engine import __version__

    headers = {
        "User-Agent": f"Treadle/{__version__}",
        "Idempotency-Key": context.idempotency_key,
    }
    kind = _content_type(config)
    if kind:
        headers["Content-Type"] = kind
    named = {name: as_text(value) for name, value in (config.get("headers") or {}).items()}
    given = {name.lower() for name in named}
    merged = {k: v for k, v in headers.items() if k.lower() not in given} | named
    for name, value in merged.items():
        if not _TOKEN.fullmatch(name) or _CONTROL.search(value):
            raise wrong(f'headers: "{name}" has characters that a header cannot have')
    return [(name.encode("ascii"), value.strip().encode()) for name, value in merged.items()]


def _content_type(config: Mapping[str, Any]) -> str:
    if "json" in config or ("body" in config and not isinstance(config["body"], str | None)):
        return "application/json"
    return "text/plain; charset=utf-8" if isinstance(config.get("body"), str) else ""


def request_body(
    config: Mapping[str, Any], context: StepContext, opened: ExitStack
) -> dict[str, Any]:
    """The body as arguments of httpx; files stay open as long as ``opened``."""
    if "json" in config:
        return {"content": as_json(config["json"])}
    body = config.get("body")
    if body is not None:
        return {"content": body.encode() if isinstance(body, str) else as_json(body)}
    arguments: dict[str, Any] = {}
    if config.get("form") is not None:
        arguments["data"] = {
            key: [as_text(item) for item in value] if isinstance(value, list) else as_text(value)
            for key, value in config["form"].items()
        }
    if config.get("files"):
        files = config["files"].items()
        arguments["files"] = {name: _file(name, value, context, opened) for name, value in files}
    return arguments


def _file(name: str, value: Any, context: StepContext, opened: ExitStack) -> tuple[Any, ...]:
    """A part of a multipart form: file name, open file, and the type of its content."""
    described = value if isinstance(value, Mapping) else {"path": value}
    if not described.get("path"):
        raise wrong(f'files: "{name}" has no path')
    path = allowed_path(context, str(described["path"]))
    if not path.is_file():
        raise StepError(f'files: there is no file "{path}"', type="not_found", retryable=False)
    kind = described.get("content_type")
    part = (described.get("filename") or PurePath(path).name, opened.enter_context(path.open("rb")))
    return (*part, str(kind)) if kind else part


def _pairs(key: str, value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    values = value if isinstance(value, list | tuple) else [value]
    return [(key, as_text(item)) for item in values]
