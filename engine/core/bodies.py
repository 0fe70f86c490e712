"""Loop and parallel steps in the core: their rounds begun, ended, failed and made again."""

from datetime import datetime
from typing import Any

from engine.core.commands import CheckIteration, Command, Order, RenderIteration
from engine.core.events import Failure, InvalidEventError, IterationChecked, IterationEnded
from engine.core.offer import offer
from engine.core.rounds import Kept, Rounds, RoundsError, keep_completed, rounds_of
from engine.core.state import Scope, State, StepState
from engine.core.stopping import halt_rounds, halt_scope, settle
from engine.core.verdict import conclude


def begin(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    """An attempt of a loop or parallel step begins: its first rounds are made."""
    state.move(step, "open")
    state.opened[step.key] = step
    if step.rounds is not None:
        step.rounds.begin_again()
    else:
        try:
            step.rounds = rounds_of(step, step.config or {})
        except RoundsError as error:
            conclude(state, step, commands, error=Failure("config", str(error)), retryable=False)
            return
    advance(state, step, time, commands)


def advance(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    """Begins as many rounds as may run now, or ends the step when there are none left."""
    rounds = step.rounds
    if rounds is None or step.verdict is not None or step.doomed:
        return
    while True:
        if rounds.settled:
            settle(state, step, rounds, time, commands)
            return
        index = rounds.take() if state.paused is None else None
        if index is None:
            return
        if rounds.is_checked and index not in rounds.kept:
            rounds.checking = index
            state.busy += 1
            commands.append(CheckIteration(step.key, index))
            return
        _open(state, step, rounds, index, time, commands)


def checked(state: State, event: IterationChecked, commands: list[Command]) -> None:
    step, rounds = _open_step(state, event.key)
    if rounds.checking != event.index:
        raise InvalidEventError(f"nobody asked for iteration {event.index} of {event.key}")
    rounds.checking = None
    state.busy -= 1
    if event.error is not None:
        rounds.give_up(event.index, event.error)
    elif not event.go:
        rounds.total = event.index
    elif event.index >= rounds.limit:
        message = f"the loop goes on after its max_iterations of {rounds.limit}"
        rounds.give_up(event.index, Failure("max_iterations", message))
    elif rounds.stopped:
        rounds.kept[event.index] = Kept({}, {}, {})
    else:
        _open(state, step, rounds, event.index, event.time, commands)
    advance(state, step, event.time, commands)


def scope_ended(state: State, scope: Scope, time: datetime, commands: list[Command]) -> None:
    """Nothing of a round can run any more."""
    step, index = scope.parent, scope.index
    if step is None or step.rounds is None or index is None:
        raise InvalidEventError("the steps that ended are in no body")
    rounds = step.rounds
    if scope.halted:
        _leave_unfinished(state, rounds, scope, index)
    elif scope.unhandled is not None:
        _fail(state, step, scope, index, _failure(rounds, index, scope.unhandled), time, commands)
    elif rounds.is_rendered:
        _ask_result(state, step, index, commands)
        return
    else:
        _keep(state, rounds, scope, index, default_output(scope))
    advance(state, step, time, commands)


def iteration_ended(state: State, event: IterationEnded, commands: list[Command]) -> None:
    step, rounds = _open_step(state, event.key)
    scope = rounds.open.get(event.index)
    if scope is None or scope.open:
        raise InvalidEventError(f"iteration {event.index} of {event.key} has not run out")
    state.busy -= 1
    if event.error is not None:
        message = f"{rounds.name(event.index)}: {event.error.message}"
        failure = Failure(event.error.type, message)
        _fail(state, step, scope, event.index, failure, event.time, commands)
    else:
        _keep(state, rounds, scope, event.index, event.output)
    if event.stop:
        rounds.end_early()
    advance(state, step, event.time, commands)


def fail_at_once(state: State, scope: Scope, time: datetime, commands: list[Command]) -> None:
    """With ``fail_fast`` the first failure in a branch that nothing takes stops the others."""
    step = scope.parent
    if step is None or step.rounds is None or scope.unhandled is None or scope.index is None:
        return
    if step.rounds.is_loop or step.rounds.on_error != "fail":
        return
    failure = _failure(step.rounds, scope.index, scope.unhandled)
    halt_rounds(state, step, failure, failure.message, time, commands)


def due(step: StepState) -> list[Order]:
    """What is still to be carried out for an open body."""
    rounds = step.rounds
    if rounds is None or step.verdict is not None:
        return []
    found: list[Order] = []
    if rounds.checking is not None:
        found.append(CheckIteration(step.key, rounds.checking))
    found += [RenderIteration(step.key, index) for index, s in rounds.open.items() if not s.open]
    return found


def default_output(scope: Scope) -> dict[str, Any]:
    """What a list of steps gives by itself: by id, the outputs that nothing else depends on."""
    return {
        node.id: step.output
        for node in scope.graph.last
        if (step := scope.step(node)).status == "completed"
    }


def _open(
    state: State,
    step: StepState,
    rounds: Rounds,
    index: int,
    time: datetime,
    commands: list[Command],
) -> None:
    graph = step.node.bodies[index if rounds.branches else 0]
    scope = state.open_scope(graph, step, index, rounds.item(index))
    rounds.open[index] = scope
    _bring_back(state, scope, rounds.kept.pop(index, None))
    for node in graph.roots:
        offer(state, scope.step(node), time, commands)
    if not scope.open:
        _end_empty(state, rounds, scope, index, step, commands)


def _end_empty(
    state: State,
    rounds: Rounds,
    scope: Scope,
    index: int,
    step: StepState,
    commands: list[Command],
) -> None:
    """A body without steps: the caller goes on with the next round itself, so depth stays flat."""
    if rounds.is_rendered:
        _ask_result(state, step, index, commands)
    else:
        _keep(state, rounds, scope, index, {})


def _ask_result(state: State, step: StepState, index: int, commands: list[Command]) -> None:
    state.busy += 1
    commands.append(RenderIteration(step.key, index))


def _bring_back(state: State, scope: Scope, kept: Kept | None) -> None:
    """What completed when the round was made before is not run again."""
    if kept is None:
        return
    state.reused.update(kept.reused)
    for step in scope.steps:
        step.rounds = kept.rounds.get(step.key)
        step.child = kept.children.get(step.key)


def _keep(state: State, rounds: Rounds, scope: Scope, index: int, result: Any) -> None:
    rounds.open.pop(index, None)
    state.close_scope(scope)
    rounds.keep(index, result)


def _fail(
    state: State,
    step: StepState,
    scope: Scope,
    index: int,
    failure: Failure,
    time: datetime,
    commands: list[Command],
) -> None:
    rounds = step.rounds
    if rounds is None:
        return
    rounds.open.pop(index, None)
    if rounds.on_error != "continue":
        rounds.kept[index] = keep_completed(scope)
    state.close_scope(scope)
    rounds.fail(index, failure)
    if rounds.on_error == "fail":
        for other in list(rounds.open.values()):
            halt_scope(state, other, failure.message, time, commands)


def _leave_unfinished(state: State, rounds: Rounds, scope: Scope, index: int) -> None:
    """A stopped round: what completed in it counts when the step is tried again."""
    rounds.open.pop(index, None)
    rounds.kept[index] = keep_completed(scope)
    state.close_scope(scope)


def _failure(rounds: Rounds, index: int, failed: StepState) -> Failure:
    error = failed.error or Failure("error", "it failed")
    message = f'{rounds.name(index)}: step "{failed.node.id}" failed: {error.message}'
    return Failure(error.type, message)


def _open_step(state: State, key: str) -> tuple[StepState, Rounds]:
    step = state.opened.get(key)
    if step is None or step.rounds is None or step.status != "open":
        raise InvalidEventError(f'step "{key}" has no open body')
    return step, step.rounds
