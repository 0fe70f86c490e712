"""What completion offers at a cursor: plain values, made by those who know, shown by the list."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

OfferKind = Literal[
    "step", "value", "list", "mapping", "variable", "secret", "function", "filter", "word"
]


class Offer(Struct, frozen=True, kw_only=True):
    """One way to go on. ``text`` takes the place of what stands from ``start`` to the cursor;
    ``back`` is how far before its end the cursor comes to stand."""

    text: str
    start: int
    title: str
    kind: OfferKind = "value"
    detail: str = ""
    """On the right: a value of the last run, a type, or a signature."""
    about: str = ""
    """Below the list while it is chosen."""
    back: int = 0
    goes_on: bool = False
    """Whether more is offered right behind it."""


Offers = Callable[[str, int], list[Offer]]
"""Text and cursor (in characters) -> what may come there, best first."""
