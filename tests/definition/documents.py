"""Random trees, and random ways to write one down as a definition file."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from engine.definition.plain import same
from engine.definition.scalars import inline, literal_lines, printable

_WORDS = (
    "a no yes on y N null ~ true False | > *a &a !x %x @x `x a,b [a] {a} a: :a ? - = << ... ---"
)
_NUMBERS = "0123 12:30:45 1.10 2024-01-01 0x1f 1e3 +1 .5 .inf 0o17 1_000"
_ODD = ["", "x: y", "x #y", "# z", "- a", "{{ variables.x }}", "it's", 'say "hi"', "a\\b", " lead"]
_FOREIGN = ["trail ", "数据处理", "سير", "🚀 go", "nel\u0085x", "ls\u2028x\ny", "bom\ufeff", "\x07"]
_LINES = ["a\nb", "a\nb\n", "a\n\n  b\n", "\na", "a\n\n", "\n", "tab\there", "\tx\ny", "cr\rx"]
TEXTS = st.one_of(
    st.sampled_from([*_WORDS.split(), *_NUMBERS.split(), *_ODD, *_FOREIGN, *_LINES]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text("ab \n#:-'\"", max_size=10),
)
SCALARS = st.one_of(
    TEXTS,
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
)
KEYS = st.one_of(
    st.sampled_from(
        ["a", "b", "c", "id", "name", "type", "steps", "config", "no", "1", "x y", "é"]
    ),
    TEXTS,
)


def trees(leaves: st.SearchStrategy[Any] = SCALARS, most: int = 12) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)
        ),
        max_leaves=most,
    )


def mappings() -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(KEYS, trees(), min_size=1, max_size=5)


class Writer:
    """Writes a tree as an author might: styles, comments, widths and empty lines at random."""

    def __init__(self, draw: Any, shared: Sequence[Any] = ()) -> None:
        self._draw = draw
        self._shared = shared
        self._anchored: dict[str, Any] = {}
        self._count = 0
        self._indent = draw(st.sampled_from([2, 2, 2, 4, 1]))
        self._dash = draw(st.sampled_from([0, 2, 4]))

    def chance(self, percent: int) -> bool:
        return bool(self._draw(st.integers(0, 99)) < percent)

    def document(self, tree: dict[str, Any]) -> str:
        lines = self._mapping(tree, 0)
        if self.chance(15):
            lines.insert(0, "---")
        if self.chance(20):
            lines.insert(0, self.comment(0))
        if self.chance(20):
            lines += [*([""] if lines[-1] else []), self.comment(0)]
        newline = "\r\n" if self.chance(20) else "\n"
        text = newline.join(lines)
        ends_in_break = self.chance(80) or self._ends_in_block(tree)
        return ("\ufeff" if self.chance(10) else "") + text + (newline if ends_in_break else "")

    def comment(self, column: int) -> str:
        self._count += 1
        return " " * column + f"# comment {self._count}: it's [here]"

    def _ends_in_block(self, tree: Any) -> bool:
        while isinstance(tree, dict | list) and tree:
            tree = list(tree.values())[-1] if isinstance(tree, dict) else tree[-1]
        return isinstance(tree, str) and "\n" in tree

    def _alias(self, value: Any) -> str:
        """The name of an anchor that stands for a value, "" when it is to be written out."""
        names = [name for name, known in self._anchored.items() if same(known, value)]
        return names[0] if names and self.chance(70) else ""

    def _anchor(self, value: Any) -> str:
        """A new anchor for a value that is shared, "" for others; names are used again."""
        if any(same(value, shared) for shared in self._shared) and self.chance(70):
            return str(self._draw(st.sampled_from(["x", "y"])))
        return ""

    def _merge(self, tree: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The name of an anchored mapping that a mapping contains, and what is left to write."""
        for name, known in self._anchored.items():
            if (
                isinstance(known, dict)
                and known
                and known.keys() <= tree.keys()
                and self.chance(70)
            ):
                rest = {k: v for k, v in tree.items() if k not in known or not same(v, known[k])}
                return name, rest
        return "", tree

    def _mapping(self, tree: dict[str, Any], column: int) -> list[str]:
        merged, tree = self._merge(tree)
        lines: list[str] = [" " * column + f"<<: *{merged}"] if merged else []
        for index, (key, value) in enumerate(tree.items()):
            if index and self.chance(15):
                lines.append(
                    self._draw(st.sampled_from(["", self.comment(column), self.comment(0)]))
                )
            written = inline(key, quote=self._draw(st.sampled_from(["", "", '"', "'"])))
            first, *rest = self._value(value, column, self._indent, self._dash)
            if self.chance(5):
                written = f"? {written}\n{' ' * column}"
            lines += [*(" " * column + written + ":" + first).split("\n"), *rest]
        return lines

    def _sequence(self, items: list[Any], column: int) -> list[str]:
        lines: list[str] = []
        for index, item in enumerate(items):
            if index and self.chance(15):
                gaps = [self.comment(column), *([""] if lines[-1] else [])]
                lines.append(self._draw(st.sampled_from(gaps)))
            if isinstance(item, dict | list) and item and self.chance(70):
                gap = self._draw(st.sampled_from([1, 1, 3]))
                inner = column + 1 + gap
                block = self._mapping if isinstance(item, dict) else self._sequence
                first, *rest = block(item, inner)  # type: ignore[arg-type]
                lines += [" " * column + "-" + " " * gap + first.lstrip(" "), *rest]
            else:
                first, *rest = self._value(item, column, 2, 2)
                lines += [" " * column + "-" + first, *rest]
        return lines

    def _value(self, value: Any, column: int, indent: int, dash: int) -> list[str]:
        end = self._draw(st.sampled_from(["", "", "", " # note", "  # a 'b' - c: [d]"]))
        if alias := self._alias(value):
            return [f" *{alias}{end}"]
        if anchor := self._anchor(value):
            self._anchored.pop(anchor, None)
            lines = self._plain_value(value, column, indent, dash, end)
            self._anchored[anchor] = value
            return [f" &{anchor}{lines[0]}", *lines[1:]]
        return self._plain_value(value, column, indent, dash, end)

    def _plain_value(self, value: Any, column: int, indent: int, dash: int, end: str) -> list[str]:
        if isinstance(value, dict) and value and self.chance(75):
            return [end, *self._above(column), *self._mapping(value, column + indent)]
        if isinstance(value, list) and value and self.chance(60):
            return [end, *self._above(column), *self._sequence(value, column + dash)]
        if value is None and self.chance(60):
            return [end]
        if isinstance(value, str) and (block := self._other_block(value)) and self.chance(80):
            header, lines = block
            return [f" {header}", *(" " * (column + 2) + x if x else "" for x in lines)]
        if isinstance(value, str) and (found := literal_lines(value)) and self.chance(80):
            header, lines = found
            deep = 2 if "2" in header else indent
            extra = [""] * self._draw(st.sampled_from([0, 0, 1]))
            return [
                f" {header}{end}",
                *(" " * (column + deep) + x if x else "" for x in lines),
                *extra,
            ]
        gap = self._draw(st.sampled_from([" ", " ", "   "]))
        return [gap + self.flow(value, column + max(indent, 1)) + end]

    def _other_block(self, value: str) -> tuple[str, list[str]] | None:
        """A text as a block of a kind that the product does not write: ``|+``, ``>``, ``>-``."""
        body = value.rstrip("\n")
        lines = body.split("\n")
        if not printable(value) or not all(
            x and x[0] not in " \t" and x[-1] not in " \t" for x in lines
        ):
            return None
        trailing = len(value) - len(body)
        if trailing > 1:
            return "|+", [*lines, *[""] * (trailing - 1)]
        folded = [x for line in lines for x in (line.replace(" ", "\n", 1).split("\n"), [""])]
        if self.chance(50) and "  " not in value:
            folded.pop()
            return (">" if trailing else ">-"), [x for part in folded for x in part]
        return None

    def _above(self, column: int) -> list[str]:
        return [self.comment(column)] if self.chance(10) else []

    def flow(self, value: Any, column: int) -> str:
        if isinstance(value, dict | list) and value:
            spread = self.chance(25)
            pad = "\n" + " " * (column + 2) if spread else ""
            between = "," + (pad or self._draw(st.sampled_from([" ", " ", ""])))
            if isinstance(value, list):
                parts = [self.flow(item, column + 2) for item in value]
            else:
                parts = [
                    f"{inline(k, flow=True)}: {self.flow(v, column + 2)}" for k, v in value.items()
                ]
            comma = "," if self.chance(10) else ""
            close = "\n" + " " * column if spread else self._draw(st.sampled_from(["", " "]))
            marks = "[]" if isinstance(value, list) else "{}"
            return marks[0] + pad + between.join(parts) + comma + close + marks[1]
        if isinstance(value, dict | list):
            return "{}" if isinstance(value, dict) else "[]"
        return inline(value, flow=True, quote=self._draw(st.sampled_from(["", "", '"', "'"])))


@st.composite
def yaml_documents(draw: Any) -> tuple[str, dict[str, Any]]:
    """(text, tree)"""
    tree = draw(mappings())
    return Writer(draw).document(tree), tree


@st.composite
def aliased_documents(draw: Any) -> tuple[str, dict[str, Any]]:
    """(text, tree) with anchors, aliases and ``<<``."""
    shared = draw(
        st.lists(
            st.one_of(
                st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), min_size=1, max_size=2),
                st.lists(st.integers(0, 3), min_size=1, max_size=2),
                st.sampled_from(["text", 1, "two\nlines\n"]),
            ),
            min_size=1,
            max_size=2,
        )
    )
    leaf = st.one_of(st.sampled_from(shared), st.sampled_from(shared), st.integers(0, 3))
    tree = draw(
        st.dictionaries(
            st.sampled_from("pqrstu"),
            st.one_of(
                leaf,
                st.lists(leaf, max_size=3),
                st.dictionaries(st.sampled_from("abcde"), leaf, max_size=4),
                st.dictionaries(
                    st.sampled_from("vw"), st.dictionaries(st.sampled_from("abc"), leaf)
                ),
            ),
            min_size=2,
            max_size=6,
        )
    )
    tree = json.loads(json.dumps(tree))  # no two places share a value
    return Writer(draw, shared).document(tree), tree


@st.composite
def json_documents(draw: Any) -> tuple[str, dict[str, Any]]:
    tree = draw(mappings())
    indent = draw(st.sampled_from([None, 2, 4]))
    return json.dumps(tree, indent=indent, ensure_ascii=draw(st.booleans())).replace(
        "\x7f", "\\u007f"
    ), tree


def paths(tree: Any) -> list[tuple[str | int, ...]]:
    """Every path of a tree but its root."""
    found: list[tuple[str | int, ...]] = []
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), tree)]
    while pending:
        path, node = pending.pop()
        entries = (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        )
        for key, value in entries:
            found.append((*path, key))
            pending.append(((*path, key), value))
    return found
