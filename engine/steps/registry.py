"""The step types of this installation: the built-in ones, and those that plug-ins add."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from msgspec import Struct

from engine.steps.base import StepType

ENTRY_POINTS = "treadle.steps"
"""Group under which a package names its step types: a subclass of StepType, or an instance."""

_BUILT_IN = {
    "http": "HttpStep",
    "script": "ScriptStep",
    "database": "DatabaseStep",
    "file": "FileStep",
    "transform": "TransformStep",
    "email": "EmailStep",
    "webhook": "WebhookStep",
    "workflow": "WorkflowStep",
    "condition": "ConditionStep",
    "loop": "LoopStep",
    "parallel": "ParallelStep",
    "wait": "WaitStep",
    "llm": "LanguageModelStep",
    "agent": "AgentStep",
    "mcp": "McpStep",
    "approval": "ApprovalStep",
}
"""Module of this room -> class, in the order of the palette."""


class PluginProblem(Struct, frozen=True):
    """A plug-in whose step type could not be used; everything else works without it."""

    name: str
    """The entry point, e.g. ``fax = acme.steps:FaxStep``."""
    package: str
    reason: str

    def __str__(self) -> str:
        return f'the step type "{self.name}" of {self.package} cannot be used: {self.reason}'


def step_types() -> Mapping[str, StepType]:
    """Type name -> step type, in the order of the palette; the same instances at each call."""
    return _load()[0]


def plugin_problems() -> tuple[PluginProblem, ...]:
    """What is wrong with the installed plug-ins, for the log and the settings page."""
    return _load()[1]


@cache
def _load() -> tuple[Mapping[str, StepType], tuple[PluginProblem, ...]]:
    types: dict[str, StepType] = {}
    for module, name in _BUILT_IN.items():
        step_type: StepType = getattr(import_module(f"engine.steps.{module}"), name)()
        types[step_type.type] = step_type
    problems: list[PluginProblem] = []
    for point in entry_points(group=ENTRY_POINTS):
        try:
            added = _plugin(point)
            if added.type in types:
                raise TypeError(f'there is a step type "{added.type}" already')
        except Exception as error:  # foreign code may raise anything; it is told, not lost
            package = point.dist.name if point.dist else "an unknown package"
            reason = f"{type(error).__name__}: {error}"
            problems.append(PluginProblem(f"{point.name} = {point.value}", package, reason))
        else:
            types[added.type] = added
    return MappingProxyType(types), tuple(problems)


def _plugin(point: EntryPoint) -> StepType:
    """The step type of an entry point. Raises TypeError for one that does not keep the contract."""
    loaded = point.load()
    step_type = loaded() if isinstance(loaded, type) else loaded
    if not isinstance(step_type, StepType):
        raise TypeError("it is no subclass of engine.steps.base.StepType")
    for word in ("type", "title", "group", "icon", "description"):
        if not isinstance(getattr(step_type, word, None), str):
            raise TypeError(f"it has no {word}")
    schema = getattr(step_type, "schema", None)
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise TypeError('its schema is no JSON Schema with "type": "object"')
    return step_type
