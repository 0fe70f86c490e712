"""The engine's records as the API shows them."""

from functools import cache, lru_cache
from typing import Any, TypeVar

import msgspec

from engine import catalogue
from engine.definition.dump import to_yaml
from engine.definition.model import Step, dependencies
from engine.definition.parse import parse_workflow
from engine.definition.source import read_source
from engine.service import types as api
from engine.store.records import (
    ExecutionRecord,
    LogRecord,
    StepRecord,
    StreamEvent,
    TriggerRecord,
    WorkflowRecord,
)

T = TypeVar("T", bound=msgspec.Struct)


class Definition(msgspec.Struct, frozen=True, eq=False):
    """What a workflow's text says, as the API shows it."""

    tree: dict[str, Any]
    variables: dict[str, Any]
    steps: tuple[Step, ...]


@lru_cache(maxsize=64)
def read_definition(text: str) -> Definition:
    """The tree, variables and steps of a text; empty where it holds none."""
    source = read_source(text)
    tree = source.tree()
    workflow, _ = parse_workflow(source, catalogue())
    return Definition(
        tree=tree if isinstance(tree, dict) else {},
        variables=workflow.variables if workflow else {},
        steps=workflow.steps if workflow else (),
    )


def workflow(record: WorkflowRecord) -> api.Workflow:
    """A workflow; with its definition where the record carries the text."""
    shown = _same_fields(record, api.Workflow)
    if record.text is None:
        return shown
    definition = read_definition(record.text)
    return msgspec.structs.replace(
        shown,
        source=record.text,
        definition=definition.tree,
        variables=definition.variables,
        triggers=[trigger(item) for item in record.triggers],
        steps=_steps(record.id, definition.steps),
    )


def text_of(definition: dict[str, Any]) -> str:
    """The text of a definition that was sent as a tree."""
    return to_yaml(definition)


def trigger(record: TriggerRecord) -> api.Trigger:
    return _same_fields(record, api.Trigger)


def execution(record: ExecutionRecord) -> api.Execution:
    """An execution; with its text and steps where the record carries them."""
    shown = _same_fields(record, api.Execution)
    if record.source is None:
        return shown
    steps = [step_execution(step) for step in record.steps]
    return msgspec.structs.replace(shown, step_executions=steps)


def step_execution(record: StepRecord) -> api.StepExecution:
    shown = _same_fields(record, api.StepExecution)
    if record.error_type is None and record.error_message is None:
        return shown
    error = api.StepError(type=record.error_type or "error", message=record.error_message or "")
    return msgspec.structs.replace(shown, error=error)


def log_line(record: LogRecord) -> api.LogLine:
    return _same_fields(record, api.LogLine)


def event(told: StreamEvent) -> api.Event:
    """An event of the stream: what it is about, without inputs, outputs and texts."""
    return api.Event(
        id=told.id,
        type=told.type,
        time=told.time,
        execution_id=told.execution_id,
        workflow_id=told.workflow_id,
        data=_event_data(told.data),
    )


def report(found: msgspec.Struct, kind: type[T]) -> T:
    """A report of the engine (health, scheduler, statistics) as the API's ``kind``."""
    return msgspec.convert(found, kind, from_attributes=True)


def _event_data(data: Any) -> Any:
    if isinstance(data, StepRecord):
        return msgspec.structs.replace(step_execution(data), input=None, output=None)
    if isinstance(data, ExecutionRecord):
        return msgspec.structs.replace(execution(data), source=None, step_executions=[])
    return log_line(data) if isinstance(data, LogRecord) else data


def _steps(workflow_id: str, steps: tuple[Step, ...]) -> list[api.StepSummary]:
    needed = dependencies(steps)
    return [
        api.StepSummary(
            id=step.id,
            workflow_id=workflow_id,
            name=step.name,
            type=step.type,
            config=step.config,
            input_mapping=step.input_mapping,
            output_mapping=step.output_mapping,
            order=step.order,
            is_parallel=step.is_parallel,
            dependencies=[dependency.text for dependency in needed[step.id]],
            retry_policy=_set_values(step.retry_policy),
        )
        for step in steps
    ]


def _set_values(value: msgspec.Struct | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {key: item for key, item in msgspec.structs.asdict(value).items() if item is not None}


def _same_fields(record: msgspec.Struct, kind: type[T]) -> T:
    """A value of ``kind`` from the fields that both have by the same name."""
    return kind(**{name: getattr(record, name) for name in _common(type(record), kind)})


@cache
def _common(record: type[msgspec.Struct], kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(name for name in kind.__struct_fields__ if name in record.__struct_fields__)
