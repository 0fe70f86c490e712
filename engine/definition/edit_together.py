"""Brings changes that are asked for together into a form in which each can be made by itself."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.definition.plain import changed, without
from engine.definition.problems import Path
from engine.definition.source import Source
from engine.definition.splice import EditError

Foreign = Callable[[Path], Path | None]
"""Where on the way to a path something begins that is written elsewhere; None when nothing does."""


def settle(
    source: Source, values: Mapping[Path, Any], removed: Iterable[Path], foreign: Foreign
) -> tuple[dict[Path, Any], list[Path]]:
    """The same changes as values to set and paths to remove that do not touch each other.

    What is inside an alias or ``<<``, and a collection that both gains and loses entries, is set
    as a whole. Raises EditError where one change lies inside another, or nothing is to be removed.
    """
    gone = list(dict.fromkeys(removed))
    for path in gone:
        if not path or source.node(path) is None:
            raise EditError(f"there is nothing at {shown(path)}")
    _refuse_nested([*values, *gone])
    roots = {root for path in (*values, *gone) if (root := foreign(path)) is not None}
    if values:
        gaining = {_existing(source, path) for path in values}
        roots |= {path[:-1] for path in gone if path[:-1] in gaining}
    whole: dict[Path, Any] = {}
    apart: dict[Path, Any] = {}
    for path, value in values.items():
        root = _outermost(path, roots)
        if root is None:
            apart[path] = value
        else:
            whole[root] = changed(_tree(source, whole, root), path[len(root) :], value)
    left: list[Path] = []
    for path in sorted(gone, key=_last_first):
        root = _outermost(path, roots)
        if root is None:
            left.append(path)
        else:
            whole[root] = without(_tree(source, whole, root), path[len(root) :])
    return apart | whole, left


def shown(path: Path) -> str:
    """A path in words."""
    return ".".join(str(step) for step in path) or "the top of the file"


def _refuse_nested(paths: list[Path]) -> None:
    known = set(paths)
    for path in paths:
        if any(path[:depth] in known for depth in range(len(path))):
            raise EditError(f"the changes overlap at {shown(path)}; make them one after the other")
    if len(known) != len(paths):
        raise EditError("the changes overlap: one path is both set and removed")


def _existing(source: Source, path: Path) -> Path | None:
    """The collection that gains an entry when ``path`` is set; None when the path is there."""
    node = source.root
    for depth, step in enumerate(path):
        child = node.child(step) if node is not None else None
        if child is None:
            return path[:depth]
        node = child
    return None


def _outermost(path: Path, roots: set[Path]) -> Path | None:
    return next((path[:depth] for depth in range(len(path)) if path[:depth] in roots), None)


def _tree(source: Source, whole: dict[Path, Any], root: Path) -> Any:
    if root not in whole:
        node = source.node(root)
        whole[root] = node.plain() if node is not None else None
    return whole[root]


def _last_first(path: Path) -> list[tuple[int, str]]:
    return [(-step, "") if isinstance(step, int) else (0, step) for step in path]
