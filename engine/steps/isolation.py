"""Says what keeps scripts from harming the engine on this machine, and what cannot."""

import sys

from engine.steps import cgroup

_EVERYWHERE = [
    "output of scripts: bounded in memory, in the log, and in all (executor.max_output)",
]


def isolation_report() -> list[str]:
    """Plain lines for the log and the start message: first what holds, last what does not.

    Looks only; no group is made and no process started.
    """
    if sys.platform != "linux":
        return [*_EVERYWHERE, *_elsewhere()]
    try:
        parent = cgroup.find()
    except cgroup.UnavailableError as error:
        return [*_EVERYWHERE, *_watched(str(error))]
    return [*_EVERYWHERE, *_grouped(str(parent))]


def _grouped(parent: str) -> list[str]:
    return [
        f"memory and processes of scripts: held by the kernel, in control groups below {parent}",
        "end of scripts: all their processes are killed with their group",
        _LINUX,
        *_NEVER,
    ]


def _watched(reason: str) -> list[str]:
    return [
        "memory and processes of scripts: watched every 100 ms, ended beyond the limits",
        "end of scripts: all their processes are found and killed, daemons too",
        _LINUX,
        f"not enforced by the kernel: memory and processes, as {reason}; between two looks a "
        "script may pass its limits for a moment (run treadle as a service with Delegate=yes)",
        *_NEVER,
    ]


_LINUX = "CPU time, open files and memory of each single process: limits of the kernel (rlimits)"
_NEVER = [
    "not enforced: what a script does on purpose with the rights of its user, as killing other "
    "processes or filling the disk; run code that is not trusted as another user or in a container",
]


def _elsewhere() -> list[str]:
    system = {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, sys.platform)
    return [
        "end of scripts: the process tree is looked through and killed",
        f"not enforced on {system}: memory, processes, CPU time and open files of scripts; "
        "processes that left the tree of their script before its end",
        *_NEVER,
    ]
