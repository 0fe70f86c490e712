"""Gathers what the checks of one workflow find, with the places of its steps and triggers in the
file.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.definition.catalogue import Catalogue
from engine.definition.model import Step, Workflow
from engine.definition.moved import as_read, find_as_read
from engine.definition.problems import Fix, Path, Problem, Severity
from engine.definition.reading import MAX_PROBLEMS
from engine.definition.source import Source
from engine.definition.splice import Edit, EditError
from engine.definition.tree import Node
from engine.definition.trouble import closest, quoted

_MOST_FIXES = 100
"""Hints and fixes are made for the first problems only; nobody reads more, and each takes time."""

_STEPS_BETWEEN_LOOKS = 100


class Stale(Exception):  # noqa: N818  (says what the check is)
    """The text was changed while it was checked."""


class Findings:
    """The problems of one workflow, and where everything stands."""

    def __init__(
        self,
        workflow: Workflow,
        source: Source,
        catalogue: Catalogue,
        is_stale: Callable[[], bool] | None = None,
    ) -> None:
        self.workflow = workflow
        self._is_stale = is_stale
        self.source = source
        self.catalogue = catalogue
        self.problems: list[Problem] = []
        self.handlers = workflow.handlers
        self.steps: dict[str, Step] = {step.id: step for step in workflow.walk()}
        self.paths: dict[str, Path] = dict(_step_paths(source.root, self.steps))
        self.triggers: dict[str, Path] = dict(_trigger_paths(source.root))

    def walk(self) -> Iterator[Step]:
        """Every step of the workflow. Raises Stale once nobody waits for the answer any more."""
        is_stale = self._is_stale
        for index, step in enumerate(self.workflow.walk()):
            if is_stale is not None and index % _STEPS_BETWEEN_LOOKS == 0 and is_stale():
                raise Stale
            yield step

    def read(self, path: Path) -> Node | None:
        """The node at ``path``, to be asked what it says, not where it stands."""
        return find_as_read(self.source.root, path)

    @property
    def full(self) -> bool:
        """Whether so many problems were found that no more are told."""
        return len(self.problems) >= MAX_PROBLEMS

    def tell(
        self,
        severity: Severity,
        code: str,
        message: str,
        path: Path,
        *,
        hint: str = "",
        step_id: str | None = None,
        trigger: str | None = None,
        fix: Fix | None = None,
        span: tuple[int, int] | None = None,
        at_key: bool = False,
    ) -> None:
        """Adds a problem at the node of ``path``, or of what is nearest above it.

        ``span`` are characters of the file that say it more exactly; ``at_key`` means the key
        itself.
        """
        if self.full:
            return
        start, end = span or self._span(path, at_key)
        problem = self.source.problem(
            severity, code, message, start=start, end=end, path=path, hint=hint,
            step_id=step_id, trigger=trigger, fix=fix,
        )  # fmt: skip
        self.problems.append(problem)

    def fix(self, title: str, edit: Callable[[], Edit]) -> Fix | None:
        """A quick fix, where it can be made and not too many were made before."""
        if len(self.problems) >= _MOST_FIXES:
            return None
        try:
            splices = edit()
        except EditError:
            return None
        return Fix(title, splices) if splices else None

    def closest(self, word: str, known: Iterable[str]) -> str | None:
        """The known word most like ``word``."""
        return closest(word, known) if len(self.problems) < _MOST_FIXES else None

    def hint(self, word: str, known: Iterable[str]) -> str:
        """``did you mean ...?``, or nothing."""
        nearest = self.closest(word, known)
        return f"did you mean {quoted(nearest)}?" if nearest else ""

    def line(self, path: Path) -> int:
        """The line where something stands; 0 when it is not in the file."""
        node = self.source.node(path)
        return self.source.place(node.start)[0] if node else 0

    def _span(self, path: Path, at_key: bool) -> tuple[int, int]:
        for depth in range(len(path), -1, -1):
            node = self.source.node(path[:depth])
            if node is None:
                continue
            if at_key and depth:
                key = _key_of(self.source.node(path[: depth - 1]), path[depth - 1])
                node = key or node
            return node.start, node.content_end
        return 0, 0


def _key_of(holder: Node | None, step: str | int) -> Node | None:
    if holder is None or not isinstance(step, str) or step not in holder.members:
        return None
    return holder.members[step].key


def _step_paths(root: Node | None, steps: Mapping[str, Step]) -> Iterator[tuple[str, Path]]:
    """(id, path) of every step that the model has, found where the file has it first."""
    seen: set[str] = set()
    pending: list[tuple[Node | None, Path]] = [(root.child("steps") if root else None, ("steps",))]
    while pending:
        node, path = pending.pop()
        if node is None or node.kind != "sequence":
            continue
        for index, item in enumerate(as_read(node.items)):
            named = item.child("id")
            if named is None or named.text in seen or named.text not in steps:
                continue
            seen.add(named.text)
            at = (*path, index)
            yield named.text, at
            if steps[named.text].bodies:
                pending.extend(_body_lists(item, at))


def _body_lists(item: Node, path: Path) -> Iterator[tuple[Node | None, Path]]:
    config = item.child("config")
    if config is None:
        return
    yield config.child("steps"), (*path, "config", "steps")
    branches = config.child("branches")
    if branches is not None and branches.kind == "mapping":
        for name, pair in branches.members.items():
            yield pair.value, (*path, "config", "branches", name)


def _trigger_paths(root: Node | None) -> Iterator[tuple[str, Path]]:
    node = root.child("triggers") if root else None
    seen: set[str] = set()
    for index, item in enumerate(node.items if node is not None else ()):
        named = item.child("name")
        name = named.text if named is not None else ""
        if item.kind == "mapping" and name not in seen:
            seen.add(name)
            yield name, ("triggers", index)
