"""The ``treadle`` command: finds the command that was named and runs it, importing nothing else."""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from engine.cli.exits import BROKEN_PIPE, CANCELLED, USAGE, CommandError

COMMANDS = {
    "run": "run a definition file here and wait for its end",
    "validate": "check definition files without running them",
    "schema": "print the JSON Schema of definition files",
    "graph": "print a definition's graph as Mermaid or DOT",
    "eval": "evaluate a {{ template }} and print its value as JSON",
    "schedule": "say when a cron expression fires next",
    "serve": "run the engine and its REST API",
    "workflows": "list, add, activate and pause workflows",
    "executions": "start, list, show, follow and cancel executions",
}
SUFFIXES = (".yaml", ".yml", ".json")
DESIGNER_OPTIONS = ("--server", "--token", "--sample")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code. Errors are told on stderr, in words."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    gc.disable()  # a tenth of the start; a command that lasts turns it on again
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except CommandError as error:
        print(f"treadle: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:
        # The reader of a pipe went away. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def _dispatch(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    if first in COMMANDS:
        module = import_module(f"engine.cli.{first}")
        return int(module.main(arguments[1:]))
    if first in ("-h", "--help", "help"):
        print(_help())
        return 0
    if first == "--version":
        from engine import __version__

        print(f"treadle {__version__}")
        return 0
    if first and not (_is_file(first) or first.partition("=")[0] in DESIGNER_OPTIONS):
        raise CommandError(_unknown(first), USAGE)
    from engine.cli.designer import open_designer

    return open_designer(arguments)


def _is_file(name: str) -> bool:
    return name.endswith(SUFFIXES) or os.path.exists(name)  # noqa: PTH110 - pathlib is slow to load


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, COMMANDS, 1)
    hint = f'did you mean "{close[0]}"?' if close else "treadle --help lists what there is"
    return f'"{name}" is neither a command nor a file; {hint}'


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name:<{width}}  {about}" for name, about in COMMANDS.items())
    return f"""usage: treadle [FILE ...] [--server URL] [--token TOKEN] [--sample NAME]
       treadle COMMAND ...

Draws workflows and runs them. Without a command it opens the designer, on the engine of this
machine or on the one that --server names.

commands:
{lines}

treadle COMMAND --help says more. Exit codes: 0 completed, 1 failed, 2 invalid definition
or usage, 3 not found, 124 timed out, 130 cancelled. Data lives in the user data folder, or where
TREADLE_HOME says."""


if __name__ == "__main__":
    sys.exit(main())
