"""What the core does grows with the steps and rounds of an execution, and no faster: lines of its
code that are run are counted, so nothing here hangs on the speed of a machine.
"""

import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from stories import Story, flow, loop, parallel, step

import engine.core
from engine.core.decide import replay, resume
from engine.core.events import EventArrived

CORE = str(Path(engine.core.__file__).parent)


class Lines:
    """Counts the lines of the core that are run."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> "Lines":
        self._before = sys.gettrace()
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._line if frame.f_code.co_filename.startswith(CORE) else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        self.count += event == "line"
        return self._line


def complete_all(story: Story) -> None:
    ready = deque(story.begin())
    while ready:
        ready.extend(story.complete(ready.popleft().key))  # type: ignore[union-attr]


def ended(story: Story) -> None:
    complete_all(story)
    assert story.state.outcome == "completed"


def chain(count: int) -> None:
    ended(Story(flow(*(step(f"c{n}", *([f"c{n - 1}"] if n else [])) for n in range(count)))))


def fan(count: int) -> None:
    middle = [step(f"f{n}", "first") for n in range(count)]
    ended(Story(flow(step("first"), *middle, step("last", *(f"f{n}" for n in range(count))))))


def iterations(count: int) -> None:
    ended(Story(flow(loop("each", [step("a")], times=count))))


def iterations_at_once(count: int) -> None:
    ended(Story(flow(loop("each", [step("a")], items=[0] * count, max_concurrency=count))))


def empty_iterations(count: int) -> None:
    ended(Story(flow(loop("each", [], times=count))))


def evaluated_iterations(count: int) -> None:
    each = loop("each", [step("a")], output="so", **{"while": "so"})
    story = Story(flow(each), check=lambda n: n < count - 1, render=lambda n: (n, False))
    ended(story)


def waits_at_once(count: int) -> None:
    body = [step("w", type="wait", config={"event": "e"})]
    story = Story(flow(loop("each", body, times=count, max_concurrency=count)))
    story.begin()
    for index in range(count):
        story.tell(EventArrived(time=story.now, key=f"each.{index}.w", attempt=1))
    assert story.state.outcome == "completed"


def branches(count: int) -> None:
    ended(Story(flow(parallel("all", {f"b{n}": [step(f"s{n}")] for n in range(count)}))))


def noted_failures(count: int) -> None:
    story = Story(flow(loop("each", [step("a")], times=count, on_error="continue")))
    story.begin()
    while story.starts:
        story.fail(story.starts[0])
    assert story.state.outcome == "completed"


def a_retry_at_the_end(count: int) -> None:
    each = loop("each", [step("a")], times=count, max_concurrency=count)
    story = Story(flow(each), attempts={"each": 2})
    keys = [order.key for order in story.begin()]  # type: ignore[union-attr]
    for key in keys[: count // 2]:
        story.complete(key)
    story.fail(keys[count // 2])
    for key in story.starts:
        story.complete(key)
    assert story.state.outcome == "completed"


def a_cancel_of_everything(count: int) -> None:
    each = loop("each", [step("a"), step("b", "a")], times=count, max_concurrency=count)
    story = Story(flow(each))
    story.begin()
    story.cancel()
    assert story.state.outcome == "cancelled"


def a_pause_of_everything(count: int) -> None:
    body = [step("sub", type="workflow", config={"workflow": "w"})]
    story = Story(flow(loop("each", body, times=count, max_concurrency=count)))
    story.begin()
    for index in range(count):
        story.child(f"each.{index}.sub", f"c{index}")
    assert len(story.pause()) == count
    assert len(story.resume()) == count


def compensations(count: int) -> None:
    each = loop("each", [step("a", compensate="undo")], times=count)
    story = Story(flow(each, step("x", "each"), step("undo")))
    story.begin()
    for index in range(count):
        story.complete(f"each.{index}.a")
    story.fail("x")
    while story.starts:
        story.complete(story.starts[0])
    assert story.ran.count("each.0.undo") == 1


def a_replay(count: int) -> None:
    each = loop("each", [step("a")], times=count, max_concurrency=count)
    story = Story(flow(each))
    story.begin()
    for index in range(count):
        story.start(f"each.{index}.a")
    turn = resume(replay(story.plan, story.events), story.now)
    assert len(turn.orders) == count


@pytest.mark.parametrize(
    "tale",
    [
        chain,
        fan,
        iterations,
        iterations_at_once,
        empty_iterations,
        evaluated_iterations,
        waits_at_once,
        branches,
        noted_failures,
        a_retry_at_the_end,
        a_cancel_of_everything,
        a_pause_of_everything,
        compensations,
        a_replay,
    ],
)
def test_ten_times_as_much_takes_ten_times_the_steps(tale: Callable[[int], None]) -> None:
    with Lines() as small:
        tale(100)
    with Lines() as large:
        tale(1_000)
    assert small.count > 100
    assert large.count < 11 * small.count


@pytest.mark.parametrize("tale", [chain, fan, iterations])
def test_ten_thousand_are_no_more_work_each_than_a_thousand(tale: Callable[[int], None]) -> None:
    with Lines() as small:
        tale(1_000)
    with Lines() as large:
        tale(10_000)
    assert large.count < 10.1 * small.count
