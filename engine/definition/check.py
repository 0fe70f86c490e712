"""Everything that can be said of a workflow before it runs: problems, their places and ways out."""

from collections.abc import Callable
from pathlib import Path as Folder

from engine.definition.catalogue import Catalogue
from engine.definition.check_graph import check_graph
from engine.definition.check_retries import check_retries
from engine.definition.check_templates import check_templates
from engine.definition.check_types import check_inputs, check_steps, check_triggers
from engine.definition.findings import Findings
from engine.definition.model import Workflow
from engine.definition.problems import Problem
from engine.definition.source import Source


def check_workflow(
    workflow: Workflow,
    source: Source,
    catalogue: Catalogue,
    folder: Folder | None = None,
    is_stale: Callable[[], bool] | None = None,
) -> tuple[Problem, ...]:
    """What is wrong or doubtful beyond the shape of the file, which ``parse_workflow`` checks.

    ``workflow`` must be the one read from ``source``. With ``folder`` named files are looked for
    there. Ten thousand steps take about a second; at most 1,000 problems are told. Raises Stale
    once ``is_stale`` says that the answer is not wanted any more.
    """
    findings = Findings(workflow, source, catalogue, is_stale)
    if not workflow.steps and not findings.steps:
        message = "the workflow has no steps"
        hint = "drag a step onto the canvas, or add one under steps"
        findings.tell("warning", "no-steps", message, ("steps",), hint=hint)
    wiring = check_graph(findings)
    check_steps(findings, folder)
    check_retries(findings)
    check_triggers(findings)
    check_inputs(findings)
    check_templates(findings, wiring)
    return tuple(findings.problems)
