"""Treadle's engine: the public face through which everything else reaches it.

Names are imported where they are first used, so that a command pays only for what it needs. Whoever
adds a name puts it in both lists below: the first is read by type checkers, the second at run time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.client.client import EngineClient as EngineClient
    from engine.client.errors import ClientError as ClientError
    from engine.client.errors import EngineUnavailable as EngineUnavailable
    from engine.definition import edit as edit
    from engine.definition.catalogue import Catalogue as Catalogue
    from engine.definition.catalogue import StepKind as StepKind
    from engine.definition.catalogue import TriggerKind as TriggerKind
    from engine.definition.dump import dump_workflow as dump_workflow
    from engine.definition.dump import to_json as to_json
    from engine.definition.dump import to_yaml as to_yaml
    from engine.definition.edit import Edit as Edit
    from engine.definition.load import Loaded as Loaded
    from engine.definition.memo import Memo as Memo
    from engine.definition.model import FORMAT_VERSION as FORMAT_VERSION
    from engine.definition.model import Body as Body
    from engine.definition.model import Dependency as Dependency
    from engine.definition.model import Step as Step
    from engine.definition.model import Trigger as Trigger
    from engine.definition.model import Workflow as Workflow
    from engine.definition.model import dependencies as dependencies
    from engine.definition.model import walk_steps as walk_steps
    from engine.definition.moved import as_read as as_read
    from engine.definition.parse import parse_workflow as parse_workflow
    from engine.definition.problems import DefinitionError as DefinitionError
    from engine.definition.problems import Fix as Fix
    from engine.definition.problems import Path as Path
    from engine.definition.problems import Problem as Problem
    from engine.definition.problems import Splice as Splice
    from engine.definition.reread import reread as reread
    from engine.definition.reread import reread_part as reread_part
    from engine.definition.scopes import ATTRIBUTES as ATTRIBUTES
    from engine.definition.scopes import GENERAL as GENERAL
    from engine.definition.scopes import SECRETLESS as SECRETLESS
    from engine.definition.source import Source as Source
    from engine.definition.source import read_source as read_source
    from engine.definition.template import FILTERS as FILTERS
    from engine.definition.template import FUNCTIONS as FUNCTIONS
    from engine.definition.template import METHODS as METHODS
    from engine.definition.template import TESTS as TESTS
    from engine.definition.template import Function as Function
    from engine.definition.template import Limits as Limits
    from engine.definition.template import Reference as Reference
    from engine.definition.template import Template as Template
    from engine.definition.template import TemplateError as TemplateError
    from engine.definition.template import parse_expression as parse_expression
    from engine.definition.template import parse_template as parse_template
    from engine.definition.tree import Node as Node
    from engine.definition.units import format_duration as format_duration
    from engine.definition.units import format_size as format_size
    from engine.definition.units import parse_duration as parse_duration
    from engine.definition.units import parse_size as parse_size
    from engine.face import catalogue as catalogue
    from engine.face import describe_cron as describe_cron
    from engine.face import load as load
    from engine.face import next_times as next_times
    from engine.face import secret_names as secret_names
    from engine.service import types as api  # noqa: F401

_MODULES = {
    "EngineClient": "engine.client.client",
    "ClientError": "engine.client.errors",
    "EngineUnavailable": "engine.client.errors",
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
    "describe_cron": "engine.face",
    "load": "engine.face",
    "next_times": "engine.face",
    "secret_names": "engine.face",
    "ATTRIBUTES": "engine.definition.scopes",
    "GENERAL": "engine.definition.scopes",
    "SECRETLESS": "engine.definition.scopes",
    "FILTERS": "engine.definition.template",
    "FUNCTIONS": "engine.definition.template",
    "METHODS": "engine.definition.template",
    "TESTS": "engine.definition.template",
    "Function": "engine.definition.template",
    "Limits": "engine.definition.template",
    "Reference": "engine.definition.template",
    "Template": "engine.definition.template",
    "home": "engine.settings.folders",
    "Source": "engine.definition.source",
    "read_source": "engine.definition.source",
    "Node": "engine.definition.tree",
    "Memo": "engine.definition.memo",
    "reread": "engine.definition.reread",
    "reread_part": "engine.definition.reread",
    "as_read": "engine.definition.moved",
    "parse_workflow": "engine.definition.parse",
    "Edit": "engine.definition.edit",
    "FORMAT_VERSION": "engine.definition.model",
    "walk_steps": "engine.definition.model",
    "Body": "engine.definition.model",
    "StepKind": "engine.definition.catalogue",
    "TriggerKind": "engine.definition.catalogue",
    "TemplateError": "engine.definition.template",
    "parse_template": "engine.definition.template",
    "parse_expression": "engine.definition.template",
    "parse_duration": "engine.definition.units",
    "format_duration": "engine.definition.units",
    "parse_size": "engine.definition.units",
    "format_size": "engine.definition.units",
}

__version__ = "0.1.0"
_WHOLE = {"api": "engine.service.types", "edit": "engine.definition.edit"}
"""Modules that are reached as a whole, under a name of their own."""
__all__ = [*_MODULES, *_WHOLE]  # noqa: PLE0604  (names are text)


def __getattr__(name: str) -> Any:
    if name in _WHOLE:
        return import_module(_WHOLE[name])
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(module), name)
