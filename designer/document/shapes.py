"""Frames and notes: what the ``designer`` part of a file draws around and beside the steps."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from designer.document.views import Point
from engine import Path, Workflow

Box = tuple[float, float, float, float]
"""Left, top, width and height in scene units."""
Colour = Literal["blue", "teal", "green", "amber", "pink", "violet", "grey"]
COLOURS: tuple[Colour, ...] = ("blue", "teal", "green", "amber", "pink", "violet", "grey")
FRAMES: Path = ("designer", "frames")
NOTES: Path = ("designer", "notes")
FRAME_PREFIX, NOTE_PREFIX = "frame:", "note:"
LEAST_SIDE = 48.0
"""No frame or note is narrower or lower than this."""


class FrameView(Struct, frozen=True, kw_only=True):
    """A titled frame around steps. ``box`` is None where it follows its steps; a step that stands
    in several frames belongs to the first."""

    key: str
    title: str = ""
    colour: Colour = "blue"
    box: Box | None = None
    steps: tuple[str, ...] = ()
    folded: bool = False


class NoteView(Struct, frozen=True, kw_only=True):
    """A sticky note; its text is Markdown."""

    key: str
    text: str = ""
    colour: Colour = "amber"
    box: Box


def frame_key(name: str) -> str:
    return FRAME_PREFIX + name


def note_key(name: str) -> str:
    return NOTE_PREFIX + name


def shape_path(key: str) -> Path:
    """Where a frame or note stands in the text."""
    kind, _, name = key.partition(":")
    return (*(FRAMES if kind == "frame" else NOTES), name)


def is_frame(key: str) -> bool:
    return key.startswith(FRAME_PREFIX)


def read_frames(workflow: Workflow | None) -> tuple[FrameView, ...]:
    """The frames of a workflow in the order of the file; what is no frame is left out."""
    taken: set[str] = set()
    found = []
    for name, tree in _entries(workflow, "frames"):
        named = tree.get("steps")
        steps = [str(step) for step in named] if isinstance(named, list) else []
        own = tuple(step for step in dict.fromkeys(steps) if step not in taken)
        taken.update(own)
        found.append(
            FrameView(
                key=frame_key(name),
                title=_text(tree.get("title")),
                colour=read_colour(tree.get("colour"), "blue"),
                box=read_box(tree.get("box")),
                steps=own,
                folded=tree.get("folded") is True,
            )
        )
    return tuple(found)


def read_notes(workflow: Workflow | None) -> tuple[NoteView, ...]:
    """The notes of a workflow in the order of the file; those without a place are left out."""
    found = []
    for name, tree in _entries(workflow, "notes"):
        box = read_box(tree.get("box"))
        if box is not None:
            colour = read_colour(tree.get("colour"), "amber")
            text = _text(tree.get("text"))
            found.append(NoteView(key=note_key(name), text=text, colour=colour, box=box))
    return tuple(found)


def _entries(workflow: Workflow | None, kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    held = workflow.designer.get(kind) if workflow is not None else None
    if not isinstance(held, dict):
        return []
    return [(str(name), tree) for name, tree in held.items() if isinstance(tree, dict)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def read_colour(value: Any, default: Colour) -> Colour:
    """A colour as a file names it; the default for anything else."""
    return next((colour for colour in COLOURS if colour == value), default)


def read_box(value: Any) -> Box | None:
    """``[x, y, width, height]``; None for anything else."""
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in value):
        return None
    x, y, width, height = (float(n) for n in value)
    if max(abs(x), abs(y), width, height) >= 1e7 or min(width, height) <= 0:
        return None
    return x, y, max(width, LEAST_SIDE), max(height, LEAST_SIDE)


def written_box(box: Box) -> list[int]:
    """A box as the file holds it."""
    return [round(n) for n in box]


def contains(outer: Box, inner: Box) -> bool:
    """Whether a box lies inside another one."""
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[0] + outer[2] >= inner[0] + inner[2]
        and outer[1] + outer[3] >= inner[1] + inner[3]
    )


def holds(box: Box, at: Point) -> bool:
    """Whether a point lies in a box."""
    return box[0] <= at[0] <= box[0] + box[2] and box[1] <= at[1] <= box[1] + box[3]


def free_key(wanted: str, taken: Iterable[str]) -> str:
    """``wanted_1``, or the first number after it that is free."""
    used, number = set(taken), 1
    while f"{wanted}_{number}" in used:
        number += 1
    return f"{wanted}_{number}"
