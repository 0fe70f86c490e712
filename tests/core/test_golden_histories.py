"""The histories of every released version are replayed to what they came to then."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.core.decide import replay
from engine.core.events import Event
from engine.core.plan import Plan
from engine.definition.load import load
from engine.face import catalogue
from engine.store.encoding import decode_event
from engine.store.project import TYPES

FILES = sorted(Path(__file__).with_name("golden").glob("*.json"))
HISTORIES = [
    pytest.param(history, id=f"{file.stem} {history['name']}")
    for file in FILES
    for history in json.loads(file.read_text())
]
PUBLIC = {"pending": None, "retrying": "waiting", "open": "running"}


def events_of(history: dict[str, Any]) -> list[Event]:
    return [decode_event(json.dumps(event)) for event in history["events"]]


@pytest.mark.parametrize("history", HISTORIES)
def test_a_history_is_replayed_to_what_it_came_to(history: dict[str, Any]) -> None:
    workflow = load(json.dumps(history["definition"]), catalogue()).usable()
    state = replay(Plan(workflow), events_of(history))
    assert state.outcome == history["status"]
    found = {step.key: PUBLIC.get(step.status, step.status) for step in state.top.steps}
    assert {key: status for key, status in found.items() if status} == history["steps"]


def test_every_kind_of_event_is_in_some_history() -> None:
    """One that is missing would be free to change without anybody noticing."""
    found = {
        event["type"]
        for file in FILES
        for h in json.loads(file.read_text())
        for event in h["events"]
    }
    assert set(TYPES.values()) - found == {"step.lost", "step.deadline_reached"}
