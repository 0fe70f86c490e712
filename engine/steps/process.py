"""A child process with limits, whose output is followed live and whose whole tree ends with it."""

import sys
from collections.abc import Callable

from engine.steps.base import Stream
from engine.steps.command import Command, Ended


async def run_process(
    command: Command, log: Callable[[str, Stream], None], *, supervised: bool | None = None
) -> Ended:
    """Runs ``command`` to its end, each line of output handed to ``log`` as it comes.

    When it returns, and when it is cancelled (within 2 seconds), no process of the tree is left. A
    supervisor sees to that, and to the limits, on Linux; elsewhere the tree is looked through as it
    ends, which misses processes that left it before. Raises OSError when the program cannot be
    started.
    """
    if sys.platform == "linux" if supervised is None else supervised:
        from engine.steps.supervised import SUPERVISION

        return await SUPERVISION.run(command, log)
    from engine.steps.unsupervised import run_alone

    return await run_alone(command, log)


async def end_supervision() -> None:
    """Ends the supervisor of this process, if there is one."""
    if sys.platform == "linux":
        from engine.steps.supervised import SUPERVISION

        await SUPERVISION.close()
