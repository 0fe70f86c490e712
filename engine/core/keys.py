"""The keys of step executions: ``fetch``, ``each.3.fetch`` in an iteration, ``both.left.fetch``.

Ids of steps and names of branches hold no dot, so a key can be taken apart again.
"""


def prefix_of(key: str, place: int | str) -> str:
    """What the keys of an iteration or branch of a step begin with."""
    return f"{key}.{place}."


def step_id_of(key: str) -> str:
    """The id that the step has in the definition."""
    return key[key.rfind(".") + 1 :]


def parent_of(key: str) -> str | None:
    """The key of the step in whose body it is; None at the top level."""
    parts = key.rsplit(".", 2)
    return parts[0] if len(parts) == 3 else None


def place_of(key: str) -> str | None:
    """The iteration's number, or the branch's name; None at the top level."""
    parts = key.rsplit(".", 2)
    return parts[1] if len(parts) == 3 else None
