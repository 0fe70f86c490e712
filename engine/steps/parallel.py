"""The parallel step: runs branches of steps side by side."""

from collections.abc import Mapping
from typing import Any

from engine.steps import outputs
from engine.steps.core_step import CoreStep
from engine.steps.fields import config_schema, field, flag, steps, whole
from engine.steps.words import counted


class ParallelStep(CoreStep):
    type = "parallel"
    title = "Parallel"
    group = "decide"
    icon = "parallel"
    description = "Runs branches of steps side by side and waits for all of them."
    body = "branches"
    schema = config_schema(
        {
            "branches": field(
                "object",
                "Branches",
                "A name for each branch, with its steps.",
                widget="steps",
                additionalProperties={"type": "array", "items": {"type": "object"}},
            ),
            "steps": steps("Steps", "In place of branches: each step is a branch of its own."),
            "max_concurrency": whole(
                "At once", "Branches that run together; all when missing.", minimum=1
            ),
            "fail_fast": flag(
                "Fail fast", "The first failure cancels the other branches.", default=False
            ),
        },
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.of_parallel(config)

    def summary(self, config: Mapping[str, Any]) -> str:
        branches = config.get("branches") or config.get("steps")
        return (
            counted(len(branches), "branch", "branches")
            if isinstance(branches, Mapping | list)
            else ""
        )
