"""The trigger types of this installation: the built-in ones, and those that plug-ins add."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from msgspec import Struct

from engine.triggers.base import TriggerType

ENTRY_POINTS = "treadle.triggers"
"""Group under which a package names its trigger types: TriggerType subclasses or instances."""

_BUILT_IN = {
    "manual": "ManualTrigger",
    "schedule": "ScheduleTrigger",
    "webhook": "WebhookTrigger",
    "event": "EventTrigger",
    "condition": "ConditionTrigger",
}
"""Module of this room -> class, in the order of the palette."""


class PluginProblem(Struct, frozen=True):
    """A plug-in whose trigger type could not be used; everything else works without it."""

    name: str
    """The entry point, e.g. ``tide = acme.triggers:TideTrigger``."""
    package: str
    reason: str

    def __str__(self) -> str:
        return f'the trigger type "{self.name}" of {self.package} cannot be used: {self.reason}'


def trigger_types() -> Mapping[str, TriggerType]:
    """Type name -> trigger type, in the order of the palette; the same instances at each call."""
    return _load()[0]


def plugin_problems() -> tuple[PluginProblem, ...]:
    """What is wrong with the installed plug-ins, for the log and the settings page."""
    return _load()[1]


@cache
def _load() -> tuple[Mapping[str, TriggerType], tuple[PluginProblem, ...]]:
    types: dict[str, TriggerType] = {}
    for module, name in _BUILT_IN.items():
        trigger: TriggerType = getattr(import_module(f"engine.triggers.{module}"), name)()
        types[trigger.type] = trigger
    problems: list[PluginProblem] = []
    for point in entry_points(group=ENTRY_POINTS):
        try:
            added = _plugin(point)
            if added.type in types:
                raise TypeError(f'there is a trigger type "{added.type}" already')
        except Exception as error:  # foreign code may raise anything; it is told, not lost
            package = point.dist.name if point.dist else "an unknown package"
            reason = f"{type(error).__name__}: {error}"
            problems.append(PluginProblem(f"{point.name} = {point.value}", package, reason))
        else:
            types[added.type] = added
    return MappingProxyType(types), tuple(problems)


def _plugin(point: EntryPoint) -> TriggerType:
    """The trigger type of an entry point. Raises TypeError if it does not keep the contract."""
    loaded = point.load()
    trigger = loaded() if isinstance(loaded, type) else loaded
    if not isinstance(trigger, TriggerType):
        raise TypeError("it is no subclass of engine.triggers.base.TriggerType")
    for word in ("type", "title", "icon", "description"):
        if not isinstance(getattr(trigger, word, None), str):
            raise TypeError(f"it has no {word}")
    schema = getattr(trigger, "schema", None)
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise TypeError('its schema is no JSON Schema with "type": "object"')
    return trigger
