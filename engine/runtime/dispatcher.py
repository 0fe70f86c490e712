"""Who may run next: workers and limits are granted by priority, in turn, and nothing starves."""

import heapq
import os
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from itertools import count

from engine.definition.units import format_size
from engine.settings.settings import Limit
from engine.store.slots import Want

AGE = 30.0
"""Seconds of waiting that weigh as much as one step of priority."""
DEFAULT_PRIORITY = 5
MB = 1024 * 1024
Demand = tuple[tuple[str, float], ...]


def _amount(name: str, amount: float) -> str:
    """Amounts of memory in whole megabytes, all others as they are."""
    return format_size(max(round(amount / MB), 1) * MB) if name == "memory" else f"{amount:g}"


class ResourceError(ValueError):
    """A step asks for more of something than there is at all."""


class Request:
    """A wish to run; ``granted`` is called with its grant, at once or when there is room."""

    __slots__ = ("granted", "since", "withdrawn")

    def __init__(self, since: "_Moment", granted: "Granted") -> None:
        self.since = since
        self.granted = granted
        self.withdrawn = False


_Moment = tuple[float, int]
"""When something happened, and a number that tells apart what happened at the same time."""


class _Owner:
    """An execution whose requests wait."""

    __slots__ = ("lanes", "served", "urgency")

    def __init__(self, urgency: float) -> None:
        self.urgency = urgency
        self.served: _Moment = (0.0, 0)
        self.lanes: dict[Demand, _Lane] = {}


class _Lane:
    """The requests of one execution for the same, the oldest first."""

    __slots__ = ("demand", "name", "owner", "requests")

    def __init__(self, name: str, owner: _Owner, demand: Demand) -> None:
        self.name = name
        self.owner = owner
        self.demand = demand
        self.requests: deque[Request] = deque()

    def rank(self) -> _Moment:
        """How late its turn is: as late as its head came, or its execution had a turn."""
        owner = self.owner
        since, number = max(self.requests[0].since, owner.served)
        return since - owner.urgency, number

    def trim(self) -> bool:
        """Whether any request is left that was not withdrawn."""
        while self.requests and self.requests[0].withdrawn:
            self.requests.popleft()
        return bool(self.requests)


_Ranked = tuple[_Moment, int, _Lane]


class Grant:
    """A worker and what goes with it, until ``release``; releasing twice changes nothing."""

    __slots__ = ("_dispatcher", "demand", "released")

    def __init__(self, dispatcher: "Dispatcher", demand: Demand) -> None:
        self._dispatcher: Dispatcher | None = dispatcher
        self.demand = demand
        self.released: Callable[[], None] | None = None
        """Called once when the grant is given back."""

    def release(self) -> None:
        dispatcher, self._dispatcher = self._dispatcher, None
        if dispatcher is not None:
            if self.released is not None:
                self.released()
            dispatcher.give_back(self)


Granted = Callable[[Grant], None]


class Dispatcher:
    """Grants workers and limits. Used from the event loop only.

    The most urgent request goes first. Executions of one priority take turns, so that one with very
    many steps holds up none with few. Where a request has to wait for a limit, others that take
    nothing of that limit may pass, so that small ones cannot starve it.
    ``later`` is asked to call ``pump`` again when a rate allows more.
    """

    def __init__(
        self,
        workers: int,
        limits: Mapping[str, Limit] | None = None,
        *,
        priorities: bool = True,
        later: Callable[[float, Callable[[], None]], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workers = workers
        self._clock = clock
        self._later = later
        self._priorities = priorities
        self._limits = dict(limits or {})
        self._used: dict[str, float] = {}
        self._rates: dict[str, _Bucket] = {
            name: _Bucket(limit, clock()) for name, limit in self._limits.items() if limit.per
        }
        self._grants: set[Grant] = set()
        self._owners: dict[str, _Owner] = {}
        self._waiting: dict[Demand, list[_Ranked]] = {}
        """By what is asked for, a heap of lanes. A rank in it may be too early, never too late."""
        self._numbers = count()
        self._pumping = False

    @property
    def running(self) -> int:
        """Grants that are out."""
        return len(self._grants)

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        lanes = (lane for owner in self._owners.values() for lane in owner.lanes.values())
        return sum(not request.withdrawn for lane in lanes for request in lane.requests)

    def request(
        self, execution: str, priority: int, resources: Mapping[str, float], granted: Granted
    ) -> Request:
        """Asks for a worker and resources. Raises ResourceError for what there can never be."""
        demand = tuple(sorted(resources.items())) if resources else ()
        for name, amount in demand:
            self._check(name, amount)
        owner = self._owners.get(execution)
        if owner is None:
            owner = self._owners[execution] = _Owner(priority * AGE if self._priorities else 0.0)
        request = Request((self._clock(), next(self._numbers)), granted)
        lane = owner.lanes.get(demand)
        if lane is None:
            lane = owner.lanes[demand] = _Lane(execution, owner, demand)
            lane.requests.append(request)
            heap = self._waiting.setdefault(demand, [])
            heapq.heappush(heap, (lane.rank(), request.since[1], lane))
        else:
            lane.requests.append(request)
        self.pump()
        return request

    def wants(self, demand: Demand) -> list[Want]:
        """What a demand comes to, with what there is of each."""
        known = [(name, amount, self._limit(name)) for name, amount in demand]
        return [
            Want(name, amount, limit.amount, limit.per)
            for name, amount, limit in known
            if limit is not None
        ]

    def lacks(self, resources: Mapping[str, float]) -> list[str]:
        """The names of which there is not enough now."""
        return [name for name, amount in resources.items() if not self._has(name, amount)]

    def due(self, resources: Mapping[str, float], now: datetime) -> datetime | None:
        """When the rates among these let so much begin; None when they do now."""
        waits = [
            self._rates[name].wait(amount, self._clock())
            for name, amount in resources.items()
            if name in self._rates
        ]
        return now + timedelta(seconds=max(waits)) if any(waits) else None

    @property
    def rates(self) -> Collection[str]:
        """The names of the limits that are rates."""
        return self._rates.keys()

    @property
    def workers(self) -> int:
        """How many attempts may run at once."""
        return self._workers

    def give_back(self, grant: Grant) -> None:
        """Takes a grant back; what it held goes to those who wait."""
        self._grants.discard(grant)
        for name, amount in grant.demand:
            if name not in self._rates:
                self._used[name] -= amount
        self.pump()

    def pump(self) -> None:
        """Grants whatever can be granted now."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while len(self._grants) < self._workers and (found := self._next()) is not None:
                request, demand = found
                request.granted(self._take(demand))
        finally:
            self._pumping = False

    def _check(self, name: str, amount: float) -> None:
        limit = self._limit(name)
        if limit is None:
            raise ResourceError(f'there is no limit "{name}"; add it under limits in the settings')
        if amount > limit.amount:
            raise ResourceError(
                f"the step asks for {_amount(name, amount)} of {name}, and there is "
                f"{_amount(name, limit.amount)} at all (limits in the settings)"
            )

    def _limit(self, name: str) -> Limit | None:
        known = self._limits.get(name)
        if known is None and name in ("cpu", "memory"):
            known = self._limits[name] = Limit(machine_limit(name))
        return known

    def _next(self) -> tuple[Request, Demand] | None:
        """The most urgent request that can run, taken out of its lane."""
        if len(self._waiting) == 1 and () in self._waiting:
            lane = self._head(())
            return None if lane is None else self._serve(lane)
        heads = [lane for demand in list(self._waiting) if (lane := self._head(demand))]
        blocked: set[str] = set()
        for lane in sorted(heads, key=_Lane.rank):
            names = {name for name, _ in lane.demand}
            short = {name for name, amount in lane.demand if not self._has(name, amount)}
            if not short and not names & blocked:
                return self._serve(lane)
            blocked |= names
        return None

    def _head(self, demand: Demand) -> _Lane | None:
        """The lane whose turn it is; lanes that are empty are forgotten on the way."""
        heap = self._waiting[demand]
        while heap:
            known, number, lane = heap[0]
            if not lane.trim():
                heapq.heappop(heap)
                del lane.owner.lanes[demand]
                if not lane.owner.lanes:
                    del self._owners[lane.name]
            elif (rank := lane.rank()) > known:
                heapq.heapreplace(heap, (rank, number, lane))
            else:
                return lane
        del self._waiting[demand]
        return None

    def _serve(self, lane: _Lane) -> tuple[Request, Demand]:
        lane.owner.served = (self._clock(), next(self._numbers))
        return lane.requests.popleft(), lane.demand

    def _has(self, name: str, amount: float) -> bool:
        bucket = self._rates.get(name)
        if bucket is None:
            limit = self._limit(name)
            return limit is not None and self._used.get(name, 0.0) + amount <= limit.amount
        wait = bucket.wait(amount, self._clock())
        if wait > 0 and self._later is not None and bucket.announce(self._clock() + wait):
            self._later(wait, self.pump)
        return wait <= 0

    def _take(self, demand: Demand) -> Grant:
        for name, amount in demand:
            if name in self._rates:
                self._rates[name].take(amount)
            else:
                self._used[name] = self._used.get(name, 0.0) + amount
        grant = Grant(self, demand)
        self._grants.add(grant)
        return grant


class _Bucket:
    """A rate: so much in a period, filled evenly, never fuller than one period's worth."""

    def __init__(self, limit: Limit, now: float) -> None:
        self._size = limit.amount
        self._speed = limit.amount / (limit.per or 1.0)
        self._level = limit.amount
        self._seen = now
        self._announced = 0.0

    def wait(self, amount: float, now: float) -> float:
        """Seconds until so much is there."""
        self._level = min(self._size, self._level + (now - self._seen) * self._speed)
        self._seen = now
        missing = (amount - self._level) / self._speed
        return missing if missing > 1e-6 else 0.0  # smaller is what a clock cannot tell

    def take(self, amount: float) -> None:
        self._level -= amount

    def announce(self, due: float) -> bool:
        """Whether a wake-up at ``due`` is news: one for this bucket is enough."""
        if self._announced > self._seen and self._announced <= due + 0.001:
            return False
        self._announced = due
        return True


def machine_limit(name: str) -> float:
    """How many processors, or bytes of memory, this machine has."""
    if name == "cpu":
        return float(os.cpu_count() or 1)
    import psutil

    return float(psutil.virtual_memory().total)
