"""Curves of wires: level at both ends, inside their boxes, measured right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.canvas import wires
from designer.canvas.scene import Scene
from designer.document import EdgeView, NodeView, PortView

points = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000))


def curve(a: tuple[float, float], b: tuple[float, float]) -> wires.Floats:
    return wires.controls(np.array([a]), np.array([b]))


@given(points, points)
def test_a_wire_leaves_and_arrives_level_and_goes_right_at_both_ends(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    made = curve(a, b)[0]
    assert tuple(made[0]) == a
    assert tuple(made[3]) == b
    assert made[1, 1] == a[1] and made[2, 1] == b[1]
    assert made[1, 0] > a[0] and made[2, 0] < b[0]


@given(points, points)
def test_the_flattened_curve_lies_in_its_box(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    made = curve(a, b)
    left, top, right, bottom = wires.bounds(made)[0]
    flat = wires.flatten(made, 16)[0]
    assert (flat[:, 0] >= left - 1e-6).all() and (flat[:, 0] <= right + 1e-6).all()
    assert (flat[:, 1] >= top - 1e-6).all() and (flat[:, 1] <= bottom + 1e-6).all()


def test_lines_join_end_to_end() -> None:
    lines = wires.segments(wires.flatten(curve((0, 0), (300, 100)), 8))
    assert lines.shape == (8, 4)
    assert (lines[1:, :2] == lines[:-1, 2:]).all()


def test_distance_is_measured_to_the_curve_not_to_its_points() -> None:
    flat = wires.flatten(curve((0, 0), (1000, 0)), 2)
    assert wires.distances(flat, 333.0, 5.0)[0] == pytest.approx(5.0)
    assert len(wires.distances(np.empty((0, 3, 2)), 0, 0)) == 0


def diamond() -> Scene:
    ports = (PortView("success", "success"),)
    nodes = [
        NodeView(key=k, kind="step", type="http", title=k, ports=ports)
        for k in ("a", "b", "c", "d", "e")
    ]
    pairs = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("e", "d")]
    return Scene(nodes, [EdgeView(s, "success", t) for s, t in pairs], {})


def test_a_lit_path_is_what_leads_to_a_wire_and_what_it_leads_to() -> None:
    scene = diamond()
    edge = scene.edge_index[("b", "success", "d")]
    lit = {scene.edges[i].key[::2] for i in scene.path_through(edge)}
    assert lit == {("a", "b"), ("b", "d")}


def test_upstream_and_downstream_hold_the_node_itself() -> None:
    scene = diamond()
    assert {scene.nodes[i].key for i in scene.upstream(3)} == {"a", "b", "c", "d", "e"}
    assert {scene.nodes[i].key for i in scene.downstream(1)} == {"b", "d"}


def test_moving_a_node_takes_its_wires_along_and_no_others() -> None:
    scene = diamond()
    before = scene.curves.copy()
    scene.place({"e": (500.0, 500.0)})
    changed = [i for i in range(len(scene.edges)) if (scene.curves[i] != before[i]).any()]
    assert [scene.edges[i].src for i in changed] == ["e"]


def test_wires_to_nodes_that_are_not_there_are_left_out() -> None:
    scene = Scene(diamond().nodes[:2], [EdgeView("a", "success", "zz")], {})
    assert scene.edges == []
