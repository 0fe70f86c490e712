"""Frames and notes as a file holds them: read with tolerance, and told of where they are wrong."""

import pytest

from designer.document.shape_check import check_shapes
from designer.document.shapes import read_frames, read_notes
from engine import edit, load, read_source

TEXT = """version: "1.0"
name: x
steps:
  - {id: a, type: transform, config: {expression: "1"}}
designer:
  frames:
    good: {title: Good, colour: pink, box: [0, 0, 300, 200], steps: [a], folded: true}
    second: {steps: [a]}
    odd: {colour: mauve, box: [1, 2], steps: [a, gone]}
    none: 5
  notes:
    good: {text: "Hi", box: [0, 0, 100, 100]}
    lost: {text: "Where?"}
"""


def test_what_can_be_read_is_read_and_a_step_belongs_to_one_frame() -> None:
    workflow = load(TEXT).workflow
    frames = {frame.key: frame for frame in read_frames(workflow)}
    assert list(frames) == ["frame:good", "frame:second", "frame:odd"]
    assert frames["frame:good"].steps == ("a",) and frames["frame:good"].folded
    assert frames["frame:second"].steps == ()
    assert frames["frame:odd"].box is None and frames["frame:odd"].colour == "blue"
    assert [note.key for note in read_notes(workflow)] == ["note:good"]


def test_what_cannot_be_used_is_a_warning_at_its_place_with_a_fix() -> None:
    source = read_source(TEXT)
    problems = check_shapes(source)
    assert [problem.message for problem in problems] == [
        '"odd" has no usable box; it follows its steps',
        "there is no colour mauve",
        '"odd" holds gone, which does not exist',
        '"none" is no frame',
        '"lost" has no place and is not shown',
    ]
    assert {problem.severity for problem in problems} == {"warning"}
    fixed = edit.apply(TEXT, problems[2].fix.splices)
    assert "steps: [a]}" in fixed and "gone" not in fixed


@pytest.mark.parametrize("held", ["null", "{}"])
def test_an_empty_part_is_fine(held: str) -> None:
    text = f"version: '1.0'\nname: x\nsteps: []\ndesigner: {{frames: {held}, notes: {held}}}\n"
    assert check_shapes(read_source(text)) == ()
    assert read_frames(load(text).workflow) == ()
