"""Filters between text and its encodings: JSON, URL, Base64, hashes."""

import json
from typing import Any, NoReturn

from engine.definition.template.arguments import as_items, as_scalar, as_text, as_whole
from engine.definition.template.function import Run, Shelf
from engine.definition.template.values import to_json_text, to_text

shelf = Shelf("filter")
_HASHES = ("sha256", "sha512", "sha1", "md5")


@shelf.add("tojson", "to_json", example="{{ {'a': 1} | tojson }}", takes_secrets=True)
def tojson(run: Run, value: Any, indent: int | None = None) -> str:
    """The value as JSON text; dates as ISO 8601, decimals as text."""
    width = None if indent is None else as_whole(indent, "indent", 0, 16)
    return to_json_text(value, run.budget, width)


@shelf.add("fromjson", "from_json", example="{{ '[1]' | fromjson }} gives [1]")
def fromjson(run: Run, value: Any) -> Any:
    """The value that a JSON text holds."""
    text = as_text(value)
    run.budget.memory(16 * len(text))
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("this JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"this is no JSON: {error}") from error


@shelf.add("urlencode", example="{{ 'a b' | urlencode }} gives a%20b")
def urlencode(run: Run, value: Any) -> str:
    """A text for one place in a URL; a mapping or a list of pairs as a query."""
    from urllib.parse import quote

    if isinstance(value, str | int | float):
        text = to_text(value, run.budget)
        run.budget.memory(9 * len(text))
        return quote(text, safe="")
    pairs = run.filter("items", value) if not isinstance(value, list | tuple) else value
    parts = []
    for pair in as_items(run, pairs):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError("a query is made from a mapping or from pairs of name and value")
        parts.append("=".join(urlencode(run, _scalar_text(run, part)) for part in pair))
    return run.budget.made("&".join(parts))


@shelf.add("urldecode", example="{{ 'a%20b' | urldecode }} gives a b")
def urldecode(run: Run, value: Any) -> str:
    """The text that a part of a URL stands for."""
    from urllib.parse import unquote

    text = as_text(value)
    run.budget.memory(len(text) + 64 * text.count("%"))
    return run.budget.made(unquote(text))


@shelf.add("b64encode", example="{{ 'a' | b64encode }} gives YQ==")
def b64encode(run: Run, value: Any) -> str:
    """The text's UTF-8 bytes as Base64."""
    from base64 import b64encode as encode

    text = as_text(value)
    run.budget.memory(6 * len(text))
    return encode(text.encode()).decode("ascii")


@shelf.add("b64decode", example="{{ 'YQ==' | b64decode }} gives a")
def b64decode(run: Run, value: Any) -> str:
    """The text whose UTF-8 bytes are given as Base64, the URL-safe letters too."""
    from base64 import b64decode as decode

    text = as_text(value).strip().replace("-", "+").replace("_", "/")
    run.budget.memory(2 * len(text))
    try:
        return decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except UnicodeDecodeError as error:
        raise ValueError("these Base64 bytes are no text in UTF-8") from error
    except ValueError as error:
        raise ValueError("this is no Base64") from error


@shelf.add("hash", example="{{ 'a' | hash }} gives ca978112ca1b...")
def hash_(run: Run, value: Any, algorithm: str = "sha256") -> str:
    """The hash of a text in hex digits: sha256, sha512, sha1 or md5."""
    import hashlib

    if algorithm not in _HASHES:
        raise ValueError(f"there are the hashes {', '.join(_HASHES)}")
    text = as_text(value)
    run.budget.memory(4 * len(text))
    return hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()


def _scalar_text(run: Run, value: Any) -> str:
    return to_text(as_scalar(value, "a part of a query"), run.budget)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
