"""What was made of the nodes of a text, for when most of them are there again after an edit."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.definition.model import Step
from engine.definition.moved import as_read
from engine.definition.problems import Path
from engine.definition.tree import Node, Pair


class KnownStep(NamedTuple):
    """A top step that was read without a problem. ``ids`` are its own and those in its bodies, each
    with its path from the step on."""

    node: Node
    step: Step
    ids: Mapping[str, Path]


class Memo:
    """Steps and places by the node that they were read from; what an edit left alone is found here
    again. Only what was met in the last reading is kept.

    A node is known by its identity, which ``reread`` keeps for all that an edit does not touch.
    """

    def __init__(self) -> None:
        self.steps: dict[int, KnownStep] = {}
        """By identity of the node."""
        self.items: list[Node] = []
        self.clean: tuple[Step, ...] | None = None
        """The steps of ``items``, where each is one, read without a problem."""
        self._pairs: list[Pair] = []
        self._found: dict[str, Any] = {}
        self._plain: dict[int, tuple[Pair, Any]] = {}

    def plain(self, node: Node) -> Any:
        """The plain value of a mapping of many entries."""
        if node.kind != "mapping" or len(node.pairs) != len(node.members):
            return node.plain()
        pairs = list(as_read(node.pairs))
        if pairs == self._pairs:
            return self._found
        known, met, found = self._plain, {}, {}
        for pair in pairs:
            entry = known.get(id(pair))
            if entry is None:
                entry = (pair, pair.value.plain())
            met[id(pair)] = entry
            found[pair.key.text] = entry[1]
        self._plain = met
        if found.keys() != node.members.keys():
            return node.plain()
        self._pairs, self._found = pairs, found
        return found


def with_known_places(memo: Memo, node: Node) -> Mapping[str, Any]:
    """The plain value of ``designer``, whose ``positions`` has an entry for each step."""
    return {
        key: memo.plain(pair.value) if key == "positions" else pair.value.plain()
        for key, pair in node.members.items()
    }
