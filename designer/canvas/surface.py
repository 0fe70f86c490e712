"""The canvas as a widget that paints a document's graph and follows it; gestures act on it."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from designer.canvas import words
from designer.canvas.accessible import install, tell_current, tell_structure
from designer.canvas.adding import add_node, insert_node
from designer.canvas.areas import Areas
from designer.canvas.drawing import Drawing
from designer.canvas.edge_pan import EdgePan
from designer.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, snap
from designer.canvas.gestures.base import Gesture
from designer.canvas.gestures.move import Move
from designer.canvas.hit import Hit
from designer.canvas.hover import Hover
from designer.canvas.minimap import Minimap
from designer.canvas.navigation import Navigation
from designer.canvas.offer import Offer, centred_card
from designer.canvas.options import CanvasOptions
from designer.canvas.paint.frame import BLOCK_ZOOM, Frame
from designer.canvas.paint.kit import Kit
from designer.canvas.paint.overlay import paint_empty
from designer.canvas.paint.painting import paint_drawing
from designer.canvas.paint.style import Style
from designer.canvas.pulse import Pulse, phase
from designer.canvas.quick_add import QuickAdd, entries, recent_first
from designer.canvas.scene import Scene
from designer.canvas.states import NodeState, utc_now
from designer.canvas.viewport import Point, Viewport
from designer.canvas.zoom_bar import ZoomBar
from designer.document import Change, Document, DocumentError
from designer.document.views import Wire
from designer.theme.theme import Theme

_OVERLAY_EDGE = 14
_ROUTING = 0.002
"""Seconds of one painting that leading wires around cards may take."""


class CanvasSurface(QWidget):
    """What is shown, and all that gestures need. Edits go through the document; what it refuses is
    told by ``quick_message``."""

    quick_message = Signal(str)
    """A short message for the user."""
    quick_add_requested = Signal(QPointF, object)
    """The search box opens for a scene point; (key, port) where the new step will be wired to, or
    None."""
    zoom_changed = Signal(float)

    def __init__(
        self,
        document: Document,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        read_only: bool = False,
        options: CanvasOptions | None = None,
    ) -> None:
        super().__init__(parent)
        self._options = options or CanvasOptions(self)
        self._document = document
        self._theme = theme
        self._read_only = read_only
        self._style = Style(theme)
        self._kit = Kit()
        self._drawing = Drawing(document, theme)
        self._navigation = Navigation(self, theme)
        self._hover = Hover()
        self._gesture: Gesture | None = None
        self._edge_pan = EdgePan(self, self._pan_gesture)
        self._pointer = QPointF()
        self._modifiers = Qt.KeyboardModifier.NoModifier
        self._space_held = False
        self._first_view: Viewport | None = None
        self._untouched = True
        self._pulse = Pulse(self._drawing, self._repaint_scene, self)
        self._minimap = Minimap(theme, self)
        self._zoom_bar = ZoomBar(self)
        self._set_up()

    def _set_up(self) -> None:
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(240, 160))
        self.setAccessibleName("Workflow canvas")
        install(CanvasSurface)
        self._document.changed.connect(self._on_changed)
        self._document.selection.changed.connect(self._on_selection)
        self._theme.changed.connect(self._on_theme)
        self._navigation.changed.connect(self._on_view)
        self._options.changed.connect(self.update)
        self._minimap.going.connect(self._on_map)
        self._on_selection()
        self._on_view()

    # What gestures see of the canvas

    @property
    def document(self) -> Document:
        return self._document

    @property
    def scene(self) -> Scene:
        return self._drawing.scene

    @property
    def areas(self) -> Areas:
        return self._drawing.areas

    @property
    def viewport(self) -> Viewport:
        return self._navigation.viewport

    @property
    def editable(self) -> bool:
        return not self._read_only and not self._document.read_only

    @property
    def options(self) -> CanvasOptions:
        return self._options

    @property
    def seen_from(self) -> Viewport | None:
        """Where it is looked from; None before it was shown."""
        return self.viewport if self._first_view is not None else None

    def open_at(self, viewport: Viewport) -> None:
        """Looks from there from the start, rather than at what fits."""
        self._first_view, self._untouched = viewport, False
        self._navigation.look(viewport)

    def look(self, viewport: Viewport) -> None:
        self._navigation.look(viewport)

    def scene_point(self, at: QPointF) -> Point:
        return self.viewport.to_scene(at.x(), at.y())

    def hit(self, at: QPointF) -> Hit:
        return self._hover.find(self.scene, self.scene_point(at), self.viewport.zoom)

    def redraw(self) -> None:
        self._minimap.setVisible(self._has_map_room())
        self._minimap.show_scene(self.scene, self._drawing.tints, self._seen())
        self.update()

    def attempt(self, edit: Callable[[], object]) -> bool:
        if self._read_only:
            return False
        try:
            edit()
        except DocumentError as refused:
            self.quick_message.emit(str(refused))
            return False
        return True

    def replace_gesture(self, gesture: Gesture | None) -> None:
        self._gesture = gesture
        self._edge_pan.stop()
        self._show_cursor()
        self.update()

    def ask_for_step(
        self,
        at: Point,
        connect_from: tuple[str, str] | None,
        connect_to: str | None = None,
        insert_into: Wire | None = None,
    ) -> None:
        if not self.editable:
            return
        self.quick_add_requested.emit(QPointF(*at), connect_from)
        wired = (connect_from, connect_to, insert_into) != (None, None, None)
        known = entries(self._document.catalogue, triggers=not wired)
        box = QuickAdd(self._theme, recent_first(known, self._options.recent), self)
        box.chosen.connect(
            lambda offer: self._add(offer, at, connect_from, connect_to, insert_into)
        )
        view = self.viewport.to_view(*at)
        box.open_at(self.mapToGlobal(QPoint(round(view[0]) + 12, round(view[1]) - 20)))

    def _add(
        self,
        offer: Offer,
        at: Point,
        connect_from: tuple[str, str] | None,
        connect_to: str | None,
        insert_into: Wire | None,
    ) -> None:
        """The card's middle comes to ``at``; the port that a wire ends at does where one was
        dropped there."""
        place = centred_card(at)
        if connect_from is not None or connect_to is not None:
            left = at[0] if connect_from is not None else at[0] - CARD_WIDTH
            place = (snap(left), snap(at[1] - CARD_HEIGHT / 2))
        if insert_into is not None:
            key = insert_node(self, offer, insert_into, at)
        else:
            key = add_node(self, offer, place, connect_from=connect_from, connect_to=connect_to)
        self.setFocus()
        if key is not None:
            self._reveal(key)

    @property
    def read_only(self) -> bool:
        return self._read_only

    @read_only.setter
    def read_only(self, value: bool) -> None:
        self._read_only = value
        self.cancel_gesture()
        self.update()

    @property
    def states(self) -> Mapping[str, NodeState]:
        return self._drawing.states

    def set_states(
        self, states: Mapping[str, NodeState], wires: Mapping[Wire, str] | None = None
    ) -> None:
        """Shows what an execution says of the nodes; an empty mapping shows none. ``wires`` have
        states of their own in a comparison."""
        self._drawing.set_states(states, wires)
        self._tick_while_needed()
        self._describe()
        self.redraw()

    def cancel_gesture(self) -> None:
        """Gives up the gesture at hand; everything is as before it."""
        gesture, self._gesture = self._gesture, None
        self._edge_pan.stop()
        if gesture is not None:
            gesture.cancel()
            self._show_cursor()
            self.update()

    def _pan_gesture(self, dx: float, dy: float) -> None:
        """Moves the view under a drag that is held at the edge; the drag goes on from there."""
        self._navigation.look(self.viewport.panned(dx, dy))
        if self._gesture is not None:
            self._gesture.move(self._pointer, self._modifiers)

    def _show_cursor(self) -> None:
        """The pointer's shape: the gesture's, else what it is over."""
        shape = self._gesture.cursor if self._gesture is not None else None
        if shape is None and self._space_held:
            shape = Qt.CursorShape.OpenHandCursor
        self.setCursor(shape if shape is not None else self._hover.cursor(self.editable))

    # Following the document and the theme

    def _on_changed(self, change: Change) -> None:
        was_empty = not self.scene.nodes
        self._untouched = self._untouched and not (change.structure or change.positions)
        if self._drawing.take(change):
            self.cancel_gesture()
            self._hover.leave()
            self.scene.lift(self._document.selection.keys)
            tell_structure(self)
            if was_empty and len(self.scene.nodes) > 1:
                self._first_fit()  # a whole drawing came at once, as text
        self.redraw()

    def _on_selection(self) -> None:
        self.scene.lift(self._document.selection.keys)
        self._describe()
        tell_current(self, self.scene, self._document.selection.current or "")
        self.update()

    def _on_theme(self) -> None:
        self._style = Style(self._theme)
        self._kit.clear()
        self._drawing.recolour()
        self._minimap.forget()
        self._zoom_bar.refit()
        self._place_overlays()
        self.redraw()

    def _on_view(self) -> None:
        zoom = self.viewport.zoom
        self._zoom_bar.show_zoom(zoom)
        self.zoom_changed.emit(zoom)
        self.redraw()

    def _on_map(self, x: float, y: float) -> None:
        self._navigation.centre((x, y), smoothly=False)

    def _describe(self) -> None:
        """Tells a screen reader what is selected."""
        selection = self._document.selection
        key = selection.current
        text = f"{len(self.scene.nodes)} nodes, {len(self.scene.edges)} wires"
        if key is not None and key in self.scene.index:
            text = words.describe(self.scene.nodes[self.scene.index[key]], self.states.get(key))
            if len(selection.ids) > 1:
                text = f"{len(selection.ids)} selected, last {text}"
        elif selection.shapes:
            areas = [self.areas.items[k] for k in selection.shapes if k in self.areas.items]
            text = words.describe_areas(areas)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    def _tick_while_needed(self) -> None:
        moving = self._theme.motion("quick") > 0
        self._pulse.follow(shown=self.isVisible(), moving=moving)

    def _repaint_scene(self, rect: QRectF) -> None:
        """Repaints a part of the scene, with what reaches out of it."""
        x, y = self.viewport.to_view(rect.x(), rect.y())
        zoom, edge = self.viewport.zoom, 14
        part = QRectF(x, y, rect.width() * zoom, rect.height() * zoom)
        self.update(part.toAlignedRect().adjusted(-edge, -edge, edge, edge))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        self._route_wires()
        painter = QPainter(self)
        frame = self._frame()
        frame.dirty = QRectF(event.rect())
        if self._gesture is not None:
            self._gesture.dress(frame)
        paint_drawing(painter, frame, self._kit, self._drawing.tints)
        if not self.scene.nodes and not self.areas.items:
            paint_empty(painter, frame, *self._empty_words())
        if self._gesture is not None:
            self._gesture.paint(painter, frame)
        painter.end()

    def _route_wires(self) -> None:
        """Leads the wires in view around cards; what there is no time for now comes in the next
        painting. Nodes that are being dragged have their wires straight."""
        if self.viewport.zoom < BLOCK_ZOOM or isinstance(self._gesture, Move):
            return
        if self.scene.route_around(self._seen(), _ROUTING):
            QTimer.singleShot(0, self, self.update)

    def _frame(self) -> Frame:
        selection = self._document.selection
        return Frame(
            scene=self.scene,
            viewport=self.viewport,
            width=float(self.width()),
            height=float(self.height()),
            ratio=self.devicePixelRatioF(),
            style=self._style,
            now=utc_now(),
            states=self.states,
            selected=selection.keys,
            selected_wires=selection.wires,
            areas=self.areas,
            selected_shapes=selection.shapes,
            hover=self._hover.hit,
            opened=self._hover.opened if self.editable else -1,
            reveal=self._hover.reveal,
            lit_wires=self._hover.lit,
            grid=self._options.grid,
            pulse=phase() if self._pulse.active else None,
            covered=QRectF(self._minimap.geometry() if self._minimap.isVisible() else QRect()),
        )

    def _empty_words(self) -> tuple[str, str]:
        if self._document.workflow is None:
            return "This text is no workflow yet", "Mend it in the YAML view; the canvas follows."
        if not self.editable:
            return "Nothing to show", "This workflow has no steps."
        return "Start with a step", "Drag a step here, or press Space to search."

    def _seen(self) -> tuple[float, float, float, float]:
        return self.viewport.seen(self.width(), self.height())

    def _reveal(self, key: str) -> None:
        box = self.scene.bounds([key])
        if box is not None:
            self._navigation.reveal(box)

    def _place_overlays(self) -> None:
        edge = _OVERLAY_EDGE
        self._zoom_bar.move(edge, self.height() - self._zoom_bar.height() - edge)
        self._minimap.move(
            self.width() - self._minimap.width() - edge,
            self.height() - self._minimap.height() - edge,
        )

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._place_overlays()
        if self.isVisible() and self._opening():
            self._first_fit()
        self.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._opening():
            self._first_fit()
        self._tick_while_needed()

    def _has_map_room(self) -> bool:
        return bool(self.scene.nodes) and self.width() >= 520 and self.height() >= 320

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick_while_needed()

    def _opening(self) -> bool:
        """Whether nobody looked elsewhere yet, or changed the drawing: the view may follow the
        window, which takes its size step by step."""
        known = self._first_view
        return known is None or (self._untouched and known == self.viewport)

    def _first_fit(self) -> None:
        self._navigation.open(self._drawing.bounds(), self.scene.bounds(self._head()))
        self._first_view = self.viewport

    def _head(self) -> list[str]:
        """The node where reading begins: the upper one of those on the very left."""
        nodes = self.scene.nodes
        return [min((node.key for node in nodes), key=self.scene.position)] if nodes else []
