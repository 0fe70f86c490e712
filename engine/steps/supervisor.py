"""Starts and watches the scripts of one engine; a small process of its own, for Linux.

The engine starts it once and hands it a message for each attempt, with three descriptors: the
attempt's socket, stdout and stderr. On the attempt's socket it writes the request (length, then
JSON) and reads one report (JSON); it asks for the end by closing its side.

The supervisor adopts every orphan below it (a subreaper). While attempts run, it looks at all their
processes every 100 ms and ends what uses more than its limits. When a command has ended, what it
left is ended too, before that is reported. When the engine goes, however it goes, its sockets
close, and the supervisor ends with the last attempt.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress

from engine.steps.charge import Charge, ignore_signals
from engine.steps.kinship import Kinship
from engine.steps.process_tree import Member, below, kill, look, member_of, newest, own_memory

PR_SET_CHILD_SUBREAPER = 36
LOOK = 0.1
"""Seconds between two looks at running attempts."""
LOOK_AGAIN = 0.01
"""Seconds between two looks while something is being ended."""
_DESCRIPTORS = 3
_BETWEEN_COUNTS = 0.5
"""Seconds between two exact counts of the memory of one attempt; they cost milliseconds."""
_SHORT = 0.2
"""Seconds in which process ids cannot have gone round once."""
_FEW = 256


class Supervisor:
    """The attempts of an engine, each in a charge."""

    def __init__(self, control: socket.socket, groups: str) -> None:
        self._control = control
        self._groups = groups
        self._charges: dict[int, Charge] = {}
        """By the descriptor of the attempt's socket."""
        self._kinship = Kinship()
        self._number = 0
        self._open = True
        self._next_look = 0.0
        self._poll = select.poll()
        self._wake, woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        self._poll.register(control, select.POLLIN)
        self._poll.register(self._wake, select.POLLIN)

    def run(self) -> None:
        """Returns when the engine has gone and the last attempt has ended."""
        while self._open or self._is_busy:
            for descriptor, _ in self._poll.poll(self._pause()):
                if descriptor == self._control.fileno():
                    self._accept()
                elif (charge := self._charges.get(descriptor)) and not charge.hear():
                    self._poll.unregister(descriptor)
            self._reap()
            if self._is_busy and time.monotonic() >= self._next_look:
                self._look()
            for descriptor in [d for d, charge in self._charges.items() if charge.done]:
                self._dismiss(descriptor)

    @property
    def _is_busy(self) -> bool:
        return bool(self._charges) or self._kinship.any_strays

    def _pause(self) -> float | None:
        """Milliseconds until there is something to do by itself."""
        if not self._is_busy:
            return None
        if any(charge.ending for charge in self._charges.values()):
            self._next_look = min(self._next_look, time.monotonic() + LOOK_AGAIN)
        return max(0.0, self._next_look - time.monotonic()) * 1000 + 1

    def _accept(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._control, 64, _DESCRIPTORS)
        if not message:
            self._poll.unregister(self._control)
            self._open = False
            return
        if not self._is_busy:
            self._next_look = time.monotonic() + LOOK
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        self._number += 1
        attempt = socket.socket(fileno=descriptors[0])
        charge = Charge(self._number, attempt, descriptors[1:], self._groups)
        self._charges[attempt.fileno()] = charge
        self._poll.register(attempt, select.POLLIN)
        if not charge.hear():
            self._poll.unregister(attempt)

    def _dismiss(self, descriptor: int) -> None:
        with suppress(KeyError):  # it has been heard to its end
            self._poll.unregister(descriptor)
        self._charges.pop(descriptor).attempt.close()

    def _reap(self) -> None:
        """Takes leave of every process that has ended."""
        with suppress(BlockingIOError):
            os.read(self._wake, 4096)
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for charge in self._charges.values():
                if charge.pid == pid and charge.status is None:
                    charge.status = status
                    charge.peak = usage.ru_maxrss * 1024
                    self._command_ended(charge)

    def _command_ended(self, charge: Charge) -> None:
        if not charge.ending and self._left_nothing(charge):
            charge.report(left=False)
            charge.done = True
        else:
            charge.end("")
            self._next_look = 0.0

    def _left_nothing(self, charge: Charge) -> bool:
        """Whether an attempt that was short certainly left no process, found without a look.

        Whatever it left has this process for a parent now, and an id that was given since.
        """
        if charge.is_grouped:
            return not charge.grouped()
        last = newest()
        if time.monotonic() - charge.since > _SHORT or not 0 <= last - charge.pid < _FEW:
            return False
        commands = {other.pid for other in self._charges.values()}
        me = os.getpid()
        for pid in range(charge.pid + 1, last + 1):
            if pid not in commands and (member := member_of(pid)) and member.parent == me:
                return False
        return True

    def _look(self) -> None:
        now = time.monotonic()
        self._next_look = now + LOOK
        charges = [charge for charge in self._charges.values() if charge.pid and not charge.done]
        settled = (charge.ending or now - charge.since > LOOK / 2 for charge in charges)
        if not self._kinship.any_strays and not any(settled):
            return
        members, over = self._kinship.sort(charges, look())
        for charge, found in members.items():
            if reason := self._passed(charge, found, now):
                charge.end(reason)
            if charge.ending:
                charge.push(found, now)
        kill(over)

    def _passed(self, charge: Charge, members: list[Member], now: float) -> str:
        """What the attempt uses too much of."""
        if charge.is_held:
            return charge.passed()
        if charge.processes and sum(member.threads for member in members) > charge.processes:
            return "processes"
        resident = sum(member.memory for member in members)
        if not charge.memory or resident <= charge.memory or now - charge.counted < _BETWEEN_COUNTS:
            return ""
        charge.counted = now
        return "memory" if own_memory(members) > charge.memory else ""


def main() -> None:
    """The arguments: the descriptor of the control socket, the folder of groups or nothing."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    ignore_signals()
    try:
        Supervisor(control, sys.argv[2]).run()
    finally:  # whatever goes wrong here, nothing goes on without a supervisor
        while members := [m for m in below(os.getpid(), look()) if m.threads]:
            kill(members)
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
