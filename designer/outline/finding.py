"""Search in what a workflow holds: names and ids, fields and their values, expressions."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from designer.document import Document, NodeView
from designer.document.graph import keyed_triggers, step_face, trigger_face
from engine import Dependency, Path

Sort = Literal["name", "field", "expression"]
AROUND = 28
"""Characters of a long line that are shown before what was found in it."""
LONGEST = 160
EXPRESSIONS = frozenset({"when", "expression", "condition", "items", "over", "until", "key"})
_OWN = frozenset({"bodies", "extra", "steps", "triggers", "designer"})
"""What is not a field: bodies are searched as steps, the rest says nothing to a person."""
_NAMES = frozenset({"id", "name", "type", "description", "tags"})


class Found(Struct, frozen=True):
    """A place where the text that is sought stands. ``key`` and ``node`` are of the step or trigger
    that holds it, empty and None for the workflow itself; ``path`` leads on from there.

    ``line`` is shown, what was found in it from ``start`` to ``end``; both are 0 where only the
    name of the field fits.
    """

    key: str
    node: NodeView | None
    title: str
    label: str
    path: Path
    line: str
    start: int
    end: int
    sort: Sort


class _Text(Struct, frozen=True):
    path: Path
    text: str

    @property
    def sort(self) -> Sort:
        if self.path[0] in _NAMES:
            return "name"
        last = next((part for part in reversed(self.path) if isinstance(part, str)), "")
        return "expression" if "{{" in self.text or last in EXPRESSIONS else "field"

    @property
    def label(self) -> str:
        return _label_of(self.path)


@lru_cache(maxsize=4096)
def _label_of(path: Path) -> str:
    """A path in words; most steps have the same few."""
    return " › ".join(
        str(part + 1) if isinstance(part, int) else part.replace("_", " ").strip()
        for part in path
        if part != "config"
    )


def finding(document: Document, words: str, sort: Sort | None = None) -> Iterator[list[Found]]:
    """What is found in the workflow, its triggers and its steps, one after another: a list for
    each, often empty, so that the caller may rest in between."""
    workflow = document.workflow
    if workflow is None or not words.strip():
        return
    pattern = re.compile(re.escape(words.strip()), re.IGNORECASE)
    yield list(_in_texts(pattern, sort, _texts_of(workflow), "", None, "Workflow"))
    for index, key in keyed_triggers(workflow):
        trigger = workflow.triggers[index]
        face = trigger_face(trigger, key, document.catalogue)
        yield list(_in_texts(pattern, sort, _texts_of(trigger), key, face, face.title))
    for step in workflow.walk():
        found = list(_in_texts(pattern, sort, _texts_of(step), step.id, None, step.title))
        if found:
            face = step_face(step, document.catalogue)
            found = [_with_node(one, face) for one in found]
        yield found


def _with_node(found: Found, node: NodeView) -> Found:
    return replace(found, node=node)


def _in_texts(
    pattern: re.Pattern[str],
    sort: Sort | None,
    texts: Iterable[_Text],
    key: str,
    node: NodeView | None,
    title: str,
) -> Iterator[Found]:
    for one in texts:
        match = pattern.search(one.text)
        if match is None and not pattern.search(one.label):
            continue
        if sort is not None and one.sort != sort:
            continue
        line, start, end = _line(one.text, match)
        yield Found(key, node, title, one.label, one.path, line, start, end, one.sort)


def _line(text: str, match: re.Match[str] | None) -> tuple[str, int, int]:
    """The line that something was found in, cut to what can be shown, and where it stands."""
    if match is None:
        return " ".join(text[: LONGEST * 2].split())[:LONGEST], 0, 0
    begin = text.rfind("\n", 0, match.start()) + 1
    end = text.find("\n", match.end())
    line = text[begin : end if end >= 0 else len(text)]
    start, stop = match.start() - begin, match.end() - begin
    bare = len(line) - len(line.lstrip())
    cut = max(min(bare, start), start - AROUND if len(line) > LONGEST // 2 else 0)
    prefix = "…" if cut > bare else ""
    shown = prefix + line[cut : cut + LONGEST].replace("\n", " ").replace("\t", " ")
    moved = len(prefix) - cut
    return shown, start + moved, min(stop + moved, len(shown))


def _texts_of(value: Struct) -> Iterator[_Text]:
    """The fields of a step, a trigger or a workflow that have a value, as texts."""
    for name in value.__struct_fields__:
        found = getattr(value, name)
        if found and found is not True and name not in _OWN:
            path: Path = (name.rstrip("_"),)
            if isinstance(found, str):
                yield _Text(path, found)
            else:
                yield from _flat(path, found)


def _flat(path: Path, value: Any) -> Iterator[_Text]:
    """Every text and number in a value, with its path; no recursion, so any depth is safe."""
    pending: list[tuple[Path, Any]] = [(path, value)]
    while pending:
        at, one = pending.pop()
        if isinstance(one, str):
            if one:
                yield _Text(at, one)
        elif isinstance(one, Dependency):
            yield _Text(at, one.text)
        elif isinstance(one, Struct):
            fields = one.__struct_fields__
            pending.extend(((*at, name), getattr(one, name)) for name in reversed(fields))
        elif isinstance(one, dict):
            pending.extend(((*at, str(name)), inner) for name, inner in reversed(one.items()))
        elif isinstance(one, list | tuple):
            pending.extend(((*at, i), one[i]) for i in range(len(one) - 1, -1, -1))
        elif one is not None:
            yield _Text(at, str(one))
