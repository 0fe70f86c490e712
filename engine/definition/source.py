"""Reads the text of a definition file into a tree with the place of every node."""

import re
from bisect import bisect_right
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from engine.definition.json_source import read_json
from engine.definition.problems import Fix, Path, Problem, Severity
from engine.definition.tree import MAX_SIZE, Node, find
from engine.definition.trouble import Fatal, Trouble
from engine.definition.yaml_source import read_yaml

Format = Literal["yaml", "json"]

_BOM = "\ufeff"
_BREAK = re.compile(r"\r\n|\n|\r")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Source(Struct, frozen=True, eq=False, dict=True):
    """The text of a file, exactly as it is, and the tree read from it.

    A byte order mark stays the first character of ``text``. ``root`` is None when the text is
    empty or cannot be read; ``problems`` says why, and all that the reader found wrong beside.
    """

    text: str
    format: Format = "yaml"
    root: Node | None = None
    file: str = ""
    problems: tuple[Problem, ...] = ()
    aliases: tuple[Node, ...] = ()
    """The nodes that stand for an anchored one, in the order of the text."""

    @cached_property
    def newline(self) -> str:
        """The line end of the text, the first one counts; ``\\n`` where there is none."""
        match = _BREAK.search(self.text)
        return match.group() if match else "\n"

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _BREAK.finditer(self.text))]

    def node(self, path: Path) -> Node | None:
        """The node at ``path``, aliases and ``<<`` followed."""
        return find(self.root, path)

    def tree(self) -> Any:
        """The file as plain values; bounded, as aliases are. None when there is no tree."""
        return self.root.plain() if self.root else None

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, counted from 1; a byte order mark takes no column."""
        line = bisect_right(self._line_starts, offset)
        column = offset - self._line_starts[line - 1] + 1
        return line, column - (line == 1 and column > 1 and self.text.startswith(_BOM))

    def path_at(self, offset: int) -> Path:
        """The path of the innermost node whose key or value holds the character."""
        path: list[str | int] = []
        node = self.root
        while node is not None and node.target is None:
            found = _child_at(node, offset)
            if found is None:
                break
            step, node = found
            path.append(step)
        return tuple(path)

    def problem(
        self,
        severity: Severity,
        code: str,
        message: str,
        *,
        start: int,
        end: int,
        path: Path = (),
        hint: str = "",
        step_id: str | None = None,
        trigger: str | None = None,
        fix: Fix | None = None,
    ) -> Problem:
        """A problem of this file at the characters from ``start`` to ``end``."""
        line, column = self.place(start)
        return Problem(
            severity=severity, code=code, message=message, hint=hint, file=self.file,
            line=line, column=column, start=start, end=end, path=path,
            step_id=step_id, trigger=trigger, fix=fix,
        )  # fmt: skip


def read_source(data: str | bytes, file: str = "") -> Source:
    """Reads YAML or JSON: a ``.json`` file is JSON, and so is a text that begins with ``{`` and is
    JSON.

    Never raises: whatever is wrong with the text, limits of size, depth and aliases included, is
    among the problems of the source.
    """
    try:
        text = _decode(data)
    except Fatal as fatal:
        shown = data if isinstance(data, str) else data[:MAX_SIZE].decode("utf-8", "replace")
        return _with_problems(Source(_encodable(shown[:MAX_SIZE]), file=file), [fatal.trouble])
    troubles: list[Trouble] = []
    base = int(text.startswith(_BOM))
    format_, root, aliases = _read(text, base, file, troubles)
    if root is None and not troubles:
        hint = 'a definition begins with "name:" and "steps:"'
        troubles.append(Trouble("empty", "the file holds no definition", base, base, hint))
    return _with_problems(Source(text, format_, root, file, (), aliases), troubles)


def _read(
    text: str, base: int, file: str, troubles: list[Trouble]
) -> tuple[Format, Node | None, tuple[Node, ...]]:
    only_json = file.lower().endswith(".json")
    if only_json or text[base:].lstrip(" \t\r\n").startswith("{"):
        found: list[Trouble] = []
        try:
            root = read_json(text, base, found)
        except Fatal as fatal:
            if only_json:
                troubles.append(fatal.trouble)
                return "json", None, ()
        else:
            troubles.extend(found)
            return "json", root, ()
    try:
        _refuse(_NOT_IN_YAML.search(text, base))
        root, aliases = read_yaml(text[base:], base, troubles)
    except Fatal as fatal:
        troubles.append(fatal.trouble)
        return "yaml", None, ()
    return "yaml", root, aliases


def is_yaml(text: str) -> bool:
    """Whether a text holds only characters that YAML allows."""
    return _NOT_IN_YAML.search(text) is None


def _decode(data: str | bytes) -> str:
    """The text, whole characters only. Raises Fatal."""
    if len(data) > MAX_SIZE:
        message = f"the file is larger than {MAX_SIZE // 1024 // 1024} MB"
        raise Fatal(Trouble("too-large", message, 0, 0, "keep data in files of their own"))
    text = data if isinstance(data, str) else _decode_bytes(data)
    _refuse(_HALF_PAIR.search(text))
    return text


def _refuse(match: re.Match[str] | None) -> None:
    if match:
        message = f"the character U+{ord(match.group()):04X} is not allowed in a text file"
        raise Fatal(Trouble("character", message, match.start(), match.end(), "remove it"))


def _decode_bytes(data: bytes) -> str:
    if data.startswith(_UTF16):
        raise Fatal(Trouble("encoding", "the file is UTF-16", 0, 0, "save it as UTF-8"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = len(data[: error.start].decode("utf-8", "replace"))
        message = f"the file is not UTF-8: byte 0x{data[error.start]:02x} cannot be read"
        raise Fatal(Trouble("encoding", message, offset, offset + 1, "save it as UTF-8")) from error


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _child_at(node: Node, offset: int) -> tuple[str | int, Node] | None:
    if node.kind == "sequence":
        for index, item in enumerate(node.items):
            if item.start <= offset <= item.content_end:
                return index, item
        return None
    for key, pair in node.members.items():
        if not pair.merged and pair.key.start <= offset <= max(
            pair.value.content_end, pair.key.end
        ):
            return key, pair.value
    return None


def _with_problems(source: Source, troubles: list[Trouble]) -> Source:
    problems = tuple(_problem(source, trouble) for trouble in troubles[:MAX_TROUBLES])
    return Source(source.text, source.format, source.root, source.file, problems, source.aliases)


MAX_TROUBLES = 1000
"""Most findings of the reader that are kept."""


def _problem(source: Source, trouble: Trouble) -> Problem:
    hint = trouble.hint
    if trouble.first is not None:
        hint = f"it stood before at line {source.place(trouble.first)[0]}"
    return source.problem(
        "error", trouble.code, trouble.message, start=trouble.start, end=trouble.end,
        path=source.path_at(trouble.start), hint=hint, fix=trouble.fix,
    )  # fmt: skip
