"""Edits of frames and notes; each is one undo step and touches nothing but the ``designer`` part of
the text."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from designer.document.document import Document
from designer.document.draft import Draft
from designer.document.shapes import (
    FRAMES,
    NOTES,
    Box,
    Colour,
    FrameView,
    frame_key,
    free_key,
    is_frame,
    note_key,
    read_frames,
    shape_path,
    written_box,
)
from designer.document.steps import place, take_out
from designer.document.views import Point, Wire
from engine import Path, Workflow


def add_frame(document: Document, steps: Iterable[str], box: Box, title: str = "Frame") -> str:
    """Draws a frame around nodes, which leave the frames that held them; gives its key."""
    members = list(dict.fromkeys(steps))
    name = _free(document, FRAMES, "frame")
    left = _without(read_frames(document.current_workflow()), members)
    tree = {"title": title, "colour": "blue", "box": written_box(box), "steps": members}

    def make(draft: Draft) -> None:
        for key, kept in left.items():
            draft.set((*shape_path(key), "steps"), kept)
        draft.set((*FRAMES, name), tree)

    document.gesture("Frame the selection" if members else "Add a frame", make)
    return frame_key(name)


def add_note(document: Document, box: Box, text: str = "", colour: Colour = "amber") -> str:
    """Sticks a note to the canvas; gives its key."""
    name = _free(document, NOTES, "note")
    tree = {"text": text, "colour": colour, "box": written_box(box)}
    document.gesture("Add a note", lambda draft: draft.set((*NOTES, name), tree))
    return note_key(name)


def set_title(document: Document, key: str, title: str) -> None:
    name = f"Rename frame to {title}" if title else "Clear the frame's title"
    document.set_value((*shape_path(key), "title"), title, name=name)


def set_text(document: Document, key: str, text: str) -> None:
    document.set_value((*shape_path(key), "text"), text, name="Edit note")


def set_colour(document: Document, keys: Iterable[str], colour: Colour) -> None:
    wanted = list(keys)

    def make(draft: Draft) -> None:
        for key in wanted:
            draft.set((*shape_path(key), "colour"), colour)

    document.gesture(f"Colour {_named(wanted)} {colour}", make)


def set_folded(document: Document, keys: Iterable[str], folded: bool) -> None:
    """Folds frames to blocks, or unfolds them."""
    wanted = [key for key in keys if is_frame(key)]

    def make(draft: Draft) -> None:
        for key in wanted:
            path = (*shape_path(key), "folded")
            if folded:
                draft.set(path, True)
            elif draft.source.node(path) is not None:
                draft.remove(path)

    document.gesture(f"{'Fold' if folded else 'Unfold'} {_named(wanted)}", make)


def remove_shapes(draft: Draft, keys: Iterable[str]) -> None:
    """Takes frames and notes out; the steps in a frame stay. The last of a kind takes the kind
    along."""
    gone: dict[Path, list[str]] = {}
    for key in keys:
        *parent, name = shape_path(key)
        gone.setdefault(tuple(parent), []).append(str(name))
    for where, names in gone.items():
        held = draft.source.node(where)
        known = [name for name in names if held is not None and held.child(name) is not None]
        if held is not None and len(known) == len(held.members):
            draft.remove(where)
        else:
            for name in known:
                draft.remove((*where, name))


def remove_all(
    document: Document, nodes: Iterable[str], wires: Iterable[Wire], shapes: Iterable[str]
) -> None:
    """Removes nodes, wires, frames and notes as one undo step; what stands in a removed frame and
    is not named stays."""
    gone, cut, wanted = list(nodes), list(wires), list(shapes)
    if not wanted:
        document.remove(gone, cut)
    elif not gone and not cut:
        remove(document, wanted)
    else:
        workflow, places = document.current_workflow(), document.places

        def make(draft: Draft) -> None:
            take_out(draft, workflow, places, gone, cut)
            remove_shapes(draft, wanted)

        document.gesture(f"Remove {_steps(len(gone))} and {_named(wanted)}", make)


def remove(document: Document, keys: Iterable[str]) -> None:
    """Removes frames and notes alone."""
    wanted = list(keys)
    document.gesture(f"Remove {_named(wanted)}", lambda draft: remove_shapes(draft, wanted))


def move(
    document: Document,
    nodes: Mapping[str, Point],
    boxes: Mapping[str, Box],
    members: Mapping[str, Iterable[str]] | None = None,
    merge_key: str = "",
    name: str = "",
) -> None:
    """Puts nodes, frames and notes at places, and gives frames other steps, as one undo step."""
    steps = {key: list(found) for key, found in (members or {}).items()}
    if not boxes and not steps and not name:
        document.move(nodes, merge_key)
        return
    known = {key: at for key, at in nodes.items() if document.node(key) is not None}

    def make(draft: Draft) -> None:
        place(draft, known, document.source)
        for key, box in boxes.items():
            draft.set((*shape_path(key), "box"), written_box(box))
        for key, found in steps.items():
            draft.set((*shape_path(key), "steps"), found)

    said = name or f"Move {_named([*boxes]) if boxes else _steps(len(known))}"
    document.gesture(
        said, make, merge_key, model=lambda workflow: _moved(workflow, known, boxes, steps)
    )


def _moved(
    workflow: Workflow,
    nodes: Mapping[str, Point],
    boxes: Mapping[str, Box],
    steps: Mapping[str, list[str]],
) -> Workflow:
    """What the move makes of the workflow, so that the text need not be read at once."""
    designer = dict(workflow.designer)
    known = designer.get("positions")
    places = dict(known) if isinstance(known, dict) else {}
    places.update({key: [round(x), round(y)] for key, (x, y) in nodes.items()})
    if places:
        designer["positions"] = places
    changes: dict[str, dict[str, object]] = {}
    for key, box in boxes.items():
        changes.setdefault(key, {})["box"] = written_box(box)
    for key, found in steps.items():
        changes.setdefault(key, {})["steps"] = found
    for key, fields in changes.items():
        _, kind, name = shape_path(key)
        held = dict(designer.get(str(kind)) or {})
        held[str(name)] = {**(held.get(str(name)) or {}), **fields}
        designer[str(kind)] = held
    return replace(workflow, designer=designer)


def _without(frames: Iterable[FrameView], steps: Iterable[str]) -> dict[str, list[str]]:
    """The frames that lose some of these steps, and what each keeps."""
    gone = set(steps)
    return {
        frame.key: [step for step in frame.steps if step not in gone]
        for frame in frames
        if gone.intersection(frame.steps)
    }


def _free(document: Document, where: Path, word: str) -> str:
    document.current_workflow()
    held = document.source.node(where)
    taken = [str(key) for key in held.members] if held is not None and held.members else []
    return free_key(word, taken)


def _named(keys: list[str]) -> str:
    words = {True: "frame", False: "note"}
    if len(keys) == 1:
        return f"the {words[is_frame(keys[0])]}"
    kinds = {is_frame(key) for key in keys}
    return f"{len(keys)} {words[kinds.pop()] + 's' if len(kinds) == 1 else 'frames and notes'}"


def _steps(number: int) -> str:
    return "1 step" if number == 1 else f"{number} steps"
