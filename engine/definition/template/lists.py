"""Filters over lists and mappings; each gives a new value and leaves its data alone."""

from collections.abc import Iterable, Mapping
from functools import cmp_to_key
from operator import itemgetter
from typing import Any

from engine.definition.template.arguments import (
    as_items,
    as_mapping,
    as_number,
    as_scalar,
    as_text,
    as_whole,
)
from engine.definition.template.function import Run, Shelf
from engine.definition.template.operators import add
from engine.definition.template.values import equal, order, to_text

shelf = Shelf("filter")


@shelf.add("length", "count", example="{{ [1, 2] | length }} gives 2")
def length(run: Run, value: Any) -> int:
    """How many items, names or characters there are."""
    if isinstance(value, str | list | tuple | Mapping):
        return len(value)
    return len(as_items(run, value))


@shelf.add("list", example="{{ 'ab' | list }} gives ['a', 'b']", takes_secrets=True)
def list_(run: Run, value: Any) -> list[Any]:
    """The items of a list, the names of a mapping, the characters of a text."""
    return as_items(run, value)


@shelf.add("first", example="{{ [1, 2] | first }} gives 1")
def first(run: Run, value: Any) -> Any:
    """The first item; null when there is none."""
    return next(iter(_iterable(value)), None)


@shelf.add("last", example="{{ [1, 2] | last }} gives 2")
def last(run: Run, value: Any) -> Any:
    """The last item; null when there is none."""
    items = value if isinstance(value, list | tuple | str) else as_items(run, value)
    return items[-1] if items else None


@shelf.add("reverse", example="{{ [1, 2] | reverse }} gives [2, 1]")
def reverse(run: Run, value: Any) -> Any:
    """The items, or the characters of a text, in the other order."""
    items = as_items(run, value)[::-1]
    return run.budget.made("".join(items)) if isinstance(value, str) else items


@shelf.add("sum", example="{{ [1, 2] | sum }} gives 3")
def sum_(run: Run, value: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
    """The numbers added up, or what stands at an attribute of each item."""
    total = as_number(start, "start")
    for item in _picked(run, value, attribute):
        run.budget.step()
        total = add(run.budget, total, as_number(item, "an item"))
    return total


@shelf.add("min", example="{{ [2, 1] | min }} gives 1")
def min_(
    run: Run, value: Any, case_sensitive: bool = False, attribute: str | int | None = None
) -> Any:
    """The smallest item, or the item with the smallest attribute; null when there is none."""
    return first(run, sort(run, value, False, case_sensitive, attribute))


@shelf.add("max", example="{{ [2, 1] | max }} gives 2")
def max_(
    run: Run, value: Any, case_sensitive: bool = False, attribute: str | int | None = None
) -> Any:
    """The largest item, or the item with the largest attribute; null when there is none."""
    return first(run, sort(run, value, True, case_sensitive, attribute))


@shelf.add("sort", example="{{ rows | sort(attribute='age', reverse=true) }}")
def sort(
    run: Run,
    value: Any,
    reverse: bool = False,
    case_sensitive: bool = False,
    attribute: str | int | None = None,
) -> list[Any]:
    """The items in order, or in the order of one or more attributes (comma between); nulls last."""
    items = as_items(run, value)
    paths = attribute.split(",") if isinstance(attribute, str) else [attribute]
    for path in reversed(paths):
        name = path.strip() if isinstance(path, str) else path
        items = _sorted_by(run, items, name, bool(reverse), bool(case_sensitive))
    return items


@shelf.add("unique", example="{{ [1, 1, 2] | unique }} gives [1, 2]")
def unique(
    run: Run, value: Any, case_sensitive: bool = True, attribute: str | int | None = None
) -> list[Any]:
    """The items without repetitions, the first of each kept."""
    seen: set[Any] = set()
    others: list[Any] = []
    made = []
    for item in as_items(run, value):
        run.budget.items(1, 100)
        key = item if attribute is None else run.dig(item, attribute)
        if isinstance(key, str) and not case_sensitive:
            key = key.lower()
        if isinstance(key, list | tuple | Mapping):
            if any(equal(key, other, run.budget) for other in others):
                continue
            others.append(key)
        elif (mark := (isinstance(key, bool), key)) in seen:
            continue
        else:
            seen.add(mark)
        made.append(item)
    return made


@shelf.add("map", example="{{ rows | map(attribute='name') }}")
def map_(run: Run, value: Any, filter: str | None = None, *args: Any, **options: Any) -> list[Any]:  # noqa: A002
    """What an attribute, or a filter with its arguments, gives for every item."""
    items = as_items(run, value)
    if filter is not None:
        return [run.filter(as_text(filter, "filter"), item, *args, **options) for item in items]
    if "attribute" not in options or options.keys() - {"attribute", "default"}:
        raise ValueError("write map(attribute='name', default=...) or map('filter')")
    run.budget.step(len(items))
    return [run.dig(item, options["attribute"], options.get("default")) for item in items]


@shelf.add("select", example="{{ [1, 2] | select('odd') }} gives [1]")
def select(run: Run, value: Any, test: str | None = None, *args: Any) -> list[Any]:
    """The items that pass a test, or that are not null, false, 0 or empty."""
    return [item for item in as_items(run, value) if _passes(run, item, test, args)]


@shelf.add("reject", example="{{ [1, 2] | reject('odd') }} gives [2]")
def reject(run: Run, value: Any, test: str | None = None, *args: Any) -> list[Any]:
    """The items that do not pass a test."""
    return [item for item in as_items(run, value) if not _passes(run, item, test, args)]


@shelf.add("selectattr", example="{{ rows | selectattr('age', 'ge', 18) }}")
def selectattr(
    run: Run, value: Any, attribute: str | int, test: str | None = None, *args: Any
) -> list[Any]:
    """The items whose attribute passes a test."""
    items = as_items(run, value)
    return [item for item in items if _passes(run, run.dig(item, attribute), test, args)]


@shelf.add("rejectattr", example="{{ rows | rejectattr('done') }}")
def rejectattr(
    run: Run, value: Any, attribute: str | int, test: str | None = None, *args: Any
) -> list[Any]:
    """The items whose attribute does not pass a test."""
    items = as_items(run, value)
    return [item for item in items if not _passes(run, run.dig(item, attribute), test, args)]


@shelf.add("groupby", example="{{ rows | groupby('city') }}")
def groupby(run: Run, value: Any, attribute: str | int, default: Any = None) -> list[Any]:
    """Mappings {grouper, list}: the items with the same attribute together, in its order."""
    groups: dict[Any, list[Any]] = {}
    for item in as_items(run, value):
        run.budget.items(1, 100)
        key = as_scalar(run.dig(item, attribute, default), "the attribute")
        groups.setdefault(key, []).append(item)
    keys = sort(run, list(groups), case_sensitive=True)
    return [{"grouper": key, "list": groups[key]} for key in keys]


@shelf.add("batch", example="{{ [1, 2, 3] | batch(2) }} gives [[1, 2], [3]]")
def batch(run: Run, value: Any, size: int, fill_with: Any = None) -> list[list[Any]]:
    """Lists of so many items each; the last one filled up if a filling is given."""
    items, width = as_items(run, value), as_whole(size, "size", 1)
    run.budget.items(len(items) // width + 1)
    made = [items[start : start + width] for start in range(0, len(items), width)]
    if made and fill_with is not None:
        run.budget.items(width, 8)
        made[-1] += [fill_with] * (width - len(made[-1]))
    return made


@shelf.add("slice", example="{{ [1, 2, 3] | slice(2) }} gives [[1, 2], [3]]")
def slice_(run: Run, value: Any, slices: int, fill_with: Any = None) -> list[list[Any]]:
    """So many lists of about the same length."""
    items, count = as_items(run, value), as_whole(slices, "slices", 1)
    run.budget.items(count)
    size, longer = divmod(len(items), count)
    made, start = [], 0
    for index in range(count):
        end = start + size + (1 if index < longer else 0)
        part = items[start:end]
        if fill_with is not None and longer and index >= longer:
            part.append(fill_with)
        made.append(part)
        start = end
    return made


@shelf.add("flatten", example="{{ [[1], [2, [3]]] | flatten }} gives [1, 2, 3]")
def flatten(run: Run, value: Any, levels: int | None = None) -> list[Any]:
    """One list of the items of inner lists, all levels or so many."""
    made = as_items(run, value)
    for _ in range(50 if levels is None else as_whole(levels, "levels", 0, 50)):
        if not any(isinstance(item, list | tuple) for item in made):
            break
        flat: list[Any] = []
        for item in made:
            inner = item if isinstance(item, list | tuple) else (item,)
            run.budget.items(len(inner) + 1, 8)
            flat.extend(inner)
        made = flat
    return made


@shelf.add("zip", example="{{ [1, 2] | zip(['a', 'b']) }} gives [[1, 'a'], [2, 'b']]")
def zip_(run: Run, value: Any, *others: Any) -> list[list[Any]]:
    """Lists of the items that stand at the same place, as far as the shortest list goes."""
    lists = [as_items(run, value), *(as_items(run, other) for other in others)]
    run.budget.items(min(map(len, lists)), 64 + 8 * len(lists))
    return [list(group) for group in zip(*lists, strict=False)]


@shelf.add("items", example="{{ {'a': 1} | items }} gives [['a', 1]]", takes_secrets=True)
def items_(run: Run, value: Any) -> list[list[Any]]:
    """The pairs of name and value of a mapping."""
    mapping = as_mapping(value)
    run.budget.items(len(mapping), 80)
    return [[key, item] for key, item in mapping.items()]


@shelf.add("keys", example="{{ {'a': 1} | keys }} gives ['a']")
def keys(run: Run, value: Any) -> list[Any]:
    """The names of a mapping."""
    return as_items(run, as_mapping(value))


@shelf.add("values", example="{{ {'a': 1} | values }} gives [1]")
def values(run: Run, value: Any) -> list[Any]:
    """The values of a mapping."""
    mapping = as_mapping(value)
    run.budget.items(len(mapping), 8)
    return list(mapping.values())


@shelf.add("dictsort", example="{{ {'b': 1, 'a': 2} | dictsort }} gives [['a', 2], ['b', 1]]")
def dictsort(
    run: Run, value: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False
) -> list[list[Any]]:
    """The pairs of a mapping in the order of their key or value."""
    if by not in {"key", "value"}:
        raise ValueError("by is key or value")
    return _sorted_by(run, items_(run, value), int(by == "value"), reverse, case_sensitive)


@shelf.add("merge", "combine", example="{{ {'a': 1} | merge({'b': 2}) }}", takes_secrets=True)
def merge(run: Run, value: Any, *others: Any) -> dict[str, Any]:
    """A new mapping with the names of all; of two values with the same name the later stays."""
    made: dict[str, Any] = {}
    for mapping in (value, *others):
        run.budget.items(len(as_mapping(mapping)), 100)
        made.update(mapping)
    return made


@shelf.add("pick", example="{{ {'a': 1, 'b': 2} | pick('a') }} gives {'a': 1}")
def pick(run: Run, value: Any, *names: str) -> dict[str, Any]:
    """The mapping with these names only."""
    mapping = as_mapping(value)
    return {name: mapping[name] for name in names if name in mapping}


@shelf.add("omit", example="{{ {'a': 1, 'b': 2} | omit('a') }} gives {'b': 2}")
def omit(run: Run, value: Any, *names: str) -> dict[str, Any]:
    """The mapping without these names."""
    mapping = as_mapping(value)
    run.budget.items(len(mapping) * (1 + len(names)), 64)
    return {name: item for name, item in mapping.items() if name not in names}


def _iterable(value: Any) -> Iterable[Any]:
    if isinstance(value, str | list | tuple | Mapping):
        return value
    raise ValueError("this must be a list; use | default(...) first where it may be null")


def _picked(run: Run, value: Any, attribute: str | int | None) -> list[Any]:
    items = as_items(run, value)
    return items if attribute is None else [run.dig(item, attribute) for item in items]


def _passes(run: Run, item: Any, test: str | None, args: tuple[Any, ...]) -> bool:
    run.budget.step()
    return bool(item) if test is None else run.test(as_text(test, "test"), item, *args)


def _sorted_by(
    run: Run, items: list[Any], path: str | int | None, reverse: bool, case_sensitive: bool
) -> list[Any]:
    def key(item: Any) -> Any:
        found = item if path is None else run.dig(item, path)
        return found.lower() if isinstance(found, str) and not case_sensitive else found

    def compare(one: tuple[Any, Any], two: tuple[Any, Any]) -> int:
        run.budget.step()
        return order(one[0], two[0])

    run.budget.items(len(items), 80)
    pairs = [(key(item), item) for item in items]
    known = [pair for pair in pairs if pair[0] is not None]
    kinds = {type(found) for found, _ in known}
    if kinds <= {int, float} or kinds == {str}:
        known.sort(key=itemgetter(0), reverse=reverse)
    else:
        known.sort(key=cmp_to_key(compare), reverse=reverse)
    return [item for _, item in known] + [item for found, item in pairs if found is None]


def joined_text(run: Run, parts: list[Any]) -> str:
    """Values written one after another, as the operator ~ does."""
    return run.budget.made("".join([to_text(part, run.budget) for part in parts]))
