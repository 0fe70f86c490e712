"""Secrets from the environment: found at each attempt, and masked in whatever is recorded."""

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

PREFIX = "TREADLE_SECRET_"
MASK = "***"
SHORTEST = 4
"""Characters from which on a secret is masked; shorter ones would mask half of every text."""


class MissingSecretError(LookupError):
    """A step names a secret that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f'there is no secret "{name}"; {_way_out(name)}')


def variable(name: str) -> str:
    """The environment variable that holds a secret."""
    return PREFIX + re.sub(r"[^A-Z0-9]", "_", name.upper())


def secret_wanted(name: str) -> str:
    """The way out where the environment has no secret of this name, else nothing."""
    return "" if variable(name) in os.environ else _way_out(name)


def secret_names() -> tuple[str, ...]:
    """The names of the secrets in the environment, in small letters, sorted; never their values."""
    names = (name.removeprefix(PREFIX).lower() for name in os.environ if name.startswith(PREFIX))
    return tuple(sorted(filter(None, names)))


def _way_out(name: str) -> str:
    return f"set the environment variable {variable(name)}"


class Secrets:
    """The secrets of this engine. Nothing here is ever written or shown."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        given = os.environ if environment is None else environment
        self._values = {name: value for name, value in given.items() if name.startswith(PREFIX)}
        forms = {form for value in self._values.values() for form in known_forms(value)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def lookup(self, name: str) -> str:
        """The value of a secret. Raises MissingSecretError."""
        value = self._values.get(variable(name))
        if value is None:
            raise MissingSecretError(name)
        return value

    @property
    def are_known(self) -> bool:
        """Whether there is any secret that must be masked."""
        return self._pattern is not None

    def mask(self, value: Any) -> Any:
        """A JSON-like value with every known secret in its texts, keys too, written as ``***``."""
        return value if self._pattern is None else _mask(value, self._pattern)

    def mask_text(self, text: str) -> str:
        """A text with every known secret written as ``***``."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def known_forms(value: str) -> Iterator[str]:
    """The texts by which a secret could show: plain, in JSON, in a URL, in base64, line by line."""
    for plain in {value, value.strip(), *_long_lines(value)}:
        if len(plain) < SHORTEST:
            continue
        yield plain
        yield json.dumps(plain)[1:-1]
        yield json.dumps(plain, ensure_ascii=False)[1:-1]
        yield quote(plain)
        yield quote(plain, safe="")
        yield quote_plus(plain)
        yield from _base64_forms(plain.encode("utf-8", "surrogateescape"))


def _long_lines(value: str) -> list[str]:
    lines = value.splitlines()
    return [line.strip() for line in lines if len(line.strip()) >= 8] if len(lines) > 1 else []


def _base64_forms(secret: bytes) -> Iterator[str]:
    """The part of the base64 of any text around the secret that the secret alone decides."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        first = (before * 8 + 5) // 6
        whole = (before + len(secret)) * 8 // 6
        form = encoded[first:whole]
        if len(form) >= SHORTEST:
            yield form
            yield form.replace("+", "-").replace("/", "_")


def _mask(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(MASK, value)
    if isinstance(value, dict):
        return {
            pattern.sub(MASK, key) if isinstance(key, str) else key: _mask(item, pattern)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_mask(item, pattern) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        text = bytes(value).decode("utf-8", "surrogateescape")  # gives any bytes back as they were
        return pattern.sub(MASK, text).encode("utf-8", "surrogateescape")
    return value
