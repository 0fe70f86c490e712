"""Writes a workflow as the plain tree of its format, and trees as YAML or JSON text."""

from collections.abc import Mapping
from typing import Any

from engine.definition.model import Body, Cache, Concurrency, RetryPolicy, Step, Trigger, Workflow
from engine.definition.render import Layout, block_lines, flow, json_text
from engine.definition.scalars import inline
from engine.definition.units import format_duration


def dump_workflow(workflow: Workflow) -> dict[str, Any]:
    """The plain tree of a workflow: keys in the format's order, what is at its default left out.

    Reading its text gives an equal workflow again.
    """
    tree: dict[str, Any] = {"version": workflow.version}
    _put(tree, "name", workflow.name, "")
    _put(tree, "description", workflow.description, "")
    _put(tree, "tags", list(workflow.tags), [])
    _put(tree, "is_template", workflow.is_template, False)
    _put(tree, "inputs", workflow.inputs, None)
    _put(tree, "variables", workflow.variables, {})
    tree["steps"] = [dump_step(step) for step in workflow.steps]
    _put(tree, "triggers", [dump_trigger(trigger) for trigger in workflow.triggers], [])
    _put(tree, "output", workflow.output, None)
    _put_duration(tree, "timeout", workflow.timeout)
    _put_duration(tree, "queue_timeout", workflow.queue_timeout)
    _put(tree, "priority", workflow.priority, None)
    _put(tree, "fail_fast", workflow.fail_fast, False)
    if workflow.concurrency is not None:
        tree["concurrency"] = _concurrency(workflow.concurrency)
    _put(tree, "on_failure", list(workflow.on_failure), [])
    _put(tree, "on_success", list(workflow.on_success), [])
    _put(tree, "on_cancel", list(workflow.on_cancel), [])
    _put(tree, "finally", list(workflow.finally_), [])
    _put(tree, "designer", workflow.designer, {})
    return tree | workflow.extra


def dump_step(step: Step) -> dict[str, Any]:
    """The plain tree of a step, its bodies inside its config."""
    tree: dict[str, Any] = {"id": step.id}
    _put(tree, "name", step.name, "")
    _put(tree, "description", step.description, "")
    _put(tree, "type", step.type, "")
    if step.depends_on is not None:
        tree["depends_on"] = [dependency.text for dependency in step.depends_on]
    _put(tree, "order", step.order, None)
    _put(tree, "is_parallel", step.is_parallel, False)
    _put(tree, "config", step.config | _bodies(step.bodies), {})
    _put(tree, "input_mapping", step.input_mapping, {})
    _put(tree, "output_mapping", step.output_mapping, {})
    _put(tree, "when", step.when, None)
    _put(tree, "join", step.join, "all")
    if step.retry_policy is not None:
        tree["retry_policy"] = _retry(step.retry_policy)
    _put_duration(tree, "timeout", step.timeout)
    _put(tree, "resources", {key: _amount(of) for key, of in step.resources.items()}, {})
    _put(tree, "effect", step.effect, "repeatable")
    _put(tree, "compensate", step.compensate, None)
    if step.cache is not None:
        tree["cache"] = _cache(step.cache)
    _put(tree, "output_schema", step.output_schema, None)
    _put(tree, "enabled", step.enabled, True)
    return tree | step.extra


def dump_trigger(trigger: Trigger) -> dict[str, Any]:
    """The plain tree of a trigger."""
    tree: dict[str, Any] = {}
    _put(tree, "type", trigger.type, "")
    _put(tree, "name", trigger.name, "")
    _put(tree, "config", trigger.config, {})
    _put(tree, "enabled", trigger.enabled, True)
    _put(tree, "input", trigger.input, {})
    return tree | trigger.extra


def to_yaml(tree: Any) -> str:
    """A plain tree as YAML in block style; every reader takes each text for that text.

    Raises NotWritable for what JSON could not hold.
    """
    if isinstance(tree, Mapping | list | tuple):
        if not tree:
            return flow(tree) + "\n"
        return "\n".join(block_lines(tree, 0, Layout())) + "\n"
    return inline(tree) + "\n"


def to_json(tree: Any) -> str:
    """A plain tree as JSON, two spaces a level. Raises NotWritable for what JSON cannot hold."""
    return json_text(tree, 0, Layout(spread=True)) + "\n"


def _put(tree: dict[str, Any], key: str, value: Any, default: Any) -> None:
    if value != default:
        tree[key] = value


def _put_duration(tree: dict[str, Any], key: str, seconds: float | None) -> None:
    if seconds is not None:
        tree[key] = format_duration(seconds)


def _amount(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _bodies(bodies: tuple[Body, ...]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for body in bodies:
        steps = [dump_step(step) for step in body.steps]
        if body.name:
            tree.setdefault("branches", {})[body.name] = steps
        else:
            tree["steps"] = steps
    return tree


def _retry(policy: RetryPolicy) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    _put(tree, "max_attempts", policy.max_attempts, None)
    _put_duration(tree, "initial_delay", policy.initial_delay)
    _put_duration(tree, "max_delay", policy.max_delay)
    _put(tree, "backoff_factor", policy.backoff_factor, None)
    if policy.retry_on is not None:
        tree["retry_on"] = list(policy.retry_on)
    return tree


def _cache(cache: Cache) -> dict[str, Any]:
    tree: dict[str, Any] = {"key": cache.key}
    _put_duration(tree, "ttl", cache.ttl)
    return tree


def _concurrency(concurrency: Concurrency) -> dict[str, Any]:
    tree: dict[str, Any] = {"max": concurrency.max}
    _put(tree, "key", concurrency.key, "")
    _put(tree, "on_conflict", concurrency.on_conflict, "queue")
    return tree
