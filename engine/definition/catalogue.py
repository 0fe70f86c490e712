"""What the definition room must know of step and trigger types: their shapes, handed in by the
engine.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from msgspec import Struct

from engine.definition.problems import Severity


class Issue(Protocol):
    """What a type says of a config beyond its schema; ``path`` is inside the config."""

    @property
    def message(self) -> str: ...
    @property
    def path(self) -> tuple[str | int, ...]: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def hint(self) -> str: ...


class StepKind(Protocol):
    """The part of a step type that can be read without running it."""

    @property
    def type(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def schema(self) -> dict[str, Any]: ...
    @property
    def runnable(self) -> bool: ...
    @property
    def body(self) -> Literal["", "steps", "branches"]: ...

    def is_expression(self, path: Sequence[str | int]) -> bool:
        """Whether the config's text at ``path`` is an expression, with or without braces."""
        ...

    def is_literal(self, path: Sequence[str | int]) -> bool:
        """Whether the config's value at ``path`` is never a template."""
        ...

    def ports(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """The output ports besides the four standard ones."""
        ...

    def summary(self, config: Mapping[str, Any]) -> str:
        """One short line for the canvas."""
        ...

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """JSON Schema of what a step with this config gives; empty where that is not known."""
        ...

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> Sequence[Issue]:
        """What is wrong in ``config`` beyond the schema; templates in it are not rendered."""
        ...


class TriggerKind(Protocol):
    """The part of a trigger type that can be read without starting it."""

    @property
    def type(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def schema(self) -> dict[str, Any]: ...
    @property
    def runnable(self) -> bool: ...

    def check(self, config: Mapping[str, Any]) -> Sequence[Issue]:
        """What is wrong in ``config`` beyond the schema."""
        ...

    def summary(self, config: Mapping[str, Any]) -> str:
        """One short line for the canvas: when it fires."""
        ...


def _all_there(name: str) -> str:
    return ""


class Catalogue(Struct, frozen=True, eq=False):
    """What a definition can use: every step and trigger type there is, by name, and secrets.

    ``secret_wanted`` gives the way out where this machine has no secret of a name, else "".
    """

    step_types: Mapping[str, StepKind]
    trigger_types: Mapping[str, TriggerKind]
    secret_wanted: Callable[[str], str] = _all_there
