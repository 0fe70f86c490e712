"""Garbage collection, which is off while a command starts."""

import gc


def collect_from_here() -> None:
    """Turns it on again, for what is made from now on: what was imported stays anyway."""
    gc.freeze()
    gc.enable()
