"""The contract of a step type: its config schema, and the work of one attempt."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from msgspec import Struct

from engine.steps.command import Limits
from engine.steps.fields import unit_issues

PathPattern = tuple[str, ...]
"""A place in a config, ``*`` standing for any key or index: ``("cases", "*", "when")``."""
Group = Literal["start", "do", "data", "decide", "tell", "think", "ask"]
"""Where the palette shows a type, and the tint of its icon."""
Stream = Literal["stdout", "stderr", "engine"]


class StepError(Exception):
    """An attempt failed. ``type`` is what ``retry_on`` names: ``timeout``, ``http_503``,
    ``exit_1``.

    ``retry_after`` (seconds) is what the other side asked for; ``output`` is what is kept of the
    attempt; ``retryable`` False ends the step at once, whatever its policy (a wrong config does not
    mend itself).
    """

    def __init__(
        self,
        message: str,
        *,
        type: str = "error",
        output: Any = None,
        retry_after: float | None = None,
        retryable: bool = True,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.type = type
        self.output = output
        self.retry_after = retry_after
        self.retryable = retryable


class StepResult(Struct, frozen=True, kw_only=True):
    """What an attempt gave. A condition also names the ``branch`` (port) that fires."""

    success: bool = True
    output: Any = None
    error: str | None = None
    error_type: str = "error"
    branch: str | None = None


class ConfigIssue(Struct, frozen=True, kw_only=True):
    """Something a step type says of a config beyond its schema; ``path`` is inside the config."""

    message: str
    path: tuple[str | int, ...] = ()
    severity: Literal["error", "warning"] = "error"
    hint: str = ""


class StepView(Struct, frozen=True, kw_only=True):
    """The step of one attempt as its type sees it: ``config`` is rendered, secrets filled in."""

    id: str
    type: str
    name: str
    config: dict[str, Any]


class StepContext(Protocol):
    """What the engine lends to one attempt."""

    execution_id: str
    step_id: str
    attempt: int
    idempotency_key: str
    """The same for all attempts of a step (and iteration) in an execution."""
    folder: Path | None
    """Where relative paths start and scripts run; None for a workflow without one."""
    scratch: Path
    """An empty folder of this attempt, made when it is first asked for and removed after it."""
    scratch_path: Path
    """Where ``scratch`` is, for a step that makes it by itself."""
    timeout: float | None
    """Seconds this attempt may take; the engine cancels it then."""
    max_memory: int
    """Bytes a child process may use, with all that it starts."""
    process_limits: Limits
    """What else it may use."""
    variables: Mapping[str, Any]
    allowed_folders: tuple[Path, ...]
    """Where the file step may read and write."""

    def log(self, line: str, stream: Stream = "engine") -> None:
        """Adds a line to the execution's log, shown live.

        Never blocks; too fast a writer loses lines, and is told.
        """
        ...

    def resolve(self, path: str) -> Path:
        """An absolute path for ``path``; relative ones start in ``folder``.

        Raises StepError without one.
        """
        ...


class StepType(ABC):
    """One kind of step. Subclasses declare what they are.

    One instance serves all attempts of an engine.
    """

    type: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[Group]
    icon: ClassVar[str]
    """Name of an icon in the designer's set."""
    description: ClassVar[str]
    schema: ClassVar[dict[str, Any]]
    """JSON Schema of ``config`` (an object). Beside the standard words it may say ``x-widget``
    (``code``, ``text``, ``expression``, ``cron``, ``duration``, ``size``, ``path``, ``mapping``,
    ``json``, ``steps``), ``x-order``, and ``x-expression: true`` where ``expressions`` names it;
    every property has ``title`` and ``description``. A ``default`` says what the type itself takes
    where a key is missing: nobody fills it in before ``execute``."""
    runnable: ClassVar[bool] = True
    """False while the type is known but this version cannot run it."""
    inline: ClassVar[bool] = False
    """True for pure, instant types (condition, transform): they take no worker."""
    body: ClassVar[Literal["", "steps", "branches"]] = ""
    """Where the config holds steps of its own."""
    expressions: ClassVar[tuple[PathPattern, ...]] = ()
    """Texts of the config that are expressions, with or without braces. Who renders the config
    evaluates them, and ``execute`` receives the value: a condition sees ``[1]`` or ``False``, never
    the text."""
    literal: ClassVar[tuple[PathPattern, ...]] = ()
    """Parts of the config that are never templates, with everything below them: a script's code."""

    deferred: ClassVar[tuple[str, ...]] = ()
    """Keys of the config whose templates are evaluated later, once for each iteration."""

    def is_expression(self, path: Sequence[str | int]) -> bool:
        """Whether the config's text at ``path`` is an expression, evaluated to a value."""
        return any(len(path) == len(p) and _begins(path, p) for p in self.expressions)

    def is_literal(self, path: Sequence[str | int]) -> bool:
        """Whether the config's value at ``path`` stays as it was written, braces and all."""
        return any(_begins(path, pattern) for pattern in self.literal)

    def ports(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """The output ports besides ``success``, ``failure``, ``done`` and ``always``.

        A condition has ``true`` and ``false``, or one a case. A broken config gives what can be
        read.
        """
        return ()

    def summary(self, config: Mapping[str, Any]) -> str:
        """One short line that says what this step does, for the canvas: ``GET /orders``."""
        return ""

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """JSON Schema of what a step with this config gives, for docs and completion; empty where
        it cannot be known beforehand. A broken config gives what can be said."""
        return {}

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        """What is wrong in ``config`` beyond the schema; templates in it are not yet rendered.

        No I/O but a look whether a named file is there, and that only when ``folder`` is given.
        Types that override this add to what it finds: durations and sizes that cannot be read.
        """
        return [
            ConfigIssue(message=text, path=path) for path, text in unit_issues(self.schema, config)
        ]

    async def close(self) -> None:  # noqa: B027  (most types hold nothing)
        """Ends what the type holds open in the running event loop; called as the engine stops."""

    @abstractmethod
    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        """Does the work of one attempt.

        Raises StepError when it fails; must end soon after a cancel.
        """


def _begins(path: Sequence[str | int], pattern: PathPattern) -> bool:
    return len(path) >= len(pattern) and all(
        part in ("*", str(key)) for part, key in zip(pattern, path, strict=False)
    )
