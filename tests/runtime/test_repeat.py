"""What a retry does again: handlers, steps of another type, and where it may begin."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from engine.definition.problems import DefinitionError
from engine.runtime.errors import InputError
from engine.runtime.repeat import Again
from engine.steps.base import StepContext, StepError, StepResult, StepView


def act(identity: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": "act", "depends_on": list(needs), **more}


async def fails(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
    raise StepError("no", type="x")


async def test_handlers_run_at_the_end_of_every_execution(bench: Any) -> None:
    bench.act.acts = {"b": fails}
    first = await bench.run(
        {
            "steps": [act("a", compensate="undo"), act("b", "a"), act("undo"), act("tidy")],
            "finally": ["tidy"],
        }
    )
    assert Counter(name for name, _ in bench.act.seen) == {"a": 1, "b": 1, "undo": 1, "tidy": 1}
    again = await bench.engine.retry(first.id)
    assert await bench.engine.wait(again) == "failed"
    assert Counter(name for name, _ in bench.act.seen) == {"a": 2, "b": 2, "undo": 2, "tidy": 2}


async def test_a_step_of_another_type_is_run_again(bench: Any) -> None:
    bench.act.acts = {"b": fails}
    first = await bench.run({"steps": [act("a"), act("b", "a"), act("c")]})
    bench.act.acts, bench.act.seen[:] = {}, []
    source = """
steps:
  - {id: a, type: condition, config: {expression: "true"}}
  - {id: b, type: act, depends_on: [a.true]}
  - {id: c, type: act, depends_on: []}
"""
    again = await bench.engine.retry(first.id, Again(source=source))
    assert await bench.engine.wait(again) == "completed"
    assert bench.act.seen == [("b", 1)]


async def test_it_begins_only_where_the_execution_came_to(bench: Any) -> None:
    bench.act.acts = {"n": fails}
    loop = {
        "id": "each",
        "type": "loop",
        "config": {"times": 2, "steps": [act("n"), act("m", "n")]},
    }
    first = await bench.run({"steps": [loop]})
    for key in ("each.9.n", "other.0.n"):
        with pytest.raises(InputError, match=f'came to no step "{key}"; name one as "each.0.n"'):
            await bench.engine.retry(first.id, Again(from_step=key))
    bench.act.acts = {}
    again = await bench.engine.retry(first.id, Again(from_step="each.0.m"))
    assert await bench.engine.wait(again) == "completed"


async def test_a_newest_text_with_errors_is_told(bench: Any, tmp_path: Any) -> None:
    bench.act.acts = {"a": fails}
    path = tmp_path / "w.yaml"
    path.write_text("steps: [{id: a, type: act}]")
    identity = await bench.engine.execute(source=path.read_text(), path=path)
    assert await bench.engine.wait(identity) == "failed"
    path.write_text("steps: [{id: a, type: atc}]")
    with pytest.raises(DefinitionError, match="atc"):
        await bench.engine.retry(identity, Again(newest=True))
    path.write_text("steps: [{id: b, type: act}]")
    again = await bench.engine.retry(identity, Again(newest=True))
    assert await bench.engine.wait(again) == "completed"
