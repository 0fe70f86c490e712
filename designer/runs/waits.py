"""What a step waits for, and where its output is from, in the few words that there is room for."""

from datetime import datetime

from designer.theme.wording import short_local
from engine import api

ANSWERED: tuple[api.WaitKind, ...] = ("approval", "answer")
"""What a step waits for when it waits for a person."""
_MESSAGE = "it waits for an answer: "
_EVENT = "it waits for an event of type "
_WORDS = {"run_again": "Run again", "completed": "It completed", "failed": "It failed"}
_ORIGINS = {
    "reused": "It did not run: its output is that of the execution that this one repeats.",
    "cached": "It did not run: its result was kept from an earlier run with the same input.",
}


def needs_answer(step: api.StepExecution) -> bool:
    """Whether it waits for a person."""
    return step.status == "waiting" and step.waits_for in ANSWERED


def takes_output(step: api.StepExecution) -> bool:
    """Whether an output can go with the answer: what a step that is not repeated had made."""
    return step.waits_for == "answer"


def wait_note(step: api.StepExecution, now: datetime) -> str:
    """``until 14:00``, ``for order.paid``, ``answer needed``; empty for what does not wait."""
    if step.status != "waiting":
        return ""
    if step.waits_for in ANSWERED:
        return "answer needed"
    if step.waits_for == "child":
        return "for its workflow"
    if step.waits_for == "event":
        reason = step.reason or ""
        return f"for {reason.removeprefix(_EVENT)}" if reason.startswith(_EVENT) else "for an event"
    if step.waits_for == "time" and step.wait_until is not None:
        return f"until {_clock(step.wait_until, step.start_time, now)}"
    return "to be tried again"


def question_of(step: api.StepExecution) -> str:
    """What is asked of a person."""
    reason = step.reason or ""
    if step.waits_for == "approval":
        return reason.removeprefix(_MESSAGE) or "Approve?"
    happened = reason.split(";", 1)[0]
    return f"{_sentence(happened)} What became of it?" if happened else "What became of it?"


def option_word(step: api.StepExecution, option: str) -> str:
    """An answer as its button says it."""
    if step.waits_for == "answer" and option in _WORDS:
        return _WORDS[option]
    word = option.replace("_", " ")
    return word[:1].upper() + word[1:]


def origin_word(step: api.StepExecution) -> str:
    """``reused`` or ``cached`` for what did not run, else empty."""
    return step.origin or ""


def origin_tip(origin: str) -> str:
    """What such a word means."""
    return _ORIGINS.get(origin, "")


def key_of(step: api.StepExecution) -> str:
    """The key of a step execution within its execution: ``fetch``, ``each.3.fetch``."""
    return step.id.partition(".")[2]


def top_of(key: str) -> str:
    """The step of the top level in which a key is."""
    return key.partition(".")[0]


def place_of(step: api.StepExecution) -> str:
    """The iteration's number or the branch's name; empty at the top level."""
    parts = key_of(step).rsplit(".", 2)
    return parts[1] if len(parts) == 3 else ""


def _clock(time: datetime, begun: datetime | None, now: datetime) -> str:
    """A time as exact as it matters: with seconds where the whole wait is short."""
    short = begun is not None and (time - begun).total_seconds() < 3600
    return f"{time.astimezone():%H:%M:%S}" if short else short_local(time, now)


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
