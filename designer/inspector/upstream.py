"""Which steps have ended when a step starts, so that its templates can read them."""

from designer.document import Document, NodeView

SHOWN = 50
"""Most steps that are listed; the nearest."""


def upstream(document: Document, key: str) -> tuple[NodeView, ...]:
    """The steps upstream of one, the nearest first."""
    before: dict[str, list[str]] = {}
    for edge in document.edges():
        before.setdefault(edge.dst, []).append(edge.src)
    found: dict[str, NodeView] = {}
    pending = [key]
    while pending and len(found) < SHOWN:
        following: list[str] = []
        for step in pending:
            for source in before.get(step, ()):
                node = document.node(source)
                if source not in found and node is not None and node.kind == "step":
                    found[source] = node
                    following.append(source)
        pending = following
    return tuple(found.values())[:SHOWN]
