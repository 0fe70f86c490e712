"""Treadle's engine: the public face through which everything else reaches it.

Names are imported where they are first used, so that a command pays only for what it needs. Whoever
adds a name puts it in both lists below: the first is read by type checkers, the second at run time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.client.client import EngineClient as EngineClient
    from engine.definition.catalogue import Catalogue as Catalogue
    from engine.definition.dump import dump_workflow as dump_workflow
    from engine.definition.dump import to_json as to_json
    from engine.definition.dump import to_yaml as to_yaml
    from engine.definition.load import Loaded as Loaded
    from engine.definition.model import Dependency as Dependency
    from engine.definition.model import Step as Step
    from engine.definition.model import Trigger as Trigger
    from engine.definition.model import Workflow as Workflow
    from engine.definition.model import dependencies as dependencies
    from engine.definition.problems import DefinitionError as DefinitionError
    from engine.definition.problems import Fix as Fix
    from engine.definition.problems import Path as Path
    from engine.definition.problems import Problem as Problem
    from engine.definition.problems import Splice as Splice
    from engine.face import catalogue as catalogue
    from engine.face import load as load
    from engine.service import types as api

_MODULES = {
    "EngineClient": "engine.client.client",
    "Catalogue": "engine.definition.catalogue",
    "dump_workflow": "engine.definition.dump",
    "to_json": "engine.definition.dump",
    "to_yaml": "engine.definition.dump",
    "Loaded": "engine.definition.load",
    "Dependency": "engine.definition.model",
    "Step": "engine.definition.model",
    "Trigger": "engine.definition.model",
    "Workflow": "engine.definition.model",
    "dependencies": "engine.definition.model",
    "DefinitionError": "engine.definition.problems",
    "Fix": "engine.definition.problems",
    "Path": "engine.definition.problems",
    "Problem": "engine.definition.problems",
    "Splice": "engine.definition.problems",
    "catalogue": "engine.face",
    "load": "engine.face",
}

__version__ = "0.1.0"
__all__ = [*_MODULES, "api"]  # noqa: PLE0604  (names are text)


def __getattr__(name: str) -> Any:
    if name == "api":
        return import_module("engine.service.types")
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(module), name)
