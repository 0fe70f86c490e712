"""What the templates of a step come to when it starts and when it completes."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from engine.core.context import Surroundings, template_context
from engine.core.events import Failure
from engine.core.state import State, StepState
from engine.definition.template import (
    TemplateError,
    Volatile,
    parse_expression,
    render,
    truth,
)


class ConfigRules(Protocol):
    """What a step type says of its config: whether it can run, and which parts are no templates."""

    @property
    def title(self) -> str: ...
    @property
    def runnable(self) -> bool: ...
    @property
    def expressions(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def literal(self) -> tuple[tuple[str, ...], ...]: ...

    def is_expression(self, path: Sequence[str | int]) -> bool: ...
    def is_literal(self, path: Sequence[str | int]) -> bool: ...


class Run(Struct, frozen=True):
    """The step runs with this."""

    input: dict[str, Any]
    config: dict[str, Any]


class Skip(Struct, frozen=True):
    """The step is skipped, for this reason."""

    reason: str


class Mapped(Struct, frozen=True):
    """What the templates of an output came to."""

    value: Any


Prepared = Run | Skip | Failure


class _Place(Struct, frozen=True):
    """Where templates are evaluated, so that an error can say which one it was."""

    context: Mapping[str, Any]
    volatile: Volatile | None


class _PlacedError(Exception):
    def __init__(self, place: str, error: TemplateError) -> None:
        super().__init__(f"{place}: {error}")


def prepare(
    state: State,
    step: StepState,
    rules: ConfigRules | None,
    around: Surroundings,
    volatile: Volatile | None,
) -> Prepared:
    """Evaluates a step's ``when``, then renders its input and config as they are to be recorded."""
    definition = step.node.step
    place = _Place({}, volatile)
    if definition.when is not None or definition.input_mapping or definition.config:
        place = _Place(template_context(state, around), volatile)
    try:
        if definition.when is not None and not _condition(definition.when, place):
            return Skip("its `when` is false")
        if rules is None:
            return Failure("unknown_type", f'no step type "{definition.type}" is installed')
        if not rules.runnable:
            message = f"steps of type {definition.type} cannot run in this version of Treadle"
            return Failure("not_supported", message)
        given = _mapping("input_mapping", definition.input_mapping, place)
        return Run(given, _config(definition.config, rules, place))
    except _PlacedError as error:
        return Failure("template", str(error))


def map_output(
    state: State, step: StepState, output: Any, around: Surroundings, volatile: Volatile | None
) -> Mapped | Failure:
    """The variables that a completed step sets, from its ``output_mapping``."""
    mapping = step.node.step.output_mapping
    if not mapping:
        return Mapped(None)
    context = template_context(state, around)
    context["output"] = output
    try:
        return Mapped(_mapping("output_mapping", mapping, _Place(context, volatile)))
    except _PlacedError as error:
        return Failure("template", str(error))


def render_output(
    state: State, around: Surroundings, volatile: Volatile | None
) -> Mapped | Failure:
    """What the execution returns, from the definition's ``output``."""
    place = _Place(template_context(state, around), volatile)
    try:
        return Mapped(_value("output", state.plan.workflow.output, place))
    except _PlacedError as error:
        return Failure("template", str(error))


def _condition(when: str | bool, place: _Place) -> bool:
    if isinstance(when, bool):
        return when
    try:
        return truth(parse_expression(when).evaluate(place.context, place.volatile))
    except TemplateError as error:
        raise _PlacedError("when", error) from error


def _mapping(name: str, values: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    return {key: _value(f"{name}.{key}", value, place) for key, value in values.items()}


def _value(name: str, value: Any, place: _Place) -> Any:
    if isinstance(value, str) and "{" not in value:
        return value
    try:
        return render(value, place.context, place.volatile)
    except TemplateError as error:
        raise _PlacedError(name, error) from error


def _config(config: Mapping[str, Any], rules: ConfigRules, place: _Place) -> dict[str, Any]:
    if not rules.expressions and not rules.literal:
        return _mapping("config", config, place)
    return {key: _part(value, (key,), rules, place) for key, value in config.items()}


def _part(value: Any, path: tuple[str | int, ...], rules: ConfigRules, place: _Place) -> Any:
    """A config's value whose type treats some parts in its own way."""
    if rules.is_literal(path):
        return value
    if isinstance(value, dict):
        return {key: _part(item, (*path, key), rules, place) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_part(item, (*path, index), rules, place) for index, item in enumerate(value)]
    name = ".".join(str(part) for part in ("config", *path))
    if isinstance(value, str) and rules.is_expression(path):
        try:
            return parse_expression(value).evaluate(place.context, place.volatile)
        except TemplateError as error:
            raise _PlacedError(name, error) from error
    return _value(name, value, place)
