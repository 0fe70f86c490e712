"""The loop step: runs its steps for each item, while something holds, or a number of times."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.steps import outputs
from engine.steps.base import ConfigIssue
from engine.steps.core_step import CoreStep
from engine.steps.fields import anything, config_schema, expression, field, steps, text, whole
from engine.steps.words import shown

_KINDS = ("items", "while", "times")


class LoopStep(CoreStep):
    type = "loop"
    title = "Loop"
    group = "decide"
    icon = "loop"
    description = "Runs steps for each item of a list, while a condition holds, or n times."
    body = "steps"
    expressions = (("while",), ("break",))
    deferred = ("while", "break", "output")
    schema = config_schema(
        {
            "items": field(
                ["array", "object", "string"],
                "Items",
                "A list, or a template that gives one; each iteration sees loop.item.",
                widget="json",
                examples=["{{steps.fetch.output.json.orders}}"],
            ),
            "while": expression(
                "While", "Evaluated before each iteration.", examples=["loop.index < 5"]
            ),
            "times": whole("Times", "How many iterations.", minimum=0, examples=[3]),
            "steps": steps("Steps", "What one iteration runs."),
            "output": anything("Output", "What one iteration gives; a template or a mapping."),
            "max_concurrency": whole(
                "At once", "Iterations that run together.", default=1, minimum=1
            ),
            "batch_size": whole("Batch size", "Items that one iteration takes.", minimum=1),
            "break": expression(
                "Break when",
                "Evaluated after each iteration; true ends the loop.",
                examples=["loop.last.found"],
            ),
            "on_error": text(
                "On error",
                "fail ends the loop; continue notes the error and goes on.",
                enum=["fail", "continue"],
                default="fail",
            ),
            "max_iterations": whole(
                "Iteration limit", "More than this fails the step.", default=10000, minimum=1
            ),
        },
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.of_loop(config)

    def summary(self, config: Mapping[str, Any]) -> str:
        if config.get("items") is not None:
            return f"each of {shown(config['items'])}"
        if config.get("while") is not None:
            return f"while {shown(config['while'])}"
        return f"{shown(config['times'])} times" if config.get("times") is not None else ""

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        issues = super().check(config, folder)
        given = [key for key in _KINDS if key in config]
        if len(given) != 1:
            what = (
                "one of items, while and times is needed" if not given else "only one may be given"
            )
            hint = "" if not given else f"keep one of {', '.join(given)}"
            issues.append(
                ConfigIssue(message=f"a loop runs by items, while or times: {what}", hint=hint)
            )
        return issues
