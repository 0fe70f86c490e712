"""The transform step: reshapes data without a script."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.steps import outputs
from engine.steps.base import ConfigIssue, StepContext, StepResult, StepType, StepView
from engine.steps.fields import config_schema, expression, mapping
from engine.steps.words import shown


class TransformStep(StepType):
    type = "transform"
    title = "Transform"
    group = "data"
    icon = "transform"
    description = "Reshapes data: one expression, or a field for each value of the result."
    inline = True
    expressions = (("expression",),)
    schema = config_schema(
        {
            "expression": expression(
                "Expression",
                "Its value is the result.",
                examples=["steps.fetch.output.json.orders | selectattr('total', '>', 100) | list"],
            ),
            "fields": mapping(
                "Fields",
                "In place of the expression: names, each with a value or template.",
                examples=[{"count": "{{steps.fetch.output.json.orders | length}}"}],
            ),
        },
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.of_transform(config)

    def summary(self, config: Mapping[str, Any]) -> str:
        fields = config.get("fields")
        if isinstance(fields, Mapping):
            return ", ".join(str(name) for name in list(fields)[:20])
        return shown(config.get("expression"))

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        issues = super().check(config, folder)
        if ("expression" in config) == ("fields" in config):
            what = "only one may be given" if "fields" in config else "one of them is needed"
            issues.append(ConfigIssue(message=f"a transform has an expression or fields: {what}"))
        return issues

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        key = "fields" if "fields" in step.config else "expression"
        return StepResult(output={"result": step.config.get(key)})
