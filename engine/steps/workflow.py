"""The sub-workflow step: runs another workflow as an execution of its own."""

from collections.abc import Mapping
from typing import Any

from engine.steps import outputs
from engine.steps.core_step import CoreStep
from engine.steps.fields import config_schema, flag, mapping, text
from engine.steps.words import shown


class WorkflowStep(CoreStep):
    type = "workflow"
    title = "Sub-workflow"
    group = "do"
    icon = "workflow"
    description = "Runs another workflow as an execution of its own, linked to this one."
    schema = config_schema(
        {
            "workflow": text(
                "Workflow",
                "Path of a definition file, or the id or name of a workflow.",
                widget="path",
                examples=["clean.yaml"],
            ),
            "input": mapping("Input", "What it is started with; the step's input when missing."),
            "wait": flag("Wait", "The step ends when the other execution has ended.", default=True),
        },
        required=["workflow"],
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.WORKFLOW

    def summary(self, config: Mapping[str, Any]) -> str:
        return shown(config.get("workflow"))
