"""Templates: text with ``{{ expressions }}`` in it, read once and evaluated over data."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from engine.definition.template.errors import TemplateError
from engine.definition.template.limits import DEFAULT_LIMITS, Limits
from engine.definition.template.tokens import (
    Expression,
    read_expression,
    split_template,
    statement_error,
)
from engine.definition.template.volatile import Volatile

if TYPE_CHECKING:
    from engine.definition.template.compiled import Compiled
    from engine.definition.template.references import Reference

_CACHED: Final = 1_024
_CACHED_LENGTH: Final = 512


class Template:
    """A template that was read; it never changes, and evaluating it never changes data.

    ``is_literal``: there is no expression in it. ``is_expression``: it is one whole ``{{ }}``, so
    that it gives a value of any kind; every other template gives text.
    """

    __slots__ = ("_compiled", "is_expression", "text")

    def __init__(self, text: str, compiled: "Compiled | None", is_expression: bool) -> None:
        self.text = text
        self.is_expression = is_expression
        self._compiled = compiled

    def __repr__(self) -> str:
        return f"Template({self.text!r})"

    @property
    def is_literal(self) -> bool:
        return self._compiled is None

    @property
    def references(self) -> "tuple[Reference, ...]":
        """What it looks up, in the order of the text."""
        return self._compiled.references if self._compiled else ()

    @property
    def calls_volatile(self) -> bool:
        """Whether it calls ``now()`` or ``uuid()``."""
        return self._compiled.calls_volatile if self._compiled else False

    def evaluate(
        self,
        context: Mapping[str, Any],
        volatile: Volatile | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Any:
        """The value over the data of ``context``, which is looked into and never changed.

        The value may be a part of the data itself, so whoever gets it must not change it either.
        Raises TemplateError with the place, also when a limit is passed.
        """
        if self._compiled is None:
            return self.text
        return self._compiled.evaluate(context, volatile, limits, as_value=self.is_expression)


def parse_template(text: str) -> Template:
    """Reads a text with any number of ``{{ }}``. Raises TemplateError.

    A text that is one expression (a line end after it does not count) keeps the value's kind.
    """
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return Template(text, None, is_expression=False)
    return _cached_template(text) if len(text) <= _CACHED_LENGTH else _read_template(text)


def parse_expression(text: str) -> Template:
    """Reads an expression, with or without braces around it. Raises TemplateError."""
    return _cached_expression(text) if len(text) <= _CACHED_LENGTH else _read_expression(text)


def render(
    value: Any,
    context: Mapping[str, Any],
    volatile: Volatile | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """A copy of a JSON-like tree in which every text was evaluated once; names in mappings are not.

    Raises TemplateError; what a template gives is never read as a template again.
    """
    if isinstance(value, str):
        return parse_template(value).evaluate(context, volatile, limits)
    if isinstance(value, Mapping):
        return {key: render(item, context, volatile, limits) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [render(item, context, volatile, limits) for item in value]
    return value


@lru_cache(maxsize=_CACHED)
def _cached_template(text: str) -> Template:
    return _read_template(text)


@lru_cache(maxsize=_CACHED)
def _cached_expression(text: str) -> Template:
    return _read_expression(text)


def _read_template(text: str) -> Template:
    parts = split_template(text)
    if all(isinstance(part, str) for part in parts):
        return Template(text, None, is_expression=False)
    alone = isinstance(parts[0], Expression) and not any(
        not isinstance(part, str) or part.strip("\r\n") for part in parts[1:]
    )
    return Template(text, _compile(text, parts[:1] if alone else parts), is_expression=alone)


def _read_expression(text: str) -> Template:
    stripped = text.lstrip()
    if stripped.startswith("{{"):
        start = len(text) - len(stripped)
        expression = read_expression(text, start + 2, start)
        rest = text[expression.end :]
        if rest.strip():
            raise TemplateError(
                "a condition is one expression: leave the braces out, or put one pair around it",
                expression.end,
                len(text),
                text=text,
            )
    elif stripped.startswith(("{%", "{#")):
        raise statement_error(stripped[:2], len(text) - len(stripped), text)
    else:
        expression = read_expression(text, 0)
    return Template(text, _compile(text, [expression]), is_expression=True)


def _compile(text: str, parts: list[str | Expression]) -> "Compiled":
    from engine.definition.template.compiled import Compiled

    return Compiled(text, parts)
