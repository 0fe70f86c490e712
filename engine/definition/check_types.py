"""Checks steps and triggers against their types: configs, timeouts, and what cannot run yet."""

from collections.abc import Iterable, Mapping
from pathlib import Path as Folder
from typing import Any

from engine.definition.catalogue import Issue, StepKind
from engine.definition.findings import Findings
from engine.definition.fixes import remove, set_value
from engine.definition.model import Step, Trigger
from engine.definition.problems import Path
from engine.definition.trouble import quoted
from engine.definition.units import parse_duration
from engine.definition.validate import Finding, validate_value


def check_steps(findings: Findings, folder: Folder | None) -> None:
    """Tells what is wrong with the configs and timeouts of all steps."""
    for step in findings.walk():
        kind = findings.catalogue.step_types.get(step.type)
        if kind is None or findings.full:
            continue
        path = findings.paths.get(step.id, ())
        config = step.config | _bodies(step)
        issues = validate_value(kind.schema, config)
        _schema_issues(findings, issues, (*path, "config"), step_id=step.id)
        _type_issues(
            findings, kind.check(config, folder), (*path, "config"), issues, step_id=step.id
        )
        if not kind.runnable:
            message = f"steps of type {quoted(step.type)} cannot run in this version yet"
            hint = "the file is kept as it is; the step fails when it is run"
            findings.tell(
                "warning", "not-runnable", message, (*path, "type"), hint=hint, step_id=step.id
            )
        _timeouts(findings, kind, step, path)


def check_triggers(findings: Findings) -> None:
    """Tells what is wrong with the triggers, and where a required input would stay empty."""
    for trigger in findings.workflow.triggers:
        kind = findings.catalogue.trigger_types.get(trigger.type)
        if kind is None:
            continue
        path = findings.triggers.get(trigger.name, ())
        issues = validate_value(kind.schema, trigger.config, allow_templates=False)
        _schema_issues(findings, issues, (*path, "config"), trigger=trigger.name)
        found = kind.check(trigger.config)
        _type_issues(findings, found, (*path, "config"), issues, trigger=trigger.name)
        if not kind.runnable:
            message = f"triggers of type {quoted(trigger.type)} do not fire in this version yet"
            findings.tell("warning", "not-runnable", message, (*path, "type"), trigger=trigger.name)
        _required_inputs(findings, trigger, path)


def check_inputs(findings: Findings) -> None:
    """Tells what is wrong with the schemas that the definition brings along."""
    workflow = findings.workflow
    if workflow.inputs is not None:
        kind = workflow.inputs.get("type", "object")
        if kind != "object":
            message = '"inputs" describes a mapping: its type is "object"'
            fix = findings.fix(
                'Set the type to "object"',
                lambda: set_value(findings.source, ("inputs", "type"), "object"),
            )
            findings.tell("error", "inputs", message, ("inputs", "type"), fix=fix)
        _json_schema(findings, workflow.inputs, ("inputs",), None)
    for step in workflow.walk():
        if step.output_schema is not None:
            path = (*findings.paths.get(step.id, ()), "output_schema")
            _json_schema(findings, step.output_schema, path, step.id)


def _bodies(step: Step) -> dict[str, Any]:
    """The bodies in the shape that a type's schema knows, without what is in them."""
    tree: dict[str, Any] = {}
    for body in step.bodies:
        steps = [{"id": inner.id, "type": inner.type} for inner in body.steps]
        if body.name:
            tree.setdefault("branches", {})[body.name] = steps
        else:
            tree["steps"] = steps
    return tree


def _schema_issues(
    findings: Findings,
    issues: Iterable[Finding],
    base: Path,
    *,
    step_id: str | None = None,
    trigger: str | None = None,
) -> None:
    for issue in issues:
        code = "unknown-key" if issue.unknown_key else "config"
        findings.tell(
            "error", code, issue.message, (*base, *issue.path),
            hint=issue.hint, step_id=step_id, trigger=trigger, at_key=issue.unknown_key,
        )  # fmt: skip


def _type_issues(
    findings: Findings,
    issues: Iterable[Issue],
    base: Path,
    told: Iterable[Finding],
    *,
    step_id: str | None = None,
    trigger: str | None = None,
) -> None:
    """What the type says itself, but for places at which the schema found something already."""
    known = {finding.path for finding in told if finding.path}
    for issue in issues:
        if issue.path in known:
            continue
        findings.tell(
            issue.severity, "config", issue.message, (*base, *issue.path),
            hint=issue.hint, step_id=step_id, trigger=trigger,
        )  # fmt: skip


def _timeouts(findings: Findings, kind: StepKind, step: Step, path: Path) -> None:
    given = step.config.get("timeout")
    if given is None or "timeout" not in kind.schema.get("properties", {}):
        return
    at = (*path, "config", "timeout")
    if step.timeout is not None:
        message = "the step has a timeout, and its config another; they mean the same"
        fix = findings.fix("Remove the timeout from config", lambda: remove(findings.source, at))
        findings.tell(
            "error", "two-timeouts", message, at, hint="keep one of them", step_id=step.id, fix=fix
        )
    if (isinstance(given, str) and "{{" in given) or not isinstance(given, str | int | float):
        return
    try:
        parse_duration(given)
    except ValueError as error:
        findings.tell("error", "config", f'"timeout": {error}', at, step_id=step.id)


def _required_inputs(findings: Findings, trigger: Trigger, path: Path) -> None:
    inputs = findings.workflow.inputs or {}
    required = inputs.get("required")
    properties = inputs.get("properties")
    if not isinstance(required, list) or (
        trigger.type in ("webhook", "event") and not trigger.input
    ):
        return
    known = properties if isinstance(properties, Mapping) else {}
    for name in required:
        described = known.get(name) if isinstance(name, str) else None
        has_default = isinstance(described, Mapping) and "default" in described
        if not isinstance(name, str) or name in trigger.input or has_default:
            continue
        message = f"the input {quoted(name)} is required, but this trigger leaves it empty"
        findings.tell(
            "warning", "empty-input", message, path, hint=f'add "input: {{{name}: ...}}"',
            trigger=trigger.name,
        )  # fmt: skip


def _json_schema(
    findings: Findings, schema: dict[str, Any], path: Path, step_id: str | None
) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for number, error in enumerate(validator.iter_errors(schema)):
        if number == 10:
            return
        message = f"this is no JSON Schema: {error.message[:200]}"
        at = (*path, *error.absolute_path)
        findings.tell("error", "json-schema", message, at, step_id=step_id)
