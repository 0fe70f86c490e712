"""Changes of plain trees, made in copies."""

from collections.abc import Mapping
from typing import Any

from engine.definition.problems import Path
from engine.definition.splice import EditError


def nested(path: Path, value: Any) -> Any:
    """The value inside the mappings (and lists of one) that ``path`` names. Raises EditError."""
    for step in reversed(path):
        if isinstance(step, int):
            if step != 0:
                raise EditError(f"there is no list that could have a place {step}")
            value = [value]
        else:
            value = {step: value}
    return value


def changed(tree: Any, path: Path, value: Any) -> Any:
    """A copy of ``tree`` with the value at ``path`` set, mappings made on the way. Raises
    EditError.
    """
    if not path:
        return value
    if tree is None:
        return nested(path, value)
    step, rest = path[0], path[1:]
    if isinstance(tree, Mapping) and isinstance(step, str):
        return {**tree, step: changed(tree.get(step), rest, value)}
    if isinstance(tree, list) and isinstance(step, int) and 0 <= step <= len(tree):
        inner = changed(tree[step], rest, value) if step < len(tree) else nested(rest, value)
        return [*tree[:step], inner, *tree[step + 1 :]]
    raise EditError(f'there is no mapping or list that could hold "{step}"')


def without(tree: Any, path: Path) -> Any:
    """A copy of ``tree`` in which the entry at ``path``, which is there, is missing."""
    step, rest = path[0], path[1:]
    if rest:
        return changed(tree, (step,), without(tree[step], rest))
    if isinstance(tree, Mapping):
        return {key: entry for key, entry in tree.items() if key != step}
    assert isinstance(step, int)
    return [*tree[:step], *tree[step + 1 :]]


def same(one: Any, other: Any) -> bool:
    """Whether two trees are equal in values and types; the order of keys does not count."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)
