"""What reading a text finds wrong, before its lines and paths are known."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from itertools import islice

from msgspec import Struct

from engine.definition.problems import Fix
from engine.definition.synonyms import our_word

_LONGEST = 60
_MOST_KNOWN = 2000


class Trouble(Struct, frozen=True):
    """A finding by offsets; ``first`` is where a repeated thing stood before."""

    code: str
    message: str
    start: int
    end: int
    hint: str = ""
    first: int | None = None
    fix: Fix | None = None


class Fatal(Exception):  # noqa: N818 - carries a trouble, does not name an error
    """Reading cannot go on."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


def quoted(text: str) -> str:
    """A name in quotes, shortened, on one line."""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) + '"'


def did_you_mean(word: str, known: Collection[str]) -> str:
    """``did you mean "x"?`` for a key, type or value of the format: the known word for what other
    tools call so, or the nearest one; or nothing.
    """
    nearest = our_word(word, known) or closest(word, known)
    return f"did you mean {quoted(nearest)}?" if nearest else ""


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like ``word``, if one is like it at all."""
    if not word or len(word) > _LONGEST:
        return None
    names = list(islice(known, _MOST_KNOWN))
    folded = {name.casefold(): name for name in names}
    same = folded.get(word.casefold())
    if same is not None:
        return same
    longer = [name for name in names if len(word) > 2 and name.startswith(word)]
    found = longer or get_close_matches(word, names, 1, 0.6)
    return found[0] if found else None
