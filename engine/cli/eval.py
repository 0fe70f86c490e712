"""``treadle eval TEMPLATE``: the value of a template, to try one out."""

import sys
from collections.abc import Sequence
from pathlib import Path

from engine.cli.exits import COMPLETED, USAGE
from engine.cli.output import print_json, shown
from engine.cli.parser import new_parser
from engine.cli.values import read_mapping

NAMES = '\ngive the names by --context FILE: JSON or YAML, e.g. {"variables": {"n": 1}}; - is stdin'


def main(argv: Sequence[str]) -> int:
    """Prints the value as JSON; exit code 2 with the place on an error."""
    parser = new_parser("eval", "Evaluates a template and prints its value as JSON.")
    parser.add_argument("template", metavar="TEMPLATE", help="e.g. '{{ variables.n + 1 }}'")
    parser.add_argument(
        "--context", metavar="F", type=Path, help="a JSON or YAML file with the names (- is stdin)"
    )
    arguments = parser.parse_args(argv)
    from engine.definition.template import SystemVolatile, TemplateError, parse_template

    context = read_mapping(arguments.context) if arguments.context else {}
    template = None
    try:
        template = parse_template(arguments.template)
        value = template.evaluate(context, SystemVolatile())
    except TemplateError as error:
        place = _pointed(arguments.template, error.start, error.end)
        nameless = template is not None and template.references and not arguments.context
        way_out = NAMES if nameless else ""
        print(shown(f"{place}\ntreadle: {error}{way_out}", sys.stderr), file=sys.stderr)
        return USAGE
    print_json(value)
    return COMPLETED


def _pointed(text: str, start: int, end: int) -> str:
    """The line of a template that is wrong, marked below."""
    begin = text.rfind("\n", 0, start) + 1
    line = text[begin:].partition("\n")[0]
    column = start - begin
    number = text.count("\n", 0, start) + 1
    marks = "^" * max(1, min(end, begin + len(line)) - start)
    return f"{number}:{column + 1}: in the template\n  {line}\n  {' ' * column}{marks}"
