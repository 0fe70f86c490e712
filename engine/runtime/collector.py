"""Python's garbage collector in a process that is an engine: it looks less often, and at less."""

import gc


def calm_collector() -> None:
    """For a process that carries out executions, once its modules are loaded.

    An engine makes and drops very many small values that reference counts free at once; looking
    through all that was imported again and again costs a quarter of its time. What is loaded by now
    is not looked at any more, and young values after 20,000 of them, not 700.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
