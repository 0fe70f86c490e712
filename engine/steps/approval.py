"""The approval step: asks people and goes on with their answer."""

from collections.abc import Mapping
from typing import Any

from engine.steps import outputs
from engine.steps.core_step import CoreStep
from engine.steps.fields import config_schema, field, text, texts
from engine.steps.words import shown


class ApprovalStep(CoreStep):
    type = "approval"
    title = "Approval"
    group = "ask"
    icon = "approval"
    description = "Asks a person to decide, in the designer, by API or on the command line."
    schema = config_schema(
        {
            "message": text(
                "Message", "What is asked.", widget="text", examples=["Send 4,812 invoices?"]
            ),
            "options": texts(
                "Options",
                "The answers to choose from.",
                default=["approve", "reject"],
                minItems=1,
            ),
            "assignees": field(
                ["string", "array"],
                "Assignees",
                "Who may answer; anyone who may run the workflow when missing.",
                items={"type": "string"},
                examples=[["ana", "ops"]],
            ),
        },
        required=["message"],
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.of_approval(config)

    def summary(self, config: Mapping[str, Any]) -> str:
        return shown(config.get("message"))
