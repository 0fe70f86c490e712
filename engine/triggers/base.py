"""The contract of a trigger type: its config schema, and what can be said of a config."""

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import Struct


class ConfigIssue(Struct, frozen=True, kw_only=True):
    """What a trigger type says of a config beyond its schema; ``path`` is inside the config."""

    message: str
    path: tuple[str | int, ...] = ()
    severity: Literal["error", "warning"] = "error"
    hint: str = ""


class TriggerType(ABC):
    """One kind of trigger. Subclasses declare what they are; one instance serves all triggers."""

    type: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    """Name of an icon in the designer's set."""
    description: ClassVar[str]
    schema: ClassVar[dict[str, Any]]
    """JSON Schema of ``config`` (an object). Beside the standard words it may say ``x-widget``
    (``cron``, ``duration``, ``expression``, ``mapping``, ``json``) and ``x-order``; every property
    has ``title`` and ``description``."""
    runnable: ClassVar[bool] = True
    """False while the type is known but this version cannot run it."""
    unavailable: ClassVar[str] = ""
    """Why it cannot run, in one plain sentence; "" where it can."""

    def check(self, config: Mapping[str, Any]) -> list[ConfigIssue]:
        """What is wrong in ``config`` beyond the schema. No I/O."""
        return []

    def summary(self, config: Mapping[str, Any]) -> str:
        """One short line for the canvas that says when this fires: ``every day at 02:00``."""
        return ""
