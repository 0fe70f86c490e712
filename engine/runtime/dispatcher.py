"""Who may run next: workers and limits are granted by priority, and nothing starves."""

import heapq
import os
import time
from collections.abc import Callable, Mapping
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

    __slots__ = ("demand", "granted", "rank", "withdrawn")

    def __init__(self, rank: tuple[float, int], demand: Demand, granted: "Granted") -> None:
        self.rank = rank
        self.demand = demand
        self.granted = granted
        self.withdrawn = False

    def __lt__(self, other: "Request") -> bool:
        return self.rank < other.rank


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

    Waiting requests are kept by what they ask for. The most urgent one goes first; where it has to
    wait for a limit, others that take nothing of that limit may pass, so that small ones cannot
    starve it.
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
        self._waiting: dict[Demand, list[Request]] = {}
        self._numbers = count()
        self._pumping = False

    @property
    def running(self) -> int:
        """Grants that are out."""
        return len(self._grants)

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return sum(not request.withdrawn for queue in self._waiting.values() for request in queue)

    def request(self, priority: int, resources: Mapping[str, float], granted: Granted) -> Request:
        """Asks for a worker and resources. Raises ResourceError for what there can never be."""
        demand = tuple(sorted(resources.items())) if resources else ()
        for name, amount in demand:
            self._check(name, amount)
        urgency = priority * AGE if self._priorities else 0.0
        request = Request((self._clock() - urgency, next(self._numbers)), demand, granted)
        heapq.heappush(self._waiting.setdefault(demand, []), request)
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
            while len(self._grants) < self._workers and (request := self._next()) is not None:
                request.granted(self._take(request))
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

    def _next(self) -> Request | None:
        """The most urgent request that can run, taken out of its queue."""
        if len(self._waiting) == 1 and () in self._waiting:
            return self._pop(())
        heads = sorted(
            (queue[0], demand) for demand in list(self._waiting) if (queue := self._trimmed(demand))
        )
        blocked: set[str] = set()
        for _, demand in heads:
            names = {name for name, _ in demand}
            short = {name for name, amount in demand if not self._has(name, amount)}
            if not short and not names & blocked:
                return self._pop(demand)
            blocked |= names
        return None

    def _trimmed(self, demand: Demand) -> list[Request]:
        queue = self._waiting[demand]
        while queue and queue[0].withdrawn:
            heapq.heappop(queue)
        if not queue:
            del self._waiting[demand]
        return queue

    def _pop(self, demand: Demand) -> Request | None:
        queue = self._trimmed(demand)
        if not queue:
            return None
        request = heapq.heappop(queue)
        if not queue:
            del self._waiting[demand]
        return request

    def _has(self, name: str, amount: float) -> bool:
        bucket = self._rates.get(name)
        if bucket is None:
            limit = self._limit(name)
            return limit is not None and self._used.get(name, 0.0) + amount <= limit.amount
        wait = bucket.wait(amount, self._clock())
        if wait > 0 and self._later is not None and bucket.announce(self._clock() + wait):
            self._later(wait, self.pump)
        return wait <= 0

    def _take(self, request: Request) -> Grant:
        for name, amount in request.demand:
            if name in self._rates:
                self._rates[name].take(amount)
            else:
                self._used[name] = self._used.get(name, 0.0) + amount
        grant = Grant(self, request.demand)
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
