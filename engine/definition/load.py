"""One call from a file's bytes to its workflow and everything that is wrong with it."""

from pathlib import Path

from msgspec import Struct

from engine.definition.catalogue import Catalogue
from engine.definition.check import check_workflow
from engine.definition.model import Workflow
from engine.definition.parse import parse_workflow
from engine.definition.problems import DefinitionError, Problem
from engine.definition.source import Source, read_source


class Loaded(Struct, frozen=True, eq=False):
    """A file that was read: its text and tree, its workflow when one can be drawn, and its problems
    by place.
    """

    source: Source
    workflow: Workflow | None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the definition from running."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def valid(self) -> bool:
        """Whether the definition can run; warnings do not hinder it."""
        return self.workflow is not None and not self.errors

    def usable(self) -> Workflow:
        """The workflow of a valid definition. Raises DefinitionError with all problems, errors
        first.
        """
        if self.workflow is None or self.errors:
            ordered = sorted(self.problems, key=lambda problem: problem.severity != "error")
            raise DefinitionError(tuple(ordered))
        return self.workflow


def load(
    data: str | bytes, catalogue: Catalogue, file: str = "", folder: Path | None = None
) -> Loaded:
    """Reads, parses and checks a definition; never raises, whatever the bytes.

    ``folder`` is where relative paths start: with it, files that are named but missing are
    warnings.
    """
    source = read_source(data, file)
    workflow, problems = parse_workflow(source, catalogue)
    if workflow is not None:
        problems = (*problems, *check_workflow(workflow, source, catalogue, folder))
    return Loaded(source, workflow, tuple(sorted(problems, key=lambda problem: problem.start)))
