"""The template language: ``{{ expressions }}`` over data, in an interpreter of our own.

Jinja's parser is imported with the first template that has an expression, and nothing of its
run time ever. The names below that need it are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.definition.template.errors import TemplateError
from engine.definition.template.limits import DEFAULT_LIMITS, Limits
from engine.definition.template.secrets import (
    SecretMark,
    SecretMarks,
    SecretRef,
    fill_secrets,
    has_mark,
    hide_secrets,
    mark_secret,
    mask_marks,
    secret_names,
)
from engine.definition.template.template import (
    Template,
    parse_expression,
    parse_template,
    render,
)
from engine.definition.template.values import to_json_text, to_json_value, to_text, truth
from engine.definition.template.volatile import SystemVolatile, Volatile

if TYPE_CHECKING:
    from engine.definition.template.function import Function
    from engine.definition.template.language import FILTERS, FUNCTIONS, METHODS, TESTS
    from engine.definition.template.references import Reference

_LATER = {
    "FILTERS": "language",
    "FUNCTIONS": "language",
    "METHODS": "language",
    "TESTS": "language",
    "Function": "function",
    "Reference": "references",
}

__all__ = [
    "DEFAULT_LIMITS",
    "FILTERS",
    "FUNCTIONS",
    "METHODS",
    "TESTS",
    "Function",
    "Limits",
    "Reference",
    "SecretMark",
    "SecretMarks",
    "SecretRef",
    "SystemVolatile",
    "Template",
    "TemplateError",
    "Volatile",
    "fill_secrets",
    "has_mark",
    "hide_secrets",
    "mark_secret",
    "mask_marks",
    "parse_expression",
    "parse_template",
    "render",
    "secret_names",
    "to_json_text",
    "to_json_value",
    "to_text",
    "truth",
]


def __getattr__(name: str) -> Any:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
