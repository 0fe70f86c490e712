"""Any text gives a definition or problems, within bounded time and memory."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from catalogues import CATALOGUE, loaded
from documents import aliased_documents, yaml_documents
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition.load import load
from engine.definition.source import read_source
from engine.definition.tree import MAX_DEPTH, MAX_SIZE

ROOT = Path(__file__).parents[2]
SEED = """\
version: "1.0"
name: "数据 🚀"
variables: &v {a: 1, b: [x, "y", 'z']}
steps:
  - id: one
    type: script
    config:
      script: |
        print("{{ no template }}")
    retry_policy: {<<: *r, max_attempts: 3}
  - {id: two, type: http, depends_on: [one.failure], config: {url: "{{ variables.a }}"}}
triggers: [{type: schedule, name: t, config: {cron: "0 2 * * *"}}]
"""


@given(st.binary(max_size=300))
def test_any_bytes_give_a_definition_or_problems(data: bytes) -> None:
    found = load(data, CATALOGUE)
    assert found.workflow is not None or found.problems


@given(st.text(st.characters(), max_size=200))
def test_any_text_gives_a_definition_or_problems(text: str) -> None:
    found = load(text, CATALOGUE)
    assert found.workflow is not None or found.problems


@settings(max_examples=300)
@given(st.data())
def test_a_definition_with_random_damage_gives_problems_or_a_definition(
    data: st.DataObject,
) -> None:
    text = SEED
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        marks = st.sampled_from([*"{}[]:-?&*!|>'\"%#\n\t ,~<\r", "<<: ", "*v", "&v ", "{{", "}}"])
        text = text[:at] + "".join(data.draw(st.lists(marks, max_size=3))) + text[at + cut :]
    found = loaded(text)
    assert found.workflow is not None or found.problems
    for problem in found.problems:
        assert 0 <= problem.start <= len(text)
        assert problem.line >= 1


@settings(max_examples=100)
@given(st.one_of(yaml_documents(), aliased_documents()))
def test_any_tree_gives_a_definition_or_problems(document: tuple[str, object]) -> None:
    found = loaded(document[0])
    assert found.workflow is not None or found.problems


def bomb(levels: int, width: int = 9) -> str:
    lines = ['a0: &a0 ["lol", "lol"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines) + f"\nsteps: *a{levels - 1}\n"


LARGE = "x" * 200_000
HOSTILE = {
    "aliases that double": bomb(20),
    "merges that double": "a0: &a0 {x: 1}\n"
    + "".join(
        f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], y{n}: *a{n - 1}}}\n" for n in range(1, 60)
    ),
    "a large text by many aliases": f'a: &a "{LARGE}"\nb: [{", ".join(["*a"] * 5000)}]\n',
    "brackets": "a: " + "[" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "nested keys": "".join(" " * n + f"k{n}:\n" for n in range(2000)),
    "json brackets": '{"a": ' + "[" * 100_000,
    "many lines": "- a\n" * 2_000_000,
    "deep and wide": "a: " + "[x, " * (MAX_DEPTH - 2) + "y, " * 1_500_000,
    "one long text": '"' + "a\n" * 1_000_000,
    "anchors": "- &a\n" * 200_000,
    "tags": "!" * 1_000_000,
    "templates": "steps: [{id: a, type: transform, config: {expression: '"
    + "{{ a }}" * 100_000
    + "'}}]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_in_bounded_time(name: str) -> None:
    began = time.process_time()
    found = loaded(HOSTILE[name])
    assert found.problems
    assert time.process_time() - began < 30


@pytest.mark.parametrize("name", ["aliases that double", "many lines"])
def test_hostile_texts_are_refused_in_bounded_memory(name: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE[name])
    code = (
        "import resource, sys; from engine.definition.source import read_source\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))\n"
        "sys.exit(not read_source(open(sys.argv[1], 'rb').read()).problems)"
    )
    child = subprocess.run([sys.executable, "-c", code, file], env={"PYTHONPATH": str(ROOT)})
    assert child.returncode == 0


def test_a_file_beyond_the_largest_size_is_not_read() -> None:
    source = read_source("a: 1\n" + "#" * MAX_SIZE)
    assert source.root is None
    assert source.problems[0].code == "too-large"


def test_the_deepest_file_that_is_read_can_be_used() -> None:
    source = read_source("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    assert not source.problems
    assert source.tree()["a"]
    deeper = read_source("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert deeper.problems[0].code == "too-deep"


def test_aliases_cannot_nest_deeper_either() -> None:
    half = MAX_DEPTH // 2 + 5
    text = f"a: &a {'[' * half}{']' * half}\nb: {'[' * half}*a{']' * half}\n"
    assert read_source(text).problems[0].code == "too-deep"


def test_a_thousand_problems_are_enough() -> None:
    text = "steps:\n" + "".join(
        f"  - {{id: s{n}, type: nothing, depends_on: [no{n}]}}\n" for n in range(3000)
    )
    assert 1000 <= len(loaded(text).problems) <= 3000
