"""Everything in a definition that names a step, so that a new id reaches all of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from designer.document.places import walk_step_trees
from engine import Catalogue, Path, TemplateError, parse_expression, parse_template

ID_RULE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
HANDLER_LISTS = ("on_failure", "on_success", "on_cancel", "finally")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_STEP_TEMPLATES = ("config", "input_mapping", "output_mapping", "when", "cache")
_STEP = re.compile(
    r"steps\s*(?:\.\s*(?P<dotted>\w+)|\[\s*(?P<quote>['\"])(?P<named>.*?)(?P=quote)\s*\])"
)

Names = Mapping[str, str]
"""Old id -> new id."""


def id_refusal(new: str, taken: frozenset[str]) -> str | None:
    """Why an id cannot be used, in words."""
    if not new:
        return "An id is needed."
    if not ID_RULE.match(new):
        return f"{new} is no id: letters, digits, _ and -, beginning with a letter or _."
    if new in taken:
        return f"There is a step {new} already."
    return None


def free_id(wanted: str, taken: frozenset[str] | set[str]) -> str:
    """``wanted``, made an id, with a number behind it where it is taken."""
    base = re.sub(r"[^A-Za-z0-9_-]", "_", wanted) or "step"
    if not ID_RULE.match(base):
        base = f"_{base}"
    if base not in taken:
        return base
    stem = re.sub(r"_\d+\Z", "", base)
    number = 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def renamed(
    tree: Mapping[str, Any], names: Names, catalogue: Catalogue
) -> Iterator[tuple[Path, Any]]:
    """Path and new value of every value of a workflow's plain tree that names a renamed step."""
    for path, step in walk_step_trees(tree):
        yield from _renamed_in_step(path, step, names, catalogue)
    for key in HANDLER_LISTS:
        yield from _renamed_names((key,), tree.get(key), names)
    yield from renamed_in_frames(tree.get("designer"), names)
    for path, text in other_templates(tree):
        if (new := renamed_template(text, names)) != text:
            yield path, new


def _renamed_in_step(
    path: Path, step: Mapping[str, Any], names: Names, catalogue: Catalogue
) -> Iterator[tuple[Path, Any]]:
    if step.get("id") in names:
        yield (*path, "id"), names[step["id"]]
    if step.get("compensate") in names:
        yield (*path, "compensate"), names[step["compensate"]]
    yield from _renamed_names((*path, "depends_on"), step.get("depends_on"), names)
    for place, text, bare in step_templates(path, step, catalogue):
        if (new := renamed_template(text, names, bare)) != text:
            yield place, new


def step_templates(
    path: Path, step: Mapping[str, Any], catalogue: Catalogue
) -> Iterator[tuple[Path, str, bool]]:
    """Path and text of every template of a step, and whether it is an expression whose braces may
    be missing; those of the steps in its bodies are left out."""
    kind = catalogue.step_types.get(str(step.get("type")))
    for key in _STEP_TEMPLATES:
        for place, text in _texts((*path, key), step.get(key)):
            inside = place[len(path) + 1 :]
            if key == "config" and kind is not None and kind.is_literal(inside):
                continue
            bare = key == "when" or (
                key == "config" and kind is not None and kind.is_expression(inside)
            )
            yield place, text, bare


def other_templates(tree: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Path and text of every template of a workflow outside its steps."""
    yield from _texts(("output",), tree.get("output"))
    yield from _texts(("concurrency",), tree.get("concurrency"))
    triggers = tree.get("triggers")
    for index, trigger in enumerate(triggers if isinstance(triggers, list) else ()):
        if isinstance(trigger, dict):
            yield from _texts(("triggers", index, "input"), trigger.get("input"))


def renamed_in_frames(designer: Any, names: Names) -> Iterator[tuple[Path, Any]]:
    """The steps that frames hold."""
    frames = designer.get("frames") if isinstance(designer, dict) else None
    for name, frame in frames.items() if isinstance(frames, dict) else ():
        steps = frame.get("steps") if isinstance(frame, dict) else None
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            if isinstance(step, str) and step in names:
                yield ("designer", "frames", name, "steps", index), names[step]


def _renamed_names(path: Path, value: Any, names: Names) -> Iterator[tuple[Path, Any]]:
    """Ids, with or without a port, in a list or as a single text."""
    if isinstance(value, str):
        if (new := _renamed_dependency(value, names)) != value:
            yield path, new
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str) and (new := _renamed_dependency(item, names)) != item:
                yield (*path, index), new


def _renamed_dependency(text: str, names: Names) -> str:
    step, dot, port = text.partition(".")
    return f"{names.get(step, step)}{dot}{port}"


def _texts(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    """Every text below a value; bodies are left out, whose steps are walked by themselves."""
    pending = [(path, value)]
    while pending:
        place, node = pending.pop()
        if isinstance(node, str):
            yield place, node
        elif isinstance(node, dict):
            inner = () if place[-1:] != ("config",) else _bodies_of(node)
            pending.extend(((*place, k), v) for k, v in node.items() if k not in inner)
        elif isinstance(node, list):
            pending.extend(((*place, i), v) for i, v in enumerate(node))


def _bodies_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    steps, branches = config.get("steps"), config.get("branches")
    return tuple(
        key
        for key, kind, value in (("steps", list, steps), ("branches", dict, branches))
        if isinstance(value, kind)
    )


def renamed_template(text: str, names: Names, bare: bool = False) -> str:
    """The template with its step names renamed; ``bare``: an expression, whose braces may be
    missing."""
    if "steps" not in text or ("{{" not in text and not bare):
        return text
    try:
        template = parse_expression(text) if bare else parse_template(text)
    except TemplateError:
        return text  # it stands among the problems, and nothing in it can be told apart
    result = text
    for reference in sorted(template.references, key=lambda found: -found.start):
        if len(reference.path) > 1 and reference.path[0] == "steps" and reference.path[1] in names:
            found = _STEP.match(result, reference.start)
            if found:
                new = _accessor(names[str(reference.path[1])], found)
                result = result[: found.start()] + new + result[found.end() :]
    return result


def _accessor(new: str, found: re.Match[str]) -> str:
    if found["dotted"] and _PLAIN_NAME.match(new):
        return f"steps.{new}"
    quote = found["quote"] or "'"
    return f"steps[{quote}{new}{quote}]"


def renamed_tree(tree: dict[str, Any], names: Names, catalogue: Catalogue) -> dict[str, Any]:
    """The same change made on a plain tree, which is not changed itself."""
    result: dict[str, Any] = copied_tree(tree)
    for path, value in list(renamed(result, names, catalogue)):
        node: Any = result
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = value
    return result


def copied_tree(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copied_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied_tree(item) for item in value]
    return value
