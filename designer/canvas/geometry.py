"""Measures of a node in scene units: the card, its parts, and where its ports are."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from designer.document.views import PortKind, PortView
from designer.theme.tokens import load_tokens

_TOKENS = load_tokens()
CARD_WIDTH = float(_TOKENS.size["node_width"])
CARD_HEIGHT = float(_TOKENS.size["node_height"])
CORNER = float(_TOKENS.radius["node"])
TILE = float(_TOKENS.size["node_tile"])
BADGE = float(_TOKENS.size["badge"])
PADDING = float(_TOKENS.spacing["m"])
TEXT_X = PADDING + TILE + PADDING
PORT = 5.0
"""Radius of a port."""
PORT_PITCH = 20.0
GRID = 8.0
"""Where nodes snap to."""
COLUMN = 280.0
"""From one column of a layout to the next."""
ROW_GAP = 40.0

Shape = Literal["round", "point", "diamond", "square", "ring"]

Reveal = Literal["none", "wired", "card", "all"]
"""How many of a node's ports are shown: none, those that matter, also those hidden on the card, and
also those in the drawer below it."""

_SHAPES: dict[PortKind, Shape] = {
    "branch": "point",
    "failure": "diamond",
    "done": "square",
    "always": "ring",
}
_ROLES: dict[PortKind, str] = {"failure": "failed", "done": "completed", "always": "paused"}
_BRANCH_ROLES = {"true": "completed", "false": "waiting"}
_NO_PORTS = (PortView("success", "success"),)


@dataclass(frozen=True, slots=True)
class PortSpot:
    """An output port: where its middle is, from the top left of its card."""

    name: str
    x: float
    y: float
    shape: Shape
    label: str = ""
    """What the pill beside it says; empty where the shape says enough."""
    role: str = "wire"
    """Its colour, which says no more than its shape and label do."""


@dataclass(frozen=True, slots=True)
class PortPlan:
    """What a card shows at its right side, and how high that makes it."""

    height: float
    fixed: tuple[PortSpot, ...]
    """Always to be seen."""
    hidden: tuple[PortSpot, ...]
    """Shown while the pointer is over the card, in its place below the others."""

    def shown(self, reveal: Reveal) -> tuple[PortSpot, ...]:
        """The ports to be seen at some reveal; those that hang below the card come last."""
        if reveal == "all":
            return (*self.fixed, *self.hidden)
        if reveal == "card":
            return (*self.fixed, *(spot for spot in self.hidden if spot.y <= self.height))
        return self.fixed if reveal == "wired" else ()

    def spot(self, name: str) -> PortSpot:
        """Where a wire from this port starts; a port that the node does not have leaves at the
        first."""
        return next((s for s in (*self.fixed, *self.hidden) if s.name == name), self.fixed[0])


@lru_cache(maxsize=4096)
def port_plan(ports: tuple[PortView, ...]) -> PortPlan:
    """Places ports in their order: branches (or else success) always, the others once they are
    wired."""
    ports = ports or _NO_PORTS
    branching = any(port.kind == "branch" for port in ports)
    main: PortKind = "branch" if branching else "success"
    fixed = [port for port in ports if port.kind == main or port.wired] or [ports[0]]
    hidden = [port for port in ports if port not in fixed]
    height = max(CARD_HEIGHT, PORT_PITCH * (len(fixed) + 1))
    step = height / (len(fixed) + 1)
    spots = tuple(_spot(port, step * (i + 1), branching) for i, port in enumerate(fixed))
    return PortPlan(height, spots, _hidden_spots(hidden, height, len(fixed)))


def _hidden_spots(ports: list[PortView], height: float, fixed: int) -> tuple[PortSpot, ...]:
    """The failure port under a lone success on the card, the rest in a drawer that hangs below
    it."""
    spots = []
    y = height + PORT_PITCH
    for port in ports:
        if fixed == 1 and port.kind == "failure":
            spots.append(PortSpot(port.name, CARD_WIDTH, height - 12.0, "diamond", "", _role(port)))
            continue
        shape = _SHAPES.get(port.kind, "round")
        spots.append(PortSpot(port.name, CARD_WIDTH, y, shape, port.name, _role(port)))
        y += PORT_PITCH
    return tuple(spots)


def _spot(port: PortView, y: float, branching: bool) -> PortSpot:
    told = port.kind in ("branch", "done", "always") or (port.kind == "success" and branching)
    label = port.name if told else ""
    shape = _SHAPES.get(port.kind, "round")
    return PortSpot(port.name, CARD_WIDTH, y, shape, label, _role(port))


def _role(port: PortView) -> str:
    """True and false have colours of their own, all other branches share one."""
    if port.kind == "branch":
        return _BRANCH_ROLES.get(port.name, "accent")
    return _ROLES.get(port.kind, "wire")


def snap(value: float, grid: float = GRID) -> float:
    """The nearest multiple of the grid."""
    return round(value / grid) * grid
