"""The edits that quick fixes make. Most texts need none, so the editor is loaded with the first."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.definition.problems import Path
from engine.definition.source import Source
from engine.definition.splice import Edit


def set_value(source: Source, path: Path, value: Any) -> Edit:
    """As ``edit.set_value``."""
    return change(source, {path: value})


def remove(source: Source, path: Path) -> Edit:
    """As ``edit.remove``."""
    return change(source, {}, [path])


def change(source: Source, values: Mapping[Path, Any], removed: Iterable[Path] = ()) -> Edit:
    """As ``edit.change``."""
    from engine.definition import edit

    return edit.change(source, values, removed)
