"""The step types of an installation: complete, described, and safe from broken plug-ins."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.steps import registry
from engine.steps.base import StepType
from engine.steps.registry import plugin_problems, step_types
from tests.steps.conftest import Attempt

TYPES = (
    *("http", "script", "condition", "transform", "file", "database", "email", "webhook"),
    *("loop", "parallel", "workflow", "wait", "approval", "llm", "agent", "mcp"),
)
RUNNABLE = {"script", "http", "condition", "transform", "file"}
BY_THE_CORE = {"approval", "loop", "parallel", "wait", "workflow"}
"""What the engine carries out itself, without a worker."""
WIDGETS = {
    *("code", "text", "expression", "cron", "duration", "size", "path", "mapping", "json"),
    "steps",
}


def objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema of known keys in a schema, itself first."""
    if "properties" in schema:
        yield schema
    inner = [schema["items"]] if "items" in schema else []
    for child in (*schema.get("properties", {}).values(), *inner):
        yield from objects(child)


def test_all_types_of_the_format_are_there() -> None:
    assert set(step_types()) >= set(TYPES)
    assert {name for name in TYPES if step_types()[name].runnable} == RUNNABLE | BY_THE_CORE


@pytest.mark.parametrize("name", TYPES)
def test_a_schema_is_sound_and_describes_every_key(name: str) -> None:
    step_type = step_types()[name]
    assert (step_type.type, step_type.icon) == (name, name)
    assert step_type.title
    assert step_type.description.endswith(".")
    jsonschema.Draft202012Validator.check_schema(step_type.schema)
    assert step_type.schema["additionalProperties"] is (name == "mcp")
    for schema in objects(step_type.schema):
        orders = [found["x-order"] for found in schema["properties"].values()]
        assert orders == list(range(len(orders)))
        assert set(schema.get("required", ())) <= set(schema["properties"])
        for key, found in schema["properties"].items():
            assert found["title"], key
            assert found["description"], key
            assert found.get("x-widget", "text") in WIDGETS


@pytest.mark.parametrize("name", TYPES)
def test_defaults_and_examples_fit_their_own_schema(name: str) -> None:
    for schema in objects(step_types()[name].schema):
        for found in schema["properties"].values():
            samples = [*found.get("examples", ())]
            if "default" in found:
                samples.append(found["default"])
            for sample in samples:
                if "{{" not in str(sample):
                    jsonschema.validate(sample, found)


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("value", [None, "", "{{x}}", 3, True, [], [1, None], {}, {"a": [1]}])
def test_summary_check_and_ports_cope_with_anything(name: str, value: Any) -> None:
    step_type = step_types()[name]
    for config in ({}, dict.fromkeys(step_type.schema["properties"], value)):
        assert "\n" not in step_type.summary(config)
        assert isinstance(step_type.check(config, Path("/nowhere")), list)
        assert isinstance(step_type.ports(config), tuple)


@pytest.mark.parametrize("name", sorted(set(TYPES) - RUNNABLE - BY_THE_CORE))
async def test_a_type_that_cannot_run_says_so(attempt: Attempt, name: str) -> None:
    error = await attempt.fails(name)
    assert error.type == "not_supported"
    assert not error.retryable
    assert f'"{name}"' in error.message


@pytest.mark.parametrize("name", TYPES)
def test_expressions_are_marked_in_the_schema_and_in_the_class(name: str) -> None:
    step_type = step_types()[name]

    def marked(schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if schema.get("x-expression"):
            yield path
        for key, child in schema.get("properties", {}).items():
            yield from marked(child, (*path, key))
        if "items" in schema:
            yield from marked(schema["items"], (*path, "*"))

    assert set(marked(step_type.schema, ())) == set(step_type.expressions)


def test_paths_of_expressions_and_code_are_told_apart() -> None:
    condition, script = step_types()["condition"], step_types()["script"]
    assert condition.is_expression(("cases", 3, "when"))
    assert not condition.is_expression(("cases", 3, "name"))
    assert not condition.is_expression(("cases", 3))
    assert script.is_literal(("script",))
    assert not script.is_literal(("env", "script"))


def test_the_catalogue_needs_no_network_library() -> None:
    code = (
        "import sys; from engine.steps.registry import step_types; step_types();"
        "print({'httpx', 'httpcore', 'asyncio', 'psutil', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


PLUGIN = """
from engine.steps.base import StepResult, StepType

class FaxStep(StepType):
    type = "fax"
    title = "Fax"
    group = "tell"
    icon = "fax"
    description = "Sends a fax."
    schema = {"type": "object", "properties": {}}

    async def execute(self, step, input, context):
        return StepResult(output={"sent": True})

class AnotherHttp(FaxStep):
    type = "http"

class Nameless(FaxStep):
    title = None

class Abstract(StepType):
    type = "abstract"

def boom():
    raise RuntimeError("no licence")

not_a_type = object()
"""
POINTS = """
[treadle.steps]
fax = acme_fax:FaxStep
again = acme_fax:AnotherHttp
nameless = acme_fax:Nameless
abstract = acme_fax:Abstract
odd = acme_fax:not_a_type
gone = acme_fax:Missing
absent = acme_no_such_module:X
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "acme_fax.py").write_text(PLUGIN)
    info = tmp_path / "acme_fax-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-fax\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    registry._load.cache_clear()
    yield
    registry._load.cache_clear()
    sys.modules.pop("acme_fax", None)


async def test_a_plugin_adds_a_type(plugin: None, attempt: Attempt) -> None:
    assert isinstance(step_types()["fax"], StepType)
    assert (await attempt.run("fax")).output == {"sent": True}


def test_broken_plugins_are_told_and_stop_nothing(plugin: None) -> None:
    told = {problem.name.split()[0]: problem for problem in plugin_problems()}
    assert set(told) == {"again", "nameless", "abstract", "odd", "gone", "absent"}
    assert told["again"].package == "acme-fax"
    assert "already" in told["again"].reason
    assert "no title" in told["nameless"].reason
    assert type(step_types()["http"]).__module__ == "engine.steps.http"
    assert set(TYPES) < set(step_types())
