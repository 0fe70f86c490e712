"""Values checked against JSON Schemas, in words."""

from typing import Any

MOST = 10


def describe_errors(schema: dict[str, Any], value: Any, name: str) -> list[str]:
    """What is wrong with a value, by place; empty where it fits. A broken schema is told too."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [f"the schema itself is wrong: {error.message}"]
    errors = Draft202012Validator(schema).iter_errors(value)
    return [
        f"{'.'.join([name, *(str(part) for part in error.absolute_path)])}: {error.message}"
        for _, error in zip(range(MOST), errors, strict=False)
    ]
