"""Where steps and triggers stand in the tree of a file, and which step a place of the text belongs
to."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from designer.document.views import trigger_key
from engine import Node, Path, Source, as_read


class Places(Struct, frozen=True):
    """Paths of one text. Where an id or a trigger's name comes twice, the first one counts."""

    steps: Mapping[str, Path]
    triggers: Mapping[str, Path]
    """By node key."""

    def path(self, key: str) -> Path | None:
        """The path of a node, None when the text has no such node."""
        return self.steps.get(key) or self.triggers.get(key)

    def key_at(self, path: Path) -> str | None:
        """The innermost step, or the trigger, that a path leads into."""
        found = {
            place: key for nodes in (self.steps, self.triggers) for key, place in nodes.items()
        }
        for length in range(len(path), 1, -1):
            if (key := found.get(path[:length])) is not None:
                return key
        return None


class PlaceReader:
    """Finds where everything stands; what lies in a top step is kept for as long as its node is
    the same."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Node, tuple[tuple[str, Path], ...]]] = {}

    def read(self, source: Source) -> Places:
        """Where everything stands, found without reading values but ids and names."""
        root = source.root
        if root is None:
            return Places({}, {})
        known, met = self._known, {}
        steps: dict[str, Path] = {}
        top = root.child("steps")
        for index, item in enumerate(as_read(top.items) if top is not None else ()):
            entry = known.get(id(item))
            if entry is None:
                entry = (item, tuple(_ids_in(item)))
            met[id(item)] = entry
            for key, path in entry[1]:
                steps.setdefault(key, ("steps", index, *path))
        self._known = met
        triggers = root.child("triggers")
        tree = triggers.plain() if triggers is not None else None
        return Places(steps, {key: ("triggers", index) for index, key in trigger_keys(tree)})


def read_places(source: Source) -> Places:
    """Where everything stands in a text that is read once."""
    return PlaceReader().read(source)


def _ids_in(step: Node) -> Iterator[tuple[str, Path]]:
    """Each id of a step and of those in its bodies, with its path from the step on."""
    pending: list[tuple[Path, Node]] = [((), step)]
    while pending:
        path, node = pending.pop()
        identity, config = node.child("id"), node.child("config")
        if identity is not None and identity.kind == "scalar":
            yield identity.text, path
        if config is not None:
            for at, body in _body_nodes((*path, "config"), config):
                items = enumerate(body.items if body is not None else ())
                pending.extend(((*at, index), item) for index, item in items)


def _body_nodes(path: Path, config: Node) -> Iterator[tuple[Path, Node | None]]:
    steps, branches = config.child("steps"), config.child("branches")
    if steps is not None:
        yield (*path, "steps"), steps
    if branches is not None and branches.kind == "mapping":
        for name, pair in branches.members.items():
            yield (*path, "branches", name), pair.value


def walk_step_trees(tree: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every step of a workflow's plain tree with its path, bodies included, parents first."""
    pending: list[tuple[Path, Any]] = [(("steps",), tree.get("steps"))]
    while pending:
        path, steps = pending.pop()
        if not isinstance(steps, list):
            continue
        for index, step in enumerate(steps):
            if isinstance(step, dict):
                yield (*path, index), step
                pending.extend(_bodies((*path, index, "config"), step.get("config")))


def _bodies(path: Path, config: Any) -> Iterator[tuple[Path, Any]]:
    if not isinstance(config, dict):
        return
    yield (*path, "steps"), config.get("steps")
    branches = config.get("branches")
    if isinstance(branches, dict):
        for name, steps in branches.items():
            yield (*path, "branches", name), steps


def trigger_keys(triggers: Any) -> Iterator[tuple[int, str]]:
    """Index and node key of each trigger in a plain list; one without a name goes by its type, a
    name that comes again gets its place in the list."""
    if not isinstance(triggers, list | tuple):
        return
    seen: set[str] = set()
    for index, trigger in enumerate(triggers):
        given = trigger if isinstance(trigger, dict) else {}
        name = str(given.get("name") or given.get("type") or "trigger")
        key = trigger_key(name if name not in seen else f"{name} {index + 1}")
        seen.add(name)
        yield index, key
