"""What the templates of a step come to when it starts and when it completes.

``loaded`` is what was read of the values that lie in files. Where it is given and a template needs
more of them, LargeValuesNeeded is raised; without it the execution has no such values.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from engine.core.artifact import Loaded, resolved
from engine.core.bodies import default_output
from engine.core.context import Surroundings, iteration_view, template_context
from engine.core.events import Failure
from engine.core.needs import ask_for_expression, ask_for_templates
from engine.core.state import Scope, State, StepState
from engine.definition.template import (
    TemplateError,
    Volatile,
    parse_expression,
    render,
    secret_names,
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
    @property
    def deferred(self) -> tuple[str, ...]: ...

    def is_expression(self, path: Sequence[str | int]) -> bool: ...
    def is_literal(self, path: Sequence[str | int]) -> bool: ...


class Run(Struct, frozen=True):
    """The step runs with this; ``digest`` is what its result is kept by."""

    input: dict[str, Any]
    config: dict[str, Any]
    digest: str | None = None


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
    named: Mapping[str, Any] = {}
    """The context with references in place of what was read."""
    loaded: Loaded | None = None


def _place(
    state: State,
    around: Surroundings,
    scope: Scope,
    volatile: Volatile | None,
    loaded: Loaded | None,
    **more: Any,
) -> _Place:
    named = template_context(state, around, scope)
    named.update(more)
    if not loaded:
        return _Place(named, volatile, named, loaded)
    context = template_context(state, around, scope, loaded)
    context.update((name, resolved(value, loaded)) for name, value in more.items())
    return _Place(context, volatile, named, loaded)


class _PlacedError(Exception):
    def __init__(self, place: str, error: TemplateError) -> None:
        super().__init__(f"{place}: {error}")


def prepare(
    state: State,
    step: StepState,
    rules: ConfigRules | None,
    around: Surroundings,
    volatile: Volatile | None,
    loaded: Loaded | None = None,
) -> Prepared:
    """Evaluates a step's ``when``, then renders its input and config as they are to be recorded."""
    definition = step.node.step
    place = _Place({}, volatile)
    if definition.when is not None or definition.input_mapping or definition.config:
        place = _place(state, around, step.scope, volatile, loaded)
    try:
        if definition.when is not None and not _condition(definition.when, place):
            return Skip("its `when` is false")
        if rules is None:
            return Failure("unknown_type", f'no step type "{definition.type}" is installed')
        if not rules.runnable:
            message = f"steps of type {definition.type} cannot run in this version of Treadle"
            return Failure("not_supported", message)
        given = _mapping("input_mapping", definition.input_mapping, place)
        run = Run(given, _config(definition.config, rules, place))
        return run if step.node.kind == "work" else _without_secrets(step, run)
    except _PlacedError as error:
        return Failure("template", str(error))


def _without_secrets(step: StepState, run: Run) -> Run | Failure:
    """Only work is done with secrets filled in; what waits would keep and show their marks."""
    if step.node.kind == "body" or not step.node.names_secrets:
        return run
    names = sorted(secret_names((run.input, run.config)))
    if not names:
        return run
    type_ = step.node.step.type
    message = f"a {type_} step cannot be given a secret, and it names {', '.join(names)}"
    if type_ == "workflow":
        message += "; name it in the steps of the sub-workflow, as {{secrets.NAME}}"
    return Failure("secret", message)


def map_output(
    state: State,
    step: StepState,
    output: Any,
    around: Surroundings,
    volatile: Volatile | None,
    loaded: Loaded | None = None,
) -> Mapped | Failure:
    """The variables that a completed step sets, from its ``output_mapping``."""
    mapping = step.node.step.output_mapping
    if not mapping:
        return Mapped(None)
    place = _place(state, around, step.scope, volatile, loaded, output=output)
    try:
        return Mapped(_mapping("output_mapping", mapping, place))
    except _PlacedError as error:
        return Failure("template", str(error))


def render_output(
    state: State, around: Surroundings, volatile: Volatile | None, loaded: Loaded | None = None
) -> Mapped | Failure:
    """What the execution returns, from the definition's ``output``."""
    place = _place(state, around, state.top, volatile, loaded)
    try:
        return Mapped(_value("output", state.plan.workflow.output, place))
    except _PlacedError as error:
        return Failure("template", str(error))


class Iteration(Struct, frozen=True):
    """What an iteration gives, and whether the loop ends with it."""

    output: Any
    stop: bool


def check_iteration(
    state: State,
    step: StepState,
    index: int,
    around: Surroundings,
    volatile: Volatile | None,
    loaded: Loaded | None = None,
) -> bool | Failure:
    """Whether a loop's ``while`` holds before the iteration of that index."""
    item = step.rounds.item(index) if step.rounds is not None else None
    loop = iteration_view(step, index, item)
    place = _place(state, around, step.scope, volatile, loaded, loop=loop)
    condition = (step.config or {}).get("while")
    try:
        return _condition(condition, place, "config.while")
    except _PlacedError as error:
        return Failure("template", str(error))


def render_iteration(
    state: State,
    step: StepState,
    index: int,
    around: Surroundings,
    volatile: Volatile | None,
    loaded: Loaded | None = None,
) -> Iteration | Failure:
    """A loop's ``output`` and ``break`` after the iteration of that index, in its scope."""
    scope = step.rounds.open[index] if step.rounds is not None else step.scope
    config = step.config or {}
    place = _place(state, around, scope, volatile, loaded)
    try:
        output: Any = default_output(scope)
        if config.get("output") is not None:
            output = _value("config.output", config["output"], place)
        if config.get("break") is None:
            return Iteration(output, stop=False)
        loop = {**place.named["loop"], "last": output}
        place = _place(state, around, scope, volatile, loaded, loop=loop)
        return Iteration(output, _condition(config["break"], place, "config.break"))
    except _PlacedError as error:
        return Failure("template", str(error))


def cache_key(
    state: State,
    step: StepState,
    around: Surroundings,
    volatile: Volatile | None,
    loaded: Loaded | None = None,
) -> str | Failure:
    """The key under which a step's result is kept, from its ``cache``."""
    cache = step.node.step.cache
    place = _place(state, around, step.scope, volatile, loaded)
    try:
        value = _value("cache.key", cache.key if cache is not None else "", place)
    except _PlacedError as error:
        return Failure("template", str(error))
    return value if isinstance(value, str) else repr(value)


def concurrency_key(
    state: State, around: Surroundings, volatile: Volatile | None, loaded: Loaded | None = None
) -> str | Failure:
    """The key by which executions of a workflow exclude each other."""
    concurrency = state.plan.workflow.concurrency
    place = _place(state, around, state.top, volatile, loaded)
    try:
        value = _value("concurrency.key", concurrency.key if concurrency else "", place)
    except _PlacedError as error:
        return Failure("template", str(error))
    return value if isinstance(value, str) else repr(value)


def _condition(when: Any, place: _Place, name: str = "when") -> bool:
    if not isinstance(when, str):
        return bool(when)
    if place.loaded is not None:
        ask_for_expression(name, when, place.named, place.loaded)
    try:
        return truth(parse_expression(when).evaluate(place.context, place.volatile))
    except TemplateError as error:
        raise _PlacedError(name, error) from error


def _mapping(name: str, values: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    return {key: _value(f"{name}.{key}", value, place) for key, value in values.items()}


def _value(name: str, value: Any, place: _Place) -> Any:
    if isinstance(value, str) and "{" not in value:
        return value
    if place.loaded is not None:
        ask_for_templates(name, value, place.named, place.loaded)
    try:
        return render(value, place.context, place.volatile)
    except TemplateError as error:
        raise _PlacedError(name, error) from error


def _config(config: Mapping[str, Any], rules: ConfigRules, place: _Place) -> dict[str, Any]:
    if not rules.expressions and not rules.literal and not rules.deferred:
        return _mapping("config", config, place)
    return {
        key: value if key in rules.deferred else _part(value, (key,), rules, place)
        for key, value in config.items()
    }


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
        if place.loaded is not None:
            ask_for_expression(name, value, place.named, place.loaded)
        try:
            return parse_expression(value).evaluate(place.context, place.volatile)
        except TemplateError as error:
            raise _PlacedError(name, error) from error
    return _value(name, value, place)
