"""Completion in the YAML: expressions over what is upstream of the step that the cursor is in."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from designer.document import Document
from designer.document.expressions import Scope, completions, scope_of
from designer.theme.offers import Offer
from engine import Path

_BARE = re.compile(r"^\s*(?:-\s+)?(?:\{\s*)?(?:expression|when|while|break):\s+(['\"]?)")
"""A line whose value is an expression without braces."""


def offers_in_yaml(
    document: Document, text: str, cursor: int, place: int, context: Mapping[str, Any] | None
) -> list[Offer]:
    """What may come at a cursor of the text that is shown; ``place`` is where its line
    begins in the document's text. Only that line is looked at."""
    start = text.rfind("\n", 0, cursor) + 1
    end = text.find("\n", cursor)
    line = text[start : end if end >= 0 else len(text)]
    column, bare = cursor - start, _BARE.match(line)
    head = line[:column]
    inside = head.rfind("{{") > head.rfind("}}")
    if not inside and (bare is None or bare.end() > column):
        return []
    if bare is not None and not inside:
        start, line, column = start + bare.end(), line[bare.end() :], column - bare.end()
    found = completions(line, column, _scope(document, place, context), bare=not inside)
    return [replace(offer, start=offer.start + start) for offer in found]


def _scope(document: Document, place: int, context: Mapping[str, Any] | None) -> Scope:
    key, field = _field_at(document, place)
    return scope_of(document, key, field, context)


def _field_at(document: Document, place: int) -> tuple[str, Path]:
    """The step at a place and the path within it; the selected one while the text is broken."""
    selected = document.selection.current or ""
    if document.known_source is None or document.trouble:
        return selected, ("config",)
    path = document.source.path_at(place)
    key = document.places.key_at(path)
    if key is None:
        return "", path
    above = document.places.path(key) or ()
    return key, path[len(above) :]
