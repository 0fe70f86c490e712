"""What views are told of a document: nodes, ports, wires and changes, as plain frozen values."""

from typing import Any, Literal

from msgspec import Struct

from engine import Splice

NodeKind = Literal["step", "trigger"]
PortKind = Literal["success", "branch", "failure", "done", "always"]
Point = tuple[float, float]
"""A place on the canvas, in scene units: the top left corner of a node."""

TRIGGER_PREFIX = "trigger:"
STANDARD_PORT_NAMES = frozenset({"success", "failure", "done", "always"})
"""Ports that every step has."""


class PortView(Struct, frozen=True):
    """An output port of a node. ``wired`` tells whether anything hangs on it."""

    name: str
    kind: PortKind
    wired: bool = False


class NodeView(Struct, frozen=True, kw_only=True):
    """A step or a trigger as the views draw it. ``key`` is the step's id, or ``trigger:NAME``."""

    key: str
    kind: NodeKind
    type: str
    title: str
    subtitle: str = ""
    icon: str = ""
    group: str = "do"
    ports: tuple[PortView, ...] = ()
    has_input: bool = True
    """False for triggers and handlers, which nothing can be wired to."""
    position: Point | None = None
    """Where the author put it; None while the layout decides."""
    enabled: bool = True
    runnable: bool = True
    handler: str = ""
    """Which list names it when it stands outside the graph: ``on_failure``, ``finally``,
    ``compensate`` ..."""
    inner: int = 0
    """How many steps its bodies hold."""
    errors: int = 0
    warnings: int = 0


class EdgeView(Struct, frozen=True):
    """A wire. ``stored`` is False where the file does not write it: a trigger's, or one read from
    ``order``."""

    src: str
    port: str
    dst: str
    stored: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.src, self.port, self.dst)


Wire = tuple[str, str, str]
"""Source key, port, destination key."""


class Change(Struct, frozen=True, kw_only=True):
    """What one edit touched. Keys of ``steps`` are node keys, whose views should be read again.

    ``structure``: nodes or wires came, went or changed order. ``positions``: nodes that only moved.
    ``workflow``: something outside steps and triggers. ``splices``: the edit itself, each set of
    splices on the text that the one before it left; empty when only what was read from the text
    became known. ``origin`` names who made it, so that a view can tell its own edits from others'.
    """

    steps: frozenset[str] = frozenset()
    structure: bool = False
    positions: frozenset[str] = frozenset()
    workflow: bool = False
    origin: str = ""
    splices: tuple[tuple[Splice, ...], ...] = ()


def trigger_key(name: str) -> str:
    """The node key of a trigger."""
    return TRIGGER_PREFIX + name


def trigger_name(key: str) -> str | None:
    """The trigger's name in a node key, None for a step's key."""
    return key.removeprefix(TRIGGER_PREFIX) if key.startswith(TRIGGER_PREFIX) else None


def read_point(value: Any) -> Point | None:
    """A place as a file writes it, ``[x, y]`` or ``{x:, y:}``; None for anything else."""
    pair = (value.get("x"), value.get("y")) if isinstance(value, dict) else value
    if isinstance(pair, list | tuple) and len(pair) == 2 and all(map(_is_coordinate, pair)):
        return float(pair[0]), float(pair[1])
    return None


def _is_coordinate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e7
