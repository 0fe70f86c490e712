"""What is under a point: ports before cards, cards before wires, the topmost first."""

from hypothesis import given
from hypothesis import strategies as st

from designer.canvas.hit import hit, node_at
from designer.canvas.scene import Scene
from designer.document import EdgeView, NodeView, PortView

STEP = (PortView("success", "success"), PortView("failure", "failure"), PortView("done", "done"))


def step(key: str, **more: object) -> NodeView:
    return NodeView(key=key, kind="step", type="http", title=key, ports=STEP, **more)  # type: ignore[arg-type]


def pair() -> Scene:
    wires = [EdgeView("a", "success", "b")]
    return Scene([step("a"), step("b")], wires, {"a": (0, 0), "b": (400, 0)})


corners = st.tuples(st.integers(-40, 40), st.integers(-40, 40))
points = st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000))


@given(st.lists(corners, min_size=1, max_size=30), points)
def test_the_node_found_is_the_last_one_that_covers_the_point(
    cells: list[tuple[int, int]], at: tuple[float, float]
) -> None:
    places = {f"n{i}": (x * 50.0, y * 25.0) for i, (x, y) in enumerate(cells)}
    scene = Scene([step(key) for key in places], [], places)
    covering = [
        i
        for i, (x, y) in enumerate(places.values())
        if x <= at[0] <= x + 208 and y <= at[1] <= y + 60
    ]
    assert node_at(scene, at) == (covering[-1] if covering else -1)


@given(st.floats(0.4, 4.0), st.floats(-9, 9), st.floats(-9, 9))
def test_a_port_is_hit_within_a_few_pixels_at_every_zoom(zoom: float, dx: float, dy: float) -> None:
    if dx * dx + dy * dy > 100:
        return
    x, y = pair().output_of(0, "success")
    found = hit(pair(), (x + dx / zoom, y + dy / zoom), zoom)
    assert (found.kind, found.node, found.port) == ("output", 0, "success")


def test_an_input_is_hit_at_the_left_middle() -> None:
    found = hit(pair(), (400, 30), 1.0)
    assert (found.kind, found.node) == ("input", 1)


def test_a_selected_node_lies_on_top() -> None:
    scene = Scene([step("a"), step("b")], [], {"a": (0, 0), "b": (10, 10)})
    assert node_at(scene, (100, 40)) == 1
    scene.lift(["a"])
    assert node_at(scene, (100, 40)) == 0


def test_a_wire_is_hit_near_its_curve_and_tells_which_end_is_near() -> None:
    scene = pair()
    middle = hit(scene, (300, 33), 1.0)
    assert (middle.kind, middle.wire, middle.end) == ("wire", 0, "")
    assert hit(scene, (385, 30), 1.0).end == "dst" or hit(scene, (385, 30), 1.0).kind == "input"
    assert hit(scene, (230, 30), 1.0).end == "src"
    assert hit(scene, (300, 60), 1.0).kind == "nothing"


def test_hidden_ports_are_only_hit_on_the_node_that_shows_them() -> None:
    scene = pair()
    spot = next(s for s in scene.plans[0].hidden if s.name == "failure")
    done = next(s for s in scene.plans[0].hidden if s.name == "done")
    assert hit(scene, (spot.x, spot.y), 1.0).port != "failure"
    assert hit(scene, (spot.x, spot.y), 1.0, opened=0, reveal="card").port == "failure"
    assert hit(scene, (done.x, done.y), 1.0, opened=0, reveal="card").port != "done"
    assert hit(scene, (done.x, done.y), 1.0, opened=0, reveal="all").port == "done"


def test_a_handler_has_no_ports_to_hit() -> None:
    handler = step("h", has_input=False, handler="on_failure")
    scene = Scene([handler], [], {"h": (0, 0)})
    assert hit(scene, (207, 30), 1.0).kind == "node"
    assert hit(scene, (1, 30), 1.0).kind == "node"


def test_from_afar_cards_are_hit_and_ports_are_not() -> None:
    assert hit(pair(), (207, 30), 0.2).kind == "node"
