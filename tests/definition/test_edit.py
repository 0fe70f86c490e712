"""An edit keeps the author's hand: comments, quotes, widths and line ends around what changed."""

import pytest

from engine.definition.edit import (
    EditError,
    apply,
    change,
    insert_item,
    remove,
    rename_key,
    reverse,
    set_value,
)
from engine.definition.source import read_source

FILE = """\
# Nightly orders
version: "1.0"   # the format
name: 'Orders'
variables: {batch: 10, dir: "/tmp"}

steps:
  # gets them
  - id: fetch
    type: http
    config:
      url: "http://x/orders"   # the shop
      headers: {Accept: application/json}

  # works on them
  - id: work
    type: script
    depends_on: [fetch]
    config:
      script: |
        print(1)
        print(2)

designer:
  positions:
    fetch: [0, 0]
    work: [260, 0]   # to the right
"""


def changed_lines(old: str, new: str) -> list[str]:
    before = old.splitlines()
    return [line for line in new.splitlines() if line not in before]


def edited(text: str, path: tuple[str | int, ...], value: object) -> str:
    source = read_source(text)
    assert not source.problems
    edit = set_value(source, path, value)
    new = apply(text, edit)
    assert apply(new, reverse(text, edit)) == text
    return new


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        (("designer", "positions", "work"), [300, 40], ["    work: [300, 40]   # to the right"]),
        (("name",), "New", ["name: 'New'"]),
        (("name",), "It's", ["name: 'It''s'"]),
        (("version",), "1.1", ['version: "1.1"   # the format']),
        (("variables", "batch"), 20, ['variables: {batch: 20, dir: "/tmp"}']),
        (("variables", "dir"), "/var", ['variables: {batch: 10, dir: "/var"}']),
        (("variables", "more"), [1, 2], ['variables: {batch: 10, dir: "/tmp", more: [1, 2]}']),
        (("steps", 0, "config", "url"), "http://y", ['      url: "http://y"   # the shop']),
        (("steps", 1, "config", "script"), "print(1)\nprint(3)\n", ["        print(3)"]),
        (("steps", 1, "config", "script"), "work.py", ["      script: work.py"]),
        (("steps", 1, "depends_on"), ["fetch.failure"], ["    depends_on: [fetch.failure]"]),
        (("steps", 0, "timeout"), "30s", ["    timeout: 30s"]),
        (("steps", 0, "depends_on"), ["work"], ["    depends_on: [work]"]),
        (("steps", 0, "config", "form", "of"), 3, ["      form:", "        of: 3"]),
        (("timeout",), "2h", ["timeout: 2h"]),
        (("variables", "batch"), 10, []),
    ],
)
def test_only_the_lines_that_say_the_value_change(
    path: tuple[str | int, ...], value: object, lines: list[str]
) -> None:
    assert changed_lines(FILE, edited(FILE, path, value)) == lines


def test_a_new_key_stands_where_the_format_has_it() -> None:
    text = edited(FILE, ("steps", 0, "depends_on"), [])
    assert "    type: http\n    depends_on: []\n    config:\n" in text
    assert edited(FILE, ("description",), "x").startswith(
        "# Nightly orders\nversion: \"1.0\"   # the format\nname: 'Orders'\ndescription: x\n"
    )


def test_a_whole_step_is_changed_where_it_differs_only() -> None:
    source = read_source(FILE)
    step = {**source.tree()["steps"][0], "name": "Get", "type": "file"}
    new = apply(FILE, set_value(source, ("steps", 0), step))
    assert changed_lines(FILE, new) == ["    name: Get", "    type: file"]
    assert "# the shop" in new


def test_a_step_is_removed_with_its_lines_and_comments_stay() -> None:
    new = apply(FILE, remove(read_source(FILE), ("steps", 0)))
    assert "fetch:" in new
    assert "- id: fetch" not in new
    assert "  # gets them\n\n  # works on them\n  - id: work\n" in new


def test_a_step_is_inserted_between_others() -> None:
    step = {"id": "mid", "type": "transform", "config": {"expression": "1"}}
    new = apply(FILE, insert_item(read_source(FILE), ("steps",), 1, step))
    assert "      headers: {Accept: application/json}\n  - id: mid\n    type: transform\n" in new
    assert [s["id"] for s in read_source(new).tree()["steps"]] == ["fetch", "mid", "work"]


def test_an_empty_list_of_steps_becomes_a_list_with_a_line_each() -> None:
    new = apply("name: x\nsteps: []  # none\n", insert_item(
        read_source("name: x\nsteps: []  # none\n"), ("steps",), 0, {"id": "a", "type": "http"}
    ))  # fmt: skip
    assert new == "name: x\nsteps:  # none\n  - id: a\n    type: http\n"


def test_the_last_item_leaves_an_empty_list() -> None:
    text = "name: x\nsteps:\n  # only one\n  - id: a\n    type: http\nvariables: {}\n"
    new = apply(text, remove(read_source(text), ("steps", 0)))
    assert new == "name: x\nsteps: []\n  # only one\nvariables: {}\n"


def test_a_text_of_several_lines_is_indented_as_the_file_is() -> None:
    text = "name: x\nsteps:\n    - id: a\n      config:\n          url: http://x\n"
    for script in ("one\ntwo\n", "  one\ntwo\n"):
        step = {"id": "b", "config": {"script": script, "items": [script]}}
        new = apply(text, insert_item(read_source(text), ("steps",), 1, step))
        assert "          script: |" in new
        assert f"\n              {script.splitlines()[0]}\n" in new
        assert read_source(new).tree()["steps"][1] == step


def test_comments_that_stand_before_a_value_stay_there() -> None:
    text = "name: x\nvariables:\n  # why\n  a: 1\n  b: 2\nsteps: []\n"
    assert edited(text, ("variables",), "one\ntwo") == (
        'name: x\nvariables:\n  # why\n  "one\\ntwo"\nsteps: []\n'
    )


def test_the_authors_widths_are_taken_over() -> None:
    text = "name: x\nvariables:\n    a: 1\nsteps:\n- id: a\n  type: http\n"
    new = edited(text, ("variables", "b"), {"c": {"d": [{"e": 1}]}})
    assert "    b:\n        c:\n            d:\n            - e: 1\nsteps:" in new


def test_windows_line_ends_and_a_missing_last_one_are_kept() -> None:
    text = "name: x\r\nsteps: []\r\nvariables:\r\n  a: 1"
    new = edited(text, ("variables", "b"), {"c": 2})
    assert new == "name: x\r\nsteps: []\r\nvariables:\r\n  a: 1\r\n  b:\r\n    c: 2"


def test_a_block_text_at_the_end_of_a_file_keeps_its_value() -> None:
    text = "name: x\nvariables:\n  a: |\n    one"
    new = edited(text, ("variables", "b"), 1)
    assert read_source(new).tree()["variables"] == {"a": "one", "b": 1}


def test_an_empty_file_gets_its_first_key() -> None:
    assert apply("", set_value(read_source(""), ("name",), "x")) == "name: x\n"
    text = "# mine\n"
    new = apply(text, change(read_source(text), {("name",): "x", ("steps",): []}))
    assert new == "# mine\nname: x\nsteps: []\n"


def test_json_is_edited_as_json() -> None:
    text = '{\n  "name": "x",\n  "steps": [\n    {"id": "a", "type": "http"}\n  ]\n}\n'
    source = read_source(text)
    new = apply(text, set_value(source, ("steps", 0, "depends_on"), ["b"]))
    assert new == text.replace('"http"}', '"http", "depends_on": ["b"]}')
    new = apply(text, set_value(source, ("variables",), {"a": 1}))
    assert new.startswith('{\n  "name": "x",\n  "variables": {\n    "a": 1\n  },\n  "steps": [\n')
    assert read_source(new).tree()["variables"] == {"a": 1}
    new = apply(text, insert_item(source, ("steps",), 1, {"id": "b"}))
    assert read_source(new).tree()["steps"][1] == {"id": "b"}
    assert read_source(new).format == "json"


ALIASES = "base: &r {max: 3}\na: *r\nb: {<<: *r, x: 1}\nc: *r\n"


def test_changing_an_alias_changes_that_place_only() -> None:
    assert edited(ALIASES, ("a", "max"), 5) == ALIASES.replace("a: *r", "a: {max: 5}")


def test_changing_what_an_anchor_names_leaves_the_aliases_their_value() -> None:
    new = edited(ALIASES, ("base", "max"), 5)
    assert new == "base: {max: 5}\na: &r {max: 3}\nb: {<<: *r, x: 1}\nc: *r\n"


def test_changing_what_comes_in_by_a_merge_writes_an_entry_of_its_own() -> None:
    assert edited(ALIASES, ("b", "max"), 5) == ALIASES.replace("x: 1}", "x: 1, max: 5}")


def test_removing_an_anchored_value_moves_the_anchor_on() -> None:
    new = apply(ALIASES, remove(read_source(ALIASES), ("base",)))
    assert new == "a: &r {max: 3}\nb: {<<: *r, x: 1}\nc: *r\n"


def test_a_key_is_renamed_in_its_quotes() -> None:
    text = "'a': 1\nb: {\"c\": 2}\n"
    assert (
        apply(text, rename_key(read_source(text), ("a",), "it's")) == "'it''s': 1\nb: {\"c\": 2}\n"
    )
    assert apply(text, rename_key(read_source(text), ("b", "c"), "d")) == "'a': 1\nb: {\"d\": 2}\n"


def test_many_positions_are_set_in_one_edit() -> None:
    values = {("designer", "positions", name): [1, 2] for name in ("fetch", "work", "new")}
    edit = change(read_source(FILE), values, [("steps", 0)])
    new = read_source(apply(FILE, edit)).tree()
    assert new["designer"]["positions"] == {"fetch": [1, 2], "work": [1, 2], "new": [1, 2]}
    assert [step["id"] for step in new["steps"]] == ["work"]


@pytest.mark.parametrize(
    ("text", "path", "value", "says"),
    [
        ("a: [1\n", ("a",), 2, "cannot be read"),
        ("a: 1\n", ("a", "b"), 2, "no mapping"),
        ("a: [1]\n", ("a", 5), 2, "no mapping or list"),
        ("a: 1\n", ("a",), float("nan"), "cannot stand in a definition"),
        ("a: 1\n", ("b",), "\ud800", "half of a surrogate"),
        ("a: 1\n", (), [1], "a definition is a mapping"),
        ("? a\n", ("a",), 1, "without a colon"),
    ],
)
def test_what_cannot_be_done_safely_is_refused(
    text: str, path: tuple[str | int, ...], value: object, says: str
) -> None:
    with pytest.raises(EditError, match=says):
        set_value(read_source(text), path, value)


def test_what_is_not_there_cannot_be_removed_or_renamed() -> None:
    source = read_source("a: 1\nb: 2\n")
    with pytest.raises(EditError, match="there is nothing at c"):
        remove(source, ("c",))
    with pytest.raises(EditError, match="there is no key at c"):
        rename_key(source, ("c",), "d")
    with pytest.raises(EditError, match='has a key "b" already'):
        rename_key(source, ("a",), "b")
    with pytest.raises(EditError, match="no place 3"):
        insert_item(read_source("a: [1]\n"), ("a",), 3, 1)


def test_changes_inside_each_other_are_refused() -> None:
    source = read_source("a:\n  b: 1\n  c: 2\n")
    with pytest.raises(EditError, match="overlap"):
        change(source, {("a", "b"): 5}, [("a", "b")])
