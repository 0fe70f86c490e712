"""How much one evaluation may take: steps, memory, output and processor time."""

from time import thread_time
from typing import Final

from msgspec import Struct

MAX_TEXT: Final = 1_000_000
"""Characters of a template."""
MAX_EXPRESSION: Final = 20_000
"""Characters of one expression."""
MAX_TOKENS: Final = 4_000
"""Words and signs of one expression."""
MAX_BRACKETS: Final = 20
"""Brackets open at once in an expression."""
MAX_DEPTH: Final = 150
"""Levels of an expression's syntax tree."""
MAX_DATA_DEPTH: Final = 150
"""Levels of lists and mappings that are written as JSON or compared."""
MAX_BITS: Final = 4_096
"""Bits of a whole number."""

_CLOCK_EVERY: Final = 512


class Limits(Struct, frozen=True, kw_only=True):
    """The bounds of one evaluation.

    ``steps`` counts nodes of the syntax tree and items of collections; ``memory`` is bytes made
    in all, not at once; ``output`` is characters of the result; ``seconds`` is processor time.
    """

    steps: int = 1_000_000
    memory: int = 96 * 2**20
    output: int = 16 * 2**20
    seconds: float = 1.5


DEFAULT_LIMITS: Final = Limits()


class Budget:
    """What is left of the limits while a template is evaluated; raises ValueError when used up."""

    __slots__ = ("_deadline", "_limits", "_memory", "_next_look", "_steps")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._steps = 0
        self._next_look = _CLOCK_EVERY
        self._memory = 0
        self._deadline = thread_time() + limits.seconds

    @property
    def limits(self) -> Limits:
        return self._limits

    def step(self, count: int = 1) -> None:
        """Takes ``count`` steps."""
        self._steps += count
        if self._steps < self._next_look:
            return
        self._next_look = self._steps + _CLOCK_EVERY
        if self._steps > self._limits.steps:
            raise ValueError(
                f"this takes more than {self._limits.steps:,} steps; do it in a script step"
            )
        if thread_time() > self._deadline:
            raise ValueError(
                f"this takes longer than {self._limits.seconds:g} s; do it in a script step"
            )

    def memory(self, size: int) -> None:
        """Takes ``size`` bytes; called before they are made wherever the size is known."""
        self._memory += size
        if self._memory > self._limits.memory:
            raise ValueError(
                f"this makes more than {self._limits.memory // 2**20} MB of data; "
                "do it in a script step"
            )

    def items(self, count: int, size: int = 64) -> None:
        """Takes what a list of ``count`` items of about ``size`` bytes costs."""
        self.memory(count * size)
        self.step(count)

    def made(self, text: str) -> str:
        """Takes the memory of a text and gives it back."""
        self.memory(len(text) if text.isascii() else 4 * len(text))
        return text
