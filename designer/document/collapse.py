"""Steps made into a sub-workflow: a file of its own beside this one, and one step in their
place."""

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any

from msgspec import Struct

from designer.document.border import (
    Waits,
    Wanted,
    accessor,
    check_ways_out,
    inner_swap,
    outer_swap,
    rewritten,
    template_values,
    waits_of,
)
from designer.document.document import Document
from designer.document.draft import Draft
from designer.document.editing import EditRefused
from designer.document.files import DocumentError
from designer.document.graph import handler_roles
from designer.document.places import walk_step_trees
from designer.document.rename import copied_tree, free_id, other_templates, step_templates
from designer.document.shapes import read_frames, shape_path
from designer.document.steps import POSITIONS, place, remove_items
from designer.document.views import Point, trigger_name
from engine import FORMAT_VERSION, Dependency, Path, Workflow, to_yaml

_MOST_TRIES = 1000


class Collapse(Struct, frozen=True):
    """What collapsing will do: the new file's text, and what becomes of this one."""

    title: str
    text: str
    sub: str
    keys: tuple[str, ...]
    waits: Waits
    followers: frozenset[str]
    given: Mapping[str, str]
    variables: Mapping[str, str]
    changed: Mapping[Path, str]
    source: str
    """The text of the document that this was worked out for."""


def plan_collapse(document: Document, keys: Iterable[str], title: str) -> Collapse:
    """Works out how steps become a sub-workflow. Raises EditRefused, with the reason in words,
    where they cannot."""
    workflow = document.current_workflow()
    chosen = [key for key in document.places.steps if key in set(keys)]
    _check(document, workflow, [*keys])
    inside = frozenset(chosen)
    waits = waits_of(workflow.steps, inside)
    followers = check_ways_out(workflow.steps, inside, waits.inner)
    tree = document.source.tree()
    sub = free_id(_slug(title), document.ids())
    wanted, offered = Wanted(), Wanted()
    deep = inside | _inner_ids(tree, inside)
    moved = [_moved_step(document, step, deep, wanted, waits) for step in _top(tree, chosen)]
    changed = _changed_outside(document, tree, inside, deep, sub, offered)
    variables = _set_variables(moved, wanted, offered)
    made: dict[str, Any] = {"version": FORMAT_VERSION, "name": title}
    if wanted.given:
        made["inputs"] = {"type": "object", "properties": {name: {} for name in wanted.given}}
    made["steps"] = moved
    if offered.given:
        made["output"] = template_values(offered)
    if places := _places(document, chosen):
        made["designer"] = {"positions": places}
    return Collapse(
        title,
        to_yaml(made),
        sub,
        tuple(chosen),
        waits,
        followers,
        wanted.given,
        variables,
        changed,
        document.text,
    )


def _check(document: Document, workflow: Workflow, keys: list[str]) -> None:
    if document.path is None:
        raise EditRefused("Save this workflow first: the sub-workflow's file goes beside it.")
    if any(trigger_name(key) is not None for key in keys):
        raise EditRefused("A trigger starts this workflow; it cannot go into a sub-workflow.")
    known = {step.id: step for step in workflow.steps}
    chosen = [known[key] for key in keys if key in known]
    if not chosen:
        raise EditRefused("Select the steps that are to become a sub-workflow.")
    if len(chosen) == len(workflow.steps):
        raise EditRefused("These are all the steps; leave at least one in this workflow.")
    roles = handler_roles(workflow)
    for step in chosen:
        if step.id in roles or step.compensate:
            role = roles.get(step.id) or "compensate"
            raise EditRefused(f"{step.title} belongs to {role}, which is this workflow's own.")
    if all(step.depends_on is None for step in workflow.steps) and any(
        step.order is not None or step.is_parallel for step in workflow.steps
    ):
        raise EditRefused("The order of these steps is implied; draw a wire first.")


def _slug(title: str) -> str:
    word = "".join(c if c.isascii() and c.isalnum() else "_" for c in title.lower())
    return "_".join(part for part in word.split("_") if part) or "sub_workflow"


def _top(tree: Mapping[str, Any], chosen: list[str]) -> list[dict[str, Any]]:
    wanted = set(chosen)
    return [step for step in tree["steps"] if isinstance(step, dict) and step.get("id") in wanted]


def _inner_ids(tree: Mapping[str, Any], inside: frozenset[str]) -> frozenset[str]:
    tops = {"steps": [step for step in tree["steps"] if step.get("id") in inside]}
    return frozenset(str(step["id"]) for _, step in walk_step_trees(tops) if "id" in step)


def _moved_step(
    document: Document,
    step: dict[str, Any],
    deep: frozenset[str],
    wanted: Wanted,
    waits: Waits,
) -> dict[str, Any]:
    """A step as it stands in the new file."""
    tree = {"steps": [copied_tree(step)]}
    swap = inner_swap(deep, wanted)
    for path, found in list(walk_step_trees(tree)):
        for where, text, bare in list(step_templates(path, found, document.catalogue)):
            _put(tree, where, rewritten(text, bare, swap))
    made: dict[str, Any] = tree["steps"][0]
    made.pop("depends_on", None)
    made.pop("order", None)
    made.pop("is_parallel", None)
    inner = waits.inner[str(step["id"])]
    if not inner:
        made.pop("join", None)
        return made
    head: dict[str, Any] = {key: made.pop(key) for key in ("id", "name", "type") if key in made}
    return {**head, "depends_on": [wait.text for wait in inner], **made}


def _put(tree: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        tree = tree[part]
    tree[path[-1]] = value


def _changed_outside(
    document: Document,
    tree: Mapping[str, Any],
    inside: frozenset[str],
    deep: frozenset[str],
    sub: str,
    offered: Wanted,
) -> dict[Path, str]:
    """Templates outside that read the group's steps, as they are to be."""
    swap = outer_swap(inside, sub, offered)
    texts = [(path, text, False) for path, text in other_templates(tree)]
    for path, step in walk_step_trees(tree):
        if step.get("id") not in deep:
            texts.extend(step_templates(path, step, document.catalogue))
    found: dict[Path, str] = {}
    for path, text, bare in texts:
        if "steps" in text and (new := rewritten(text, bare, swap)) != text:
            found[path] = new
    return found


def _set_variables(moved: list[dict[str, Any]], wanted: Wanted, offered: Wanted) -> dict[str, str]:
    """Variables that the group sets -> the field of the sub-workflow's output that carries each."""
    found: dict[str, str] = {}
    for step in moved:
        mapping = step.get("output_mapping")
        for name in mapping if isinstance(mapping, dict) else ():
            expression = accessor("variables", str(name))
            wanted.keep(str(name), expression, expression)
            found[str(name)] = offered.name(str(name), expression)
    return found


def _places(document: Document, chosen: list[str]) -> dict[str, list[int]]:
    known = {key: at for key in chosen if (at := document.position(key)) is not None}
    if not known:
        return {}
    left, top = min(x for x, _ in known.values()), min(y for _, y in known.values())
    return {key: [round(x - left), round(y - top)] for key, (x, y) in known.items()}


def write_beside(folder: FilePath, title: str, text: str) -> FilePath:
    """Writes a new file into a folder, under a name that is free; on any thread. Raises
    DocumentError where that cannot be."""
    stem = _slug(title)
    for number in range(1, _MOST_TRIES):
        path = folder / (f"{stem}.yaml" if number == 1 else f"{stem}_{number}.yaml")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            raise DocumentError(f"{path.name} cannot be written: {error}") from error
        return path
    raise DocumentError(f"There are {_MOST_TRIES} files named {stem} already.")


def collapse(document: Document, plan: Collapse, file: str) -> str:
    """Puts the sub-workflow's step in the place of its steps, as one undo step; gives its id."""
    if document.text != plan.source:
        raise EditRefused("The workflow changed meanwhile; collapse the steps again.")
    workflow, places = document.current_workflow(), document.places
    paths = [places.steps[key] for key in plan.keys]
    at = _middle(document, plan.keys)

    def make(draft: Draft) -> None:
        for path, text in plan.changed.items():
            draft.set(path, text)
        _rewire_followers(draft, workflow, plan, places.steps)
        _move_frames(draft, workflow, plan)
        for key in plan.keys:
            if document.source.node((*POSITIONS, key)) is not None:
                draft.remove((*POSITIONS, key))
        remove_items(draft, paths)
        draft.insert(("steps",), min(int(path[-1]) for path in paths), [_step(plan, file)])
        if at is not None:
            place(draft, {plan.sub: at})

    document.gesture(f"Collapse {len(plan.keys)} steps into {plan.title}", make)
    document.selection.set([plan.sub])
    return plan.sub


def _step(plan: Collapse, file: str) -> dict[str, Any]:
    config: dict[str, Any] = {"workflow": file}
    if plan.given:
        config["input"] = {name: "{{" + text + "}}" for name, text in plan.given.items()}
    step: dict[str, Any] = {"id": plan.sub, "name": plan.title, "type": "workflow"}
    if plan.waits.border:
        step["depends_on"] = [wait.text for wait in plan.waits.border]
    if plan.waits.join != "all":
        step["join"] = plan.waits.join
    step["config"] = config
    if plan.variables:
        step["output_mapping"] = {
            name: "{{" + accessor("output", "output", field) + "}}"
            for name, field in plan.variables.items()
        }
    return step


def _rewire_followers(
    draft: Draft, workflow: Workflow, plan: Collapse, steps: Mapping[str, Path]
) -> None:
    for step in workflow.steps:
        if step.id not in plan.followers:
            continue
        texts = [
            plan.sub if wait.step in plan.keys else wait.text
            for wait in step.depends_on or ()
            if isinstance(wait, Dependency)
        ]
        draft.set((*steps[step.id], "depends_on"), list(dict.fromkeys(texts)))


def _move_frames(draft: Draft, workflow: Workflow, plan: Collapse) -> None:
    """A frame that held one of the steps holds the sub-workflow now."""
    given = False
    for frame in read_frames(workflow):
        if set(plan.keys).intersection(frame.steps):
            kept = [key for key in frame.steps if key not in plan.keys]
            draft.set((*shape_path(frame.key), "steps"), kept if given else [*kept, plan.sub])
            given = True


def _middle(document: Document, keys: Iterable[str]) -> Point | None:
    known = [at for key in keys if (at := document.position(key)) is not None]
    if not known:
        return None
    xs, ys = [x for x, _ in known], [y for _, y in known]
    return round((min(xs) + max(xs)) / 16) * 8.0, round((min(ys) + max(ys)) / 16) * 8.0
