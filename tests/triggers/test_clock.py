"""The clock: exact wake-ups, jumps of the wall clock, and many entries."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from engine.triggers.clock import LONGEST_PAUSE, Clock

START = datetime(2026, 1, 1, tzinfo=UTC)


class Timer:
    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class World:
    """A wall clock and a monotonic clock that move when told, with the timers of a loop."""

    def __init__(self) -> None:
        self.wall = START
        self.monotonic = 0.0
        self.timers: list[Timer] = []

    def now(self) -> datetime:
        return self.wall

    def time(self) -> float:
        return self.monotonic

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.monotonic + delay, callback)
        self.timers.append(timer)
        return timer

    @property
    def waiting(self) -> list[Timer]:
        return [timer for timer in self.timers if not timer.cancelled]

    def jump(self, seconds: float) -> None:
        """The wall clock is set, the monotonic clock goes on."""
        self.wall += timedelta(seconds=seconds)

    def pass_time(self, seconds: float) -> None:
        end = self.monotonic + seconds
        while ready := [timer for timer in self.waiting if timer.when <= end]:
            timer = min(ready, key=lambda one: one.when)
            self.wall += timedelta(seconds=timer.when - self.monotonic)
            self.monotonic = timer.when
            self.timers = [other for other in self.waiting if other is not timer]
            timer.callback()
        self.wall += timedelta(seconds=end - self.monotonic)
        self.monotonic = end


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clock(world: World) -> Clock:
    return Clock(world, world.now)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_callback_comes_at_its_due_time_and_once(world: World, clock: Clock) -> None:
    calls: list[tuple[datetime, datetime]] = []
    clock.set("a", after(90.5), lambda due: calls.append((due, world.wall)))
    world.pass_time(90)
    assert calls == []
    world.pass_time(600)
    assert calls == [(after(90.5), after(90.5))]
    assert "a" not in clock and clock.next_due is None


def test_due_times_come_in_their_order_whatever_the_order_they_were_set(
    world: World, clock: Clock
) -> None:
    calls: list[datetime] = []
    for seconds in (30, 10, 20, 10):
        clock.set(object(), after(seconds), calls.append)
    world.pass_time(100)
    assert calls == [after(10), after(10), after(20), after(30)]


def test_what_is_past_comes_at_once_but_not_within_the_call(world: World, clock: Clock) -> None:
    calls: list[datetime] = []
    clock.set("a", after(-5), calls.append)
    assert calls == []
    world.pass_time(0)
    assert calls == [after(-5)]


def test_a_new_due_time_replaces_the_old_one(world: World, clock: Clock) -> None:
    calls: list[datetime] = []
    clock.set("a", after(10), calls.append)
    clock.set("a", after(40), calls.append)
    assert clock.due("a") == after(40)
    world.pass_time(30)
    assert calls == []
    world.pass_time(30)
    assert calls == [after(40)]


def test_what_was_removed_never_comes(world: World, clock: Clock) -> None:
    calls: list[datetime] = []
    clock.set("a", after(10), calls.append)
    assert clock.remove("a")
    assert not clock.remove("a")
    world.pass_time(100)
    assert calls == [] and world.waiting == []


def test_a_callback_may_set_its_own_key_again(world: World, clock: Clock) -> None:
    calls: list[datetime] = []

    def again(due: datetime) -> None:
        calls.append(due)
        clock.set("a", due + timedelta(minutes=1), again)

    clock.set("a", after(60), again)
    world.pass_time(185)
    assert calls == [after(60), after(120), after(180)]


def test_an_error_in_a_callback_is_logged_and_stops_nothing_else(
    world: World, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[datetime] = []

    def broken(due: datetime) -> None:
        raise RuntimeError("no such table")

    clock.set("a", after(10), broken)
    clock.set("b", after(10), calls.append)
    clock.set("c", after(20), calls.append)
    world.pass_time(30)
    assert calls == [after(10), after(20)]
    assert "no such table" in caplog.text


def test_a_sleep_is_never_longer_than_a_minute(world: World, clock: Clock) -> None:
    clock.set("a", after(86_400), lambda due: None)
    [timer] = world.waiting
    assert timer.when == LONGEST_PAUSE


def test_a_jump_of_the_wall_clock_forward_is_noticed_within_a_minute(
    world: World, clock: Clock
) -> None:
    calls: list[datetime] = []
    clock.set("a", after(3_600), calls.append)
    world.jump(7_200)
    world.pass_time(LONGEST_PAUSE)
    assert calls == [after(3_600)]


def test_a_jump_of_the_wall_clock_backward_delays_what_is_due(world: World, clock: Clock) -> None:
    calls: list[datetime] = []
    clock.set("a", after(30), calls.append)
    world.jump(-3_600)
    world.pass_time(3_629)
    assert calls == []
    world.pass_time(2)
    assert calls == [after(30)]


def test_replacing_a_key_often_does_not_fill_the_memory(world: World, clock: Clock) -> None:
    for number in range(10_000):
        clock.set("a", after(1_000 + number), lambda due: None)
    assert len(clock) == 1
    assert len(clock._heap) < 100
    assert len(world.waiting) == 1


def test_closing_forgets_everything(world: World, clock: Clock) -> None:
    clock.set("a", after(10), lambda due: None)
    clock.close()
    assert len(clock) == 0 and world.waiting == []


def test_a_due_time_without_a_zone_is_refused(clock: Clock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.set("a", datetime(2026, 1, 1), lambda due: None)


async def test_in_a_real_loop_it_wakes_at_the_due_time() -> None:
    clock = Clock()
    woken: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    due = datetime.now(UTC) + timedelta(milliseconds=120)
    clock.set("a", due, lambda at: woken.set_result((datetime.now(UTC) - at).total_seconds()))
    late = await asyncio.wait_for(woken, 5)
    assert 0 <= late < 1


def test_a_sleep_of_the_machine_is_noticed_and_what_came_due_fires_soon(
    world: World, clock: Clock
) -> None:
    jumps: list[float] = []
    fired: list[datetime] = []
    clock.jumped = jumps.append
    clock.set("later", START + timedelta(hours=1), fired.append)
    world.pass_time(2.0)
    world.jump(7200.0)  # the lid was closed for two hours; the monotonic clock stood still
    world.pass_time(LONGEST_PAUSE)
    assert fired == [START + timedelta(hours=1)]
    assert [round(seconds) for seconds in jumps] == [7200]
    clock.set("again", START + timedelta(hours=9), fired.append)
    world.pass_time(60.0)
    assert len(jumps) == 1
