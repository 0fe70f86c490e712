"""Steps as YAML text: what copying gives, and what pasting finds in a text from anywhere."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from designer.document.files import DocumentError
from designer.document.places import Places, trigger_keys, walk_step_trees
from designer.document.rename import free_id, renamed_tree
from designer.document.shapes import FrameView
from designer.document.views import Point, read_point
from engine import Catalogue, Path, Source, read_source, to_yaml


class Fragment(Struct, frozen=True):
    """Steps and triggers found in a text, and where they stood."""

    steps: list[dict[str, Any]]
    triggers: list[dict[str, Any]]
    positions: Mapping[str, Point]
    frames: tuple[dict[str, Any], ...] = ()
    """Frames around them, as a file holds them."""


def copied(
    source: Source,
    places: Places,
    keys: Iterable[str],
    positions: Mapping[str, Point],
    frames: Iterable[FrameView] = (),
) -> str:
    """The nodes as the text of a small workflow, in the order of the file; empty for no nodes."""
    wanted = set(keys)
    steps = [_value(source, path) for key, path in places.steps.items() if key in wanted]
    triggers = [_value(source, path) for key, path in places.triggers.items() if key in wanted]
    tree: dict[str, Any] = {}
    if steps:
        tree["steps"] = steps
    if triggers:
        tree["triggers"] = triggers
    placed = {key: [round(x), round(y)] for key, (x, y) in positions.items() if key in wanted}
    if tree and placed:
        tree["designer"] = {"positions": placed}
    held = {frame.key.partition(":")[2]: _frame(frame, wanted) for frame in frames}
    if tree and held:
        tree.setdefault("designer", {})["frames"] = held
    return to_yaml(tree) if tree else ""


def _frame(frame: FrameView, wanted: set[str]) -> dict[str, Any]:
    """A frame as it is copied: it will follow its steps."""
    steps = [step for step in frame.steps if step in wanted]
    return {"title": frame.title, "colour": frame.colour, "steps": steps}


def _value(source: Source, path: Path) -> Any:
    node = source.node(path)
    return node.plain() if node is not None else None


def read_fragment(text: str) -> Fragment:
    """Steps in a text: a workflow, a list of steps, or one step. Raises DocumentError when it holds
    none."""
    source = read_source(text)
    if any(problem.severity == "error" for problem in source.problems):
        raise DocumentError(f"The clipboard holds no steps: {source.problems[0].message}")
    tree = source.tree()
    if isinstance(tree, dict) and "steps" not in tree and "triggers" not in tree and "type" in tree:
        tree = [tree]
    if isinstance(tree, list):
        tree = {"steps": tree}
    if not isinstance(tree, dict):
        raise DocumentError(
            "The clipboard holds no steps. Copy some on the canvas or as YAML first."
        )
    steps = [step for step in tree.get("steps") or () if isinstance(step, dict) and "type" in step]
    triggers = [
        one for one in tree.get("triggers") or () if isinstance(one, dict) and "type" in one
    ]
    if not steps and not triggers:
        raise DocumentError(
            "The clipboard holds no steps. Copy some on the canvas or as YAML first."
        )
    return Fragment(steps, triggers, _positions(tree), _frames(tree))


def _frames(tree: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    designer = tree.get("designer")
    found = designer.get("frames") if isinstance(designer, dict) else None
    held = found.values() if isinstance(found, dict) else ()
    return tuple(
        frame for frame in held if isinstance(frame, dict) and isinstance(frame.get("steps"), list)
    )


def _positions(tree: Mapping[str, Any]) -> dict[str, Point]:
    designer = tree.get("designer")
    found = designer.get("positions") if isinstance(designer, dict) else None
    if not isinstance(found, dict):
        return {}
    places = {str(key): read_point(place) for key, place in found.items()}
    return {key: place for key, place in places.items() if place is not None}


def fitted(
    fragment: Fragment,
    taken: frozenset[str],
    names: frozenset[str],
    titles: frozenset[str],
    catalogue: Catalogue,
) -> Fragment:
    """The fragment with ids, trigger names (``names``) and step names (``titles``) that are free,
    and with wires among its own steps only."""
    tree: dict[str, Any] = {"steps": fragment.steps, "triggers": []}
    ids: dict[str, str] = {}
    used = set(taken)
    for _, step in walk_step_trees(tree):
        old = str(step.get("id") or step.get("type") or "step")
        step["id"] = old
        ids[old] = free_id(old, used)
        used.add(ids[old])
    steps = renamed_tree(tree, ids, catalogue)["steps"]
    _name_apart(steps, set(titles))
    own = {step["id"] for step in steps}
    for step in steps:
        _keep_own_wires(step, own)
    triggers, keys = _fitted_triggers(fragment.triggers, names)
    moved = {ids.get(key) or keys.get(key): place for key, place in fragment.positions.items()}
    frames = []
    for frame in fragment.frames:
        members = [ids.get(str(key)) or keys.get(str(key)) for key in frame["steps"]]
        kept = {key: value for key, value in frame.items() if key not in ("box", "folded")}
        frames.append({**kept, "steps": [key for key in members if key is not None]})
    places = {key: at for key, at in moved.items() if key is not None}
    return Fragment(steps, triggers, places, tuple(frame for frame in frames if frame["steps"]))


def _name_apart(steps: list[dict[str, Any]], taken: set[str]) -> None:
    """Gives each step that has a name one that no other step has, bodies included."""
    for _, step in walk_step_trees({"steps": steps}):
        if isinstance(step.get("name"), str) and step["name"]:
            step["name"] = free_name(step["name"], taken)
            taken.add(step["name"])


def _keep_own_wires(step: dict[str, Any], own: set[str]) -> None:
    waits = step.get("depends_on")
    if isinstance(waits, str):
        waits = [waits]
    if isinstance(waits, list):
        kept = [wait for wait in waits if str(wait).partition(".")[0] in own]
        if kept:
            step["depends_on"] = kept
        else:
            del step["depends_on"]
    if step.get("compensate") not in own:
        step.pop("compensate", None)


def _fitted_triggers(
    triggers: list[dict[str, Any]], taken: frozenset[str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The triggers with free names, and old node key -> new node key."""
    used, result, keys = set(taken), [], {}
    for index, key in trigger_keys(triggers):
        base = str(triggers[index].get("name") or triggers[index]["type"])
        name = free_name(base, used)
        used.add(name)
        result.append({**triggers[index], "name": name})
        keys[key] = f"trigger:{name}"
    return result, keys


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """``wanted`` with a number behind it where that name is taken; one that ends in a number gets
    the next."""
    used = taken if isinstance(taken, set | frozenset) else set(taken)
    if wanted not in used:
        return wanted
    numbered = re.fullmatch(r"(.+) (\d{1,5})", wanted)
    base, number = (numbered[1], int(numbered[2]) + 1) if numbered else (wanted, 2)
    while (name := f"{base} {number}") in used:
        number += 1
    return name
