"""Types that packages add by entry point: found, held against their contract, and never fatal."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, TypeVar

from msgspec import Struct


class PluginProblem(Struct, frozen=True):
    """A plug-in whose type could not be used; everything else works without it."""

    name: str
    """The entry point, e.g. ``fax = acme.steps:FaxStep``."""
    package: str
    reason: str
    kind: str = "step type"

    def __str__(self) -> str:
        return f'the {self.kind} "{self.name}" of {self.package} cannot be used: {self.reason}'


T = TypeVar("T")
Found = tuple[Mapping[str, T], tuple[PluginProblem, ...]]


def load_types(
    kind: str,
    base: type[Any],
    built_in: Mapping[str, str],
    group: str,
    words: tuple[str, ...],
) -> Found[Any]:
    """The built-in types, then those of the entry points of ``group``; and what was wrong.

    ``built_in`` maps a module beside the base class to the class in it. A plug-in is a subclass of
    ``base``, or an instance, that says each of ``words``.
    """
    room = base.__module__.rpartition(".")[0]
    types: dict[str, Any] = {}
    for module, name in built_in.items():
        made = getattr(import_module(f"{room}.{module}"), name)()
        types[made.type] = made
    problems: list[PluginProblem] = []
    for point in entry_points(group=group):
        try:
            added = _plugin(point, base, words)
            if added.type in types:
                raise TypeError(f'there is a {kind} "{added.type}" already')
        except Exception as error:  # foreign code may raise anything; it is told, not lost
            package = point.dist.name if point.dist else "an unknown package"
            reason = f"{type(error).__name__}: {error}"
            problems.append(PluginProblem(f"{point.name} = {point.value}", package, reason, kind))
        else:
            types[added.type] = added
    return MappingProxyType(types), tuple(problems)


def _plugin(point: EntryPoint, base: type[Any], words: tuple[str, ...]) -> Any:
    """The type of an entry point. Raises TypeError for one that does not keep the contract."""
    loaded = point.load()
    made = loaded() if isinstance(loaded, type) else loaded
    if not isinstance(made, base):
        raise TypeError(f"it is no subclass of {base.__module__}.{base.__name__}")
    for word in ("type", *words):
        if not isinstance(getattr(made, word, None), str):
            raise TypeError(f"it has no {word}")
    schema = getattr(made, "schema", None)
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise TypeError('its schema is no JSON Schema with "type": "object"')
    return made
