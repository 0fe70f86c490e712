"""Places for nodes that the author gave none."""

from itertools import pairwise

import numpy as np

from designer.canvas.placement import free_spot, lay_out, settle
from designer.document import EdgeView, NodeView, Point, PortView

PORTS = (PortView("success", "success"),)


def step(key: str, at: Point | None = None) -> NodeView:
    return NodeView(key=key, kind="step", type="http", title=key, ports=PORTS, position=at)


def chain(*keys: str) -> list[EdgeView]:
    return [EdgeView(a, "success", b) for a, b in pairwise(keys)]


def overlap(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) < 208 and abs(a[1] - b[1]) < 60


def test_the_authors_places_are_kept_to_the_letter() -> None:
    nodes = [step("a", (3, 7)), step("b", (501, -20))]
    assert settle(nodes, chain("a", "b"), {"a": (0, 0)}) == {"a": (3, 7), "b": (501, -20)}


def test_without_any_place_the_layout_decides() -> None:
    nodes = [step("a"), step("b"), step("c")]
    wires = chain("a", "b", "c")
    assert settle(nodes, wires, {}) == lay_out(nodes, wires)


def test_a_node_shown_before_stays_where_it_was() -> None:
    nodes = [step("a"), step("b")]
    assert settle(nodes, chain("a", "b"), {"b": (900, 40)})["b"] == (900, 40)


def test_a_new_node_comes_beside_the_one_it_follows() -> None:
    nodes = [step("a", (1000, 1000)), step("b", (1280, 1000)), step("c", (1560, 1000)), step("new")]
    places = settle(nodes, [*chain("a", "b", "c"), EdgeView("a", "success", "new")], {})
    x, y = places["new"]
    assert 1000 < x <= 1300
    assert not any(overlap((x, y), places[key]) for key in "abc")


def test_several_new_nodes_do_not_lie_on_each_other() -> None:
    placed = [step(f"p{i}", (i * 280.0, 0.0)) for i in range(6)]
    new = [step(f"n{i}") for i in range(3)]
    wires = [EdgeView("p0", "success", node.key) for node in new]
    places = settle([*placed, *new], wires, {})
    spots = list(places.values())
    for i, a in enumerate(spots):
        assert not any(overlap(a, b) for b in spots[i + 1 :])


def test_one_placed_node_does_not_shuffle_the_others() -> None:
    nodes = [step("a"), step("b"), step("c"), step("d")]
    wires = chain("a", "b", "c", "d")
    before = settle(nodes, wires, {})
    nodes[3] = step("d", (2000, 500))
    after = settle(nodes, wires, {})
    assert {k: after[k] for k in "abc"} == {k: before[k] for k in "abc"}


def test_a_free_spot_is_below_what_is_in_the_way() -> None:
    taken = np.array([[0, 0, 208, 60], [0, 100, 208, 60], [600, 0, 208, 60]], dtype=np.float64)
    x, y = free_spot((10, 10), 60, taken)
    assert x == 10
    assert y >= 176
