"""What differs between two readings of a workflow: nodes, steps, places, and the rest."""

from msgspec.structs import replace

from designer.document.graph import Graph, keyed_triggers
from engine import Step, Trigger, Workflow, walk_steps


def differing(old: Graph, new: Graph) -> frozenset[str]:
    """Keys of nodes that look different, but for their place; those that came or went count."""
    before, after = old.nodes, new.nodes
    found = {key for key in before if key not in after}
    for key, node in after.items():
        known = before.get(key)
        if known is node:
            continue
        if known is None or replace(known, position=None) != replace(node, position=None):
            found.add(key)
    return frozenset(found)


def changed_steps(old: Workflow | None, new: Workflow) -> frozenset[str]:
    """Ids of steps and keys of triggers whose definition differs, whether or not it shows on the
    canvas."""
    if old is None:
        return frozenset()
    if len(old.steps) == len(new.steps):
        kept = {id(a) for a, b in zip(old.steps, new.steps, strict=True) if a is b}
    else:
        kept = set(map(id, old.steps)).intersection(map(id, new.steps))
    before, after = _by_key(old, kept), _by_key(new, kept)
    return frozenset(key for key in after if before.get(key) != after[key])


def _by_key(workflow: Workflow, but: set[int]) -> dict[str, Step | Trigger]:
    """Steps and triggers, without the top steps of these identities."""
    tops = tuple(step for step in workflow.steps if id(step) not in but)
    found: dict[str, Step | Trigger] = {step.id: step for step in walk_steps(tops)}
    found.update({key: workflow.triggers[index] for index, key in keyed_triggers(workflow)})
    return found


def moved_nodes(old: Graph, new: Graph) -> frozenset[str]:
    before = old.nodes
    return frozenset(
        key
        for key, node in new.nodes.items()
        if (known := before.get(key)) is not node
        and known is not None
        and known.position != node.position
    )


def without_nodes(workflow: Workflow) -> Workflow:
    designer = {key: value for key, value in workflow.designer.items() if key != "positions"}
    return replace(workflow, steps=(), triggers=(), designer=designer)
