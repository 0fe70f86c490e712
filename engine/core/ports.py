"""Which ports of an ended step fire, and what that means for the joins that wait for them."""

from typing import Literal

from engine.core.state import OVER, StepState
from engine.definition.model import ALWAYS, DONE, FAILURE, SUCCESS

Verdict = Literal["run", "skip", "wait"]


def fires(step: StepState, port: str) -> bool:
    """Whether the port of an ended step fires. A branch fires only by its completion."""
    if port == ALWAYS:
        return True
    if step.status == "completed":
        return port in (SUCCESS, DONE) or (port == step.branch and port != FAILURE)
    if step.status == "skipped":
        return port == DONE or (step.bypassed and port == SUCCESS)
    return port == FAILURE and step.status in ("failed", "timed_out")


def arrive(taker: StepState, fired: bool) -> Verdict:
    """Counts a port that fired, or never will, into the join of a step that is still pending."""
    if fired == (taker.node.step.join == "any"):
        return "run" if fired else "skip"
    taker.remaining -= 1
    if taker.remaining:
        return "wait"
    return "run" if fired else "skip"


def why_skipped(taker: StepState) -> str:
    """In words: the ports of a skipped step's join that did not fire."""
    dead = [
        f"{source.id}.{port}"
        for source, port in taker.node.needs
        if (step := taker.scope.steps[source.index]).status in OVER and not fires(step, port)
    ]
    named = ", ".join(dead[:5]) + (" ..." if len(dead) > 5 else "")
    return f"it waits for {named}, which did not fire" if dead else "nothing it waits for fired"
