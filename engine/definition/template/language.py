"""All words of the template language, by kind: for checks, completion and documentation."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final

from engine.definition.template import checks, dates, encoding, lists, methods, numbers, text
from engine.definition.template.function import Function, Run, Shelf

_special = Shelf("filter")


@_special.add("default", "d", example="{{ input.size | default(10) }}", takes_secrets=True)
def _default(run: Run, value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    """The value; the default where the name does not exist or is null (with true: or is empty)."""
    return default_value if value is None or (boolean and not value) else value


FILTERS: Final[dict[str, Function]] = {
    **_special.functions,
    **text.shelf.functions,
    **lists.shelf.functions,
    **numbers.shelf.functions,
    **encoding.shelf.functions,
    **dates.filters.functions,
}
TESTS: Final[dict[str, Function]] = checks.shelf.functions
FUNCTIONS: Final[dict[str, Function]] = {**methods.functions.functions, **dates.functions.functions}
METHODS: Final[dict[str, dict[str, Function]]] = {
    "text": methods.texts.functions,
    "mapping": methods.mappings.functions,
    "list": methods.sequences.functions,
    "date": methods.moments.functions,
}
VOLATILE: Final = frozenset({"now", "uuid"})
"""Functions whose value differs from call to call, and is recorded."""


def methods_of(value: Any) -> Mapping[str, Function]:
    """The methods that a value has, by name."""
    if isinstance(value, str):
        return METHODS["text"]
    if isinstance(value, Mapping):
        return METHODS["mapping"]
    if isinstance(value, list | tuple):
        return METHODS["list"]
    return METHODS["date"] if isinstance(value, date | time) else {}
