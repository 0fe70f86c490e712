"""A sub-workflow's steps put in the place of the step that runs it: the way back from
``collapse``."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from designer.document.border import is_sure, references_of
from designer.document.document import Document
from designer.document.draft import Draft
from designer.document.editing import EditRefused
from designer.document.places import walk_step_trees
from designer.document.rename import (
    free_id,
    other_templates,
    renamed_tree,
    step_templates,
)
from designer.document.shapes import FRAMES, free_key, read_frames, shape_path
from designer.document.steps import POSITIONS, place, remove_items
from designer.document.views import Point, read_point
from engine import (
    Dependency,
    Path,
    Step,
    Workflow,
    dependencies,
    load,
)

_PART = r"\s*(?:\.\s*\w+|\[\s*(?:'[^']*'|\"[^\"]*\")\s*\])"
_SIMPLE = re.compile(rf"\w+(?:{_PART})*\Z")
_WHOLE = re.compile(r"\s*\{\{(.*)\}\}\s*\Z", re.DOTALL)
_OWN = ("retry_policy", "timeout", "cache", "when", "input_mapping", "compensate", "output_schema")
_KEEPS = {
    "variables": "variables of its own",
    "timeout": "a timeout of its own",
    "concurrency": "a concurrency limit of its own",
    "on_failure": "handlers of its own",
    "on_success": "handlers of its own",
    "on_cancel": "handlers of its own",
    "finally": "handlers of its own",
}
Swap = Callable[[tuple[str | int, ...]], tuple[int, str] | None]


class Expansion(Struct, frozen=True):
    """What expanding will do. ``steps`` are the new ones, ``changed`` the templates outside."""

    key: str
    steps: list[dict[str, Any]]
    changed: Mapping[Path, str]
    ends: tuple[str, ...]
    """What a step that waited for the sub-workflow waits for now."""
    places: Mapping[str, Point]
    title: str


def plan_expand(document: Document, key: str, text: str) -> Expansion:
    """Works out how the workflow in ``text`` takes the place of the step that runs it. Raises
    EditRefused, with the reason in words, where it cannot."""
    workflow, tree = document.current_workflow(), document.source.tree()
    step = next((one for one in workflow.steps if one.id == key), None)
    if step is None or step.type != "workflow":
        raise EditRefused("Select a sub-workflow's step to expand it.")
    loaded = load(text, "", document.folder)
    inner = loaded.workflow
    if inner is None or not inner.steps:
        raise EditRefused("The sub-workflow's file holds no steps that could be read.")
    sub = loaded.source.tree()
    own = next(one for one in tree["steps"] if isinstance(one, dict) and one.get("id") == key)
    _check(own, sub, inner)
    taken, names = set(document.ids()), {}
    for _, found in walk_step_trees(sub):
        names[str(found["id"])] = free_id(str(found["id"]), taken)
        taken.add(names[str(found["id"])])
    sub = renamed_tree(sub, names, document.catalogue)
    swap = _input_swap(own, sub)
    for path, found in list(walk_step_trees(sub)):
        for where, template, bare in list(step_templates(path, found, document.catalogue)):
            _put(sub, where, replaced(template, bare, swap))
    outputs = _outputs(sub, swap)
    changed = _changed_outside(document, tree, key, outputs)
    _enter(sub["steps"], own)
    at = document.position(key)
    return Expansion(
        key,
        sub["steps"],
        changed,
        _ends(inner, names),
        _places(sub, names, at) if at is not None else {},
        step.title,
    )


def _check(own: Mapping[str, Any], sub: Mapping[str, Any], inner: Workflow) -> None:
    said = own.get("name") or own["id"]
    for name in _OWN:
        if own.get(name) is not None:
            raise EditRefused(f"{said} has {name.replace('_', ' ')}, which holds for all of it.")
    if own.get("enabled") is False or (own.get("config") or {}).get("wait") is False:
        raise EditRefused(f"{said} is not waited for; its steps would be.")
    for name, words in _KEEPS.items():
        if sub.get(name):
            raise EditRefused(f"The sub-workflow has {words}; they would be lost.")
    steps = inner.steps
    if any(step.compensate for step in steps):
        raise EditRefused("A step of the sub-workflow is compensated; that would be lost.")
    if all(step.depends_on is None for step in steps) and any(
        step.order is not None or step.is_parallel for step in steps
    ):
        raise EditRefused("The order of the sub-workflow's steps is implied; draw a wire in it.")


def replaced(text: str, bare: bool, swap: Swap) -> str:
    """A template with references replaced: ``swap`` gives how many parts of a path it stands for,
    and the expression instead."""
    result = text
    for found in references_of(text, bare):
        new = swap(found.path)
        if new is None:
            continue
        count, expression = new
        match = re.compile(r"\w+" + _PART * (count - 1)).match(result, found.start)
        if match is None:
            raise EditRefused(f"This reads a value in a way that cannot be moved: {text[:60]}")
        shown = expression if _SIMPLE.match(expression) else f"({expression})"
        result = result[: found.start] + shown + result[match.end() :]
    return result


def _input_swap(own: Mapping[str, Any], sub: Mapping[str, Any]) -> Swap:
    """What the sub-workflow's inputs and variables are outside."""
    given = (own.get("config") or {}).get("input") or {}
    if not isinstance(given, dict):
        raise EditRefused("The sub-workflow's input is not given field by field.")
    kept = _kept_variables(own, sub, given)

    def swap(path: tuple[str | int, ...]) -> tuple[int, str] | None:
        root = path[0]
        if root in ("execution", "workflow", "trigger"):
            raise EditRefused(f"A step of the sub-workflow reads {root}, which is its own.")
        if root not in ("input", "variables") or (len(path) > 1 and _kept(root, path[1], kept)):
            return None
        if len(path) < 2 or path[1] not in given:
            name = path[1] if len(path) > 1 else f"all of {root}"
            raise EditRefused(f"A step of the sub-workflow reads {name}, which is not given to it.")
        return 2, _expression(given[path[1]])

    return swap


def _kept(root: str | int, name: str | int, kept: frozenset[str]) -> bool:
    return root == "variables" and name in kept


def _kept_variables(
    own: Mapping[str, Any], sub: Mapping[str, Any], given: Mapping[str, Any]
) -> frozenset[str]:
    """Variables that the sub-workflow sets, which are those of the same name outside. Raises
    EditRefused for others."""
    said = own.get("output_mapping") or {}
    output = sub.get("output") if isinstance(sub.get("output"), dict) else {}
    back: dict[str, str] = {}
    for name, text in said.items():
        field = re.fullmatch(r"\{\{\s*output\.output\.(\w+)\s*\}\}", str(text))
        carried = str(output.get(field[1])) if field and output else ""
        if re.fullmatch(rf"\{{\{{\s*variables\.{re.escape(str(name))}\s*\}}\}}", carried) is None:
            raise EditRefused(f"{own['id']} sets {name} from what the sub-workflow gives.")
        back[str(name)] = carried
    for step in sub["steps"]:
        for name in step.get("output_mapping") or {}:
            same = re.fullmatch(
                rf"\{{\{{\s*variables\.{re.escape(str(name))}\s*\}}\}}", str(given.get(name))
            )
            if name not in back or same is None:
                raise EditRefused(f"The sub-workflow sets {name}, which is not handed back.")
    return frozenset(back)


def _expression(value: Any) -> str:
    """A value given to the sub-workflow, as an expression."""
    if isinstance(value, str) and "{{" in value:
        whole = _WHOLE.match(value)
        if whole is None or "{{" in whole[1]:
            raise EditRefused(f"This input is put together from parts: {value[:60]}")
        return whole[1].strip()
    return json.dumps(value)


def _outputs(sub: Mapping[str, Any], swap: Swap) -> Callable[[tuple[str | int, ...]], str | None]:
    """The expression for a path below the sub-workflow's output."""
    output = sub.get("output")

    def find(path: tuple[str | int, ...]) -> str | None:
        if not isinstance(output, dict) or not path or path[0] not in output:
            return None
        return _expression(replaced(str(output[path[0]]), False, swap))

    return find


def _changed_outside(
    document: Document,
    tree: Mapping[str, Any],
    key: str,
    outputs: Callable[[tuple[str | int, ...]], str | None],
) -> dict[Path, str]:
    def swap(path: tuple[str | int, ...]) -> tuple[int, str] | None:
        if path[:2] != ("steps", key):
            return None
        found = outputs(path[4:]) if path[2:4] == ("output", "output") else None
        if found is None:
            said = ".".join(str(part) for part in path)
            raise EditRefused(f"{said} is read; no step of the sub-workflow gives that.")
        return 5, found

    texts = [(path, text, False) for path, text in other_templates(tree)]
    for path, step in walk_step_trees(tree):
        if step.get("id") != key:
            texts.extend(step_templates(path, step, document.catalogue))
    found: dict[Path, str] = {}
    for path, text, bare in texts:
        if "steps" in text and (new := replaced(text, bare, swap)) != text:
            found[path] = new
    return found


def _put(tree: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        tree = tree[part]
    tree[path[-1]] = value


def _enter(steps: list[dict[str, Any]], own: Mapping[str, Any]) -> None:
    """The steps that waited for nothing wait for what the sub-workflow waited for."""
    for index, step in enumerate(steps):
        if step.get("depends_on") or not own.get("depends_on"):
            continue
        step.pop("depends_on", None)
        head: dict[str, Any] = {
            name: step.pop(name) for name in ("id", "name", "type") if name in step
        }
        waits: dict[str, Any] = {name: own[name] for name in ("depends_on", "join") if name in own}
        steps[index] = {**head, **waits, **step}


def _ends(inner: Workflow, names: Mapping[str, str]) -> tuple[str, ...]:
    """The ports that together tell that the sub-workflow completed."""
    waits = dependencies(inner.steps)
    known: dict[str, Step] = {step.id: step for step in inner.steps}
    waited = {wait.step for found in waits.values() for wait in found}
    sure: dict[str, bool] = {}
    return tuple(
        names[key] if is_sure(key, known, waits, sure) else f"{names[key]}.done"
        for key in known
        if key not in waited
    )


def _places(sub: Mapping[str, Any], names: Mapping[str, str], at: Point) -> dict[str, Point]:
    held = (sub.get("designer") or {}).get("positions") or {}
    ids = [str(step["id"]) for step in sub["steps"]]
    renamed = {names.get(str(key), str(key)): read_point(one) for key, one in held.items()}
    known = {key: one for key in ids if (one := renamed.get(key)) is not None}
    if len(known) != len(ids):
        return {key: (at[0] + 280.0 * i, at[1]) for i, key in enumerate(ids)}
    left, top = min(p[0] for p in known.values()), min(p[1] for p in known.values())
    return {key: (at[0] + p[0] - left, at[1] + p[1] - top) for key, p in known.items()}


def expand(document: Document, plan: Expansion) -> tuple[str, ...]:
    """Puts the steps in the place of the step, as one undo step; gives their ids."""
    workflow, path = document.current_workflow(), document.places.steps[plan.key]
    ids = tuple(str(step["id"]) for step in plan.steps)

    def make(draft: Draft) -> None:
        for where, text in plan.changed.items():
            draft.set(where, text)
        _rewire_followers(draft, document, workflow, plan)
        _frame(draft, document, workflow, plan, ids)
        if document.source.node((*POSITIONS, plan.key)) is not None:
            draft.remove((*POSITIONS, plan.key))
        remove_items(draft, [path])
        draft.insert(("steps",), int(path[-1]), plan.steps)
        place(draft, plan.places)

    document.gesture(f"Expand {plan.title}", make)
    document.selection.set(ids)
    return ids


def _rewire_followers(
    draft: Draft, document: Document, workflow: Workflow, plan: Expansion
) -> None:
    for step in workflow.steps:
        waits = [wait for wait in step.depends_on or () if isinstance(wait, Dependency)]
        mine = [wait for wait in waits if wait.step == plan.key]
        if not mine:
            continue
        if mine[0].port != "success" or len(mine) > 1 or step.join != "all":
            raise EditRefused(f"{step.title} waits for more than that {plan.title} completed.")
        texts = [
            text
            for wait in waits
            for text in (plan.ends if wait.step == plan.key else (wait.text,))
        ]
        draft.set((*document.places.steps[step.id], "depends_on"), list(dict.fromkeys(texts)))


def _frame(
    draft: Draft, document: Document, workflow: Workflow, plan: Expansion, ids: tuple[str, ...]
) -> None:
    """The frame that held the step holds its steps; else a new one of its name does."""
    frames = read_frames(workflow)
    for frame in frames:
        if plan.key in frame.steps:
            kept = [key for key in frame.steps if key != plan.key]
            draft.set((*shape_path(frame.key), "steps"), [*kept, *ids])
            return
    held = document.source.node(FRAMES)
    name = free_key("frame", [str(key) for key in held.members] if held is not None else [])
    draft.set((*FRAMES, name), {"title": plan.title, "steps": list(ids)})
