"""Has large texts checked by a process of its own: Python runs one thread at a time, and a check
beside the window would hold it up."""

import atexit
import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import Lock

import engine
from engine import checking
from engine.checking import Answer, Ask

if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NO_WINDOW
else:
    _FLAGS = 0


class CheckProcess:
    """One process for all documents. ``check`` waits for the answer, so it is for another thread;
    ``stop`` is for any."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asking, self._writing = Lock(), Lock()
        atexit.register(self.close)

    def check(self, ask: Ask, text: str) -> Answer | None:
        """The answer; None when the process ended meanwhile. ``text`` is the whole text, which is
        sent where the process does not know the one before the edits."""
        with self._asking:
            return self._checked(ask, text)

    def _checked(self, ask: Ask, text: str) -> Answer | None:
        process = self._running()
        answer = self._asked(process, ask)
        if answer is not None and answer.unknown:
            whole = Ask(ask.document, ask.revision, text=text, file=ask.file, folder=ask.folder)
            answer = self._asked(process, whole)
        return answer

    def stop(self) -> None:
        """Ends the check that runs; its answer comes without problems."""
        process = self._process
        if process is not None:
            self._write(process, Ask(0, 0))

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", checking.MODULE],
                cwd=Path(engine.__file__).parent.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=_FLAGS,
            )
        return self._process

    def _asked(self, process: "subprocess.Popen[bytes]", ask: Ask) -> Answer | None:
        assert process.stdout is not None
        if not self._write(process, ask):
            return None
        data = checking.read_frame(process.stdout)
        return checking.read_answer(data) if data is not None else None

    def _write(self, process: "subprocess.Popen[bytes]", ask: Ask) -> bool:
        assert process.stdin is not None
        try:
            with self._writing:
                checking.write_frame(process.stdin, ask)
        except (OSError, ValueError):  # it ended
            return False
        return True


@cache
def check_process() -> CheckProcess:
    """The one process, started when it is first needed."""
    return CheckProcess()
