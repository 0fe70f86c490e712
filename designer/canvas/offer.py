"""What is dragged in from the palette, and where its card would lie."""

import json
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QMimeData

from designer.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, snap
from designer.canvas.viewport import Point
from engine import Catalogue

MIME = "application/x-treadle-step"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is being dragged: a type of step or of trigger."""

    kind: Literal["step", "trigger"]
    type: str

    def known(self, catalogue: Catalogue) -> bool:
        """Whether this program has such a type."""
        types = catalogue.step_types if self.kind == "step" else catalogue.trigger_types
        return self.type in types


def offer_of(data: QMimeData) -> Offer | None:
    """What a drag carries; None when it is nothing for the canvas."""
    if not data.hasFormat(MIME):
        return None
    try:
        value = json.loads(bytes(data.data(MIME).data()))
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("trigger"), str):
        return Offer("trigger", value["trigger"])
    if isinstance(value.get("type"), str):
        return Offer("step", value["type"])
    return None


def centred_card(at: Point) -> Point:
    """The top left corner, on the grid, of a card whose middle is at a scene point."""
    return snap(at[0] - CARD_WIDTH / 2), snap(at[1] - CARD_HEIGHT / 2)
