"""Reads typed values from the nodes of a tree; every value that does not fit becomes a problem,
reading goes on.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from engine.definition.catalogue import Catalogue
from engine.definition.memo import Memo
from engine.definition.problems import Fix, Path, Problem, Severity, Splice
from engine.definition.source import Source
from engine.definition.tree import Node
from engine.definition.trouble import did_you_mean, quoted
from engine.definition.units import parse_duration, parse_size

_MEANT = re.compile(r'did you mean "([A-Za-z_][A-Za-z0-9_]*)"\?\Z')
MAX_PROBLEMS = 1000
"""Most problems that are told of one file."""


class Missing:
    """The type of MISSING."""


MISSING: Final = Missing()
"""Stands for a value that is not given or does not fit, so that the default counts."""

Read = Callable[["Reader", Node, Path], Any]


class Reader:
    """Gathers the problems of one file, with the step or trigger being read."""

    def __init__(self, source: Source, catalogue: Catalogue, memo: Memo) -> None:
        self.source = source
        self.catalogue = catalogue
        self.memo = memo
        self.problems: list[Problem] = []
        self.step_id: str | None = None
        self.trigger: str | None = None
        self.ids: dict[str, Path] = {}
        """Where each step id of the file stands."""
        self.named: list[tuple[str, Path]] = []
        """The same, in the order of the file."""

    def tell(
        self,
        code: str,
        message: str,
        node: Node,
        path: Path,
        *,
        hint: str = "",
        fix: Fix | None = None,
        severity: Severity = "error",
    ) -> None:
        """Adds a problem at a node."""
        if len(self.problems) >= MAX_PROBLEMS:
            return
        problem = self.source.problem(
            severity, code, message, start=node.start, end=node.content_end, path=path, hint=hint,
            step_id=self.step_id, trigger=self.trigger, fix=fix,
        )  # fmt: skip
        self.problems.append(problem)

    def hint(self, word: str, known: Collection[str]) -> str:
        """``did you mean ...?``; not for more problems than a person reads, as it takes time."""
        return did_you_mean(word, known) if len(self.problems) < 100 else ""


def read_fields(
    reader: Reader, node: Node, path: Path, fields: Mapping[str, Read], what: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(values by key, the author's own ``x-`` keys) of a mapping; a null counts as not given."""
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, pair in node.members.items():
        read = fields.get(key)
        if read is not None:
            value = pair.value
            if value.kind == "scalar" and value.value is None:
                continue
            found = read(reader, value, (*path, key))
            if found is not MISSING:
                values[key] = found
        elif key.startswith("x-"):
            extra[key] = pair.value.plain()
        else:
            _unknown(reader, key, pair.key, (*path, key), fields, what)
    return values, extra


def _unknown(
    reader: Reader, key: str, node: Node, path: Path, fields: Mapping[str, Read], what: str
) -> None:
    message = f"{what} has no key {quoted(key)}"
    hint = reader.hint(key, fields) or "keys of your own begin with x-"
    reader.tell("unknown-key", message, node, path, hint=hint, fix=word_fix(node, hint))


def word_fix(node: Node, hint: str) -> Fix | None:
    """The fix that writes the word which a hint suggests, where the node holds just a word."""
    meant = _MEANT.match(hint)
    if meant is None or node.anchor is not None or node.tag is not None or node.target is not None:
        return None
    quote = {"plain": "", "single": "'", "double": '"'}.get(node.style)
    if quote is None:
        return None
    word = f"{quote}{meant[1]}{quote}"
    return Fix(f'Change it to "{meant[1]}"', (Splice(node.start, node.end, word),))


def mapping_of(reader: Reader, node: Node, path: Path, what: str) -> bool:
    """Whether a node is a mapping; tells when it is not."""
    if node.kind == "mapping":
        return True
    _wrong_type(reader, node, path, f"{what} is a mapping of keys and values")
    return False


def text(reader: Reader, node: Node, path: Path) -> Any:
    """A text."""
    if node.kind != "scalar":
        return _wrong_type(reader, node, path, f"{quoted(str(path[-1]))} is a text")
    if isinstance(node.value, str):
        return node.text
    fix = None
    if node.target is None and node.anchor is None and node.tag is None:
        fix = Fix("Put it in quotes", (Splice(node.start, node.end, f'"{node.text}"'),))
    message = f"{quoted(str(path[-1]))} is a text, but {node.text} is {kind_of(node)}"
    reader.tell("type", message, node, path, hint=f'write "{node.text}" in quotes', fix=fix)
    return node.text


def boolean(reader: Reader, node: Node, path: Path) -> Any:
    """true or false."""
    value = node.value if node.kind == "scalar" else None
    if isinstance(value, bool):
        return value
    hint = ""
    if isinstance(value, str) and value.lower() in ("yes", "on", "no", "off"):
        hint = f"write {'true' if value.lower() in ('yes', 'on') else 'false'}"
    return _wrong_type(reader, node, path, f"{quoted(str(path[-1]))} is true or false", hint)


def number(least: float, most: float = math.inf, *, whole: bool = False) -> Read:
    """A reader of numbers from ``least`` to ``most``."""

    def read(reader: Reader, node: Node, path: Path) -> Any:
        value = node.value if node.kind == "scalar" else None
        noun = "a whole number" if whole else "a number"
        fits = isinstance(value, int) or (isinstance(value, float) and not whole)
        if not fits or isinstance(value, bool) or not isinstance(value, int | float):
            return _wrong_type(reader, node, path, f"{quoted(str(path[-1]))} is {noun}")
        if not least <= value <= most:
            bounds = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            reader.tell("value", f"{quoted(str(path[-1]))} is {noun} {bounds}", node, path)
            return MISSING
        return value

    return read


def duration(reader: Reader, node: Node, path: Path) -> Any:
    """Seconds."""
    return _measure(reader, node, path, parse_duration)


def amount(reader: Reader, node: Node, path: Path) -> Any:
    """A number, or a size such as ``512MB`` in bytes."""
    if node.kind == "scalar" and isinstance(node.value, float) and node.value >= 0:
        return node.value
    return _measure(reader, node, path, parse_size)


def _measure(
    reader: Reader, node: Node, path: Path, parse: Callable[[str | int | float], float]
) -> Any:
    value = node.value if node.kind == "scalar" else None
    if value is None or isinstance(value, bool):
        return _wrong_type(reader, node, path, f"{quoted(str(path[-1]))} is a number with a unit")
    try:
        return float(parse(value))
    except ValueError as error:
        reader.tell("value", f"{quoted(str(path[-1]))}: {error}", node, path)
        return MISSING


def choice(*known: str) -> Read:
    """A reader of one of the given words."""

    def read(reader: Reader, node: Node, path: Path) -> Any:
        if node.kind == "scalar" and node.value in known:
            return node.text
        message = f"{quoted(str(path[-1]))} is one of {', '.join(known)}"
        hint = reader.hint(node.text, known) if node.kind == "scalar" else ""
        return _wrong_type(reader, node, path, message, hint)

    return read


def texts(reader: Reader, node: Node, path: Path) -> Any:
    """A list of texts; a single text is told, and taken for a list of one."""
    if node.kind == "scalar" and isinstance(node.value, str):
        fix = None
        if node.style in ("plain", "single", "double") and not set(node.text) & set("[]{},\n"):
            fix = Fix(
                "Make it a list",
                (Splice(node.start, node.start, "["), Splice(node.end, node.end, "]")),
            )
        message = f"{quoted(str(path[-1]))} is a list"
        reader.tell("type", message, node, path, hint=f"write [{node.text[:40]}]", fix=fix)
        return (node.text,)
    if node.kind != "sequence":
        return _wrong_type(reader, node, path, f"{quoted(str(path[-1]))} is a list of texts")
    found = [item_text(reader, item, (*path, index)) for index, item in enumerate(node.items)]
    return tuple(item for item in found if item is not MISSING)


def item_text(reader: Reader, node: Node, path: Path) -> Any:
    """A text in a list."""
    if node.kind == "scalar" and isinstance(node.value, str):
        return node.text
    what = quoted(str(path[-2])) if len(path) > 1 else "the list"
    hint = f'put it in quotes: "{node.text}"' if node.kind == "scalar" and node.text else ""
    return _wrong_type(reader, node, path, f"{what} holds texts only", hint)


def plain_mapping(reader: Reader, node: Node, path: Path) -> Any:
    """An author's mapping as plain values."""
    if not mapping_of(reader, node, path, quoted(str(path[-1]))):
        return MISSING
    return node.plain()


def anything(reader: Reader, node: Node, path: Path) -> Any:
    """Any value as it is."""
    return node.plain()


def structure(fields: Mapping[str, Read], make: Callable[..., Any]) -> Read:
    """A reader of a small mapping with known keys, made into a value."""

    def read(reader: Reader, node: Node, path: Path) -> Any:
        what = quoted(str(path[-1]))
        if not mapping_of(reader, node, path, what):
            return MISSING
        values, extra = read_fields(reader, node, path, fields, what)
        for key in extra:
            _unknown(reader, key, node.members[key].key, (*path, key), fields, what)
        return make(reader, node, path, values)

    return read


def kind_of(node: Node) -> str:
    """What a node holds, in words."""
    if node.kind != "scalar":
        return "a list" if node.kind == "sequence" else "a mapping"
    value = node.value
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "a boolean"
    return "a text" if isinstance(value, str) else "a number"


def _wrong_type(reader: Reader, node: Node, path: Path, message: str, hint: str = "") -> Missing:
    reader.tell("type", f"{message}, but this is {kind_of(node)}", node, path, hint=hint)
    return MISSING
