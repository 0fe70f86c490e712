"""The event trigger: something that happened in the engine, or was sent to it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from engine.definition.template import TemplateError, parse_expression
from engine.triggers.base import ConfigIssue, TriggerType


class EventTrigger(TriggerType):
    """Fires for every event of a type whose data match; the data are in ``trigger.payload``."""

    type = "event"
    title = "Event"
    icon = "event"
    description = "Something that happened: sent to the API, or the end of another execution."
    runnable = False
    unavailable = "This version does not receive events yet; the trigger is kept and never fires."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["event"],
        "additionalProperties": False,
        "x-order": ["event", "match", "when"],
        "properties": {
            "event": {
                "type": "string",
                "title": "Event",
                "description": "The event's type, e.g. order.created; a * stands for any part.",
                "minLength": 1,
                "maxLength": 200,
            },
            "match": {
                "type": "object",
                "title": "Match",
                "description": "What the event's data must hold: dotted name -> value, or a list "
                "of values of which one is enough.",
                "x-widget": "mapping",
                "default": {},
            },
            "when": {
                "type": "string",
                "title": "When",
                "description": "An expression over trigger.payload that must hold, too.",
                "x-widget": "expression",
                "minLength": 1,
            },
        },
    }

    def check(self, config: Mapping[str, Any]) -> list[ConfigIssue]:
        return expression_issues(config.get("when"), "when")

    def summary(self, config: Mapping[str, Any]) -> str:
        event = config.get("event")
        return f"on {event}" if isinstance(event, str) else ""


def expression_issues(text: Any, key: str) -> list[ConfigIssue]:
    """What is wrong with an expression in a trigger's config; nothing if there is none."""
    if not isinstance(text, str):
        return []
    try:
        parse_expression(text)
    except TemplateError as error:
        return [ConfigIssue(message=str(error), path=(key,))]
    return []
