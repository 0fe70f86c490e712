"""Sets up what is missing, then opens the designer with a sample workflow.

    python3 packaging/start.py [FILE ...]

Without a display it sets up the same program and says how to run workflows from the terminal.
"""

from __future__ import annotations

import os
import subprocess
import sys

import setup_environment as setup

SAMPLE = "orders-report"


def has_display() -> bool:
    """Whether a window can be opened here."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main() -> int:
    setup.require_python()
    display = has_display()
    libraries = {**setup.OFFSCREEN, **setup.WINDOW} if display else {}
    fonts = setup.missing_fonts() if display else []
    setup.install_system_packages(
        [*setup.missing_venv(), *setup.missing_libraries(libraries), *fonts]
    )
    python = setup.make_environment("designer")
    if not display:
        treadle = python.parent.relative_to(setup.ROOT) / "treadle"
        setup.say(
            "\nThere is no display here, so no window can be opened. Workflows run without one:\n"
            f"  {treadle} run resources/samples/{SAMPLE}/{SAMPLE}.yaml\n"
            f"  {treadle} serve          (schedules, REST API)\n"
            f"  {treadle} --help         (everything else)"
        )
        return 0
    arguments = sys.argv[1:] or ["--sample", SAMPLE]
    return subprocess.run([str(python), "-m", "engine.cli.main", *arguments]).returncode


if __name__ == "__main__":
    sys.exit(main())
