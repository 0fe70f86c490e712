"""Wires are checked before anything runs: steps, ports, cycles, joins, handlers and bodies."""

import pytest
from catalogues import codes, loaded, steps_text

from engine.definition.edit import apply
from engine.definition.problems import Problem

CONDITION = "id: c, type: condition, config: {expression: 'true'}"


def step(step_id: str, *waits: str, more: str = "") -> str:
    wait = f", depends_on: [{', '.join(waits)}]" if waits else ""
    return f"id: {step_id}, type: transform, config: {{expression: '1'}}{wait}{more}"


BRANCHES = CONDITION, step("t", "c.true"), step("f", "c.false")


def found(*steps: str, code: str) -> Problem:
    problems = [p for p in loaded(steps_text(*steps)).problems if p.code == code]
    assert len(problems) == 1, loaded(steps_text(*steps)).problems
    return problems[0]


def fixed(problem: Problem, *steps: str) -> list[str]:
    assert problem.fix is not None
    return codes(apply(steps_text(*steps), problem.fix.splices))


def test_a_graph_in_order_has_no_problems() -> None:
    text = steps_text(
        step("a"),
        step("b", "a"),
        step("d", "a.failure", "b.always"),
        CONDITION,
        step("e", "c.true"),
    )
    assert loaded(text).problems == ()


def test_an_unknown_step_is_named_with_the_one_that_was_meant() -> None:
    steps = step("fetch"), step("b", "fecth.failure")
    problem = found(*steps, code="unknown-step")
    assert '"fecth"' in problem.message
    assert problem.hint == 'did you mean "fetch"?'
    assert (problem.line, problem.step_id) == (4, "b")
    assert problem.path == ("steps", 1, "depends_on", 0)
    assert fixed(problem, *steps) == []


def test_an_unknown_step_that_is_like_no_other_can_be_removed() -> None:
    steps = step("a"), step("b", "a", "zzzzz")
    assert fixed(found(*steps, code="unknown-step"), *steps) == []


def test_an_unknown_port_is_named() -> None:
    steps = step("a"), step("b", "a.sucess")
    problem = found(*steps, code="unknown-port")
    assert problem.hint == 'did you mean "success"?'
    assert fixed(problem, *steps) == []
    assert "its ports" in found(step("a"), step("b", "a.xyz"), code="unknown-port").hint


def test_the_ports_of_a_condition_are_its_branches() -> None:
    cases = "id: c, type: condition, config: {cases: [{name: big, when: 'true'}]}"
    assert codes(steps_text(cases, step("a", "c.big"), step("b", "c.default"))) == []
    assert codes(steps_text(cases, step("a", "c.true"))) == ["unknown-port"]


def test_a_step_that_waits_for_itself_is_a_cycle() -> None:
    assert '"a" waits for itself' in found(step("a", "a"), code="cycle").message


def test_a_cycle_is_named_with_all_its_steps_and_lines() -> None:
    problem = found(step("a", "c"), step("b", "a"), step("c", "b"), step("d", "c"), code="cycle")
    for name in ('"a" (line 3)', '"b" (line 4)', '"c" (line 5)'):
        assert name in problem.message
    assert problem.line in (3, 4, 5)
    assert problem.column > 50


def test_two_cycles_are_told_apart() -> None:
    steps = step("a", "b"), step("b", "a"), step("c", "d"), step("d", "c"), step("e", "a", "c")
    assert codes(steps_text(*steps)) == ["cycle", "cycle"]


@pytest.mark.parametrize(
    "steps",
    [
        (CONDITION, step("a", "c.true", "c.false")),
        (step("x"), step("a", "x", "x.failure")),
        (step("x"), step("a", "x.done", "x.failure")),
        (*BRANCHES, step("a", "t", "f")),
        (CONDITION, step("t", "c.true"), step("a", "t.failure", "c.false")),
        (CONDITION, step("t", "c.true"), step("t2", "t.failure"), step("a", "t2", "c.failure")),
        (CONDITION, step("t", "c.true", more=", join: any"), step("a", "t", "c.false")),
    ],
)
def test_a_join_of_ports_that_exclude_each_other_can_never_run(steps: tuple[str, ...]) -> None:
    problem = found(*steps, code="never-runs")
    assert problem.step_id == "a"
    assert fixed(problem, *steps) == []


@pytest.mark.parametrize(
    "steps",
    [
        (CONDITION, step("a", "c.true", "c.false", more=", join: any")),
        (*BRANCHES, step("a", "t.done", "f.done")),
        (*BRANCHES, step("a", "t.always", "f.always")),
        (*BRANCHES, step("m", "t", "f", more=", join: any"), step("a", "m", "c")),
        (step("x"), step("a", "x", "x.done", "x.always")),
        (CONDITION, step("t", "c.true"), step("a", "t", "c")),
        (step("x", more=", enabled: false"), step("a", "x.failure")),
    ],
)  # fmt: skip
def test_other_joins_are_no_problem(steps: tuple[str, ...]) -> None:
    assert codes(steps_text(*steps)) == []


def test_only_the_first_step_that_can_never_run_is_told() -> None:
    steps = CONDITION, step("a", "c.true", "c.false"), step("b", "a"), step("d", "b")
    assert codes(steps_text(*steps)) == ["never-runs"]


def test_handlers_exist_and_stand_outside_the_graph() -> None:
    base = steps_text(step("a"), step("h"), step("b", "h"), step("g", "a"))
    problems = {p.code: p for p in loaded(base + "on_failure: [h, gost]\nfinally: [g]\n").problems}
    assert set(problems) == {"unknown-step", "unknown-handler", "handler-waits"}
    assert "a handler" in problems["unknown-step"].message
    assert problems["unknown-handler"].path == ("on_failure", 1)
    assert problems["handler-waits"].step_id == "g"


def test_a_compensation_is_another_step_of_the_top() -> None:
    assert codes(steps_text(step("a", more=", compensate: a"))) == ["unknown-handler"]
    assert codes(steps_text(step("a", more=", compensate: u"), step("u"))) == []


def test_inside_a_body_steps_wait_for_steps_of_that_body() -> None:
    inner = f"{{{step('i1')}}}, {{{step('i2', 'i1')}}}, {{{step('i3', 'a')}}}"
    loop = f"id: l, type: loop, config: {{times: 2, steps: [{inner}]}}"
    text = steps_text(step("a"), loop, step("z", "i1"))
    problems = [p for p in loaded(text).problems if p.severity == "error"]
    assert [(p.code, p.step_id) for p in problems] == [
        ("unknown-step", "i3"),
        ("unknown-step", "z"),
    ]
    assert 'let "l", which encloses it, wait for "a"' in problems[0].hint


def test_a_loop_needs_a_body_and_a_body_needs_steps() -> None:
    assert "no-body" in codes(steps_text("id: l, type: loop, config: {times: 2}"))
    assert "no-steps" in codes(steps_text("id: l, type: loop, config: {times: 2, steps: []}"))


def test_order_beside_dependencies_is_told_to_have_no_effect() -> None:
    assert codes(steps_text(step("a"), step("b", "a", more=", order: 2"))) == ["order-ignored"]
    assert codes(steps_text(step("a", more=", order: 1"), step("b", more=", order: 2"))) == []


def test_a_workflow_without_steps_is_a_warning() -> None:
    found = loaded("name: x\nsteps: []\n")
    assert [(p.code, p.severity) for p in found.problems] == [("no-steps", "warning")]
    assert found.valid


def test_the_steps_of_a_parallel_step_stand_side_by_side() -> None:
    inner = "{id: a, type: transform, config: {expression: '1'}}"
    later = "{id: b, type: transform, config: {expression: '1'}, depends_on: [a]}"
    listed = f"id: p, type: parallel, config: {{steps: [{inner}, {later}]}}"
    assert "branch" in found(listed, code="side-by-side").hint
    named = f"id: p, type: parallel, config: {{branches: {{left: [{inner}, {later}]}}}}"
    assert codes(steps_text(named)) == []
