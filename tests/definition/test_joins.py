"""A step that is said never to run does not run however the others end."""

from itertools import product

from catalogues import CATALOGUE
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition.graph import graph_of, ports_of
from engine.definition.joins import never_runs
from engine.definition.model import Dependency, Step

PORTS = ["success", "failure", "done", "always", "true", "false"]
FIRES = {
    "success": ("true", "false", "success"),
    "failure": ("failure",),
    "done": ("true", "false", "success", "skipped"),
    "always": ("true", "false", "success", "skipped", "failure"),
    "true": ("true",),
    "false": ("false",),
}


@st.composite
def graphs(draw: st.DrawFn) -> list[Step]:
    steps: list[Step] = []
    for number in range(draw(st.integers(2, 6))):
        waits = []
        for upper in draw(st.lists(st.sampled_from(steps), max_size=3)) if steps else []:
            ports = PORTS if upper.type == "condition" else PORTS[:4]
            waits.append(Dependency(upper.id, draw(st.sampled_from(ports))))
        steps.append(
            Step(
                id=f"s{number}",
                type=draw(st.sampled_from(["condition", "script"])),
                depends_on=tuple(waits),
                join=draw(st.sampled_from(["all", "all", "any"])),
            )
        )
    return steps


def runs(steps: list[Step], choices: tuple[int, ...]) -> set[str]:
    """The steps that run when each step that starts ends as chosen."""
    ends: dict[str, str] = {}
    for step, choice in zip(steps, choices, strict=True):
        fired = [ends[wait.step] in FIRES[wait.port] for wait in step.depends_on or ()]
        met = any(fired) if step.join == "any" and fired else all(fired)
        ways = ["failure", "true", "false"] if step.type == "condition" else ["failure", "success"]
        ends[step.id] = ways[choice % len(ways)] if met else "skipped"
    return {step_id for step_id, end in ends.items() if end != "skipped"}


@settings(max_examples=200)
@given(graphs())
def test_what_never_runs_is_told_and_nothing_else(steps: list[Step]) -> None:
    graph = graph_of(tuple(steps))
    told = [found.step_id for found in never_runs(graph, {s.id: s for s in steps}, CATALOGUE)]
    possible: set[str] = set()
    for choices in product(*(range(3 if s.type == "condition" else 2) for s in steps)):
        possible |= runs(steps, choices)
    assert not set(told) & possible
    never = [step.id for step in steps if step.id not in possible]
    conjunctive = all(step.join == "all" for step in steps)
    if never and conjunctive:
        assert told[0] == never[0]


def test_a_condition_with_many_cases_is_still_told_apart_from_its_failure() -> None:
    cases = [{"name": f"case{n}", "when": "true"} for n in range(40)]
    condition = Step(id="c", type="condition", config={"cases": cases})
    waits = (Dependency("c", "case39"), Dependency("c", "failure"))
    steps = (condition, Step(id="a", type="script", depends_on=waits))
    assert len(ports_of(condition, CATALOGUE)) == 4 + 41
    found = never_runs(graph_of(steps), {step.id: step for step in steps}, CATALOGUE)
    assert [one.step_id for one in found] == ["a"]
