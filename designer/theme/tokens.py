"""The design tokens, read from one file: every colour, size, type role and duration."""

from functools import cache, lru_cache
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from designer.theme.resources import resource_path

Scheme = Literal["light", "dark", "contrast_light", "contrast_dark"]
SMALLEST, LARGEST = 80, 150
"""Percent that texts can be scaled to."""
_FOLLOWING = frozenset({"topbar", "statusbar", "control", "row", "field", "inline", "item", "cell"})
"""Sizes that texts must find room in."""
_GROWING = frozenset({"rail", "palette", "inspector"})
"""Sizes that grow with texts; other things than texts keep them from getting smaller."""


class Kind(Struct, frozen=True):
    """The faint tile of a group of step types: the colour of its icon and of the ground behind."""

    ink: str
    tint: str


class State(Struct, frozen=True):
    """How a state looks: colour roles of its shape, its word and its pill, and its glyph's icon."""

    color: str
    text: str
    soft: str
    glyph: str


class FontRole(Struct, frozen=True):
    """``size`` in logical pixels, ``weight`` as in CSS (400 regular, 600 semibold)."""

    size: int
    weight: int


FONT_ROLES = (
    "caption", "detail", "label", "body", "strong", "heading", "page", "figure", "mono",
)  # fmt: skip


class Type(Struct, frozen=True):
    """The faces and the type scale."""

    family: str
    mono_family: str
    caption: FontRole
    detail: FontRole
    label: FontRole
    body: FontRole
    strong: FontRole
    heading: FontRole
    page: FontRole
    figure: FontRole
    mono: FontRole


class Tokens(Struct, frozen=True):
    """All tokens. Sizes, spacing and radii are logical pixels, motion is milliseconds."""

    colors: dict[Scheme, dict[str, str]]
    kinds: dict[Scheme, dict[str, Kind]]
    states: dict[str, State]
    spacing: dict[str, int]
    radius: dict[str, int]
    size: dict[str, int]
    type: Type
    motion: dict[str, int]


@cache
def load_tokens() -> Tokens:
    """The shipped tokens. Raises msgspec.ValidationError when the file is damaged."""
    return msgspec.json.decode(resource_path("themes", "tokens.json").read_bytes(), type=Tokens)


@lru_cache(maxsize=8)
def scaled_tokens(percent: int) -> Tokens:
    """The tokens with texts, and all that must hold them, at ``percent`` of their size."""
    tokens = load_tokens()
    if percent == 100:
        return tokens
    roles = {name: getattr(tokens.type, name) for name in FONT_ROLES}
    sizes = {name: _scaled(name, value, percent) for name, value in tokens.size.items()}
    larger = {
        name: replace(role, size=max(8, round(role.size * percent / 100)))
        for name, role in roles.items()
    }
    return replace(tokens, type=replace(tokens.type, **larger), size=sizes)


def _scaled(name: str, value: int, percent: int) -> int:
    if name in _FOLLOWING or (name in _GROWING and percent > 100):
        return round(value * percent / 100)
    return value
