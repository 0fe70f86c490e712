"""The step types of this installation: the built-in ones, and those that plug-ins add."""

from collections.abc import Mapping
from functools import cache

from engine.settings.plugins import Found, PluginProblem, load_types
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
_WORDS = ("title", "group", "icon", "description")
"""What every type must say of itself."""


def step_types() -> Mapping[str, StepType]:
    """Type name -> step type, in the order of the palette; the same instances at each call."""
    return _load()[0]


def plugin_problems() -> tuple[PluginProblem, ...]:
    """What is wrong with the installed plug-ins, for the log and the settings page."""
    return _load()[1]


@cache
def _load() -> Found[StepType]:
    return load_types("step type", StepType, _BUILT_IN, ENTRY_POINTS, _WORDS)
