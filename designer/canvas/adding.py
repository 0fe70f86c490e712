"""New nodes: added to the document, and selected once they are there."""

from collections.abc import Mapping

from designer.canvas.gestures.base import Surface
from designer.canvas.offer import Offer, centred_card
from designer.canvas.room import give_way, place_between
from designer.canvas.viewport import Point
from designer.document import trigger_key
from designer.document.views import Wire


def add_node(
    surface: Surface,
    offer: Offer,
    at: Point,
    *,
    connect_from: tuple[str, str] | None = None,
    connect_to: str | None = None,
    insert_into: Wire | None = None,
    moved: Mapping[str, Point] | None = None,
) -> str | None:
    """Adds a step or trigger with its top left corner at ``at``, wired as ``Document.add_step``
    says, and selects it; gives its key.

    None when it was refused, of which the user was told.
    """
    document = surface.document
    added: list[str] = []

    def edit() -> None:
        if offer.kind == "trigger":
            added.append(trigger_key(document.add_trigger(offer.type, at)))
        else:
            key = document.add_step(
                offer.type,
                at,
                connect_from=connect_from,
                connect_to=connect_to,
                insert_into=insert_into,
                moved=moved,
            )
            added.append(key)

    if not surface.attempt(edit) or not added:
        return None
    document.selection.set(added)
    if offer.kind == "step":
        surface.options.used(offer.type)
    return added[0]


def insert_node(surface: Surface, offer: Offer, wire: Wire, at: Point) -> str | None:
    """Adds a step into a wire near a scene point, between its two cards, which give way."""
    scene = surface.scene
    nth = scene.edge_index.get(wire)
    if nth is None:
        return add_node(surface, offer, centred_card(at))
    place = place_between(scene, nth, at)
    room = give_way(scene, nth, place)
    return add_node(surface, offer, place, insert_into=wire, moved=room)
