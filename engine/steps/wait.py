"""The wait step: goes on after a time, at a time, or when an event comes."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.steps import outputs
from engine.steps.base import ConfigIssue
from engine.steps.core_step import CoreStep
from engine.steps.fields import config_schema, duration, mapping, text
from engine.steps.words import shown

_KINDS = ("duration", "until", "event")


class WaitStep(CoreStep):
    type = "wait"
    title = "Wait"
    group = "decide"
    icon = "wait"
    description = "Waits for a time or an event; a restart of the engine does not disturb it."
    schema = config_schema(
        {
            "duration": duration("Duration", "How long it waits.", examples=["30s", "2h"]),
            "until": text(
                "Until", "A date and time, ISO 8601.", examples=["2030-01-31T08:00:00+01:00"]
            ),
            "event": text("Event", "Type of the event it waits for.", examples=["order.paid"]),
            "match": mapping(
                "Match",
                "Fields of the event's data and the values they must have; a dotted name looks "
                "inside.",
                examples=[{"id": 7}, {"customer.id": 7}],
            ),
        },
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.WAIT

    def summary(self, config: Mapping[str, Any]) -> str:
        if config.get("duration") is not None:
            return shown(config["duration"])
        if config.get("until") is not None:
            return f"until {shown(config['until'])}"
        return f"for {shown(config['event'])}" if config.get("event") is not None else ""

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        issues = super().check(config, folder)
        given = [key for key in _KINDS if key in config]
        if len(given) != 1:
            what = "only one may be given" if given else "one of them is needed"
            issues.append(ConfigIssue(message=f"a wait has a duration, until or event: {what}"))
        if "until" in config and not _may_be_a_time(config["until"]):
            issues.append(
                ConfigIssue(
                    message=f"until is {shown(config['until'])}, which is no date and time",
                    path=("until",),
                    hint="write it as 2030-01-31T08:00:00+01:00",
                )
            )
        if "match" in config and "event" not in config:
            issues.append(ConfigIssue(message="match goes with event only", path=("match",)))
        return issues


def _may_be_a_time(until: Any) -> bool:
    """Whether a text is a date and time, or a template that may give one."""
    if not isinstance(until, str) or "{{" in until:
        return True
    try:
        datetime.fromisoformat(until)
    except ValueError:
        return False
    return True
