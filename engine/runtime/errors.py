"""What the engine refuses, and why."""

from engine.definition.problems import Problem


class EngineError(Exception):
    """The engine cannot do what was asked."""


class NotFoundError(EngineError):
    """There is no such workflow, execution, trigger or step."""

    def __init__(self, what: str, identity: str) -> None:
        super().__init__(f'there is no {what} "{identity}"')
        self.what = what
        self.identity = identity


class ConflictError(EngineError):
    """What was asked does not fit the present state."""


class InputError(EngineError):
    """An execution's input, or a value given by API, does not fit; ``problems`` says why."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems
