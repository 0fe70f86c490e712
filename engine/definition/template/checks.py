"""The tests of the language: ``is defined``, ``is even`` ..."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from engine.definition.template.arguments import as_text, as_whole
from engine.definition.template.function import Run, Shelf
from engine.definition.template.operators import COMPARE, contains
from engine.definition.template.values import is_number

shelf = Shelf("test")


@shelf.add("defined", example="{{ input.name is defined }}", takes_secrets=True)
def defined(run: Run, value: Any) -> bool:
    """The name exists in the data."""
    return True


@shelf.add("undefined", example="{{ input.name is undefined }}", takes_secrets=True)
def undefined(run: Run, value: Any) -> bool:
    """The name does not exist in the data."""
    return False


@shelf.add("none", "null", example="{{ steps.a.output is none }}", takes_secrets=True)
def none(run: Run, value: Any) -> bool:
    """The value is null."""
    return value is None


@shelf.add("boolean", example="{{ x is boolean }}")
def boolean(run: Run, value: Any) -> bool:
    """The value is true or false."""
    return isinstance(value, bool)


@shelf.add("true", example="{{ x is true }}")
def true(run: Run, value: Any) -> bool:
    """The value is true itself."""
    return value is True


@shelf.add("false", example="{{ x is false }}")
def false(run: Run, value: Any) -> bool:
    """The value is false itself."""
    return value is False


@shelf.add("number", example="{{ x is number }}")
def number(run: Run, value: Any) -> bool:
    """The value is a number."""
    return is_number(value) and not isinstance(value, bool)


@shelf.add("integer", example="{{ x is integer }}")
def integer(run: Run, value: Any) -> bool:
    """The value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


@shelf.add("float", example="{{ x is float }}")
def float_(run: Run, value: Any) -> bool:
    """The value is a number with a point."""
    return isinstance(value, float)


@shelf.add("string", example="{{ x is string }}")
def string(run: Run, value: Any) -> bool:
    """The value is a text."""
    return isinstance(value, str)


@shelf.add("mapping", example="{{ x is mapping }}")
def mapping(run: Run, value: Any) -> bool:
    """The value is a mapping."""
    return isinstance(value, Mapping)


@shelf.add("sequence", example="{{ x is sequence }}")
def sequence(run: Run, value: Any) -> bool:
    """The value is a list, a text or a mapping."""
    return isinstance(value, list | tuple | str | Mapping)


@shelf.add("list", example="{{ x is list }}")
def list_(run: Run, value: Any) -> bool:
    """The value is a list."""
    return isinstance(value, list | tuple)


@shelf.add("iterable", example="{{ x is iterable }}")
def iterable(run: Run, value: Any) -> bool:
    """The value has items: a list, a text or a mapping."""
    return isinstance(value, list | tuple | str | Mapping)


@shelf.add("date", example="{{ x is date }}")
def date_(run: Run, value: Any) -> bool:
    """The value is a date or a time."""
    return isinstance(value, date | time)


@shelf.add("empty", example="{{ [] is empty }} gives true")
def empty(run: Run, value: Any) -> bool:
    """The value is null, or a text, list or mapping with nothing in it."""
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)


@shelf.add("even", example="{{ 2 is even }} gives true")
def even(run: Run, value: Any) -> bool:
    """The whole number is even."""
    return as_whole(value, "this") % 2 == 0


@shelf.add("odd", example="{{ 1 is odd }} gives true")
def odd(run: Run, value: Any) -> bool:
    """The whole number is odd."""
    return as_whole(value, "this") % 2 == 1


@shelf.add("divisibleby", example="{{ 6 is divisibleby(3) }} gives true")
def divisibleby(run: Run, value: Any, number: int) -> bool:
    """The whole number can be divided by another one."""
    divisor = as_whole(number, "the divisor")
    if divisor == 0:
        raise ValueError("nothing can be divided by 0")
    return as_whole(value, "this") % divisor == 0


@shelf.add("lower", example="{{ 'a' is lower }} gives true")
def lower(run: Run, value: Any) -> bool:
    """The text has small letters only."""
    return as_text(value).islower()


@shelf.add("upper", example="{{ 'A' is upper }} gives true")
def upper(run: Run, value: Any) -> bool:
    """The text has capitals only."""
    return as_text(value).isupper()


@shelf.add("in", example="{{ 1 is in [1, 2] }} gives true")
def in_(run: Run, value: Any, collection: Any) -> bool:
    """The value is in a list, a text or the names of a mapping."""
    return contains(run.budget, value, collection)


@shelf.add("containing", example="{{ [1, 2] is containing(1) }} gives true")
def containing(run: Run, value: Any, item: Any) -> bool:
    """The list, text or mapping has an item, a part or a name."""
    return contains(run.budget, item, value)


@shelf.add("startswith", example="{{ 'abc' is startswith('a') }} gives true")
def startswith(run: Run, value: Any, start: str) -> bool:
    """The text begins with another."""
    return as_text(value).startswith(as_text(start, "the start"))


@shelf.add("endswith", example="{{ 'abc' is endswith('c') }} gives true")
def endswith(run: Run, value: Any, end: str) -> bool:
    """The text ends with another."""
    return as_text(value).endswith(as_text(end, "the end"))


def _comparison(names: tuple[str, ...], operation: str, words: str) -> None:
    def compare(run: Run, value: Any, other: Any) -> bool:
        return COMPARE[operation](run.budget, value, other)

    compare.__doc__ = f"The value is {words} another."
    shelf.add(*names, example=f"{{{{ x is {names[0]}(1) }}}}")(compare)


_comparison(("eq", "equalto", "sameas", "=="), "eq", "the same as")
_comparison(("ne", "!="), "ne", "not the same as")
_comparison(("lt", "lessthan", "<"), "lt", "less than")
_comparison(("le", "<="), "lteq", "at most")
_comparison(("gt", "greaterthan", ">"), "gt", "more than")
_comparison(("ge", ">="), "gteq", "at least")
