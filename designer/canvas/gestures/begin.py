"""Which gesture a press of the left button begins."""

from PySide6.QtCore import QPointF

from designer.canvas.areas import AreaHit
from designer.canvas.gestures.area import PressArea
from designer.canvas.gestures.base import Gesture, Modifiers, Surface
from designer.canvas.gestures.connect import Connect
from designer.canvas.gestures.select import PressNode, PressWire, RubberBand
from designer.canvas.hit import Hit
from designer.document.views import EdgeView


def begin(surface: Surface, at: QPointF, modifiers: Modifiers) -> Gesture:
    hit = surface.hit(at)
    area = area_under(surface, at, hit)
    if area is not None:
        return PressArea(surface, at, area, modifiers)
    if surface.editable and hit.kind in ("output", "input", "wire"):
        wiring = _wiring(surface, at, hit)
        if wiring is not None:
            return wiring
    if hit.kind == "wire":
        return PressWire(surface, hit)
    if hit.node >= 0:
        return PressNode(surface, at, hit, modifiers)
    return RubberBand(surface, at, modifiers)


def area_under(surface: Surface, at: QPointF, hit: Hit) -> AreaHit | None:
    """The frame or note that a press at a place is for: cards lie above all of them, wires above
    all but blocks of folded frames, and edges of what is selected."""
    if hit.kind not in ("nothing", "wire"):
        return None
    found = surface.areas.hit(surface.scene_point(at), surface.viewport.zoom)
    if found is None or hit.kind == "nothing" or surface.areas.items[found.key].folded:
        return found
    selected = found.key in surface.document.selection.shapes
    return found if selected and found.part not in ("title", "body") else None


def _wiring(surface: Surface, at: QPointF, hit: Hit) -> Gesture | None:
    """From an output a new wire; at an input the end of the wire that ends there; else, where a
    wire's end is near, that end."""
    scene = surface.scene
    if hit.kind == "output":
        return Connect(surface, at, src=(scene.nodes[hit.node].key, hit.port))
    if hit.kind == "input":
        key = scene.nodes[hit.node].key
        edge = _wire_into(surface, hit.node)
        if edge is None:
            return Connect(surface, at, dst=key)
        return Connect(surface, at, src=(edge.src, edge.port), old=edge.key)
    edge = scene.edges[hit.wire]
    if not hit.end or edge.src.startswith("trigger:"):
        return None
    if hit.end == "dst":
        return Connect(surface, at, src=(edge.src, edge.port), old=edge.key)
    return Connect(surface, at, dst=edge.dst, old=edge.key)


def _wire_into(surface: Surface, node: int) -> EdgeView | None:
    """The wire to take off an input: the selected one of those that end there, else the last
    drawn."""
    scene = surface.scene
    ending = [
        scene.edges[i]
        for i in scene.edges_at(scene.indices([scene.nodes[node].key])).tolist()
        if scene.targets[i] == node and scene.nodes[scene.sources[i]].kind == "step"
    ]
    chosen = [edge for edge in ending if edge.key in surface.document.selection.wires]
    found = chosen or ending
    return found[-1] if found else None
