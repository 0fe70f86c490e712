"""Reads the settings file and the environment; every error names its file, line and key."""

import difflib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from msgspec import Meta, Struct

from engine.definition.problems import DefinitionError, Problem
from engine.definition.resolver import scalar_of
from engine.definition.source import Source, read_source
from engine.definition.tree import Node
from engine.settings.settings import Settings
from engine.settings.values import convert

Place = tuple[str, ...]
Values = dict[Place, Any]

SETTINGS_FILE = "settings.yaml"
PREFIX = "TREADLE_"
_SYNONYMS: dict[Place, Place] = {
    ("scheduler", "retry_attempts"): ("scheduler", "retry", "max_attempts"),
    ("scheduler", "retry_delay"): ("scheduler", "retry", "initial_delay"),
}
"""Names of the original product, and what they are here."""


class SettingsError(DefinitionError):
    """The settings cannot be used; ``problems`` says why, all of it."""


def load_settings(
    data: Path,
    *,
    database: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings of a data folder; ``database`` is a URL given on the command line.

    Raises SettingsError with everything that is wrong in the file or the environment.
    """
    given = os.environ if environment is None else environment
    problems: list[Problem] = []
    values: Values = {}
    named = given.get("TREADLE_SETTINGS")
    file = Path(named).expanduser() if named else data / SETTINGS_FILE
    if named or file.exists():
        values.update(_read_file(file, problems))
    values.update(_read_environment(given, problems))
    if database is not None:
        values["database", "url"] = database
    if problems:
        raise SettingsError(tuple(problems))
    settings: Settings = _build(Settings, values, ())
    return settings


def _read_file(file: Path, problems: list[Problem]) -> Values:
    try:
        source = read_source(file.read_bytes(), str(file))
    except OSError as error:
        message = f"the settings cannot be read: {error.strerror or error}"
        problems.append(
            Problem(severity="error", code="no-settings", message=message, file=str(file))
        )
        return {}
    problems.extend(source.problems)
    values: Values = {}
    if source.root is None or (source.root.kind == "scalar" and source.root.value is None):
        return values
    nested = source.node(("services", "orchestrator"))
    if nested is not None:
        _walk(source, nested, Settings, (), values, problems)
    _walk(source, source.root, Settings, (), values, problems)
    return values


def _walk(
    source: Source,
    node: Node,
    kind: type[Struct],
    path: Place,
    values: Values,
    problems: list[Problem],
) -> None:
    """Takes the settings of one section out of the file."""
    if node.kind != "mapping":
        what = ".".join(path) or "the file"
        problems.append(_problem(source, node, "wrong-type", f"{what} must be a mapping", ""))
        return
    known = _fields(kind)
    for key, pair in node.members.items():
        place = (*path, key)
        if not path and key == "services":
            continue
        target = _SYNONYMS.get(place)
        if target is not None:
            _take(source, pair.value, target, values, problems)
        elif key not in known:
            hint = _did_you_mean(key, [*known, *(s[-1] for s in _SYNONYMS if s[:-1] == path)])
            message = f'there is no setting "{".".join(place)}"'
            problems.append(_problem(source, pair.key, "unknown-setting", message, hint))
        elif isinstance(section := known[key], type):
            _walk(source, pair.value, section, place, values, problems)
        else:
            _take(source, pair.value, place, values, problems)


def _take(source: Source, node: Node, path: Place, values: Values, problems: list[Problem]) -> None:
    try:
        values[path] = convert(node.plain(), setting_at(path))
    except ValueError as error:
        message = f"{'.'.join(path)}: {error}"
        problems.append(_problem(source, node, "wrong-value", message, ""))


def _read_environment(environment: Mapping[str, str], problems: list[Problem]) -> Values:
    values: Values = {}
    for path in setting_paths():
        name = PREFIX + "_".join(path).upper()
        text = environment.get(name)
        if text is None:
            continue
        try:
            values[path] = convert(scalar_of(text, True, None), setting_at(path))
        except ValueError as error:
            problems.append(
                Problem(
                    severity="error",
                    code="wrong-value",
                    message=f"the environment variable {name}: {error}",
                )
            )
    return values


@cache
def _fields(kind: type[Struct]) -> dict[str, type[Struct] | Meta]:
    """A section's names: another section, or how a value of it is to be read."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: hint if isinstance(hint, type) else hint.__metadata__[0]
        for name, hint in hints.items()
        if name in kind.__struct_fields__
    }


def setting_at(path: Place) -> Meta:
    """How the setting at a path is declared. Raises KeyError."""
    kind: Any = Settings
    for name in path:
        kind = _fields(kind)[name]
    if not isinstance(kind, Meta):
        raise KeyError(".".join(path))
    return kind


@cache
def setting_paths() -> tuple[Place, ...]:
    """Every setting that is one value, as the environment can give it."""
    found: list[Place] = []

    def collect(kind: type[Struct], path: Place) -> None:
        for name, field in _fields(kind).items():
            if isinstance(field, type):
                collect(field, (*path, name))
            elif (field.extra or {}).get("kind") not in ("limits", "mappings"):
                found.append((*path, name))

    collect(Settings, ())
    return tuple(found)


def _build(kind: type[Struct], values: Values, path: Place) -> Any:
    given: dict[str, Any] = {}
    for name, field in _fields(kind).items():
        place = (*path, name)
        if isinstance(field, type):
            given[name] = _build(field, values, place)
        elif place in values:
            given[name] = values[place]
    return kind(**given)


def _problem(source: Source, node: Node, code: str, message: str, hint: str) -> Problem:
    line, column = source.place(node.start)
    return Problem(
        severity="error",
        code=code,
        message=message,
        hint=hint,
        file=source.file,
        line=line,
        column=column,
        start=node.start,
        end=node.end,
    )


def _did_you_mean(key: str, names: list[str]) -> str:
    near = difflib.get_close_matches(key, names, n=1)
    return f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(sorted(names))}"
