"""Everything that can be said of a workflow before it runs: problems with their places and ways
out.
"""

from pathlib import Path as Folder

from engine.definition.catalogue import Catalogue
from engine.definition.model import Workflow
from engine.definition.problems import Problem
from engine.definition.source import Source


def check_workflow(
    workflow: Workflow, source: Source, catalogue: Catalogue, folder: Folder | None = None
) -> tuple[Problem, ...]:
    """What is wrong or doubtful beyond the shape of the file, which ``parse_workflow`` checks."""
    return ()
