"""Why a step or an execution is where it is, in words: pure, from its state and a few facts."""

from datetime import datetime

from msgspec import Struct

from engine.core.ports import fires
from engine.core.retries import NEVER_RETRIED, matches
from engine.core.state import OVER, UNREASONED, State, StepState
from engine.definition.units import format_duration


class Facts(Struct, frozen=True, kw_only=True):
    """What the engine knows beside the state; nothing of it while another process is the owner."""

    now: datetime
    workers: int | None = None
    """How many attempts may run at once."""
    lacking: tuple[str, ...] = ()
    """The limits of which there is not enough for the step, or for some of the execution's."""
    slow: tuple[str, ...] = ()
    """The rates that do not let the step begin yet, or some of the execution's."""
    asks_again: datetime | None = None
    """When the step is looked at next, while its limits are held up by another engine or a rate."""
    before: int | None = None
    """Executions that have their turn before this one; None when it is not in the queue."""
    places: int | None = None
    """How many executions may run at once."""
    is_blocked: bool = False
    """Whether another execution of its concurrency key has to end first."""
    trouble: str = ""
    """Why nothing can be recorded now, in words."""


def explain_step(state: State, step: StepState, facts: Facts) -> str:
    """Why the step is queued, waiting, skipped, retried, set aside, or what it came to."""
    words = _step_words(state, step, facts)
    return words if step.status in OVER else words + _trouble(facts)


def _step_words(state: State, step: StepState, facts: Facts) -> str:
    if step.status == "pending":
        return _pending(state, step)
    if step.status == "ready":
        return _ready(state, step, facts)
    if step.status in ("running", "open"):
        return _running(state, step, facts)
    if step.status == "retrying":
        return _retrying(state, step)
    if step.status == "waiting":
        return _waiting(state, step)
    if step.status in ("failed", "timed_out"):
        return _failed(step)
    if step.status == "skipped":
        return "It was skipped." if not step.bypassed else "It is switched off, and passed by."
    return _completed(step) if step.status == "completed" else f"It was {step.status}."


def _completed(step: StepState) -> str:
    tried = f" at attempt {step.attempt} of {step.max_attempts}" if step.attempt > 1 else ""
    again = f"{_cut_off(step)} It ran again." if step.lost else ""
    return f"It completed{tried}.{again}"


def _cut_off(step: StepState) -> str:
    times = "once" if step.lost == 1 else f"{step.lost} times"
    return f" Its engine ended {times} while it ran." if step.lost else ""


def explain_execution(state: State, facts: Facts) -> str:
    """Why the execution is queued, waiting or paused, or how it ended."""
    if state.phase == "ended":
        return _ended(state)
    return _execution_words(state, facts) + _trouble(facts)


def _execution_words(state: State, facts: Facts) -> str:
    if state.paused is not None:
        running = [step.key for step in state.active() if step.status == "running"]
        still = f" Still running: {_names(running)}." if running else ""
        return f"It was paused at {state.paused:%Y-%m-%d %H:%M:%S} UTC.{still}"
    if state.phase == "queued":
        return _queued(facts)
    active = list(state.active())
    words: list[str] = []
    scarce = f" or enough of {_names(list(facts.lacking))}" if facts.lacking else ""
    scarce += f" or the rate of {_names(list(facts.slow))}" if facts.slow else ""
    for status, said in (("running", "Running"), ("ready", f"Waiting for a worker{scarce}")):
        found = [step.key for step in active if step.status == status]
        if found:
            words.append(f"{said}: {_names(found)}.")
    words += [
        f"{step.key}: {_step_words(state, step, facts)}"
        for step in active
        if step.status in ("waiting", "retrying")
    ][:5]
    if state.stop is not None:
        words.insert(0, f"It is being stopped: {state.reason}.")
    return " ".join(words) or "It goes on."


def _trouble(facts: Facts) -> str:
    return f" Nothing can be recorded now: {facts.trouble}." if facts.trouble else ""


def _queued(facts: Facts) -> str:
    if facts.is_blocked:
        return "It waits for another execution with the same concurrency key to end."
    if facts.before is None:
        return "It is queued, and starts as soon as its engine has room for it."
    turn = f"{facts.before} more come before it" if facts.before else "it is next"
    return f"It waits for one of the {facts.places} places (scheduler.max_concurrent); {turn}."


def _pending(state: State, step: StepState) -> str:
    if step.doomed:
        return "It does not run."
    if not step.node.in_graph:
        return "It is a handler, and starts only when the execution comes to need it."
    open_ports = [
        f"{source.id}.{port} ({step.scope.steps[source.index].status})"
        for source, port in step.node.needs
        if not _is_decided(step.scope.steps[source.index])
    ]
    if open_ports:
        which = "all of" if step.node.step.join == "all" and len(step.node.needs) > 1 else ""
        return f"It waits for {which} {_names(open_ports)}.".replace("  ", " ")
    if state.phase == "queued":
        return "The execution has not started."
    dead = [
        f"{source.id}.{port}"
        for source, port in step.node.needs
        if not fires(step.scope.steps[source.index], port)
    ]
    return f"What it waits for did not fire: {_names(dead)}." if dead else "It is about to start."


def _is_decided(step: StepState) -> bool:
    return step.status in OVER


def _ready(state: State, step: StepState, facts: Facts) -> str:
    if state.paused is not None:
        return "Its turn has come, and the execution is paused."
    if facts.is_blocked or facts.before is not None:
        return f"Its turn has come. {_queued(facts)}"
    if facts.lacking:
        return (
            f"Its turn has come, and there is not enough of {_names(list(facts.lacking))} now: "
            "other steps hold it, here or in another engine (limits in the settings)."
        )
    if facts.slow:
        when = ""
        if facts.asks_again is not None:
            seconds = max(round((facts.asks_again - facts.now).total_seconds()), 1)
            when = f" in about {format_duration(seconds)}"
        return (
            f"Its turn has come, and the rate of {_names(list(facts.slow))} lets it begin{when} "
            "(limits in the settings)."
        )
    if facts.workers is not None:
        return (
            f"Its turn has come, and it waits for one of the {facts.workers} workers "
            "(scheduler.workers)."
        )
    return "Its turn has come, and it starts as soon as there is a worker."


def _running(state: State, step: StepState, facts: Facts) -> str:
    since = ""
    if step.started is not None:
        seconds = max((facts.now - step.started).total_seconds(), 0.0)
        since = f" for {format_duration(round(seconds))}" if seconds >= 1 else ""
    tried = f", attempt {step.attempt} of {step.max_attempts}" if step.max_attempts > 1 else ""
    lost = _cut_off(step)
    rounds = step.rounds
    if rounds is None:
        return f"It runs{since}{tried}.{lost}"
    total = "" if rounds.total is None else f" of {rounds.total}"
    open_ = _names([rounds.name(index) for index in rounds.open])
    return f"It runs{since}{tried}: {len(rounds.results)}{total} done, now {open_ or 'none'}."


def _retrying(state: State, step: StepState) -> str:
    error = step.error
    said = f" ({error.type}: {error.message})" if error is not None else ""
    when = f"{step.retry_at:%Y-%m-%d %H:%M:%S} UTC" if step.retry_at is not None else "soon"
    paused = " once the execution is resumed" if state.paused is not None else ""
    return (
        f"Attempt {step.attempt} of {step.max_attempts} failed{said}; "
        f"it is tried again at {when}{paused}."
    )


def _waiting(state: State, step: StepState) -> str:
    wait = step.wait
    if wait is None:
        return "It is about to end."
    if wait.kind == "time" and wait.until is not None:
        return f"It waits until {wait.until:%Y-%m-%d %H:%M:%S} UTC."
    if wait.kind == "event":
        config = step.config or {}
        fields = (config.get("match") or {}).items()
        match = " with " + _names([f"{name}: {value}" for name, value in fields]) if fields else ""
        return f"It waits for an event of type {config.get('event')}{match}."
    if wait.kind == "child":
        return f"It waits for the sub-workflow's execution {wait.child or '(being started)'}."
    who = f" of {_names(list(wait.assignees))}" if wait.assignees else ""
    choice = ", ".join(wait.options)
    if wait.kind == "approval":
        return f"It waits for an answer{who}: {choice}."
    why = "timed out" if step.error is not None and step.error.type == "timeout" else "was cut off"
    return (
        f"Its attempt {why}, and with effect `once` it is not repeated by itself: "
        f"say what became of it ({choice})."
    )


def _failed(step: StepState) -> str:
    error = step.error
    if error is None:
        return "It failed."
    return f"It failed ({error.type}: {error.message}). {_why_not_again(step, error.type)}"


def _why_not_again(step: StepState, error_type: str) -> str:
    policy = step.node.step.retry_policy
    if error_type == "lost":
        return "It was set aside, so that it cannot end the engine once more."
    if policy is None and step.max_attempts <= 1:
        return "It has no retry_policy."
    if error_type in NEVER_RETRIED:
        return "Another attempt would only meet the same error."
    named = policy.retry_on if policy is not None else None
    if named is not None and not any(matches(name, error_type) for name in named):
        return f"Its retry_on does not name this error: {', '.join(named)}."
    if step.attempt >= step.max_attempts:
        return f"All {step.max_attempts} attempts were used."
    return "It said that another attempt is of no use."


def _ended(state: State) -> str:
    if state.outcome == "completed":
        return "It completed."
    if state.error is not None:
        word = "timed out" if state.outcome == "timed_out" else "failed"
        return f"It {word}: {state.error.message}."
    why = state.reason if state.reason != UNREASONED else ""
    return f"It was {state.outcome}: {why or 'somebody asked for it'}."


def _names(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
