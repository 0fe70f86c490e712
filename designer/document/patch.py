"""The graph after an edit that changed some steps by themselves: the common edit, made without
looking at all the others."""

from msgspec.structs import replace

from designer.document.graph import Graph, inner_ids, step_face
from designer.document.views import NodeView
from engine import Catalogue, Step, Workflow

MOST = 50
"""Changed steps with which everything is looked at again."""


def patched_graph(graph: Graph, old: Workflow, new: Workflow, catalogue: Catalogue) -> Graph | None:
    """The graph of ``new``, made from that of ``old``; None where wires, places, triggers or more
    than some steps differ."""
    if len(old.steps) != len(new.steps) or len(graph.nodes) != len(old.steps) + len(old.triggers):
        return None
    if replace(old, steps=()) != replace(new, steps=()):
        return None
    changed = [(a, b) for a, b in zip(old.steps, new.steps, strict=True) if a is not b]
    if len(changed) > MOST:
        return None
    nodes = dict(graph.nodes)
    for before, after in changed:
        face = step_face(after, catalogue)
        known = nodes.get(before.id)
        if known is None or not _is_wired_alike(before, after) or not _has_ports_of(known, face):
            return None
        nodes[before.id] = replace(
            face,
            ports=known.ports,
            has_input=known.has_input,
            position=known.position,
            handler=known.handler,
            errors=known.errors,
            warnings=known.warnings,
        )
    return Graph(nodes, graph.edges, graph.owners)


def _is_wired_alike(before: Step, after: Step) -> bool:
    """Whether no wire or role of any step can differ."""
    return (
        before.id == after.id
        and before.depends_on == after.depends_on
        and before.order == after.order
        and before.is_parallel == after.is_parallel
        and before.compensate == after.compensate
        and inner_ids(before) == inner_ids(after)
        and [step.compensate for body in before.bodies for step in body.steps]
        == [step.compensate for body in after.bodies for step in body.steps]
    )


def _has_ports_of(known: NodeView, face: NodeView) -> bool:
    return [(port.name, port.kind) for port in known.ports] == [
        (port.name, port.kind) for port in face.ports
    ]
