"""Keeps other places as they are when a value is changed that aliases stand for."""

import re
from collections.abc import Iterable, Iterator

from engine.definition.problems import Splice
from engine.definition.render import flow
from engine.definition.source import Source
from engine.definition.splice import EditError
from engine.definition.tree import Node


def aliases_of(source: Source) -> dict[int, list[Node]]:
    """Identity of each anchored node -> the aliases that stand for it, in the order of the text."""
    found: dict[int, list[Node]] = {}
    for alias in source.aliases:
        found.setdefault(id(alias.target), []).append(alias)
    return found


def detach(source: Source, chain: Iterable[Node], gone: tuple[int, int]) -> Iterator[Splice]:
    """The splices by which aliases keep the old value of what changes.

    ``chain`` are the nodes around the change, outermost first; ``gone`` is the stretch of text
    that is replaced. The first alias outside it takes over the anchor with the old value, written
    out. Raises EditError where an alias is a key.
    """
    aliases = aliases_of(source)
    if not aliases:
        return
    around = {id(node) for node in chain}
    keys = {pair.key.start for node in _written(source.root) for pair in node.pairs}
    for node in _written(source.root):
        if node.anchor is None or id(node) not in aliases:
            continue
        inside = gone[0] <= node.start and node.content_end <= gone[1]
        if not inside and id(node) not in around:
            continue
        outside = [a for a in aliases[id(node)] if not gone[0] <= a.start < gone[1]]
        if not outside:
            continue
        if outside[0].start in keys:
            raise EditError(f"the alias *{node.anchor} is a key elsewhere; write it out first")
        yield Splice(outside[0].start, outside[0].end, f"&{node.anchor} {flow(node.plain())}")
        if not inside:
            yield _without_anchor(source.text, node)


def _without_anchor(text: str, node: Node) -> Splice:
    pattern = re.compile(rf"[ \t]?&{re.escape(node.anchor or '')}(?![^\s,\[\]{{}}])")
    match = pattern.search(text, max(0, node.start - 1), node.end)
    if match is None:
        raise EditError(f"the anchor &{node.anchor} cannot be found")
    return Splice(match.start(), match.end(), "")


def _written(root: Node | None) -> Iterator[Node]:
    """Every node as it is written, aliases not followed."""
    pending = [root] if root is not None else []
    while pending:
        node = pending.pop()
        yield node
        if node.target is None:
            pending.extend(node.items)
            for pair in node.pairs:
                pending += [pair.key, pair.value]
