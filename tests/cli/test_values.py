"""How ``--input K=V`` and ``--input-file`` become an execution's input."""

from pathlib import Path
from typing import Any

import pytest

from engine.cli.exits import NOT_FOUND, USAGE, CommandError
from engine.cli.values import read_input

INPUTS = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "n": {"type": "integer"}, "any": {}},
}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("name=5", {"name": "5"}),
        ("name=", {"name": ""}),
        ("name=a=b", {"name": "a=b"}),
        ("n=5", {"n": 5}),
        ("n=five", {"n": "five"}),
        ('any={"a": [1]}', {"any": {"a": [1]}}),
        ("any=null", {"any": None}),
        ("unknown=true", {"unknown": True}),
        ("unknown=plain text", {"unknown": "plain text"}),
        ("名前=東京", {"名前": "東京"}),
    ],
)
def test_a_value_is_text_where_the_schema_says_so_else_json_if_it_parses(
    pair: str, value: dict[str, Any]
) -> None:
    assert read_input([pair], None, INPUTS) == value


def test_pairs_win_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "input.yaml"
    file.write_text("name: from the file\nn: 1\n")
    assert read_input(["n=2"], file, INPUTS) == {"name": "from the file", "n": 2}


@pytest.mark.parametrize("pair", ["alone", "=5"])
def test_what_is_no_pair_is_a_usage_error(pair: str) -> None:
    with pytest.raises(CommandError) as caught:
        read_input([pair], None, None)
    assert caught.value.code == USAGE


def test_a_missing_input_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        read_input([], tmp_path / "nothing.json", None)
    assert caught.value.code == NOT_FOUND


@pytest.mark.parametrize("text", ["[1, 2]", "just text", "a: [", ""])
def test_a_file_that_holds_no_mapping_is_a_usage_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "input.yaml"
    file.write_text(text)
    with pytest.raises(CommandError) as caught:
        read_input([], file, None)
    assert caught.value.code == USAGE
