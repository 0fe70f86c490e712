"""The input of an execution from the command line: ``--input K=V`` and ``--input-file``."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.cli.exits import NOT_FOUND, USAGE, CommandError
from engine.definition.tree import MAX_SIZE


def read_input(
    pairs: Sequence[str], file: Path | None, inputs: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The input: the file's mapping, and over it each ``K=V``. ``inputs`` is the workflow's schema.

    Raises CommandError for a pair or a file that cannot be read.
    """
    values = read_mapping(file) if file is not None else {}
    for pair in pairs:
        key, separator, text = pair.partition("=")
        if not separator or not key:
            raise CommandError(f'--input "{pair}" is not of the form K=V', USAGE)
        values[key] = typed(text, _schema_of(key, inputs))
    return values


def typed(text: str, schema: Mapping[str, Any]) -> Any:
    """``text`` itself where the schema says string, else its JSON value, or text if it has none."""
    kinds = schema.get("type")
    if kinds == "string" or (isinstance(kinds, list) and "string" in kinds):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_mapping(file: Path) -> dict[str, Any]:
    """A mapping from a JSON or YAML file, or from stdin for ``-``. Raises CommandError."""
    from engine.definition.source import read_source

    source = read_source(read_file(file), str(file))
    if source.problems:
        raise CommandError("\n".join(str(problem) for problem in source.problems), USAGE)
    tree = source.tree()
    if not isinstance(tree, dict):
        raise CommandError(f"{file}: holds no mapping of names to values", USAGE)
    return tree


def read_file(file: Path) -> bytes:
    """The bytes of a file, or of stdin for ``-``; of one that is too large only so much that its
    reader can say so. Raises CommandError.
    """
    most = MAX_SIZE + 1
    if str(file) == "-":
        return sys.stdin.buffer.read(most)
    try:
        with file.open("rb") as opened:
            return opened.read(most)
    except FileNotFoundError:
        raise CommandError(f"{file}: there is no such file", NOT_FOUND) from None
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", USAGE) from None


def _schema_of(key: str, inputs: Mapping[str, Any] | None) -> Mapping[str, Any]:
    properties = (inputs or {}).get("properties")
    schema = properties.get(key) if isinstance(properties, dict) else None
    return schema if isinstance(schema, dict) else {}
