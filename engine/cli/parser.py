"""The parts of a command's parser that several commands share."""

import argparse
import json
from pathlib import Path
from typing import Any

UNSENDABLE = "the token (--token or TREADLE_TOKEN) holds characters that no header can carry"


def port(text: str) -> int:
    """A TCP port of the command line; 0 is any free one."""
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f'"{text}" is no port; ports go from 0 (any) to 65535')
    return number


def json_value(text: str) -> Any:
    """A JSON value of the command line."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"this is no JSON: {error}") from None


def new_parser(name: str, about: str) -> argparse.ArgumentParser:
    """A parser for ``treadle NAME``."""
    return argparse.ArgumentParser(prog=f"treadle {name}", description=about)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def add_server(parser: argparse.ArgumentParser) -> None:
    """Which engine a command works on."""
    parser.add_argument(
        "--server", metavar="URL", help="the engine at URL, in place of the one on this machine"
    )
    parser.add_argument(
        "--token", help="its bearer token (default: TREADLE_TOKEN, or this machine's token file)"
    )


def add_input(parser: argparse.ArgumentParser) -> None:
    """Where an execution's input comes from, and its priority."""
    add_input_values(
        parser,
        "one value of the input; read as JSON where it parses, unless the workflow's inputs "
        "say that it is text; repeatable",
    )
    parser.add_argument(
        "--priority", type=int, choices=range(10), metavar="N", help="0 to 9; 9 goes first"
    )


def add_input_values(parser: argparse.ArgumentParser, about: str) -> None:
    """Where an execution's input comes from; ``about`` is the help of one value."""
    parser.add_argument("--input", metavar="K=V", action="append", default=[], help=about)
    parser.add_argument(
        "--input-file",
        metavar="F",
        type=Path,
        help="a JSON or YAML file with the input (- is stdin)",
    )
