"""``treadle schema``: the JSON Schema of definition files, for editors and other programs."""

from collections.abc import Sequence

from engine.cli.exits import COMPLETED
from engine.cli.output import print_json
from engine.cli.parser import new_parser


def main(argv: Sequence[str]) -> int:
    """Prints the schema, with the step and trigger types that are installed here."""
    parser = new_parser("schema", "Prints the JSON Schema of definition files.")
    parser.parse_args(argv)
    from engine import catalogue
    from engine.definition.schema import workflow_schema

    print_json(workflow_schema(catalogue()))
    return COMPLETED
