"""Which names a template may use, by where it stands."""

from msgspec import Struct

from engine.definition.model import Step, Workflow

GENERAL = ("variables", "input", "steps", "execution", "workflow", "trigger")
"""The names that nearly every template may use."""

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "steps": ("output", "status", "attempt", "error"),
    "execution": ("id", "status", "error", "start_time"),
    "workflow": ("id", "name", "version"),
    "trigger": ("type", "name", "time", "payload", "headers"),
    "loop": ("item", "index", "parent", "last"),
}
"""What each name holds; of ``steps``, what one step holds."""
ERROR_KEYS = ("type", "message")
SECRETLESS = frozenset({"wait", "approval", "workflow"})
"""Types of steps that secrets cannot be given to: what they are given is kept, shown or sent on."""


class Scope(Struct, frozen=True):
    """The names that exist in a template, and the step that it belongs to."""

    roots: tuple[str, ...]
    step: Step | None = None
    within: bool = False
    """Whether it is evaluated after each iteration, and sees the steps of the loop's body."""

    def plus(self, *roots: str, within: bool = False) -> "Scope":
        """The same scope with more names."""
        return Scope((*self.roots, *roots), self.step, within)


class Variables:
    """The variables of a workflow: which have a value from the start, and which steps set them."""

    def __init__(self, workflow: Workflow) -> None:
        properties = (workflow.inputs or {}).get("properties")
        declared = properties if isinstance(properties, dict) else {}
        self.defaults: frozenset[str] = frozenset({*workflow.variables, *declared})
        self.setters: dict[str, list[str]] = {}
        for step in workflow.walk():
            for name in step.output_mapping:
                self.setters.setdefault(name, []).append(step.id)
        self.names: frozenset[str] = self.defaults | self.setters.keys()
