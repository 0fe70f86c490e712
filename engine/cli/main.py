"""The ``treadle`` command: finds the command that was named and runs it, importing nothing else."""

import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from engine.cli.exits import BROKEN_PIPE, CANCELLED, FAILED, USAGE, CommandError
from engine.cli.output import shown, silence, tell

COMMANDS = {
    "run": "run a definition file here and wait for its end",
    "validate": "check definition files without running them",
    "schema": "print the JSON Schema of definition files",
    "graph": "print a definition's graph as Mermaid or DOT",
    "eval": "evaluate a {{ template }} and print its value as JSON",
    "schedule": "say when a cron expression fires next",
    "serve": "run the engine and its REST API",
    "workflows": "list, add, activate and pause workflows",
    "executions": "start, list, show, follow, pause, answer, cancel and retry executions",
    "events": "tell waiting steps of what happened elsewhere",
}
SUFFIXES = (".yaml", ".yml", ".json")
DESIGNER_OPTIONS = ("--server", "--token", "--sample")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code. Errors are told on stderr, in words."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    gc.disable()  # a tenth of the start; a command that lasts turns it on again
    _prepare_streams()
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
    except CommandError as error:
        return _refused(str(error), error.code)
    except KeyboardInterrupt:
        return CANCELLED
    except BrokenPipeError:
        # The reader of a pipe went away. Python would complain once more when it closes stdout.
        silence(sys.stdout)
        return BROKEN_PIPE
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _refused(f"{place}{error.strerror or error}", FAILED)
    except Exception as error:
        return _refused(_defect(error), FAILED)
    return code


def _prepare_streams() -> None:
    """Standard streams that were closed lead nowhere, and all speak UTF-8."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - lasts as the process does
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _refused(message: str, code: int) -> int:
    """Tells what went wrong, and gives up a stdout that may be what went wrong."""
    tell(f"treadle: {shown(message, sys.stderr)}")
    try:
        sys.stdout.flush()
    except OSError:
        silence(sys.stdout)
    return code


def _defect(error: Exception) -> str:
    """A defect of Treadle's own, with the place that a report of it needs."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno})" if trace else ""
    return f"this is a defect of Treadle, please report it: {type(error).__name__}: {error}{place}"


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
    command = next((word for word in arguments if word in COMMANDS), None)
    if first.startswith("--") and command and not any(map(_is_file, arguments)):
        name = first.partition("=")[0]
        raise CommandError(f"{name} goes behind the command: treadle {command} {name} ...", USAGE)
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
