"""Starts the designer: options, display, fonts and theme, one window, one loop, a clean end."""

import argparse
import asyncio
import ctypes
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

NO_DISPLAY = """Treadle's designer needs a display, and there is none here ({reason}).

Without one, workflows run from the command line:
  treadle run FILE           run a workflow and watch it
  treadle serve              run schedules, and serve the API; a designer elsewhere connects
                             with: treadle --server URL --token TOKEN"""
NO_LIBRARY = """Treadle's designer cannot start, as a system library is missing:
  {reason}
On Debian and Ubuntu:  apt-get install {packages}
Without the designer, workflows run with: treadle run FILE"""
QT_PACKAGES = (
    "libglib2.0-0 libegl1 libgl1 libx11-6 libdbus-1-3 libfontconfig1 libfreetype6 libxkbcommon0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 "
    "libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 "
    "libxkbcommon-x11-0 libx11-xcb1"
)
EXIT_USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the designer until its window is closed; gives the exit code."""
    options = _parser().parse_args(argv)
    reason = missing_display(os.environ, sys.platform)
    if reason is not None:
        print(NO_DISPLAY.format(reason=reason), file=sys.stderr)
        return EXIT_USAGE
    problem = _missing_library()
    if problem is not None:
        print(NO_LIBRARY.format(reason=problem, packages=QT_PACKAGES), file=sys.stderr)
        return EXIT_USAGE
    return _run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="treadle", description="Draw, run and watch workflows.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="workflows to open")
    parser.add_argument("--server", metavar="URL", help="use the engine served there")
    parser.add_argument("--token", help="the token for that server (or TREADLE_TOKEN)")
    parser.add_argument(
        "--sample", metavar="NAME", help="open this shipped sample where no file was open before"
    )
    return parser


def missing_display(environment: Mapping[str, str], platform: str) -> str | None:
    """Why no window can be shown; None when one can. Qt itself would abort instead of saying so."""
    if environment.get("QT_QPA_PLATFORM") or platform in ("win32", "darwin"):
        return None
    if environment.get("WAYLAND_DISPLAY"):
        return None
    display = environment.get("DISPLAY")
    if not display:
        return "neither DISPLAY nor WAYLAND_DISPLAY is set"
    return None if _answers(display) else f"the display {display} does not answer"


def _answers(display: str) -> bool:
    """Whether an X server can be reached; where that cannot be found out, Qt is left to try."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not failed


def _missing_library() -> str | None:
    """The system library that Qt lacks, in the loader's words; None when all are there."""
    try:
        import PySide6.QtWidgets  # noqa: F401

        if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
            return None
        if not os.environ.get("WAYLAND_DISPLAY"):
            spec = importlib.util.find_spec("PySide6")
            folder = Path(spec.origin or "").parent if spec else Path()
            ctypes.CDLL(str(folder / "Qt" / "plugins" / "platforms" / "libqxcb.so"))
    except (ImportError, OSError) as error:
        return str(error)
    return None


def _run(options: argparse.Namespace) -> int:
    from PySide6.QtWidgets import QApplication
    from qasync import QEventLoop

    app = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(app, QApplication)
    app.setApplicationName("Treadle")
    app.setDesktopFileName("treadle")
    app.setQuitOnLastWindowClosed(False)  # the end is ours: it waits for what still has to be done
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(_live(app, options))
    return 0


async def _live(app: "QApplication", options: argparse.Namespace) -> None:
    """The life of the window: from opening the files to letting go of the engine."""
    from designer.shell.engine_link import EngineLink
    from designer.shell.look import remembered_theme
    from designer.shell.memory import Memory
    from designer.shell.window import MainWindow
    from engine import EngineClient, home

    memory = Memory(home())
    theme = remembered_theme(memory)
    theme.apply(app)
    app.setWindowIcon(theme.icon("treadle", "accent", 64))
    if options.server:
        token = options.token or os.environ.get("TREADLE_TOKEN")
        link = EngineLink(
            EngineClient.remote(options.server, token), f"at {options.server}", local=False
        )
    else:
        link = EngineLink(EngineClient.local(home()), "on this machine", local=True)
    window = MainWindow(theme, memory, link)
    ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    window.closed.connect(ended.set_result)
    window.show()
    window.open_files(options.files, options.sample or "")
    window.tasks.spawn(link.run(window.tasks.spawn))
    stop_engine = await ended
    await window.tasks.close()
    await asyncio.to_thread(window.rescues.close)
    await link.close(stop=stop_engine)
    window.deleteLater()
