"""Where ports are, and how high that makes a card."""

from itertools import pairwise

from designer.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, port_plan, snap
from designer.document import PortView

SUCCESS, FAILURE = PortView("success", "success"), PortView("failure", "failure")
DONE, ALWAYS = PortView("done", "done"), PortView("always", "always")


def test_a_lone_success_port_is_in_the_middle_and_needs_no_label() -> None:
    plan = port_plan((SUCCESS, FAILURE, DONE, ALWAYS))
    assert [(s.name, s.x, s.y, s.label) for s in plan.fixed] == [
        ("success", CARD_WIDTH, CARD_HEIGHT / 2, "")
    ]
    assert plan.height == CARD_HEIGHT


def test_hidden_ports_come_out_on_the_card_and_in_the_drawer_below() -> None:
    plan = port_plan((SUCCESS, FAILURE, DONE, ALWAYS))
    assert [s.name for s in plan.shown("card")] == ["success", "failure"]
    assert [s.name for s in plan.shown("all")] == ["success", "failure", "done", "always"]
    assert all(s.y > plan.height for s in plan.hidden if s.name in ("done", "always"))
    assert plan.shown("none") == ()


def test_a_wired_failure_is_a_diamond_below_success() -> None:
    plan = port_plan((SUCCESS, PortView("failure", "failure", wired=True), DONE))
    assert [(s.name, s.shape, s.y) for s in plan.fixed] == [
        ("success", "round", 20.0),
        ("failure", "diamond", 40.0),
    ]


def test_branches_are_labelled_in_their_order_and_success_hides() -> None:
    ports = (PortView("true", "branch"), PortView("false", "branch"), SUCCESS, FAILURE)
    plan = port_plan(ports)
    assert [(s.name, s.label) for s in plan.fixed] == [("true", "true"), ("false", "false")]
    assert "success" in [s.name for s in plan.hidden]


def test_many_branches_make_the_card_grow_and_keep_their_distance() -> None:
    plan = port_plan(tuple(PortView(f"case{i}", "branch") for i in range(6)))
    ys = [s.y for s in plan.fixed]
    assert plan.height == 140.0
    assert all(b - a >= 20.0 for a, b in pairwise(ys))
    assert ys[-1] < plan.height


def test_a_wire_from_an_unknown_port_leaves_at_the_first() -> None:
    assert port_plan((SUCCESS,)).spot("gone").name == "success"


def test_values_snap_to_the_nearest_line_of_the_grid() -> None:
    assert snap(11.9) == 8.0
    assert snap(12.1) == 16.0
    assert snap(-3.0) == 0.0
