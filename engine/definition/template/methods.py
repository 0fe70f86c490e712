"""Functions, and the methods of texts, lists, mappings and dates: our own, over data only."""

from collections.abc import Mapping
from typing import Any

from engine.definition.template import dates, lists, text
from engine.definition.template.arguments import as_date, as_items, as_text, as_whole
from engine.definition.template.format import brace_format
from engine.definition.template.function import Run, Shelf
from engine.definition.template.values import equal

functions = Shelf("function")
texts = Shelf("method")
mappings = Shelf("method")
sequences = Shelf("method")
moments = Shelf("method")

_MAX_WIDTH = 10_000


@functions.add("range", example="{{ range(3) }} gives [0, 1, 2]")
def range_(run: Run, start: int, stop: int | None = None, step: int = 1) -> list[int]:
    """Whole numbers from start (0 if only one is given) up to before stop."""
    first, end = (0, start) if stop is None else (start, stop)
    by = as_whole(step, "step")
    if by == 0:
        raise ValueError("the step of a range is not 0")
    numbers = range(as_whole(first, "start"), as_whole(end, "stop"), by)
    run.budget.items(len(numbers), 40)
    return list(numbers)


@functions.add("dict", example="{{ dict(a=1) }} gives {'a': 1}")
def dict_(run: Run, **values: Any) -> dict[str, Any]:
    """A mapping with these names and values."""
    return values


@functions.add("len", example="{{ len([1, 2]) }} gives 2")
def len_(run: Run, value: Any) -> int:
    """How many items, names or characters there are."""
    return int(lists.length(run, value))


@functions.add("min", example="{{ min(2, 1) }} gives 1")
def min_(run: Run, *values: Any) -> Any:
    """The smallest of the values, or of the items of one list."""
    return run.filter("min", values[0] if len(values) == 1 else list(values))


@functions.add("max", example="{{ max(2, 1) }} gives 2")
def max_(run: Run, *values: Any) -> Any:
    """The largest of the values, or of the items of one list."""
    return run.filter("max", values[0] if len(values) == 1 else list(values))


def _same_as_filter(shelf: Shelf, source: Shelf, names: dict[str, str]) -> None:
    for name, filter_name in names.items():
        function = source.functions[filter_name]
        example = f"{{{{ 'text'.{name}() }}}}"
        shelf.add(name, example=example, takes_secrets=function.takes_secrets)(function.call)


_same_as_filter(
    texts,
    text.shelf,
    {
        **{name: name for name in ("upper", "lower", "capitalize", "title", "replace", "split")},
        "strip": "trim",
        "splitlines": "lines",
        "center": "center",
    },
)
_same_as_filter(mappings, lists.shelf, {"items": "items", "keys": "keys", "values": "values"})
_same_as_filter(moments, dates.filters, {"isoformat": "isoformat", "timestamp": "timestamp"})


@texts.add("lstrip", example="{{ ' a'.lstrip() }} gives a")
def lstrip(run: Run, value: str, chars: str | None = None) -> str:
    """The text without white space, or the given characters, at its start."""
    return run.budget.made(value.lstrip(None if chars is None else as_text(chars)[:1000]))


@texts.add("rstrip", example="{{ 'a '.rstrip() }} gives a")
def rstrip(run: Run, value: str, chars: str | None = None) -> str:
    """The text without white space, or the given characters, at its end."""
    return run.budget.made(value.rstrip(None if chars is None else as_text(chars)[:1000]))


@texts.add("rsplit", example="{{ 'a.b.c'.rsplit('.', 1) }} gives ['a.b', 'c']")
def rsplit(run: Run, value: str, separator: str | None = None, maxsplit: int = -1) -> list[str]:
    """The parts of the text between separators, split from its end."""
    if separator == "":
        raise ValueError("the separator is empty")
    mark = None if separator is None else as_text(separator, "separator")
    text.take_pieces(run, value, text.WHITE if mark is None else (mark,))
    return value.rsplit(mark, as_whole(maxsplit, "maxsplit", -1))


@texts.add("partition", example="{{ 'a=b'.partition('=') }} gives ['a', '=', 'b']")
def partition(run: Run, value: str, separator: str) -> list[str]:
    """What stands before the first separator, the separator, and what stands after it."""
    run.budget.memory(len(value))
    return list(value.partition(as_text(separator, "separator")))


@texts.add("startswith", example="{{ 'abc'.startswith('a') }} gives true")
def startswith(run: Run, value: str, start: str) -> bool:
    """Whether the text begins with another."""
    return value.startswith(as_text(start, "the start"))


@texts.add("endswith", example="{{ 'abc'.endswith('c') }} gives true")
def endswith(run: Run, value: str, end: str) -> bool:
    """Whether the text ends with another."""
    return value.endswith(as_text(end, "the end"))


@texts.add("removeprefix", example="{{ 'abc'.removeprefix('a') }} gives bc")
def removeprefix(run: Run, value: str, start: str) -> str:
    """The text without another at its start."""
    return run.budget.made(value.removeprefix(as_text(start, "the start")))


@texts.add("removesuffix", example="{{ 'abc'.removesuffix('c') }} gives ab")
def removesuffix(run: Run, value: str, end: str) -> str:
    """The text without another at its end."""
    return run.budget.made(value.removesuffix(as_text(end, "the end")))


@texts.add("find", example="{{ 'abc'.find('b') }} gives 1")
def find(run: Run, value: str, part: str) -> int:
    """Where a part begins, counted from 0; -1 when it is not there."""
    return value.find(as_text(part, "the part"))


@texts.add("count", example="{{ 'aba'.count('a') }} gives 2")
def count(run: Run, value: str, part: str) -> int:
    """How often a part occurs."""
    return value.count(as_text(part, "the part"))


@texts.add("join", example="{{ ', '.join(['a', 'b']) }} gives a, b", takes_secrets=True)
def join(run: Run, value: str, items: Any) -> str:
    """The items as one text, with this text between them."""
    return str(text.join(run, items, value))


@texts.add("format", example="{{ '{} of {n:.1f}'.format('a', n=2) }} gives a of 2.0")
def format_(run: Run, value: str, *args: Any, **names: Any) -> str:
    """The text with its {} fields filled in; a field looks in data only."""
    return brace_format(run, value, args, names)


@texts.add("format_map", example="{{ '{a}'.format_map({'a': 1}) }} gives 1")
def format_map(run: Run, value: str, names: Any) -> str:
    """The text with its {name} fields filled in from a mapping."""
    return brace_format(run, value, (), names if isinstance(names, Mapping) else {})


@texts.add("zfill", example="{{ '7'.zfill(3) }} gives 007")
def zfill(run: Run, value: str, width: int) -> str:
    """The text with zeros before it up to a width."""
    return run.budget.made(value.zfill(as_whole(width, "width", 0, _MAX_WIDTH)))


@texts.add("ljust", example="{{ 'a'.ljust(3, '.') }} gives a..")
def ljust(run: Run, value: str, width: int, fill: str = " ") -> str:
    """The text with filling after it up to a width."""
    return run.budget.made(value.ljust(as_whole(width, "width", 0, _MAX_WIDTH), _one(fill)))


@texts.add("rjust", example="{{ 'a'.rjust(3, '.') }} gives ..a")
def rjust(run: Run, value: str, width: int, fill: str = " ") -> str:
    """The text with filling before it up to a width."""
    return run.budget.made(value.rjust(as_whole(width, "width", 0, _MAX_WIDTH), _one(fill)))


@texts.add("isdigit", example="{{ '42'.isdigit() }} gives true")
def isdigit(run: Run, value: str) -> bool:
    """Whether the text has digits only."""
    return value.isdigit()


@texts.add("isalpha", example="{{ 'ab'.isalpha() }} gives true")
def isalpha(run: Run, value: str) -> bool:
    """Whether the text has letters only."""
    return value.isalpha()


@texts.add("isalnum", example="{{ 'a1'.isalnum() }} gives true")
def isalnum(run: Run, value: str) -> bool:
    """Whether the text has letters and digits only."""
    return value.isalnum()


@mappings.add("get", example="{{ input.get('name', 'nobody') }}", takes_secrets=True)
def get(run: Run, value: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """What stands under a name; the default when there is nothing."""
    return value[name] if isinstance(name, str) and name in value else default


@sequences.add("index", example="{{ ['a', 'b'].index('b') }} gives 1")
def index(run: Run, value: Any, item: Any) -> int:
    """Where an item stands, counted from 0; -1 when it is not there."""
    items = as_items(run, value)
    return next((i for i, other in enumerate(items) if equal(item, other, run.budget)), -1)


@sequences.add("count", example="{{ [1, 1].count(1) }} gives 2")
def count_items(run: Run, value: Any, item: Any) -> int:
    """How often an item occurs."""
    return sum(equal(item, other, run.budget) for other in as_items(run, value))


@moments.add("strftime", example="{{ now().strftime('%Y') }}")
def strftime(run: Run, value: Any, pattern: str) -> str:
    """The date written by a pattern of strftime letters."""
    return str(dates.date_(run, as_date(value), pattern))


def _one(fill: Any) -> str:
    if len(as_text(fill, "fill")) != 1:
        raise ValueError("the filling is one character")
    return str(fill)
