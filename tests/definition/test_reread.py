"""Reading again what an edit touched gives what a fresh reading gives, places included."""

from typing import Any

import pytest
from documents import aliased_documents, json_documents, yaml_documents
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition import reread as module
from engine.definition.edit import EditError, change, insert_item, remove, set_value
from engine.definition.problems import Splice
from engine.definition.reread import reread
from engine.definition.source import Source, read_source
from engine.definition.tree import Node

WORKFLOW = """\
# How orders come in.
version: "1.0"
name: Orders   # shown in the list
steps:
  - id: fetch
    type: http
    config:
      url: https://example.org/orders   # by day
      headers: {Accept: "application/json"}

  # the rest waits
  - id: each
    type: loop
    depends_on: [fetch]
    config:
      items: "{{ steps.fetch.output.json }}"
      steps:
      - id: inner
        type: script
        config:
          code: |
            print("a")

            print("b")
      - id: second
        type: transform
  -
    id: late
    type: script
    when: >-
      folded
      text
designer:
  positions:
    fetch: [0, 0]
    each: {x: 280, y: 0}
    # late stands below
    late: [560, 40]
x-own:
- - a
  - b
- "c
  d"
"""
PIECES = st.sampled_from(
    [
        "", " ", "  ", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "\n  - id: new\n    type: script",
        "\n    new: [1, 2]", "\nnew: 1", "x", "-", "- ", ":", ": ", "#", " #", "'", '"', "[", "]",
        "{", "}", "|", ">", "&a ", "*a", "!t ", "? ", "<<: {a: 1}", "---\n", "...\n", "%", "\t",
        "\r\n", "\u2028", "null", "~", "next\u00a0entry: 1", "\n    fetch: [1, 1]", ", b: c",
    ]
)  # fmt: skip


def described(node: Node | None) -> Any:
    """All that a node says, of itself and of all below it."""
    if node is None:
        return None
    own = (
        node.kind, node.start, node.end, node.content_end, node.style, node.text, node.tag,
        node.anchor, node.weight, node.height, node.value if node.kind == "scalar" else None,
    )  # fmt: skip
    items = [described(item) for item in node.items]
    pairs = [(described(pair.key), described(pair.value)) for pair in node.pairs]
    members = {
        key: (described(pair.key), described(pair.value), pair.merged)
        for key, pair in node.members.items()
    }
    return own, items, pairs, members


def expect_same(found: Source) -> None:
    fresh = read_source(found.text, found.file)
    assert found.problems == fresh.problems, found.text
    assert found.format == fresh.format
    assert described(found.root) == described(fresh.root), found.text
    assert len(found.aliases) == len(fresh.aliases)


@pytest.fixture(autouse=True)
def small_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the reader go as deep as it can, also in small texts."""
    monkeypatch.setattr(module, "LEAF", 1)


@st.composite
def splices_of(draw: Any, text: str, most: int = 3) -> tuple[Splice, ...]:
    """Some splices of a text, most of them short and many at the beginning of a line."""
    lines = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
    places = st.one_of(st.sampled_from(lines), st.integers(0, len(text)))
    marks = sorted(draw(st.lists(places, min_size=1, max_size=most, unique=True)))
    found = []
    for mark, following in zip(marks, [*marks[1:], len(text)], strict=True):
        length = draw(st.one_of(st.just(0), st.integers(0, 12), st.just(following - mark)))
        end = min(mark + length, following, len(text))
        piece = draw(st.one_of(PIECES, st.just(text[max(0, mark - 30) : mark])))
        if piece or end > mark:
            found.append(Splice(mark, end, piece))
    return tuple(found)


@settings(deadline=None, max_examples=120)
@given(st.data())
def test_a_workflow_is_read_again_as_it_is_read_afresh(data: Any) -> None:
    source = read_source(WORKFLOW)
    for _ in range(4):
        source = reread(source, data.draw(splices_of(source.text)))
        expect_same(source)


@settings(deadline=None, max_examples=60)
@given(st.one_of(yaml_documents(), json_documents(), aliased_documents()), st.data())
def test_any_document_is_read_again_as_it_is_read_afresh(document: Any, data: Any) -> None:
    source = read_source(document[0])
    for _ in range(3):
        source = reread(source, data.draw(splices_of(source.text)))
        expect_same(source)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_edits_of_values_are_read_again_as_they_are_read_afresh(data: Any) -> None:
    source = read_source(WORKFLOW)
    for number in range(6):
        count = len(source.tree().get("steps") or [])
        at = data.draw(st.integers(0, max(count - 1, 0)))
        kind = data.draw(st.sampled_from(["add", "remove", "name", "place", "wire", "drop place"]))
        step = {"id": f"s{number}", "type": "script", "config": {"code": "a\nb\n"}}
        try:
            if kind == "add":
                edit = insert_item(source, ("steps",), data.draw(st.integers(0, count)), step)
            elif kind == "remove":
                edit = remove(source, ("steps", at))
            elif kind == "name":
                edit = set_value(source, ("steps", at, "name"), data.draw(st.text(max_size=5)))
            elif kind == "wire":
                edit = set_value(source, ("steps", at, "depends_on"), ["fetch", "late.done"])
            elif kind == "drop place":
                edit = remove(source, ("designer", "positions", "fetch"))
            else:
                places = {("designer", "positions", name): [number, 7] for name in ("late", "s1")}
                edit = change(source, places)
        except EditError:
            continue
        source = reread(source, edit)
        expect_same(source)


@pytest.mark.parametrize(
    ("piece", "at", "read_at_most"),
    [
        pytest.param("X", 'print("b', 60, id="inside a text"),
        pytest.param("  - id: new\n    type: script\n", "designer:", 160, id="a new last step"),
        pytest.param("    new: [1, 2]\n", "x-own:", 80, id="a new last place"),
        pytest.param("9", "60, 40]", 60, id="a place"),
    ],
)
def test_only_what_an_edit_touches_is_read(
    piece: str, at: str, read_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = read_source(WORKFLOW)
    read: list[str] = []
    monkeypatch.setattr(module, "read_source", lambda text, file: pytest.fail("all of it is read"))
    known = module.read_yaml
    monkeypatch.setattr(
        module, "read_yaml", lambda text, *rest: (read.append(text), known(text, *rest))[1]
    )
    place = WORKFLOW.index(at)
    found = reread(source, (Splice(place, place, piece),))
    assert len("".join(read)) <= read_at_most + 60
    monkeypatch.undo()
    expect_same(found)
