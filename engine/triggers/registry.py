"""The trigger types of this installation: the built-in ones, and those that plug-ins add."""

from collections.abc import Mapping
from functools import cache

from engine.settings.plugins import Found, PluginProblem, load_types
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
_WORDS = ("title", "icon", "description")
"""What every type must say of itself."""


def trigger_types() -> Mapping[str, TriggerType]:
    """Type name -> trigger type, in the order of the palette; the same instances at each call."""
    return _load()[0]


def plugin_problems() -> tuple[PluginProblem, ...]:
    """What is wrong with the installed plug-ins, for the log and the settings page."""
    return _load()[1]


@cache
def _load() -> Found[TriggerType]:
    return load_types("trigger type", TriggerType, _BUILT_IN, ENTRY_POINTS, _WORDS)
