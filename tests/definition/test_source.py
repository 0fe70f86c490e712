"""A text is read into a tree whose nodes know where they stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definition.source import Source, read_source
from engine.definition.tree import Node


def written(source: Source, *path: str | int) -> str:
    node = source.node(path)
    assert node is not None
    return source.text[node.start : node.end]


def only_problem(text: str | bytes, file: str = "") -> str:
    problems = read_source(text, file).problems
    assert len(problems) == 1, problems
    return str(problems[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("0123", "0123"),
        ("-012", "-012"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("", None),
        ("12", 12),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("!!int '12'", 12),
        ("!!float 1", 1.0),
        ("! 12", "12"),
    ],
)
def test_a_scalar_has_the_value_of_the_core_schema(text: str, value: object) -> None:
    source = read_source(f"k: {text}\n")
    assert not source.problems
    assert source.tree() == {"k": value}
    assert type(source.tree()["k"]) is type(value)


@pytest.mark.parametrize(
    "number", [".inf", "-.INF", ".nan", "1e999", "9" * 30, "0x" + "f" * 40, "9" * 5000]
)
def test_a_number_that_json_cannot_hold_is_told_and_stays_text(number: str) -> None:
    source = read_source(f"k: {number}\n")
    assert [problem.code for problem in source.problems] == ["number"]
    assert source.tree() == {"k": number}


def test_places_count_characters_whatever_stands_before() -> None:
    source = read_source("emoji: 🚀🚀\nchinese: 数据\nkey: here\n")
    assert written(source, "key") == "here"
    assert source.place(source.node(("key",)).start) == (3, 6)  # type: ignore[union-attr]


def test_a_byte_order_mark_and_windows_line_ends_shift_nothing() -> None:
    data = "\ufeffname: x\r\nsteps:\r\n  - id: a\r\n".encode()
    source = read_source(data)
    assert source.text.encode() == data
    assert source.newline == "\r\n"
    assert written(source, "name") == "x"
    assert written(source, "steps", 0, "id") == "a"
    assert source.place(source.text.index("name")) == (1, 1)
    assert source.place(source.text.index("id")) == (3, 5)


@pytest.mark.parametrize("mark", ["\u0085", "\u2028", "\u2029"])
def test_breaks_of_other_standards_are_text(mark: str) -> None:
    source = read_source(f"a: x{mark}b: 1\nc: 'y{mark}z'\n\"d{mark}\": |\n  t{mark}u\ne: f\n")
    assert not source.problems or mark  # a colon and a space inside a plain text are told
    source = read_source(f"a: x{mark}b\nc: 'y{mark}z'\n\"d{mark}\": |\n  t{mark}u\ne: f\n")
    assert source.tree() == {
        "a": f"x{mark}b",
        "c": f"y{mark}z",
        f"d{mark}": f"t{mark}u\n",
        "e": "f",
    }
    assert source.place(source.text.index("e: f")) == (5, 1)


def test_a_block_text_ends_with_its_last_line() -> None:
    source = read_source("a: |\n  x\n  y\n\n# note\nb: 1\n")
    assert source.tree() == {"a": "x\ny\n", "b": 1}
    assert written(source, "b") == "1"


def test_aliases_stand_for_what_they_name_and_merges_are_followed() -> None:
    text = (
        "base: &b {max: 3, delay: 1}\na: *b\nb: {<<: *b, max: 5}\nc: {<<: [{x: 1}, {x: 2, y: 3}]}\n"
    )
    source = read_source(text)
    assert not source.problems
    assert source.tree()["a"] == {"max": 3, "delay": 1}
    assert source.tree()["b"] == {"max": 5, "delay": 1}
    assert source.tree()["c"] == {"x": 1, "y": 3}
    assert written(source, "a") == "*b"


def test_a_quoted_merge_key_is_a_key_like_any_other() -> None:
    assert read_source('a: {"<<": 1}\n').tree() == {"a": {"<<": 1}}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: a\nname: b\n", '2:1: error: the key "name" stands twice'),
        ("a: {x: 1, x: 2}\n", '1:11: error: the key "x" stands twice'),
        ("a:\n\t- b\n", "2:1: error: this is not YAML: a tab stands where only spaces may indent"),
        ("a: [1, 2\n", "error: this is not YAML"),
        ("a: b\n---\nc: d\n", "2:1: error: a second document begins here"),
        ("1: x\n", "1:1: error: the key 1 is read as a number"),
        ("true: x\n", "1:1: error: the key true is read as a boolean"),
        ("? [a]\n: x\n", "error: a key must be text"),
        ("a: !!python/object/apply:os.system [ls]\n", "1:4: error: the tag"),
        ("a: !!binary aGk=\n", 'the tag "!!binary" is not understood'),
        ("a: !!int x\n", '"x" is no !!int'),
        ("a: *b\n", "no anchor &b comes before the alias *b"),
        ("a: &a [*a]\n", "the alias *a stands inside what it names"),
        ("a: {<<: 1}\n", '"<<" takes in the keys of a mapping'),
        ("", "the file holds no definition"),
        ("# only a comment\n", "the file holds no definition"),
        ("a: \x07\n", "1:4: error: the character U+0007 is not allowed"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, says: str) -> None:
    assert says in only_problem(text)


def test_a_repeated_key_says_where_it_stood_first() -> None:
    assert "line 1" in only_problem("name: a\nsteps: []\nname: b\n")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a: \xff\n", "1:4: error: the file is not UTF-8: byte 0xff"),
        ("a: b".encode("utf-16"), "the file is UTF-16"),
        ("a: \ud83d\n", "the character U+D83D is not allowed"),
    ],
)
def test_other_encodings_are_told(data: str | bytes, says: str) -> None:
    assert says in only_problem(data)


def test_json_may_write_characters_as_pairs_of_escapes() -> None:
    source = read_source(json.dumps({"name": "🚀", "steps": []}))
    assert source.format == "json"
    assert source.tree() == {"name": "🚀", "steps": []}


def test_a_json_file_is_json_only_and_another_may_be_a_flow_mapping() -> None:
    assert "this is not JSON" in only_problem("{a: 1}", "flow.json")
    assert read_source("{a: 1}", "flow.yaml").tree() == {"a": 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1,}', "1:9: error: this is not JSON: a key in double quotes is missing"),
        ('{"a" 1}', "':' is missing"),
        ('{"a": 1 "b": 2}', "',' or '}' is missing"),
        ("[1 2]", "',' or ']' is missing"),
        ('{"a": yes}', '"yes" is no JSON value'),
        ('{"a": "x}', "unterminated string"),
        ('{"a": 1} x', "behind the end"),
        ('{"a": "\\ud83d"}', "half of a surrogate pair"),
        ('{"a": 1, "a": 2}', '1:10: error: the key "a" stands twice'),
        ('{"a": 1e999}', "cannot be kept"),
        ('{"a": NaN}', "no JSON value"),
        ("", "the file holds no definition"),
    ],
)
def test_what_is_wrong_in_json_is_told(text: str, says: str) -> None:
    assert says in only_problem(text, "flow.json")


WHOLE_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON_TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WHOLE_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WHOLE_TEXT, inner, max_size=4),
)


@given(JSON_TREES, st.booleans(), st.sampled_from([None, 1, 4]))
def test_json_reads_as_pythons_own_reader_reads_it(
    tree: object, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(tree, ensure_ascii=ascii_only, indent=indent)
    source = read_source(text, "x.json")
    assert not source.problems
    assert source.tree() == json.loads(text)


def nodes(node: Node) -> list[Node]:
    found = [node]
    for pair in node.pairs:
        found += nodes(pair.key) + nodes(pair.value)
    for item in node.items:
        found += nodes(item)
    return found


def test_every_json_node_stands_where_its_text_stands() -> None:
    tree = {"a": [1, "zwei 🚀", None, {"b": True}], "ü": {"c": -1.5e3, "d": ""}}
    source = read_source(json.dumps(tree, indent=2, ensure_ascii=False))
    assert source.root is not None
    for node in nodes(source.root):
        assert json.loads(source.text[node.start : node.end]) == node.plain()


def test_a_character_belongs_to_the_innermost_value() -> None:
    source = read_source("name: x\nsteps:\n  - id: a\n    config: {url: http://x}\n")
    assert source.path_at(source.text.index("http")) == ("steps", 0, "config", "url")
    assert source.path_at(source.text.index("url")) == ("steps", 0, "config", "url")
    assert source.path_at(source.text.index("id:")) == ("steps", 0, "id")
    assert source.path_at(0) == ("name",)
