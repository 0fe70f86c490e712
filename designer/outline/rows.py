"""The rows of an outline: every step and trigger of a document, and those that a filter keeps."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from designer.document import Document, NodeView
from designer.document.graph import step_face
from engine import Step


class OutlineRow(Struct, frozen=True):
    """A node in the outline. ``depth`` counts the bodies around it; ``sought`` is what a filter's
    words are looked for in, in small letters."""

    node: NodeView
    depth: int
    sought: str

    @property
    def words(self) -> str:
        """The row for a screen reader."""
        node = self.node
        parts = [node.title, node.type]
        if not node.enabled:
            parts.append("disabled")
        for count, word in ((node.errors, "error"), (node.warnings, "warning")):
            if count:
                parts.append(f"{count} {word}" if count == 1 else f"{count} {word}s")
        if self.depth:
            parts.append(f"level {self.depth + 1}")
        return ", ".join(parts)


class RowFilter(Struct, frozen=True):
    """What is wanted of the rows; the empty one keeps all."""

    words: str = ""
    type: str = ""
    problems: bool = False
    disabled: bool = False

    @property
    def active(self) -> bool:
        return bool(self.words.strip() or self.type or self.problems or self.disabled)

    def keep(self, rows: Iterable[OutlineRow]) -> list[OutlineRow]:
        """Rows of this type, state and with all of the words, in their order."""
        words = self.words.lower().split()
        return [row for row in rows if self._fits(row, words)]

    def _fits(self, row: OutlineRow, words: list[str]) -> bool:
        node = row.node
        if self.type and node.type != self.type:
            return False
        if self.problems and not (node.errors or node.warnings):
            return False
        if self.disabled and node.enabled:
            return False
        return all(word in row.sought for word in words)


class RowReader:
    """Reads the rows of documents; a row stays the same value while its node does."""

    def __init__(self) -> None:
        self._rows: dict[str, OutlineRow] = {}
        self._inner: dict[str, tuple[Step, NodeView]] = {}

    def read(self, document: Document) -> list[OutlineRow]:
        """Triggers, then steps, each followed by the steps inside it."""
        rows: list[OutlineRow] = []
        steps = {step.id: step for step in document.workflow.steps} if document.workflow else {}
        counts = _counts(document) if document.graph.owners else {}
        for node in document.nodes():
            rows.append(self._row(node, 0))
            if node.inner and node.key in steps:
                for step, depth in _inside(steps[node.key]):
                    errors, warnings = counts.get(step.id, (0, 0))
                    face = replace(self._face(document, step), errors=errors, warnings=warnings)
                    rows.append(self._row(face, depth))
        self._rows = {row.node.key: row for row in rows}
        self._inner = {key: face for key, face in self._inner.items() if key in self._rows}
        return rows

    def _row(self, node: NodeView, depth: int) -> OutlineRow:
        known = self._rows.get(node.key)
        if known is not None and known.depth == depth and _same(known.node, node):
            return known
        sought = "\n".join((node.title, node.key, node.type, node.subtitle)).lower()
        return OutlineRow(node, depth, sought)

    def _face(self, document: Document, step: Step) -> NodeView:
        known = self._inner.get(step.id)
        if known is None or known[0] is not step:
            known = self._inner[step.id] = (step, step_face(step, document.catalogue))
        return known[1]


def _same(known: NodeView, node: NodeView) -> bool:
    """Whether the outline shows the same of both: where a node stands is not its matter."""
    return known is node or known == replace(node, position=known.position)


def _inside(top: Step) -> Iterator[tuple[Step, int]]:
    """The steps in the bodies of a step with their depth, in the order of the text."""
    pending = [(step, 1) for body in reversed(top.bodies) for step in reversed(body.steps)]
    while pending:
        step, depth = pending.pop()
        yield step, depth
        pending.extend((s, depth + 1) for b in reversed(step.bodies) for s in reversed(b.steps))


def _counts(document: Document) -> dict[str, tuple[int, int]]:
    """Errors and warnings by step."""
    counts: dict[str, tuple[int, int]] = {}
    for problem in document.problems:
        if problem.step_id is not None:
            errors, warnings = counts.get(problem.step_id, (0, 0))
            error = problem.severity == "error"
            counts[problem.step_id] = (errors + error, warnings + (not error))
    return counts
