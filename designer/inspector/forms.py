"""The fields of each form: what belongs to every step, trigger and workflow beside its config."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from designer.inspector.fields import Field, FieldKind, RelativePath, fields_of

CONFIG: RelativePath = ("config",)
RENDERED = frozenset({"input_mapping", "output_mapping", "when", "input", "output"})
"""Fields outside of the config whose templates the engine renders."""


def _field(name: str, title: str, kind: FieldKind, about: str = "", **words: Any) -> Field:
    path = tuple(name.split("."))
    words.setdefault("templates", path[0] in RENDERED)
    return Field(path=path, title=title, kind=kind, help=about, **words)


STEP_NAME = _field("name", "Name", "line")
STEP_ID = _field(
    "id", "Id", "line", "What other steps and templates call it; a new one reaches them all.",
    required=True,
)  # fmt: skip
TIMEOUT = _field(
    "timeout", "Timeout", "duration", "How long one attempt may take.", placeholder="e.g. 5m"
)
CONFIG_TIMEOUT: RelativePath = ("config", "timeout")
STEP_DESCRIPTION = _field("description", "Description", "text")
ENABLED = _field(
    "enabled", "Enabled", "switch", "Switched off, a step is passed over.", default=True
)


def setup_fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """Of a step's Set up tab: its name and what its type asks for. The timeout that every config
    may have is the step's own; the config's shows where an author wrote it there."""
    own = rendered(fields_of(schema, CONFIG))
    config = [field for field in own if field.path != CONFIG_TIMEOUT]
    doubled = [
        replace(field, title="Timeout in config", leading=False, when_given=True)
        for field in own
        if field.path == CONFIG_TIMEOUT
    ]
    return (STEP_NAME, *config, TIMEOUT, *doubled, STEP_DESCRIPTION, STEP_ID)


def rendered(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """These fields and those inside them as ones in which templates are rendered."""
    return tuple(
        replace(field, templates=True, columns=rendered(field.columns)) for field in fields
    )


def trigger_fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    return (
        _field("name", "Name", "line", required=True),
        *fields_of(schema, CONFIG),
        _field(
            "input", "Input", "mapping", "The input of each execution it starts.", text_only=False
        ),
        _field("enabled", "Enabled", "switch", "Switched off, it never fires.", default=True),
    )


INPUT_FIELDS = (
    _field(
        "input_mapping",
        "Input",
        "mapping",
        "What the step receives, by name; a script finds it as JSON on stdin.",
        text_only=False,
    ),
)
OUTPUT_FIELDS = (
    _field(
        "output_mapping",
        "Variables to set",
        "mapping",
        "Name of a variable, and a template over this step's output: {{ output.count }}.",
        text_only=False,
    ),
    _field("output_schema", "Output schema", "json", "JSON Schema that the output must meet."),
)
RETRY_FIELDS = (
    _field(
        "retry_policy.max_attempts", "Attempts", "number",
        "How often it is tried in all; once without a policy.", placeholder="1",
    ),
    _field("retry_policy.initial_delay", "First delay", "duration", placeholder="30s"),
    _field("retry_policy.max_delay", "Longest delay", "duration", placeholder="300s"),
    _field(
        "retry_policy.backoff_factor", "Factor", "number",
        "Each delay is this many times the one before.", placeholder="2.0",
    ),
    _field(
        "retry_policy.retry_on", "Only after", "list",
        "Kinds of error, such as timeout, http_5xx or exit_1; any without it.",
        placeholder="timeout",
    ),
    _field("depends_on", "Waits for", "list", "Steps, or ports such as fetch.failure.",
           placeholder="step"),
    _field("when", "Only when", "expression", "The step is skipped when this is false."),
    _field(
        "join", "Waits for all or any", "choice",
        "Whether it starts when all it waits for has come, or the first.",
        choices=("all", "any"), default="all",
    ),
    _field(
        "effect", "When cut off", "choice",
        "repeatable runs again after a crash; once waits for a person to decide.",
        choices=("repeatable", "once"), default="repeatable",
    ),
    _field("compensate", "Undone by", "line", "The step that undoes this one after a failure."),
    _field("resources", "Resources", "mapping", "What it takes of the engine's limits.",
           text_only=False),
    ENABLED,
)  # fmt: skip
WORKFLOW_FIELDS = (
    _field("name", "Name", "line"),
    _field("description", "Description", "text"),
    _field("tags", "Tags", "list", placeholder="nightly"),
    _field("variables", "Variables", "mapping", "Names with their first values.", text_only=False),
    _field("inputs", "Inputs", "json", "JSON Schema of the input; drives the form of Run.",
           leading=False),
    _field("output", "Output", "mapping", "What an execution returns, by name.", text_only=False),
    _field("timeout", "Timeout", "duration", "How long an execution may take.",
           placeholder="e.g. 2h"),
    _field("queue_timeout", "Longest wait in the queue", "duration", leading=False),
    _field("priority", "Priority", "number", "0 to 9; 9 starts first.", placeholder="5",
           leading=False),
    _field("fail_fast", "Fail fast", "switch",
           "Stops everything as soon as a failure is known to be unhandled.", default=False),
    _field("concurrency.max", "Executions at once", "number", leading=False),
    _field("concurrency.key", "One limit for each", "line", "A template: {{ input.customer }}.",
           leading=False, templates=True),
    _field("concurrency.on_conflict", "When the limit is reached", "choice",
           choices=("queue", "skip", "cancel_running"), default="queue", leading=False),
    _field("on_failure", "Steps on failure", "list", placeholder="step", leading=False),
    _field("on_success", "Steps on success", "list", placeholder="step", leading=False),
    _field("on_cancel", "Steps on cancel", "list", placeholder="step", leading=False),
    _field("finally", "Steps at the end", "list", placeholder="step", leading=False),
)  # fmt: skip
