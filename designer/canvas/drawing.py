"""The scene of a document with its states, brought up to date from what the document tells."""

from collections.abc import Mapping
from functools import cached_property

from designer.canvas.areas import Areas, union
from designer.canvas.geometry import port_plan
from designer.canvas.placement import settle
from designer.canvas.scene import Scene
from designer.canvas.states import NodeState
from designer.canvas.tints import Tints
from designer.canvas.viewport import Box
from designer.document import Change, Document, Point, Wire
from designer.document.shapes import FrameView, NoteView, read_frames, read_notes
from designer.theme.theme import Theme


class Drawing:
    """Holds what is painted. Places that the layout chose are remembered, also while the author's
    hold."""

    def __init__(self, document: Document, theme: Theme) -> None:
        self._document = document
        self._theme = theme
        self._laid: dict[str, Point] = {}
        self.states: Mapping[str, NodeState] = {}
        self.wire_states: Mapping[Wire, str] | None = None
        self.scene = Scene()
        self.areas = Areas()
        self.rebuild()

    def rebuild(self) -> None:
        """Reads everything again."""
        nodes, edges = self._document.nodes(), self._document.edges()
        places = settle(nodes, edges, self._laid)
        self._laid.update((n.key, places[n.key]) for n in nodes if n.position is None)
        self._shapes = self._read_shapes()
        heights = {node.key: port_plan(node.ports).height for node in nodes}
        self.areas = Areas(*self._shapes, places, heights)
        self.scene = Scene(nodes, edges, places, self.areas.folds())
        self._forget_tints()

    def _read_shapes(self) -> tuple[tuple[FrameView, ...], tuple[NoteView, ...]]:
        workflow = self._document.workflow
        return read_frames(workflow), read_notes(workflow)

    def bounds(self) -> Box | None:
        """The box around everything that is drawn."""
        boxes = [box for box in (self.scene.bounds(), self.areas.bounds()) if box is not None]
        return union(boxes) if boxes else None

    def take(self, change: Change) -> bool:
        """Follows one change of the document; True when nodes or wires came or went."""
        places = self._places_of(change.positions)
        if change.structure or places is None:
            self.rebuild()
            return True
        if self._shapes != self._read_shapes():
            self.rebuild()
            return True
        self._follow_nodes(change)
        if change.steps:
            self._forget_tints()
        self.scene.place(places)
        return False

    def _follow_nodes(self, change: Change) -> None:
        routed = True
        for key in change.steps | change.positions:
            node = self._document.node(key)
            if key in self.scene.index and node is not None:
                routed &= self.scene.replace_node(node)
        if not routed:
            self.scene.route_all()

    def _places_of(self, moved: frozenset[str]) -> dict[str, Point] | None:
        """The author's places; for a node that lost its own, the one that the layout had
        chosen. None when one has neither, or is not drawn yet."""
        places: dict[str, Point] = {}
        for key in moved:
            at = self._document.position(key) or self._laid.get(key)
            if at is None or key not in self.scene.index:
                return None
            places[key] = at
        return places

    def set_states(
        self, states: Mapping[str, NodeState], wires: Mapping[Wire, str] | None = None
    ) -> None:
        """``wires`` are the states of wires, where those do not follow from the nodes'."""
        self.states = dict(states)
        self.wire_states = wires
        self._forget_tints()

    @property
    def ticking(self) -> bool:
        """Whether some duration grows."""
        return any(state.ticking for state in self.states.values())

    @cached_property
    def tints(self) -> Tints:
        return Tints(self.scene, self.states, self._theme_role, self.wire_states)

    def recolour(self) -> None:
        self._forget_tints()

    def _forget_tints(self) -> None:
        self.__dict__.pop("tints", None)

    def _theme_role(self, status: str) -> str:
        return self._theme.state(status).color
