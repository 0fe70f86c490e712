"""Puts log lines among the events of a page, so that a step's lines come before its end."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

STARTS = frozenset({"execution.queued", "execution.started", "step.started"})
"""Events that come before the lines of the same microsecond; all others come after them."""

Rows = Sequence[Row[Any]]


def cut_pages(events: Rows, lines: Rows, limit: int) -> tuple[Rows, Rows]:
    """What of two pages can be told now: nothing later than what a full page has not shown yet.

    At least one of two pages that are not empty stays whole, so a reader always gets on.
    """
    full = [rows for rows in (events, lines) if len(rows) >= limit]
    if not full:
        return events, lines
    horizon = min(max(row.time for row in rows) for rows in full)
    return _until(events, horizon), _until(lines, horizon)


def _until(rows: Rows, horizon: int) -> Rows:
    """The rows before the first that is later than ``horizon`` (microseconds)."""
    for number, row in enumerate(rows):
        if row.time > horizon:
            return rows[:number]
    return rows


def places(events: Rows, lines: Rows) -> list[int]:
    """For each line the number of events that come before it, by the times of its execution.

    Lines of other processes may be recorded in another order than they were written in, so a line
    is compared with the events of its own execution only.
    """
    courses: dict[str, tuple[list[tuple[int, int]], list[int]]] = {}
    for number, event in enumerate(events):
        if event.execution_id is not None:
            times, numbers = courses.setdefault(event.execution_id, ([], []))
            times.append((event.time, 0 if event.type in STARTS else 2))
            numbers.append(number)
    found: list[int] = []
    for line in lines:
        times, numbers = courses.get(line.execution_id, ([], []))
        later = bisect_right(times, (line.time, 1))
        found.append(numbers[later] if later < len(numbers) else len(events))
    return found
