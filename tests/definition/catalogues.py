"""The step and trigger types of this installation, for the tests of definitions."""

from engine.definition.catalogue import Catalogue
from engine.definition.load import Loaded, load
from engine.steps.registry import step_types
from engine.triggers.registry import trigger_types

CATALOGUE = Catalogue(step_types(), trigger_types())


def loaded(text: str | bytes, **more: object) -> Loaded:
    return load(text, CATALOGUE, "flow.yaml", **more)  # type: ignore[arg-type]


def codes(text: str) -> list[str]:
    return [problem.code for problem in loaded(text).problems]


def told(text: str) -> list[str]:
    return [str(problem) for problem in loaded(text).problems]


def steps_text(*steps: str) -> str:
    return "name: x\nsteps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)
