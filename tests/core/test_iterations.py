"""What the templates of a loop come to: ``while``, ``output`` and ``break`` with real templates."""

from typing import Any

import pytest
from stories import Story, flow, loop, step

from engine.core.context import Surroundings
from engine.core.events import Failure
from engine.core.prepare import Iteration, check_iteration, prepare, render_iteration
from engine.definition.model import Step

AROUND = Surroundings()


class Rules:
    """A type of steps without parts of its own."""

    title = "plain"
    runnable = True
    expressions: tuple[tuple[str, ...], ...] = ()
    literal: tuple[tuple[str, ...], ...] = ()
    deferred: tuple[str, ...] = ()

    def is_expression(self, path: Any) -> bool:
        return False

    def is_literal(self, path: Any) -> bool:
        return False


def told(*steps: Step, **more: Any) -> Story:
    story = Story(flow(*steps, **more))
    story.begin()
    return story


def check(story: Story, key: str, index: int) -> Any:
    return check_iteration(story.state, story.state.step(key), index, AROUND, None)


def render(story: Story, key: str, index: int) -> Any:
    return render_iteration(story.state, story.state.step(key), index, AROUND, None)


def config_of(story: Story, key: str) -> Any:
    return prepare(story.state, story.state.step(key), Rules(), AROUND, None)


def test_while_knows_the_index_and_what_came_before() -> None:
    story = told(step("first"), loop("each", [step("a")], "first", **{"while": "loop.index < 2"}))
    story.complete("first")
    assert check(story, "each", 1) is True
    assert check(story, "each", 2) is False


def test_while_may_look_at_steps_and_variables_around_the_loop() -> None:
    condition = "{{ variables.goes_on and steps.first.output == 'first' }}"
    story = told(
        step("first"),
        loop("each", [step("a")], "first", **{"while": condition}),
        variables={"goes_on": True},
    )
    story.complete("first")
    assert check(story, "each", 0) is True


@pytest.mark.parametrize("condition", ["loop.nothing", "'a text'", "steps.a.output"])
def test_a_while_that_cannot_be_evaluated_names_its_place(condition: str) -> None:
    story = told(loop("each", [step("a")], **{"while": condition}))
    found = check(story, "each", 0)
    assert isinstance(found, Failure)
    assert found.type == "template"
    assert found.message.startswith("config.while")


def test_output_is_made_in_the_iteration() -> None:
    output = {"at": "{{ loop.index }}", "item": "{{ loop.item }}", "a": "{{ steps.a.output }}"}
    story = told(loop("each", [step("a")], items=[5], output=output))
    story.complete("each.0.a")
    found = render(story, "each", 0)
    assert found == Iteration({"at": 0, "item": 5, "a": "each.0.a"}, stop=False)


def test_break_sees_what_its_iteration_gives_as_last() -> None:
    each = loop(
        "each", [step("a")], times=3, output="{{ loop.index }}", **{"break": "loop.last == 0"}
    )
    story = told(each)
    story.complete("each.0.a")
    assert render(story, "each", 0) == Iteration(0, stop=True)


def test_break_without_an_output_sees_the_outputs_of_the_last_steps() -> None:
    each = loop("each", [step("a")], times=3, **{"break": "loop.last.a == 'each.0.a'"})
    story = told(each)
    story.complete("each.0.a")
    assert render(story, "each", 0) == Iteration({"a": "each.0.a"}, stop=True)


@pytest.mark.parametrize("part", ["output", "break"])
def test_what_cannot_be_made_of_an_iteration_names_its_place(part: str) -> None:
    story = told(loop("each", [step("a")], times=1, **{part: "{{ loop.nothing }}"}))
    story.complete("each.0.a")
    found = render(story, "each", 0)
    assert isinstance(found, Failure)
    assert found.message.startswith(f"config.{part}")


def test_a_step_of_a_loop_in_a_loop_sees_both() -> None:
    place = "{{ loop.parent.item ~ '-' ~ loop.item ~ '-' ~ steps.before.output }}"
    inner = loop("inner", [step("a", config={"place": place})], "before", items=["x", "y"])
    story = told(loop("outer", [step("before"), inner], items=["p", "q"]))
    story.complete("outer.0.before")
    found = config_of(story, "outer.0.inner.0.a")
    assert found.config == {"place": "p-x-outer.0.before"}


def test_a_step_of_an_iteration_sees_what_the_one_before_gave() -> None:
    body = [step("a", config={"last": "{{ loop.last }}"})]
    story = told(loop("each", body, times=2))
    assert config_of(story, "each.0.a").config == {"last": None}
    story.complete("each.0.a")
    assert config_of(story, "each.1.a").config == {"last": {"a": "each.0.a"}}


def test_a_variable_set_in_an_iteration_is_seen_in_it_and_not_in_the_next() -> None:
    body = [step("a"), step("b", "a", config={"v": "{{ variables.v }}"})]
    story = told(loop("each", body, times=2), variables={"v": "outside"})
    story.complete("each.0.a", variables={"v": "inside"})
    assert config_of(story, "each.0.b").config == {"v": "inside"}
    story.complete("each.0.b")
    story.complete("each.1.a")
    assert config_of(story, "each.1.b").config == {"v": "outside"}
