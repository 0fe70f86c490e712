"""What a workflow's text says, beside what the engine knows of the workflow."""

from functools import lru_cache
from typing import Any

from msgspec import Struct, structs

from engine import catalogue
from engine.definition.dump import to_yaml
from engine.definition.model import Step, dependencies
from engine.definition.parse import parse_workflow
from engine.definition.source import read_source
from engine.service.types import StepSummary, Workflow


class Definition(Struct, frozen=True, eq=False):
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


def described(workflow: Workflow) -> Workflow:
    """A workflow with its tree, variables and steps, where it carries its text."""
    if workflow.source is None:
        return workflow
    definition = read_definition(workflow.source)
    return structs.replace(
        workflow,
        definition=definition.tree,
        variables=definition.variables,
        steps=_steps(workflow.id, definition.steps),
    )


def text_of(definition: dict[str, Any]) -> str:
    """The text of a definition that was sent as a tree."""
    return to_yaml(definition)


def _steps(workflow_id: str, steps: tuple[Step, ...]) -> list[StepSummary]:
    needed = dependencies(steps)
    return [
        StepSummary(
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


def _set_values(value: Struct | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {key: item for key, item in structs.asdict(value).items() if item is not None}
