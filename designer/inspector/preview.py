"""What a template would give with the data of the last run."""

from collections.abc import Mapping
from typing import Any

from designer.inspector.values import described, is_template
from engine import TemplateError, parse_expression, parse_template

SHOWN = 5
"""Most entries of a mapping that are previewed."""
PREFIX = "Preview from the last run: "


def preview(value: Any, bare: bool, context: Mapping[str, Any]) -> str:
    """The value of a template in a few words, or why there is none; empty for what is no template.
    ``bare``: an expression, whose braces may be missing."""
    if isinstance(value, dict):
        found = ((name, preview(item, False, context)) for name, item in value.items())
        lines = [f"{name}: {words.removeprefix(PREFIX)}" for name, words in found if words]
        return "\n".join([PREFIX.rstrip(), *lines[:SHOWN]]) if lines else ""
    if not isinstance(value, str) or not (bare or is_template(value)):
        return ""
    try:
        template = parse_expression(value) if bare else parse_template(value)
        if template.calls_volatile:
            return ""
        return PREFIX + described(template.evaluate(context))
    except TemplateError as error:
        return f"No preview: {error.message}"
