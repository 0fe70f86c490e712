"""Completion of code: keywords, words of the code itself, and the names of the step's input."""

import builtins
import re
import sys
from collections.abc import Iterable, Iterator

from designer.theme.languages import keywords
from designer.theme.offers import Offer, OfferKind

MOST = 40
SHORTEST = 2
"""Letters from which on words are offered."""
_WORD = re.compile(r"(?<![\w.])([A-Za-z_]\w*)$")
_IMPORT = re.compile(r"^\s*(?:import|from)\s+(?:[\w.]+\s*,\s*)*(\w*)$")
_WORDS = re.compile(r"[A-Za-z_]\w{2,}")


def code_offers(text: str, cursor: int, language: str, inputs: Iterable[str]) -> list[Offer]:
    """What may come at a cursor in code; none in a comment or behind fewer letters."""
    line = text[text.rfind("\n", 0, cursor) + 1 : cursor]
    if language == "python" and (found := _IMPORT.search(line)):
        return _listed(found[1], cursor, sorted(_modules()), "module")
    match = _WORD.search(line)
    if match is None or len(match[1]) < SHORTEST:
        return []
    word = match[1]
    offers = [
        *_listed(word, cursor, inputs, "input"),
        *_listed(word, cursor, _others(text, cursor, word), "in this code"),
        *_listed(word, cursor, keywords(language), "keyword"),
    ]
    if language == "python":
        offers += _listed(word, cursor, _builtins(), "built in")
    return list({offer.title: offer for offer in reversed(offers)}.values())[::-1][:MOST]


def _listed(word: str, cursor: int, names: Iterable[str], detail: str) -> list[Offer]:
    start = cursor - len(word)
    kind: OfferKind = "variable" if detail == "input" else "word"
    return [
        Offer(text=name, start=start, title=name, detail=detail, kind=kind)
        for name in names
        if name.startswith(word) and name != word
    ][:MOST]


def _others(text: str, cursor: int, word: str) -> list[str]:
    """The words of the code but for the one being typed, each once."""
    rest = text[: cursor - len(word)] + " " + text[cursor:]
    return list(dict.fromkeys(_WORDS.findall(rest)))


def _modules() -> Iterator[str]:
    return (name for name in sys.stdlib_module_names if not name.startswith("_"))


def _builtins() -> list[str]:
    return [name for name in dir(builtins) if not name.startswith("_")]
