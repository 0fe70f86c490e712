"""``treadle validate FILE...``: checks definition files, as a compiler names places."""

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.cli.exits import COMPLETED, USAGE, CommandError
from engine.cli.output import print_json, shown
from engine.cli.parser import add_json, new_parser
from engine.cli.values import read_file
from engine.definition.problems import Problem

UNREADABLE = "unreadable"


def main(argv: Sequence[str]) -> int:
    """Prints every problem of every file; exit code 2 when one of them is an error.

    A file that cannot be read does not stop the others; its own code counts where no file is
    invalid.
    """
    parser = new_parser("validate", "Checks definition files without running them.")
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    add_json(parser)
    arguments = parser.parse_args(argv)
    from engine import load
    from engine.service.types import Validation

    problems: list[Problem] = []
    unread = COMPLETED
    for file in arguments.files:
        try:
            text = read_file(file)
        except CommandError as error:
            unread = error.code
            problems.append(_unreadable(file, str(error)))
            print(f"treadle: {error}", file=sys.stderr)
            continue
        found = load(text, str(file), file.absolute().parent).problems
        problems += found
        if not arguments.json:
            _report(file, found)
    if arguments.json:
        print_json(Validation(valid=not _errors(problems), problems=problems))
    invalid = any(problem.code != UNREADABLE for problem in _errors(problems))
    return USAGE if invalid else unread


def _errors(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def _unreadable(file: Path, why: str) -> Problem:
    return Problem(severity="error", code=UNREADABLE, message=why, file=str(file))


def _report(file: Path, problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(shown(str(problem), sys.stdout))
    if not _errors(problems):
        print(f"{file}: valid", file=sys.stderr)
