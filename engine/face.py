"""What the public face composes of several rooms: definitions loaded against the types that are
installed."""

from functools import cache
from pathlib import Path

from engine.definition.catalogue import Catalogue
from engine.definition.load import Loaded
from engine.definition.load import load as load_with


@cache
def catalogue() -> Catalogue:
    """The step and trigger types of this installation, plug-ins included."""
    from engine.steps.registry import step_types
    from engine.triggers.registry import trigger_types

    return Catalogue(step_types=step_types(), trigger_types=trigger_types())


def load(data: str | bytes, file: str = "", folder: Path | None = None) -> Loaded:
    """Reads and checks a definition: its source, its model where one can be made, and every
    problem.

    ``file`` is named in the problems; with ``folder`` files that the definition names are looked
    for there. Never raises for what the text holds.
    """
    return load_with(data, catalogue(), file, folder)
