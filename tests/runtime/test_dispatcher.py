"""Workers and limits: granted by priority and age, given back whole, never overdrawn."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.dispatcher import AGE, Dispatcher, Grant, Request, ResourceError
from engine.settings.settings import Limit


class Hands:
    """Asks a dispatcher and keeps what it grants."""

    def __init__(self, workers: int, **limits: Limit) -> None:
        self.now = 0.0
        self.calls: list[tuple[float, Any]] = []
        self.dispatcher = Dispatcher(
            workers,
            limits,
            later=lambda delay, call: self.calls.append((self.now + delay, call)),
            clock=lambda: self.now,
        )
        self.grants: dict[str, Grant] = {}

    def ask(
        self, name: str, priority: int = 5, execution: str | None = None, **resources: float
    ) -> Request:
        return self.dispatcher.request(
            execution or name,
            priority,
            resources,
            lambda grant: self.grants.__setitem__(name, grant),
        )

    def end(self, name: str) -> None:
        self.grants[name].release()


def test_no_more_run_than_there_are_workers() -> None:
    hands = Hands(2)
    for name in "abc":
        hands.ask(name)
    assert list(hands.grants) == ["a", "b"]
    hands.end("a")
    assert list(hands.grants) == ["a", "b", "c"]


def test_the_more_urgent_goes_first_and_age_weighs_as_much() -> None:
    hands = Hands(1)
    hands.ask("first")
    hands.ask("low", priority=1)
    hands.ask("high", priority=9)
    hands.end("first")
    assert "high" in hands.grants
    assert "low" not in hands.grants
    hands.now += 8 * AGE + 1
    hands.ask("later", priority=9)
    hands.end("high")
    assert "low" in hands.grants
    assert "later" not in hands.grants


def test_executions_of_one_priority_take_turns() -> None:
    hands = Hands(1)
    hands.ask("now", execution="many")
    for number in range(100):
        hands.ask(f"many{number}", execution="many")
    hands.ask("few0", execution="few")
    hands.ask("few1", execution="few")
    hands.ask("urgent", priority=6)
    running = "now"
    order = []
    for _ in range(6):
        before = set(hands.grants)
        hands.now += 1
        hands.end(running)
        (running,) = set(hands.grants) - before
        order.append(running)
    assert order == ["urgent", "many0", "few0", "many1", "few1", "many2"]


def test_what_is_withdrawn_is_passed_over_and_forgotten() -> None:
    hands = Hands(1)
    hands.ask("running")
    gone = [hands.ask(f"gone{number}", execution="gone") for number in range(3)]
    hands.ask("after")
    for request in gone:
        request.withdrawn = True
    assert hands.dispatcher.waiting == 1
    hands.end("running")
    assert list(hands.grants) == ["running", "after"]
    hands.end("after")
    assert hands.dispatcher._owners == hands.dispatcher._waiting == {}


def test_releasing_twice_gives_back_once() -> None:
    hands = Hands(1)
    hands.ask("a")
    hands.ask("b")
    hands.ask("c")
    hands.end("a")
    hands.end("a")
    assert list(hands.grants) == ["a", "b"]


def test_what_waits_for_a_limit_lets_others_pass_but_is_not_starved() -> None:
    hands = Hands(10, db=Limit(2))
    hands.ask("one", db=1)
    hands.ask("two", db=2)
    hands.ask("small", db=1)
    hands.ask("free")
    assert list(hands.grants) == ["one", "free"]
    hands.end("one")
    assert list(hands.grants) == ["one", "free", "two"]
    hands.end("two")
    assert "small" in hands.grants


def test_more_than_there_is_and_unknown_limits_are_errors() -> None:
    hands = Hands(1, db=Limit(2))
    with pytest.raises(ResourceError, match="2GB of memory, and there is 1GB at all"):
        Dispatcher(10, {"memory": Limit(2.0**30)}).request("e", 5, {"memory": 2.0**31}, print)
    with pytest.raises(ResourceError, match="there is 2 at all"):
        hands.ask("a", db=3)
    with pytest.raises(ResourceError, match='no limit "gpu"'):
        hands.ask("a", gpu=1)


def test_a_rate_is_kept_over_time() -> None:
    hands = Hands(10, api=Limit(2, per=60))
    for name in "abc":
        hands.ask(name, api=1)
    assert list(hands.grants) == ["a", "b"]
    hands.end("a")
    assert list(hands.grants) == ["a", "b"]
    due, call = hands.calls[-1]
    assert due == pytest.approx(30, abs=0.1)
    hands.now = due
    call()
    assert list(hands.grants) == ["a", "b", "c"]


@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 3), st.integers(0, 50)),
        max_size=60,
    )
)
def test_limits_are_never_overdrawn_and_all_run_in_the_end(
    moves: list[tuple[bool, int, int, int]],
) -> None:
    hands = Hands(3, db=Limit(3))
    running: dict[str, int] = {}
    wanted: dict[str, int] = {}

    def look() -> None:
        for name in hands.grants:
            if name not in done and name not in running:
                running[name] = wanted[name]
        assert len(running) <= 3
        assert sum(running.values()) <= 3

    done: set[str] = set()
    for number, (ask, priority, amount, pick) in enumerate(moves):
        if ask or not running:
            name = f"r{number}"
            wanted[name] = amount
            hands.ask(name, priority, **({"db": amount} if amount else {}))
        else:
            name = sorted(running)[pick % len(running)]
            del running[name]
            done.add(name)
            hands.end(name)
        look()
    while running:
        name = next(iter(running))
        del running[name]
        done.add(name)
        hands.end(name)
        look()
    assert done == set(wanted)
    assert hands.dispatcher.running == hands.dispatcher.waiting == 0
