"""Makes what Treadle needs on a fresh machine: system packages where they are missing, and a venv
of its own.

Only the standard library: it runs before anything is installed. On Debian and its relatives missing
system packages are installed as root, and named in one line for other users; elsewhere the wheels
bring all there is.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MINIMUM = (3, 11)

# Shared library -> Debian package. What Qt loads to paint anywhere, even without a screen ...
OFFSCREEN = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
# ... and to open a window on X11.
WINDOW = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
# A face with Chinese, Japanese and Korean letters: the faces that Treadle brings have none.
CJK_FONT = "fonts-droid-fallback"
CJK_FILES = ("*CJK*", "*wqy*", "*DroidSansFallback*", "*unifont*", "*uming*", "*ukai*", "*ipa*")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
# Program -> Debian package, for the tests.
TEST_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "node": "nodejs"}


def require_python() -> None:
    """Ends with one line where this Python is too old."""
    if sys.version_info < MINIMUM:
        found = ".".join(str(part) for part in sys.version_info[:2])
        raise SystemExit(f"Treadle needs Python 3.11 or newer; this is {found} ({sys.executable}).")


def missing_libraries(wanted: dict[str, str]) -> list[str]:
    """Debian packages of the shared libraries that cannot be loaded here; empty away from Linux."""
    if sys.platform != "linux":
        return []
    return [package for library, package in wanted.items() if not _loads(library)]


def missing_programs(wanted: dict[str, str]) -> list[str]:
    """Debian packages of the programs that are not on the path; empty away from Linux."""
    if sys.platform != "linux":
        return []
    return [package for program, package in wanted.items() if shutil.which(program) is None]


def missing_fonts() -> list[str]:
    """The Debian package of a font for East Asian texts, where none is there; empty elsewhere."""
    if sys.platform != "linux":
        return []
    for folder in FONT_FOLDERS:
        place = Path(folder).expanduser()
        if any(next(place.rglob(pattern), None) for pattern in CJK_FILES):
            return []
    return [CJK_FONT]


def missing_venv() -> list[str]:
    """The Debian package without which a venv gets no pip."""
    return [] if importlib.util.find_spec("ensurepip") else ["python3-venv"]


def install_system_packages(packages: list[str]) -> None:
    """Installs Debian packages as root; else ends with the one line that does."""
    if not packages:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise SystemExit(
            "Missing system packages. Install what your system calls: " + " ".join(packages)
        )
    if os.geteuid() != 0:
        raise SystemExit("Missing system packages. Run: sudo " + " ".join(command))
    say("Installing system packages: " + " ".join(packages))
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-q"], command):
        done = subprocess.run(step, env=quiet, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(step)} failed:\n{done.stdout}{done.stderr}")


def make_environment(extras: str, groups: tuple[str, ...] = ()) -> Path:
    """The venv's Python, with this checkout and ``extras`` (and dependency groups) installed in it.

    What is installed already is not looked at again until ``pyproject.toml`` changes; what changed
    of the checkout is compiled each time, so that no command has to (where Python may not write,
    ``PYTHONDONTWRITEBYTECODE``, every single one would).
    """
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = VENV / f"treadle-{'-'.join((extras, *groups))}.stamp"
    wanted = hashlib.sha256(
        (ROOT / "pyproject.toml").read_bytes() + sys.version.encode() + bytes(ROOT)
    ).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        _compile(python)
        return python
    if not python.exists():
        say(f"Making a virtual environment in {VENV}")
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    say("Installing Treadle and what it needs (a minute or two the first time)")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run([*pip, "--upgrade", "pip>=25.1"])  # the first pip that knows dependency groups
    _run([*pip, "--editable", f".[{extras}]", *(f"--group={group}" for group in groups)])
    _compile(python)
    stamp.write_text(wanted)
    return python


def say(line: str) -> None:
    """A line of progress, in order with what child processes print."""
    print(line, flush=True)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _compile(python: Path) -> None:
    _run([str(python), "-m", "compileall", "-q", "engine", "designer"])


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT).returncode:
        raise SystemExit(f"This failed: {' '.join(command)}")
