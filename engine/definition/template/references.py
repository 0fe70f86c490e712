"""What an expression looks up, found without data: for checks before a run and for renaming."""

from jinja2 import nodes
from msgspec import Struct

from engine.definition.template.language import VOLATILE
from engine.definition.template.tokens import Token


class Reference(Struct, frozen=True):
    """A name that a template looks up: ``("steps", "fetch", "output", "json")``.

    The path stops at the first subscript that is not a constant. ``guarded`` is true where the
    template asks whether it exists (``is defined``, ``default``); ``hint`` is how it must be
    written if it is part of a name with a hyphen: ``variables['batch-size']``.
    """

    path: tuple[str | int, ...]
    start: int
    end: int
    guarded: bool = False
    hint: str = ""


def find_references(
    tree: nodes.Node, tokens: tuple[Token, ...], hints: dict[int, str]
) -> list[Reference]:
    """Every name of an expression, longest path each, in the order of the text."""
    places = {token.start: index for index, token in enumerate(tokens)}
    found: list[Reference] = []
    pending: list[tuple[nodes.Node, bool]] = [(tree, False)]
    while pending:
        node, guarded = pending.pop()
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            path, root, last, subscripts = _chain(node)
            pending.extend((subscript, False) for subscript in subscripts)
            if isinstance(root, nodes.Name):
                start = root.lineno
                end = _end(last, tokens, places)
                hint = hints.get(start) or hints.get(last.lineno, "")
                found.append(Reference(path, start, end, guarded, hint))
            else:
                pending.append((root, guarded))
            continue
        pending.extend(_children(node))
    return sorted(found, key=lambda reference: reference.start)


def calls_volatile(tree: nodes.Node) -> bool:
    """Whether an expression calls ``now()`` or ``uuid()``."""
    pending = [tree]
    while pending:
        node = pending.pop()
        called = node.node if isinstance(node, nodes.Call) else None
        if isinstance(called, nodes.Name) and called.name in VOLATILE:
            return True
        pending.extend(node.iter_child_nodes())
    return False


def _children(node: nodes.Node) -> list[tuple[nodes.Node, bool]]:
    asks = (isinstance(node, nodes.Filter) and node.name in {"default", "d"}) or (
        isinstance(node, nodes.Test) and node.name in {"defined", "undefined"}
    )
    children = list(node.iter_child_nodes())
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        children.remove(node.node)
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        children[children.index(node.node)] = node.node.node
    subject = node.node if isinstance(node, nodes.Filter | nodes.Test) else None
    return [(child, asks and child is subject) for child in children]


def _chain(
    node: nodes.Node,
) -> tuple[tuple[str | int, ...], nodes.Node, nodes.Node, list[nodes.Node]]:
    """The constant path, the root, the last node of that path, and other subscripts inside."""
    links: list[nodes.Getattr | nodes.Getitem] = []
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        links.append(node)
        node = node.node
    path: list[str | int] = [node.name] if isinstance(node, nodes.Name) else []
    last: nodes.Node = node
    subscripts: list[nodes.Node] = []
    constant = True
    for link in reversed(links):
        key = link.attr if isinstance(link, nodes.Getattr) else _constant(link.arg)
        if key is None and isinstance(link, nodes.Getitem):
            subscripts.append(link.arg)
        constant = constant and key is not None
        if constant and key is not None:
            path.append(key)
            last = link
    return tuple(path), node, last, subscripts


def _constant(node: nodes.Node) -> str | int | None:
    if isinstance(node, nodes.Const) and isinstance(node.value, str | int):
        return None if isinstance(node.value, bool) else node.value
    return None


def _end(node: nodes.Node, tokens: tuple[Token, ...], places: dict[int, int]) -> int:
    index = places[node.lineno]
    if isinstance(node, nodes.Name):
        return tokens[index].end
    closing = index + (1 if tokens[index].kind == "dot" else 2)
    while closing < len(tokens) - 1 and tokens[index].kind != "dot":
        if tokens[closing].kind == "rbracket":
            break
        closing += 1
    return tokens[closing].end
