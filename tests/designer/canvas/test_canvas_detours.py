"""Wires go around cards, a few at a time; they can be hit where they are drawn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.canvas import CanvasView, wires
from designer.canvas.around import around
from designer.canvas.detours import Detours
from designer.canvas.scene import Scene
from designer.document import Document, EdgeView, NodeView, PortView


def scene_of(places: dict[str, tuple[float, float]], pairs: list[tuple[str, str]]) -> Scene:
    ports = (PortView("success", "success"),)
    nodes = [NodeView(key=k, kind="step", type="http", title=k, ports=ports) for k in places]
    return Scene(nodes, [EdgeView(src, "success", dst) for src, dst in pairs], places)


def routed(scene: Scene) -> Scene:
    box = scene.bounds()
    assert box is not None
    while scene.route_around(box, 1.0):
        pass
    return scene


def covered(scene: Scene, wire: int) -> set[str]:
    """The cards that a wire is drawn under."""
    pieces, _ = scene.pieces(np.array([wire]))
    points = wires.flatten(pieces, 40).reshape(-1, 2)
    found = set()
    for node, (x, y, w, h) in zip(scene.nodes, scene.rects.tolist(), strict=True):
        inside = (points > (x, y)).all(axis=1) & (points < (x + w, y + h)).all(axis=1)
        if inside.any():
            found.add(node.key)
    return found


ROW = {"a": (0.0, 0.0), "b": (280.0, 0.0), "c": (560.0, 0.0)}


def test_a_wire_goes_around_the_card_between_its_ends() -> None:
    scene = scene_of(ROW, [("a", "c"), ("a", "b")])
    assert covered(scene, 0) == {"b"}
    routed(scene)
    assert covered(scene, 0) == set()
    pieces, owners = scene.pieces(np.array([0, 1]))
    assert owners.tolist() == [0, 0, 0, 1]
    assert (pieces[0, 0] == scene.curves[0, 0]).all()
    assert (pieces[2, 3] == scene.curves[0, 3]).all()
    assert (pieces[1:3, 0] == pieces[0:2, 3]).all()


def test_a_wire_that_goes_back_passes_its_own_cards_too() -> None:
    scene = routed(scene_of(ROW, [("c", "a")]))
    assert covered(scene, 0) == set()


def test_a_free_wire_stays_one_straight_curve() -> None:
    scene = routed(scene_of(ROW, [("a", "b"), ("b", "c")]))
    pieces, owners = scene.pieces(np.array([0, 1]))
    assert (pieces == scene.curves).all()
    assert owners.tolist() == [0, 1]


def test_when_the_card_goes_away_the_wire_is_straight_again() -> None:
    scene = routed(scene_of(ROW, [("a", "c")]))
    scene.place({"b": (280.0, 600.0)})
    routed(scene)
    pieces, _ = scene.pieces(np.array([0]))
    assert (pieces == scene.curves).all()
    assert (scene.wire_boxes == wires.bounds(scene.curves)).all()


def test_while_a_card_is_dragged_its_own_wires_are_straight_and_others_stay() -> None:
    places = {**ROW, "d": (0.0, 400.0), "e": (280.0, 400.0), "f": (560.0, 400.0)}
    scene = routed(scene_of(places, [("a", "c"), ("d", "f")]))
    scene.place({"a": (0.0, 8.0)}, settled=False)
    assert len(scene.pieces(np.array([0]))[0]) == 1
    assert len(scene.pieces(np.array([1]))[0]) == 3


def test_with_no_time_the_rest_waits_for_the_next_painting() -> None:
    places = {f"s{i}": (i % 10 * 280.0, i // 10 * 104.0) for i in range(100)}
    pairs = [(f"s{i}", f"s{i + 2}") for i in range(98) if i % 10 < 8]
    scene = scene_of(places, pairs)
    box = scene.bounds()
    assert box is not None
    assert scene.route_around(box, 0.0)
    turns = 1
    while scene.route_around(box, 0.0):
        turns += 1
    assert turns >= 2
    routed(scene)
    assert not any(covered(scene, i) for i in range(len(scene.edges)))


def test_no_wires_need_no_way() -> None:
    assert not Detours(0).work_out(Scene(), np.empty(0, dtype=np.intp), 1.0)


cards = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (p[0] * 280.0, p[1] * 104.0)),
    min_size=3,
    max_size=14,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(cards)
def test_a_way_never_runs_under_more_cards_than_the_straight_curve(
    places: list[tuple[float, float]],
) -> None:
    named = {f"s{i}": at for i, at in enumerate(places)}
    straight = scene_of(named, [("s0", "s1")])
    before = len(covered(straight, 0))
    assert len(covered(routed(scene_of(named, [("s0", "s1")])), 0)) <= before


def test_nothing_in_the_way_gives_no_way() -> None:
    none = np.empty((0, 4))
    assert around(np.array([0.0, 0.0]), np.array([500.0, 0.0]), none, 0) is None


def test_a_wire_is_hit_where_it_is_drawn(hands, canvas: CanvasView, document: Document) -> None:
    document.connect("fetch", "success", "clean")
    document.move({"clean": (1000, 96)})
    canvas.repaint()
    scene = canvas.scene
    wire = scene.edge_index[("fetch", "success", "clean")]
    routed(scene)
    pieces, _ = scene.pieces(np.array([wire]))
    assert len(pieces) == 3
    middle = hands.pixel(*wires.flatten(pieces[1:2], 2)[0, 1].tolist())
    hands.click(middle)
    assert document.selection.wires == {("fetch", "success", "clean")}
