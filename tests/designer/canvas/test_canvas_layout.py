"""The layered layout: wires go right, nothing overlaps, equal graphs look equal."""

import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.canvas.geometry import CARD_WIDTH, GRID
from designer.canvas.layout import Graph, layered


def graph(count: int, wires: list[tuple[int, int]], heights: list[float] | None = None) -> Graph:
    return Graph(
        np.array(heights or [60.0] * count),
        np.array([a for a, _ in wires], dtype=np.intp),
        np.array([b for _, b in wires], dtype=np.intp),
        np.full(len(wires), 0.5),
    )


@st.composite
def acyclic(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 40))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    wires = {(min(p), max(p)) for p in draw(st.lists(pairs, max_size=80)) if p[0] != p[1]}
    heights = draw(st.lists(st.sampled_from([60.0, 80.0, 140.0]), min_size=count, max_size=count))
    return graph(count, sorted(wires), heights)


@given(acyclic())
def test_every_wire_runs_to_the_right(made: Graph) -> None:
    places = layered(made)
    assert (places[made.targets, 0] - places[made.sources, 0] >= CARD_WIDTH + 40).all()


@given(acyclic())
def test_no_two_cards_overlap(made: Graph) -> None:
    places = layered(made)
    x, y = places[:, 0], places[:, 1]
    across = np.abs(x[:, None] - x[None, :]) < CARD_WIDTH
    top, bottom = y, y + made.heights
    down = (top[:, None] < bottom[None, :]) & (top[None, :] < bottom[:, None])
    both = across & down
    np.fill_diagonal(both, False)
    assert not both.any()


@given(acyclic())
def test_a_layout_lies_on_the_grid_and_is_the_same_each_time(made: Graph) -> None:
    places = layered(made)
    assert (places % GRID == 0).all()
    assert places.min() >= 0
    assert (layered(made) == places).all()


@given(st.integers(2, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30))
def test_a_graph_with_circles_is_laid_out_all_the_same(
    count: int, wires: list[tuple[int, int]]
) -> None:
    made = graph(count, [(a % count, b % count) for a, b in wires])
    places = layered(made)
    assert len({(x, y) for x, y in places}) == count


def test_the_upper_port_leads_to_the_upper_node() -> None:
    made = Graph(np.full(3, 60.0), np.array([0, 0]), np.array([1, 2]), np.array([0.67, 0.33]))
    places = layered(made)
    assert places[2, 1] < places[1, 1]


def test_a_fan_keeps_the_order_of_its_nodes_whatever_that_of_its_wires() -> None:
    wires = [(0, 4), (0, 2), (0, 1), (0, 3), (2, 5), (1, 5), (4, 5), (3, 5)]
    places = layered(graph(6, wires))
    assert list(np.argsort(places[1:5, 1])) == [0, 1, 2, 3]


def test_a_chain_is_one_straight_row() -> None:
    places = layered(graph(6, [(i, i + 1) for i in range(5)]))
    assert len(set(places[:, 1])) == 1


def test_wires_that_need_not_cross_do_not() -> None:
    # two rows of four, wired straight, given in an order that would cross everything
    wires = [(0, 7), (1, 6), (2, 5), (3, 4)]
    places = layered(graph(8, wires))
    left = np.argsort(places[:4, 1])
    right = [int(np.argsort(np.argsort(places[4:, 1]))[b - 4]) for _, b in wires]
    assert [right[i] for i in left] == sorted(right)


def test_nodes_without_wires_stand_in_a_block() -> None:
    places = layered(graph(9, []))
    assert len(set(places[:, 0])) >= 3
    assert len(set(places[:, 1])) >= 2


@settings(deadline=None, max_examples=1)
@given(st.just(10_000))
def test_ten_thousand_nodes_are_laid_out_while_one_blinks(count: int) -> None:
    random = np.random.default_rng(7)
    sources = np.arange(count - 100)
    targets = sources + 100
    extra = random.integers(0, count - 300, 2_000)
    wires = list(zip(sources, targets, strict=True)) + [
        (int(e), int(e + 100 + random.integers(0, 100))) for e in extra
    ]
    made = graph(count, [(int(a), int(b)) for a, b in wires])
    begun = time.process_time()
    places = layered(made)
    assert time.process_time() - begun < 3.0
    assert (places[made.targets, 0] > places[made.sources, 0]).all()
