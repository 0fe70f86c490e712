"""Marks that stand for secrets in rendered values until an attempt needs them.

A mark is text that only this engine can make: it carries a tag made of the secret's name and a key
that is kept apart from the data. Text of an outsider that looks like a mark has no valid tag and is
left alone, so data can never make a secret appear. Use a new random key for each execution.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

OPEN: Final = "\ue0f0"
CLOSE: Final = "\ue0f1"
_MARK = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]{{1,200}}):([0-9a-f]{{32}}){CLOSE}")


class SecretMark(str):
    """Stands for the value of one secret; a text, so that it can be part of longer texts."""

    __slots__ = ()


SecretRef = SecretMark


class SecretMarks(Mapping[str, SecretMark]):
    """The ``secrets`` of a context: a mark for any name; what exists shows at the attempt."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __getitem__(self, name: str) -> SecretMark:
        return mark_secret(name, self._key)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def mark_secret(name: str, key: bytes) -> SecretMark:
    """The mark of a secret, for this key. Raises ValueError for a name that no secret can have."""
    if not 0 < len(name) <= 200 or not name.isprintable() or OPEN in name or CLOSE in name:
        raise ValueError(f'"{name[:40]}" is no name of a secret')
    return SecretMark(f"{OPEN}{name}:{_tag(name, key)}{CLOSE}")


def fill_secrets(value: Any, key: bytes, lookup: Callable[[str], str]) -> Any:
    """A copy of a JSON-like tree with every mark of ``key`` replaced by ``lookup(name)``."""

    def fill(match: re.Match[str]) -> str:
        name, tag = match.groups()
        return lookup(name) if tag == _tag(name, key) else match[0]

    return _map_texts(value, lambda text: _MARK.sub(fill, text) if OPEN in text else text)


def hide_secrets(value: Any) -> Any:
    """A copy of a JSON-like tree for showing: each mark is written ``{{secrets.NAME}}``."""
    return _map_texts(value, lambda text: _MARK.sub(r"{{secrets.\1}}", text))


def mask_marks(value: Any, mask: str) -> Any:
    """A copy of a JSON-like tree with ``mask`` in place of each mark."""
    return _map_texts(value, lambda text: _MARK.sub(lambda _: mask, text))


def secret_names(value: Any) -> frozenset[str]:
    """The names of all secrets that a rendered tree has marks of."""
    found: set[str] = set()

    def note(text: str) -> str:
        found.update(name for name, _ in _MARK.findall(text))
        return text

    _map_texts(value, note)
    return frozenset(found)


def has_mark(value: Any) -> bool:
    """Whether a value is a text with a mark in it."""
    return isinstance(value, str) and OPEN in value and _MARK.search(value) is not None


def _tag(name: str, key: bytes) -> str:
    import hashlib

    return hashlib.blake2b(
        name.encode("utf-8", "replace"), key=key[:64], digest_size=16
    ).hexdigest()


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _map_texts(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_map_texts(item, change) for item in value]
    return value
