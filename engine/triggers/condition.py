"""The condition trigger: fires when an expression becomes true."""

from collections.abc import Mapping
from typing import Any, ClassVar

from engine.definition.units import DURATION_PATTERN
from engine.triggers.base import ConfigIssue, TriggerType
from engine.triggers.event import expression_issues


class ConditionTrigger(TriggerType):
    """Looks at an expression at intervals and fires when it turns from false to true."""

    type = "condition"
    title = "Condition"
    icon = "condition"
    description = "Fires when an expression becomes true; it is looked at in an interval."
    runnable = False
    unavailable = "This version does not watch conditions yet; the trigger is kept and never fires."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["expression"],
        "additionalProperties": False,
        "x-order": ["expression", "interval", "for", "every_time"],
        "properties": {
            "expression": {
                "type": "string",
                "title": "Expression",
                "description": "What must become true, e.g. variables.stock < 10.",
                "x-widget": "expression",
                "minLength": 1,
            },
            "interval": {
                "title": "Interval",
                "description": "How often it is looked at.",
                "x-widget": "duration",
                "default": "1m",
                "anyOf": [
                    {"type": "string", "pattern": DURATION_PATTERN},
                    {"type": "number", "exclusiveMinimum": 0},
                ],
            },
            "for": {
                "title": "For",
                "description": "How long it must stay true before the trigger fires.",
                "x-widget": "duration",
                "default": "0s",
                "anyOf": [
                    {"type": "string", "pattern": DURATION_PATTERN},
                    {"type": "number", "minimum": 0},
                ],
            },
            "every_time": {
                "type": "boolean",
                "title": "Every time",
                "description": "Fire at every look while it is true, not only when it becomes so.",
                "default": False,
            },
        },
    }

    def check(self, config: Mapping[str, Any]) -> list[ConfigIssue]:
        return expression_issues(config.get("expression"), "expression")

    def summary(self, config: Mapping[str, Any]) -> str:
        expression = config.get("expression")
        return f"when {expression.strip('{} ')}" if isinstance(expression, str) else ""
