"""The trigger types of an installation: what they declare, and plug-ins that add to them."""

from importlib.metadata import EntryPoint
from typing import Any

import jsonschema
import pytest

from engine.settings import plugins
from engine.triggers import registry
from engine.triggers.base import TriggerType
from engine.triggers.registry import plugin_problems, trigger_types

GOOD: dict[str, dict[str, Any]] = {
    "manual": {},
    "schedule": {"cron": "0 2 * * *", "timezone": "Asia/Shanghai", "misfire": "skip", "jitter": 5},
    "webhook": {
        "path": "/webhook/orders",
        "method": "POST",
        "secret": "{{secrets.HOOK}}",
        "signature": {"header": "X-Signature", "prefix": "sha256="},
    },
    "event": {"event": "order.*", "match": {"total": 5}, "when": "trigger.payload.total > 1"},
    "condition": {"expression": "variables.stock < 10", "interval": "30s"},
}


class TideTrigger(TriggerType):
    type = "tide"
    title = "Tide"
    icon = "event"
    description = "At high tide."
    schema = {"type": "object"}  # noqa: RUF012


class NamelessTrigger(TriggerType):
    type = "nameless"


def test_the_five_types_of_the_format_are_there() -> None:
    assert list(trigger_types()) == ["manual", "schedule", "webhook", "event", "condition"]


@pytest.mark.parametrize("name", list(GOOD))
def test_a_type_declares_all_that_forms_and_checks_need(name: str) -> None:
    trigger = trigger_types()[name]
    jsonschema.Draft202012Validator.check_schema(trigger.schema)
    for key, words in trigger.schema["properties"].items():
        assert words["title"] and words["description"], key
    assert set(trigger.schema.get("x-order", [])) == set(trigger.schema["properties"])
    assert trigger.title and trigger.icon == name and trigger.description


@pytest.mark.parametrize("name", list(GOOD))
def test_a_good_config_is_accepted_and_has_a_summary(name: str) -> None:
    trigger = trigger_types()[name]
    jsonschema.validate(GOOD[name], trigger.schema)
    assert trigger.check(GOOD[name]) == []
    assert trigger.summary(GOOD[name])


def test_what_cannot_run_yet_says_so() -> None:
    types = trigger_types().values()
    assert [one.type for one in types if one.runnable] == ["manual", "schedule"]
    assert all("never fires" in one.unavailable for one in types if not one.runnable)


@pytest.mark.parametrize(
    ("name", "config", "words"),
    [
        ("webhook", {"path": "orders"}, "does not stand under /webhook/"),
        ("webhook", {"path": "/webhook/a b"}, "does not stand under /webhook/"),
        ("webhook", {"path": "/webhook/a", "secret": "hunter2"}, "where everybody can read it"),
        ("webhook", {"path": "/webhook/a", "signature": "github"}, "there is none"),
        ("event", {"event": "a", "when": "1 +"}, "too early"),
        ("condition", {"expression": "(1"}, "never closed"),
    ],
)
def test_a_wrong_config_is_told(name: str, config: dict[str, Any], words: str) -> None:
    [issue] = trigger_types()[name].check(config)
    assert words in issue.message


def test_a_plug_in_adds_a_type_and_a_broken_one_is_told_and_not_fatal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [
        EntryPoint("tide", f"{__name__}:TideTrigger", registry.ENTRY_POINTS),
        EntryPoint("gone", "no_such_module:Trigger", registry.ENTRY_POINTS),
        EntryPoint("nameless", f"{__name__}:NamelessTrigger", registry.ENTRY_POINTS),
        EntryPoint("number", "math:pi", registry.ENTRY_POINTS),
        EntryPoint("again", "engine.triggers.manual:ManualTrigger", registry.ENTRY_POINTS),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    registry._load.cache_clear()
    try:
        assert trigger_types()["tide"].title == "Tide"
        told = [str(problem) for problem in plugin_problems()]
    finally:
        registry._load.cache_clear()
    assert len(told) == 4
    for words, problem in zip(
        ("no_such_module", "has no title", "no subclass", 'a trigger type "manual" already'),
        told,
        strict=True,
    ):
        assert words in problem
