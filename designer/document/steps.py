"""How steps and triggers are added to a draft, and taken out with everything that names them."""

from collections.abc import Iterable, Mapping
from typing import Any

from designer.document.draft import Draft
from designer.document.places import Places
from designer.document.rename import HANDLER_LISTS
from designer.document.shapes import read_frames, shape_path
from designer.document.views import Point, Wire
from designer.document.wires import rewire
from engine import Dependency, Path, Source, Workflow

POSITIONS: Path = ("designer", "positions")


def starter_config(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a new step or trigger begins with: the required values that have a default or one
    choice."""
    found: dict[str, Any] = {}
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        rule = properties.get(name, {})
        if "default" in rule:
            found[name] = rule["default"]
        elif rule.get("enum"):
            found[name] = rule["enum"][0]
    return found


def place(draft: Draft, places: Mapping[str, Point], source: Source | None = None) -> None:
    """Writes where nodes stand, in whole units, as ``[x, y]``; as ``{x:, y:}`` where the source
    that is given does."""
    known = source.node(POSITIONS) if source is not None else None
    for key, (x, y) in places.items():
        old = known.child(key) if known is not None else None
        if old is not None and old.kind == "mapping":
            draft.merge((*POSITIONS, key), {"x": round(x), "y": round(y)})
        else:
            draft.set((*POSITIONS, key), [round(x), round(y)])


def list_length(source: Source, path: Path) -> int:
    node = source.node(path)
    return len(node.items) if node is not None else 0


def take_out(
    draft: Draft, workflow: Workflow, places: Places, keys: Iterable[str], wires: Iterable[Wire]
) -> int:
    """Removes nodes and wires; gives how many wires went that named a removed step."""
    gone = {key for key in keys if places.path(key) is not None}
    named = named_wires(workflow, gone)
    loose = {wire for wire in wires if wire[0] not in gone and wire[2] not in gone}
    rewire(draft, workflow, places, remove=named | loose)
    _forget_handlers(draft, gone)
    _forget_compensation(draft, workflow, places, gone)
    _leave_frames(draft, workflow, gone)
    for key in gone:
        if draft.source.node((*POSITIONS, key)) is not None:
            draft.remove((*POSITIONS, key))
    paths = sorted((path for key in gone if (path := places.path(key))), key=str)
    remove_items(draft, paths)
    return len(named)


def named_wires(workflow: Workflow, gone: set[str]) -> set[Wire]:
    """Wires from a removed step to one that stays, as the file writes them."""
    return {
        (wait.step, wait.port, step.id)
        for step in workflow.walk()
        if step.id not in gone
        for wait in step.depends_on or ()
        if isinstance(wait, Dependency) and wait.step in gone
    }


def _forget_handlers(draft: Draft, gone: set[str]) -> None:
    source = draft.source
    for key in HANDLER_LISTS:
        node = source.node((key,))
        named = node.plain() if node is not None else None
        if isinstance(named, str):
            named = [named] if named not in gone else []
            if not named:
                draft.remove((key,))
        elif isinstance(named, list):
            remove_items(draft, [(key, i) for i, name in enumerate(named) if name in gone])


def _forget_compensation(draft: Draft, workflow: Workflow, places: Places, gone: set[str]) -> None:
    for step in workflow.walk():
        if step.compensate in gone and step.id not in gone:
            draft.remove((*places.steps[step.id], "compensate"))


def _leave_frames(draft: Draft, workflow: Workflow, gone: set[str]) -> None:
    for frame in read_frames(workflow):
        if gone.intersection(frame.steps):
            kept = [step for step in frame.steps if step not in gone]
            draft.set((*shape_path(frame.key), "steps"), kept)


def remove_items(draft: Draft, paths: Iterable[Path]) -> None:
    """Removes items of lists, the last first; a list that becomes empty goes itself, but for
    ``steps``."""
    by_list: dict[Path, list[int]] = {}
    for path in paths:
        by_list.setdefault(path[:-1], []).append(int(path[-1]))
    for parent in sorted(by_list, key=len, reverse=True):
        indices = sorted(by_list[parent], reverse=True)
        if len(indices) < list_length(draft.source, parent):
            for index in indices:
                draft.remove((*parent, index))
        elif parent[-1] == "steps" or len(parent) > 1:
            draft.set(parent, [])
        else:
            draft.remove(parent)
