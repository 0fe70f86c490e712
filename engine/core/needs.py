"""Which values that lie in files a template needs before it can be evaluated."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.core.artifact import Artifact, Loaded, artifacts_in, value_of
from engine.definition.template import Template, TemplateError, parse_expression, parse_template


class LargeValuesNeeded(Exception):  # noqa: N818 - it asks for something, and is no error
    """A template needs values that have not been read; with them it is evaluated again."""

    def __init__(self, place: str, artifacts: frozenset[Artifact]) -> None:
        super().__init__(place)
        self.place = place
        self.artifacts = artifacts


def ask_for_templates(place: str, value: Any, context: Mapping[str, Any], loaded: Loaded) -> None:
    """Raises LargeValuesNeeded where the templates in a JSON-like tree need what was not read.

    A template that only names a value gives the reference on, so that needs nothing.
    """
    found: set[Artifact] = set()
    for text in _texts(value):
        try:
            template = parse_template(text)
        except TemplateError:
            continue  # evaluating it tells the error
        found.update(_needs(template, context, loaded, passes_on=True))
    if found:
        raise LargeValuesNeeded(place, frozenset(found))


def ask_for_expression(place: str, text: str, context: Mapping[str, Any], loaded: Loaded) -> None:
    """As ``ask_for_templates``, for an expression, whose value itself is looked at."""
    try:
        template = parse_expression(text)
    except TemplateError:
        return
    found = frozenset(_needs(template, context, loaded, passes_on=False))
    if found:
        raise LargeValuesNeeded(place, found)


def ask_for_all(place: str, value: Any, loaded: Loaded) -> None:
    """Raises LargeValuesNeeded where something in a value was not read."""
    found = frozenset(_unread(value, loaded, passes_on=False))
    if found:
        raise LargeValuesNeeded(place, found)


def _needs(
    template: Template, context: Mapping[str, Any], loaded: Loaded, *, passes_on: bool
) -> Iterator[Artifact]:
    passes_on = passes_on and _only_names(template)
    for reference in template.references:
        yield from _missing(context, reference.path, loaded, passes_on)


def _only_names(template: Template) -> bool:
    if not template.is_expression or len(template.references) != 1:
        return False
    inner = template.text.strip()[2:-2].strip(" \t\r\n-")
    reference = template.references[0]
    return inner == template.text[reference.start : reference.end]


def _missing(
    value: Any, path: Iterable[str | int], loaded: Loaded, passes_on: bool
) -> Iterator[Artifact]:
    """What is to be read on the way along a path, or in what lies at its end."""
    nested = True
    for name in path:
        if isinstance(value, Artifact):
            held = loaded.get(value.digest)
            if held is None:
                yield value
                return
            value, nested = value_of(value, held), held.nested
        value = _member(value, name)
    if isinstance(value, Artifact) and passes_on and value.part is None:
        return
    if nested:
        yield from _unread(value, loaded, passes_on)


def _unread(value: Any, loaded: Loaded, passes_on: bool) -> Iterator[Artifact]:
    for artifact in artifacts_in(value):
        if passes_on and artifact.part is None:
            continue
        held = loaded.get(artifact.digest)
        if held is None:
            yield artifact
        elif held.nested:
            yield from _unread(value_of(artifact, held), loaded, passes_on)


def _member(value: Any, name: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, list | tuple) and isinstance(name, int):
        return value[name] if -len(value) <= name < len(value) else None
    return None


def _texts(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if "{{" in item:
                yield item
        elif isinstance(item, Mapping):
            pending.extend(item.values())
        elif isinstance(item, list | tuple):
            pending.extend(item)
