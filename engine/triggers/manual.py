"""The manual trigger: a person, the command line or the API starts the workflow."""

from collections.abc import Mapping
from typing import Any, ClassVar

from engine.triggers.base import TriggerType


class ManualTrigger(TriggerType):
    """Fires when somebody asks for it. Every workflow can be started by hand without one, too."""

    type = "manual"
    title = "Manual"
    icon = "manual"
    description = "Started by hand: with the Run button, the command line or the API."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {},
        "additionalProperties": False,
    }

    def summary(self, config: Mapping[str, Any]) -> str:
        return "by hand"
