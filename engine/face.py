"""What the public face composes of several rooms: definitions loaded against the types that are
installed."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine.definition.catalogue import Catalogue
from engine.definition.load import Loaded
from engine.definition.load import load as load_with


@cache
def catalogue() -> Catalogue:
    """The step and trigger types of this installation, plug-ins included, and its secrets."""
    from engine.runtime.secrets import secret_wanted
    from engine.steps.registry import step_types
    from engine.triggers.registry import trigger_types

    return Catalogue(
        step_types=step_types(), trigger_types=trigger_types(), secret_wanted=secret_wanted
    )


def secret_names() -> tuple[str, ...]:
    """The names of the secrets that this machine has; never their values."""
    from engine.runtime.secrets import secret_names as known

    return known()


def load(data: str | bytes, file: str = "", folder: Path | None = None) -> Loaded:
    """Reads and checks a definition: its source, its model where one can be made, and every
    problem.

    ``file`` is named in the problems; with ``folder`` files that the definition names are looked
    for there. Never raises for what the text holds.
    """
    return load_with(data, catalogue(), file, folder)


def describe_cron(text: str) -> str:
    """When a cron expression is due, in English. Raises ValueError naming what is wrong in it."""
    from engine.triggers.cron import CronExpression
    from engine.triggers.cron_words import describe

    return describe(CronExpression.parse(text))


def next_times(config: Mapping[str, Any], start: datetime, count: int) -> list[datetime]:
    """The next due times (UTC, at most ``count``) of a schedule trigger's config, later than
    ``start`` (aware). Raises ValueError naming what is wrong in the config.
    """
    from engine.triggers.schedule import next_due, parse_schedule

    schedule = parse_schedule(config)
    times: list[datetime] = []
    while len(times) < count and (due := next_due(schedule, start)) is not None:
        times.append(due)
        start = due
    return times
