"""Sets up what is missing, then runs the tests; no display is needed.

    python3 packaging/test.py [--checks] [--coverage] [PYTEST ARGUMENT ...]

``--checks`` adds lint, types and import contracts; ``--coverage`` measures what the tests reach.
With pytest arguments only what they name runs, in one go. What fails is run once more, by itself,
and named when it passes then.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import setup_environment as setup

# Two workers: on the 2 cores that this is planned for, the tests wait more than they compute.
SPREAD = ["-n", "2", "--dist", "loadfile"]
TESTS_FAILED = 1
"""pytest's exit code when tests ran and some failed."""


@contextmanager
def virtual_display() -> Iterator[str]:
    """An X server without a screen, on a display number that it picks itself; on Linux only."""
    if sys.platform != "linux":
        yield ""
        return
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise SystemExit("Xvfb did not start; run it by hand to see why: Xvfb :99")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


def checks(python: Path) -> list[list[str]]:
    """The commands of lint, types and import contracts."""
    scripts = python.parent
    return [
        [str(scripts / "ruff"), "check", "."],
        [str(scripts / "ruff"), "format", "--check", "."],
        [str(scripts / "mypy")],
        [str(scripts / "lint-imports")],
    ]


def tests(python: Path, arguments: list[str], coverage: bool) -> list[tuple[list[str], str]]:
    """The pytest commands with the Qt platform that each runs on: all but real windows, then
    those."""
    pytest = [str(python), "-m", "pytest", *(["--cov", "--cov-append"] if coverage else [])]
    if arguments:
        return [([*pytest, *arguments], "offscreen")]
    return [
        ([*pytest, *SPREAD, "-m", "not window"], "offscreen"),
        ([*pytest, "-m", "window"], "xcb" if sys.platform == "linux" else ""),
    ]


def run(commands: list[tuple[list[str], str]], display: str) -> list[str]:
    """Runs each command to its end; the ones that failed, as they were typed."""
    failed = []
    for command, platform in commands:
        environment = {**os.environ, "DISPLAY": display, "PYTHONUTF8": "1"}
        if platform:
            environment["QT_QPA_PLATFORM"] = platform
        code = start(command, environment)
        if code == TESTS_FAILED and "pytest" in command and start(again(command), environment) == 0:
            setup.say("UNSTEADY: what failed above passed when it ran once more, by itself.")
            code = 0
        if code:
            failed.append(" ".join(command))
    return failed


def start(command: list[str], environment: dict[str, str]) -> int:
    """Runs a command to its end; its exit code."""
    setup.say(f"\n$ {' '.join([Path(command[0]).name, *command[1:]])}")
    return subprocess.run(command, cwd=setup.ROOT, env=environment).returncode


def again(command: list[str]) -> list[str]:
    """Only the tests that failed, one at a time: on a busy machine some wait in vain at first."""
    alone = [part for part in command if part not in SPREAD]
    return [*alone, "--last-failed", "--last-failed-no-failures", "none"]


def main() -> int:
    setup.require_python()
    arguments = sys.argv[1:]
    wants = {flag: flag in arguments for flag in ("--checks", "--coverage")}
    arguments = [argument for argument in arguments if argument not in wants]
    setup.install_system_packages(
        [
            *setup.missing_venv(),
            *setup.missing_libraries({**setup.OFFSCREEN, **setup.WINDOW}),
            *setup.missing_programs(setup.TEST_PROGRAMS),
            *setup.missing_fonts(),
        ]
    )
    python = setup.make_environment("designer", ("dev",))
    with virtual_display() as display:
        commands = [(command, "") for command in checks(python)] if wants["--checks"] else []
        failed = run([*commands, *tests(python, arguments, wants["--coverage"])], display)
    for command in failed:
        setup.say(f"FAILED: {command}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
