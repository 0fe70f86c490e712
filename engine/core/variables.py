"""Which variables an execution begins with."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.definition.model import Workflow


def initial_variables(
    workflow: Workflow, set_by_steps: Iterable[str], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The given input of a name, else its default in ``inputs``, else the one under ``variables``.

    Names that are only declared, or that some step sets, are there too, null.
    """
    properties = (workflow.inputs or {}).get("properties")
    declared = properties if isinstance(properties, dict) else {}
    defaults = {
        name: schema["default"]
        for name, schema in declared.items()
        if isinstance(schema, dict) and "default" in schema
    }
    return {
        **dict.fromkeys(declared),
        **dict.fromkeys(set_by_steps),
        **workflow.variables,
        **defaults,
        **given,
    }
