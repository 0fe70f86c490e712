"""The condition step: chooses the branch that goes on."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.steps import outputs
from engine.steps.base import (
    ConfigIssue,
    StepContext,
    StepError,
    StepResult,
    StepType,
    StepView,
)
from engine.steps.fields import config_schema, expression, field, obj, text
from engine.steps.words import counted, shown

DEFAULT_BRANCH = "default"
_CASE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TAKEN = ("success", "failure", "done", "always", DEFAULT_BRANCH)


class ConditionStep(StepType):
    type = "condition"
    title = "Condition"
    group = "decide"
    icon = "condition"
    description = "Goes on at true or false, or at the first case that holds."
    inline = True
    expressions = (("expression",), ("cases", "*", "when"))
    schema = config_schema(
        {
            "expression": expression(
                "Expression",
                "True or false; null, 0 and empty lists are false, a text must be compared.",
                examples=["steps.fetch.output.json.count > 100"],
            ),
            "cases": field(
                "array",
                "Cases",
                "In place of the expression: the first case that holds names the branch.",
                minItems=1,
                items=obj(
                    {
                        "name": text("Name", "The branch, a port of the step.", examples=["large"]),
                        "when": expression("When", "The case's condition."),
                    },
                    required=["name", "when"],
                ),
                examples=[[{"name": "large", "when": "variables.count > 100"}]],
            ),
        },
    )

    def ports(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        if "cases" not in config:
            return ("true", "false")
        return (*dict.fromkeys(_names(config["cases"])), DEFAULT_BRANCH)

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.CONDITION

    def summary(self, config: Mapping[str, Any]) -> str:
        if "cases" in config:
            names = _names(config["cases"])
            return f"{counted(len(names), 'case')}: {', '.join(names)}" if names else ""
        return shown(config.get("expression"))

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        issues = super().check(config, folder)
        if ("expression" in config) == ("cases" in config):
            what = "only one may be given" if "cases" in config else "one of them is needed"
            issues.append(ConfigIssue(message=f"a condition has an expression or cases: {what}"))
        cases = config.get("cases")
        seen: set[str] = set()
        for index, case in enumerate(cases if isinstance(cases, list) else ()):
            name = case.get("name") if isinstance(case, Mapping) else None
            if isinstance(name, str):
                issues.extend(_name_issues(name, seen, ("cases", index, "name")))
                seen.add(name)
        return issues

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        branch = _branch(step.config)
        return StepResult(output={"branch": branch}, branch=branch)


def _branch(config: Mapping[str, Any]) -> str:
    if "cases" not in config:
        return "true" if _holds(config.get("expression"), "the expression") else "false"
    for case in config["cases"]:
        if _holds(case["when"], f'case "{case["name"]}"'):
            return str(case["name"])
    return DEFAULT_BRANCH


def _holds(value: Any, what: str) -> bool:
    from engine.definition.template import TemplateError, truth

    try:
        return truth(value)
    except TemplateError as error:
        raise StepError(f"{what}: {error}", type="template", retryable=False) from error


def _names(cases: Any) -> list[str]:
    entries = cases if isinstance(cases, list) else []
    names = (case.get("name") for case in entries if isinstance(case, Mapping))
    return [name for name in names if isinstance(name, str) and name]


def _name_issues(name: str, seen: set[str], path: tuple[str | int, ...]) -> list[ConfigIssue]:
    if name in _TAKEN:
        message = f'"{name}" is a port that every condition has; name the case otherwise'
    elif not _CASE_NAME.fullmatch(name):
        message = f'"{name}" is no name for a case'
    elif name in seen:
        message = f'there are two cases named "{name}"'
    else:
        return []
    hint = "a name has letters, digits, _ and -, and begins with a letter or _"
    return [ConfigIssue(message=message, path=path, hint=hint)]
