"""New nodes: where they go, and that they are selected once they are there."""

from designer.canvas.geometry import CARD_HEIGHT, COLUMN, snap
from designer.canvas.gestures.base import Surface
from designer.canvas.offer import Offer
from designer.canvas.placement import free_spot
from designer.canvas.viewport import Point
from designer.document import trigger_key
from designer.document.views import Wire


def add_node(
    surface: Surface,
    offer: Offer,
    at: Point,
    *,
    connect_from: tuple[str, str] | None = None,
    insert_into: Wire | None = None,
) -> str | None:
    """Adds a step or trigger with its top left corner at ``at`` and selects it; gives its key.

    None when it was refused, of which the user was told.
    """
    document = surface.document
    added: list[str] = []

    def edit() -> None:
        if offer.kind == "trigger":
            added.append(trigger_key(document.add_trigger(offer.type, at)))
        else:
            key = document.add_step(
                offer.type, at, connect_from=connect_from, insert_into=insert_into
            )
            added.append(key)

    if not surface.attempt(edit) or not added:
        return None
    document.selection.set(added)
    return added[0]


def place_after(surface: Surface, key: str) -> Point:
    """A free place to the right of a node."""
    scene = surface.scene
    i = scene.index[key]
    x, y = scene.position(key)
    wanted = (snap(x + COLUMN), snap(y + (scene.plans[i].height - CARD_HEIGHT) / 2))
    return free_spot(wanted, CARD_HEIGHT, scene.rects)
