"""Cron expressions that a person would say in a few words, and back."""

import re
from typing import Literal

from msgspec import Struct

Every = Literal["minutes", "hour", "day", "weekday", "week", "month", "custom"]
STEPS = (1, 2, 5, 10, 15, 20, 30)
"""Minutes that divide an hour evenly."""
LAST_DAY = 31
_NUMBERS = re.compile(r"\d+")
_MINUTES = re.compile(r"\*(?:/(\d+))?")


class Plan(Struct, frozen=True, kw_only=True):
    """How often, and the numbers that go with it. ``weekday`` counts from 1, Monday, to 7."""

    every: Every = "day"
    step: int = 15
    hour: int = 2
    minute: int = 0
    weekday: int = 1
    day: int = 1


def cron_of(plan: Plan) -> str:
    """The expression of a plan; empty for a custom one, which has none of its own."""
    at = f"{plan.minute} {plan.hour}"
    return {
        "minutes": "* * * * *" if plan.step == 1 else f"*/{plan.step} * * * *",
        "hour": f"{plan.minute} * * * *",
        "day": f"{at} * * *",
        "weekday": f"{at} * * 1-5",
        "week": f"{at} * * {plan.weekday % 7}",
        "month": f"{at} {plan.day} * *",
        "custom": "",
    }[plan.every]


def plan_of(text: str) -> Plan:
    """The plan that an expression is; a custom one where it says more than a plan can."""
    fields = text.split()
    custom = Plan(every="custom")
    if len(fields) != 5 or fields[3] != "*":
        return custom
    minute, hour, day, _, weekday = fields
    steps = _MINUTES.fullmatch(minute)
    if steps and (hour, day, weekday) == ("*", "*", "*"):
        step = int(steps[1] or 1)
        return Plan(every="minutes", step=step) if step in STEPS else custom
    if not _is_number(minute, 59):
        return custom
    if (hour, day, weekday) == ("*", "*", "*"):
        return Plan(every="hour", minute=int(minute))
    if not _is_number(hour, 23):
        return custom
    return _daily(Plan(hour=int(hour), minute=int(minute)), day, weekday)


def _daily(at: Plan, day: str, weekday: str) -> Plan:
    hour, minute = at.hour, at.minute
    if (day, weekday) == ("*", "*"):
        return at
    if day == "*" and weekday.upper() in ("1-5", "MON-FRI"):
        return Plan(every="weekday", hour=hour, minute=minute)
    if day == "*" and _is_number(weekday, 7):
        return Plan(every="week", hour=hour, minute=minute, weekday=int(weekday) or 7)
    if weekday == "*" and _is_number(day, LAST_DAY) and int(day):
        return Plan(every="month", hour=hour, minute=minute, day=int(day))
    return Plan(every="custom")


def _is_number(text: str, most: int) -> bool:
    return bool(_NUMBERS.fullmatch(text)) and int(text) <= most
