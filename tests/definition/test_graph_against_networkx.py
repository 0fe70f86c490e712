"""Another implementation agrees on what lies upstream, and on whether there is a cycle."""

import networkx
from hypothesis import given
from hypothesis import strategies as st

from engine.definition.graph import graph_of, would_cycle
from engine.definition.model import Dependency, Step, Workflow

IDS = [f"s{number}" for number in range(12)]
edges = st.sets(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=30)


def steps(wires: set[tuple[str, str]]) -> tuple[Step, ...]:
    return tuple(
        Step(
            id=step_id,
            type="script",
            depends_on=tuple(Dependency(src) for src, dst in sorted(wires) if dst == step_id),
        )
        for step_id in IDS
    )


def judge(wires: set[tuple[str, str]]) -> "networkx.DiGraph[str]":
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(IDS)
    graph.add_edges_from(wires)
    return graph


@given(edges)
def test_both_find_the_same_steps_upstream(wires: set[tuple[str, str]]) -> None:
    ours, theirs = graph_of(steps(wires)), judge(wires)
    for step_id in IDS:
        assert ours.upstream(step_id) - {step_id} == networkx.ancestors(theirs, step_id)


@given(edges)
def test_both_say_whether_there_is_a_cycle(wires: set[tuple[str, str]]) -> None:
    ours, theirs = graph_of(steps(wires)), judge(wires)
    assert bool(ours.cycles) == (not networkx.is_directed_acyclic_graph(theirs))
    for cycle in ours.cycles:
        ring = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        assert all(theirs.has_edge(above, below) for above, below in ring), cycle


@given(edges, st.sampled_from(IDS), st.sampled_from(IDS))
def test_both_say_whether_a_wire_would_close_a_cycle(
    wires: set[tuple[str, str]], source: str, target: str
) -> None:
    acyclic = {(src, dst) for src, dst in wires if src < dst}
    closes = bool(would_cycle(Workflow(steps=steps(acyclic)), source, target))
    wired = judge({*acyclic, (source, target)})
    assert closes == (not networkx.is_directed_acyclic_graph(wired))
