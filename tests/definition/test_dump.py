"""What is written reads as the same again: models, trees, and texts for every reader of YAML."""

import json
from typing import Any

import pytest
import yaml
from catalogues import CATALOGUE
from documents import KEYS, TEXTS, trees
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition.dump import dump_workflow, to_json, to_yaml
from engine.definition.model import (
    Body,
    Cache,
    Concurrency,
    Dependency,
    RetryPolicy,
    Step,
    Trigger,
    Workflow,
)
from engine.definition.parse import parse_workflow
from engine.definition.plain import same
from engine.definition.scalars import NotWritable
from engine.definition.source import read_source

CONFIGS = st.dictionaries(
    KEYS.filter(lambda key: key not in ("steps", "branches")), trees(most=4), max_size=3
)
OWN = st.dictionaries(st.sampled_from(["x-a", "x-b c"]), trees(most=3), max_size=2)
MAPPINGS = st.dictionaries(KEYS, trees(most=3), max_size=2)
SECONDS = st.one_of(st.integers(0, 10**6).map(float), st.sampled_from([0.5, 0.25, 1e-3, 1.5]))
COUNTS = st.integers(1, 99)
LIMITS = st.dictionaries(
    st.sampled_from(["cpu", "memory", "db"]), st.integers(0, 2**40).map(float), max_size=2
)
RETRIES = st.builds(
    RetryPolicy,
    max_attempts=st.none() | COUNTS,
    initial_delay=st.none() | SECONDS,
    max_delay=st.none() | SECONDS,
    backoff_factor=st.none() | st.floats(1, 10),
    retry_on=st.none() | st.lists(TEXTS, max_size=2).map(tuple),
)
IDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True)


class Namer:
    """Gives every step of one workflow an id of its own."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self.taken: list[str] = []

    def fresh(self) -> str:
        step_id: str = self._draw(IDS.filter(lambda new: new not in self.taken))
        self.taken.append(step_id)
        return step_id


def draw_step(draw: Any, namer: Namer, depth: int) -> Step:
    kind = draw(
        st.sampled_from(["script", "http", "transform", *(["loop", "parallel"] if depth else [])])
    )
    bodies: tuple[Body, ...] = ()
    if kind == "loop":
        bodies = (Body("", draw_steps(draw, namer, depth - 1)),)
    elif kind == "parallel":
        names = draw(st.lists(IDS, max_size=2, unique=True))
        bodies = tuple(Body(name, draw_steps(draw, namer, depth - 1)) for name in names)
    waits = st.builds(Dependency, IDS, st.sampled_from(["success", "failure", "true"]))
    return Step(
        id=namer.fresh(),
        type=kind,
        bodies=bodies,
        name=draw(TEXTS),
        description=draw(TEXTS),
        config=draw(CONFIGS),
        depends_on=draw(st.none() | st.lists(waits, max_size=2).map(tuple)),
        order=draw(st.none() | st.integers(0, 9)),
        is_parallel=draw(st.booleans()),
        input_mapping=draw(MAPPINGS),
        output_mapping=draw(MAPPINGS),
        retry_policy=draw(st.none() | RETRIES),
        timeout=draw(st.none() | SECONDS),
        resources=draw(LIMITS),
        effect=draw(st.sampled_from(["repeatable", "once"])),
        compensate=draw(st.none() | TEXTS),
        cache=draw(st.none() | st.builds(Cache, key=TEXTS, ttl=st.none() | SECONDS)),
        output_schema=draw(st.none() | MAPPINGS),
        when=draw(st.none() | st.booleans() | TEXTS),
        join=draw(st.sampled_from(["all", "any"])),
        enabled=draw(st.booleans()),
        extra=draw(OWN),
    )


def draw_steps(draw: Any, namer: Namer, depth: int) -> tuple[Step, ...]:
    return tuple(draw_step(draw, namer, depth) for _ in range(draw(st.integers(0, 2))))


@st.composite
def workflows(draw: Any) -> Workflow:
    names = st.lists(TEXTS, max_size=2).map(tuple)
    triggers = draw(st.lists(TEXTS, max_size=2, unique=True))
    return Workflow(
        name=draw(TEXTS),
        version=draw(st.sampled_from(["1.0", "1", "0.9"])),
        description=draw(TEXTS),
        tags=draw(names),
        is_template=draw(st.booleans()),
        inputs=draw(st.none() | MAPPINGS),
        variables=draw(MAPPINGS),
        steps=draw_steps(draw, Namer(draw), 2),
        triggers=tuple(
            Trigger(
                type=draw(st.sampled_from(["schedule", "manual"])),
                name=name,
                config=draw(MAPPINGS),
                enabled=draw(st.booleans()),
                input=draw(MAPPINGS),
                extra=draw(OWN),
            )
            for name in triggers
        ),
        output=draw(trees(most=3)),
        timeout=draw(st.none() | SECONDS),
        queue_timeout=draw(st.none() | SECONDS),
        priority=draw(st.none() | st.integers(0, 9)),
        fail_fast=draw(st.booleans()),
        concurrency=draw(st.none() | st.builds(Concurrency, max=COUNTS, key=TEXTS)),
        on_failure=draw(names),
        on_success=draw(names),
        on_cancel=draw(names),
        finally_=draw(names),
        designer=draw(MAPPINGS),
        extra=draw(OWN),
    )


@settings(max_examples=100)
@given(workflows(), st.sampled_from([to_yaml, to_json]))
def test_a_workflow_that_is_written_reads_as_the_same(workflow: Workflow, write: Any) -> None:
    text = write(dump_workflow(workflow))
    again, problems = parse_workflow(read_source(text), CATALOGUE)
    assert not problems, (text, [str(problem) for problem in problems])
    assert again == workflow


@given(st.dictionaries(KEYS, trees(most=20), max_size=5))
def test_readers_of_yaml_1_1_and_1_2_read_what_is_written(tree: dict[str, Any]) -> None:
    text = to_yaml(tree)
    source = read_source(text)
    assert not source.problems
    assert same(source.tree(), tree), text
    assert same(yaml.safe_load(text), tree), text


@given(st.dictionaries(KEYS, trees(most=20), max_size=5))
def test_readers_of_json_read_what_is_written(tree: dict[str, Any]) -> None:
    assert same(json.loads(to_json(tree)), tree)
    assert same(read_source(to_json(tree), "x.json").tree(), tree)


def test_the_hand_is_plain_and_short() -> None:
    workflow = Workflow(
        name="Nightly",
        variables={"norway": "no", "count": 3, "code": "print(1)\nprint(2)\n"},
        steps=(
            Step(id="a", type="script", config={"script": "a.py"}),
            Step(
                id="b",
                type="http",
                depends_on=(Dependency("a"), Dependency("a", "failure")),
                timeout=90.0,
            ),
        ),
        designer={"positions": {"a": [0, 0]}},
    )
    assert to_yaml(dump_workflow(workflow)) == (
        'version: "1.0"\n'
        "name: Nightly\n"
        "variables:\n"
        '  norway: "no"\n'
        "  count: 3\n"
        "  code: |\n"
        "    print(1)\n"
        "    print(2)\n"
        "steps:\n"
        "  - id: a\n"
        "    type: script\n"
        "    config:\n"
        "      script: a.py\n"
        "  - id: b\n"
        "    type: http\n"
        "    depends_on: [a, a.failure]\n"
        "    timeout: 90s\n"
        "designer:\n"
        "  positions:\n"
        "    a: [0, 0]\n"
    )


def test_a_value_that_is_used_twice_is_written_twice() -> None:
    shared = {"x": [1, 2]}
    assert "&" not in to_yaml({"a": shared, "b": shared})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**64, "\ud800"])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(NotWritable):
        to_yaml({"a": value})
    with pytest.raises(NotWritable):
        to_json({"a": value})


def test_a_key_too_long_for_one_line_is_written_so_that_it_can_be_read() -> None:
    tree = {"k" * 2000: {"v" * 3000: 1}, "l": [{"m" * 1500: [1, {"n" * 1100: 2}]}]}
    assert read_source(to_yaml(tree)).tree() == tree
