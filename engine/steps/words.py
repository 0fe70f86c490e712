"""The words of a step's one-line summary on the canvas, templates and missing values included."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_WHOLE = re.compile(r"\{\{(?P<inner>(?:(?!\}\}|\{\{).)*)\}\}", re.DOTALL)
_LEADING = re.compile(r"^\{\{(?:(?!\}\}).)*\}\}(?=/)", re.DOTALL)


def shown(value: Any, missing: str = "") -> str:
    """``value`` on one line: an expression without its braces, a list by its items."""
    if value is None or value == "":
        return missing
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value) or missing
    if isinstance(value, Mapping):
        return f"{len(value)} values" if len(value) != 1 else "1 value"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = " ".join(str(value)[:400].split())
    whole = _WHOLE.fullmatch(text)
    return whole["inner"].strip() if whole else text


def shown_url(value: Any) -> str:
    """The part of a URL that tells requests apart: its path, or its host where it has no path."""
    if not isinstance(value, str) or not value:
        return shown(value)
    rest = _LEADING.sub("", value)
    if rest != value:
        return shown(rest)
    if "{{" in value.split("/", 3)[-1] and "://" in value:
        return "/" + value.split("/", 3)[3] if value.count("/") >= 3 else shown(value)
    try:
        parts = urlsplit(value)
    except ValueError:
        return shown(value)
    path = parts.path if parts.path not in ("", "/") else parts.netloc.rpartition("@")[2]
    return shown(path or value)


def counted(count: int, one: str, many: str = "") -> str:
    """``1 line``, ``42 lines``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
