"""Runs one command and answers for its whole process tree; a program of its own, for Linux.

The engine starts it between itself and a script:

    python -I -S supervisor.py ENGINE_PID GRACE MEMORY CPU FILES COMMAND ...

It adopts every orphan below it (a subreaper), so that no descendant escapes by leaving its group,
its session or its parent. The tree ends when the command ends, when SIGTERM asks for it, and when
the engine dies, however it dies. It then ends as the command did: same exit code, same signal.
"""

import ctypes
import os
import resource
import signal
import sys
import time
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
WATCHED = {signal.SIGCHLD, *STOPS}
KILL_TIME = 0.5
"""Seconds that killed processes get to disappear before the supervisor gives up on them."""
LOOK_AGAIN = 0.02
NOT_STARTED = 127

prctl = ctypes.CDLL(None).prctl


def main(arguments: list[str]) -> None:
    engine, grace = int(arguments[0]), float(arguments[1])
    limits = [int(argument) for argument in arguments[2:5]]
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != engine:  # it died before it could be watched
        sys.exit(NOT_STARTED)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    supervisor = os.getpid()
    child = os.fork()
    if child == 0:
        become(arguments[5:], limits, supervisor)
    let_go_of_pipes()
    status = wait_for(child)
    status = end_tree(child, grace, status)
    leave(status)


def become(command: list[str], limits: list[int], supervisor: int) -> NoReturn:
    """In the child: a session of its own, the limits, then the command."""
    os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != supervisor:
        os._exit(NOT_STARTED)
    kinds = (resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE)
    for kind, limit in zip(kinds, limits, strict=True):
        hard = resource.getrlimit(kind)[1]
        if limit and (hard == resource.RLIM_INFINITY or limit < hard):
            resource.setrlimit(kind, (limit, limit))
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execvp(command[0], command)  # noqa: S606  (no shell is the point)
    except OSError as error:
        os.write(2, f"cannot start {command[0]}: {error.strerror}\n".encode())
        os._exit(NOT_STARTED)


def let_go_of_pipes() -> None:
    """Leaves the pipes to the tree alone, so that they close when its last process ends."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)


def wait_for(child: int) -> int | None:
    """The command's wait status when it has ended, None when it is to be stopped."""
    while True:
        if signal.sigwait(WATCHED) in STOPS:
            return None
        status = reap(child)
        if status is not None:
            return status


def reap(child: int) -> int | None:
    """Takes leave of every process that has ended; the status of ``child`` if it was among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == child:
            found = status


def end_tree(child: int, grace: float, status: int | None) -> int:
    """Ends every process below, gently for ``grace`` seconds; the command's wait status."""
    kill_at = time.monotonic() + grace
    send(signal.SIGTERM, child if status is None else 0)
    while has_children():
        now = time.monotonic()
        if now > kill_at + KILL_TIME:
            break
        if now > kill_at:
            send(signal.SIGKILL, child if status is None else 0)
        signal.sigtimedwait({signal.SIGCHLD}, LOOK_AGAIN)
        ended = reap(child)
        status = ended if status is None else status
    return signal.SIGKILL if status is None else status


def has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def send(number: int, group: int) -> None:
    """Signals the command's group, then all descendants, wherever they have gone."""
    if not has_children():
        return
    targets = [(os.kill, pid) for pid in descendants()]
    for kill, target in [(os.killpg, group), *targets] if group else targets:
        try:
            kill(target, number)
        except (ProcessLookupError, PermissionError):
            continue  # it has ended meanwhile, or took another user's rights


def descendants() -> list[int]:
    """Process ids of everything below this process, from one look at /proc."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208  (pathlib costs its import at each start)
        if entry.isdigit() and (parent := parent_of(entry)):
            children.setdefault(parent, []).append(int(entry))
    found = children.get(os.getpid(), [])
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def parent_of(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123
            return int(stat.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0  # it has ended since the look


def leave(status: int) -> None:
    """Ends as the command did."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main(sys.argv[1:])
