"""``treadle validate FILE...``: checks definition files, as a compiler names places."""

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.cli.exits import COMPLETED, USAGE
from engine.cli.output import print_json, shown
from engine.cli.parser import add_json, new_parser
from engine.cli.values import read_file
from engine.definition.problems import Problem


def main(argv: Sequence[str]) -> int:
    """Prints every problem of every file; exit code 2 when one of them is an error."""
    parser = new_parser("validate", "Checks definition files without running them.")
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    add_json(parser)
    arguments = parser.parse_args(argv)
    from engine import load
    from engine.service.types import Validation

    problems: list[Problem] = []
    for file in arguments.files:
        found = load(read_file(file), str(file), file.absolute().parent).problems
        problems += found
        if not arguments.json:
            _report(file, found)
    valid = not any(problem.severity == "error" for problem in problems)
    if arguments.json:
        print_json(Validation(valid=valid, problems=problems))
    return COMPLETED if valid else USAGE


def _report(file: Path, problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(shown(str(problem), sys.stdout))
    if not any(problem.severity == "error" for problem in problems):
        print(f"{file}: valid", file=sys.stderr)
