"""What a type says it gives is what a step of it gives."""

import pytest

from engine.steps.registry import step_types

GIVERS = [
    ("script", {"script": "print(1)"}),
    ("condition", {"expression": True}),
    ("transform", {"fields": {"a": 1, "b": 2}}),
    ("transform", {"expression": 3}),
    ("file", {"operation": "write", "path": "a.txt", "content": "x"}),
    ("file", {"operation": "list", "path": "."}),
    ("file", {"operation": "read", "path": "kept.txt"}),
    ("file", {"operation": "copy", "path": "kept.txt", "to": "copy.txt"}),
    ("file", {"operation": "delete", "path": "kept.txt"}),
]


@pytest.mark.parametrize(("type_name", "config"), GIVERS)
async def test_the_schema_names_the_keys_of_the_output(attempt, type_name, config):
    (attempt.folder / "kept.txt").write_text("kept")
    result = await attempt.run(type_name, **config)
    said = step_types()[type_name].outputs(config)["properties"]
    assert set(said) == set(result.output)
    if isinstance(result.output.get("result"), dict):
        assert set(said["result"]["properties"]) == set(result.output["result"])


async def test_the_schema_names_the_keys_of_an_answer(attempt, site):
    result = await attempt.run("http", url=f"{site.url}/echo")
    assert set(step_types()["http"].outputs({})["properties"]) == set(result.output)


@pytest.mark.parametrize("type_name", sorted(step_types()))
@pytest.mark.parametrize("config", [{}, {"fields": 1, "output": 2, "branches": 3, "options": 4}])
def test_a_broken_config_is_no_obstacle(type_name, config):
    schema = step_types()[type_name].outputs(config)
    assert schema == {} or schema["type"] == "object"
