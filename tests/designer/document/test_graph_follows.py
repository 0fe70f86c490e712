"""The graph that is kept up to date edit by edit is the one that a fresh reading gives."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.document import Document
from designer.document.files import DocumentError

TEXT = """\
name: Orders
triggers:
  - type: schedule
    name: Night
    config: {cron: "0 2 * * *"}
steps:
  - id: a
    type: http
    config: {url: "https://example.org"}
  - id: b
    type: condition
    depends_on: [a]
    config: {expression: "1 > 0"}
  - id: c
    type: loop
    depends_on: [b.true]
    config:
      items: [1, 2]
      steps:
        - id: inner
          type: transform
          config: {expression: "1"}
  - id: d
    type: transform
    depends_on: [b.false, a.failure]
    config: {expression: "2"}
on_failure: [e]
"""
EDITS = (
    "name", "type", "wire", "unwire", "order", "expression", "body", "handler", "remove", "add",
    "move", "undo", "redo", "rename", "compensate", "cases",
)  # fmt: skip


def perform(document: Document, kind: str, number: int) -> None:
    at = number % max(len(document.source.tree()["steps"]), 1)
    keys = [node.key for node in document.nodes() if node.kind == "step"] or ["none"]
    one, other = keys[number % len(keys)], keys[(number // 7) % len(keys)]
    step = ("steps", at)
    actions: dict[str, Any] = {
        "name": lambda: document.set_value((*step, "name"), f"N{number}"),
        "type": lambda: document.set_value((*step, "type"), ["http", "condition"][number % 2]),
        "wire": lambda: document.connect(one, "success", other),
        "unwire": lambda: document.remove_value((*step, "depends_on")),
        "order": lambda: document.set_value((*step, "order"), number),
        "expression": lambda: document.set_value((*step, "config", "expression"), f"{number}"),
        "body": lambda: document.set_value((*step, "config", "steps"), []),
        "handler": lambda: document.set_value(("on_failure",), [one]),
        "remove": lambda: document.remove([one]),
        "add": lambda: document.add_step("transform", (float(number), 0.0)),
        "move": lambda: document.move({one: (float(number), 8.0)}),
        "undo": document.undo,
        "redo": document.redo,
        "rename": lambda: document.rename_step(one, f"r{number}"),
        "compensate": lambda: document.set_value((*step, "compensate"), other),
        "cases": lambda: document.set_value((*step, "config", "cases"), {f"k{number}": "true"}),
    }
    try:
        actions[kind]()
    except DocumentError:
        return


def seen(document: Document) -> Any:
    bare = {"errors": 0, "warnings": 0}
    nodes = [
        {name: bare.get(name, getattr(node, name)) for name in node.__struct_fields__}
        for node in document.nodes()
    ]
    return document.workflow, nodes, document.edges(), dict(document.graph.owners)


@pytest.mark.usefixtures("qtbot")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 200)), max_size=8))
def test_after_any_edits_the_graph_is_that_of_the_text(edits: list[tuple[str, int]]) -> None:
    document = Document.from_text(TEXT)
    for kind, number in edits:
        perform(document, kind, number)
        assert seen(document) == seen(Document.from_text(document.text)), document.text
