"""The canvas widget: turns mouse, wheel, keys and drops into gestures and commands."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from designer.canvas import words
from designer.canvas.areas import union
from designer.canvas.arranging import Arranging
from designer.canvas.commands import Commands
from designer.canvas.gestures.area import cursor_of
from designer.canvas.gestures.begin import area_under, begin
from designer.canvas.gestures.drop import Drop
from designer.canvas.gestures.pan import Pan
from designer.canvas.keys import command_of
from designer.canvas.menu import canvas_menu, node_menu, shape_menu, wire_menu
from designer.canvas.offer import centred_card, offer_of
from designer.canvas.options import CanvasOptions
from designer.canvas.pinch import Pinch
from designer.canvas.rename import RenameField, rename_node
from designer.canvas.shape_fields import edit_shape
from designer.canvas.shaping import (
    add_note,
    chosen_frames,
    colour_shapes,
    fold_shapes,
    frame_selection,
    ungroup,
)
from designer.canvas.surface import CanvasSurface
from designer.canvas.tidying import Tidying
from designer.canvas.walk import neighbour, next_in_order
from designer.canvas.wires import flatten
from designer.document import Document
from designer.theme.theme import Theme
from designer.theme.widgets import plain_tooltip


class CanvasView(CanvasSurface):
    """One document's canvas. With ``read_only`` it only shows: a past execution, say."""

    step_activated = Signal(str)
    """A node was double-clicked, or opened with Enter: its key."""
    collapse_wanted = Signal()
    """The selected steps, or those of the selected frame, are to become a sub-workflow."""
    expand_wanted = Signal()
    """The selected sub-workflow is to be expanded in place."""
    node_menu_opening = Signal(QMenu, str)
    """The menu of one node opens; entries may be added that concern it: the menu, its key."""

    def __init__(
        self,
        document: Document,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        read_only: bool = False,
        options: CanvasOptions | None = None,
    ) -> None:
        super().__init__(document, theme, parent, read_only=read_only, options=options)
        self._commands = Commands(self, self._drawing)
        self._pinch = Pinch(self, self._navigation, self.cancel_gesture)
        self._tidying = Tidying(self, self._drawing, theme, self)
        self.arranging = Arranging(self, self._drawing)
        """Commands that align, distribute and detach what is selected."""
        self._escaped = False
        self._space_used = False
        self._zoom_bar.smaller.connect(self.zoom_out)
        self._zoom_bar.larger.connect(self.zoom_in)
        self._zoom_bar.actual.connect(self.actual_size)
        self._zoom_bar.fit.connect(self.fit)

    # What the shell calls

    def fit(self) -> None:
        """Shows everything."""
        self._navigation.fit(self._drawing.bounds())

    def fit_selection(self) -> None:
        """Shows what is selected; everything when nothing is."""
        selection, areas = self._document.selection, self.areas
        boxes = [areas.drawn(key) for key in selection.shapes if key in areas.items]
        if (cards := self.scene.bounds(selection.keys)) is not None:
            boxes.append(cards)
        self._navigation.fit(union(boxes) if boxes else self._drawing.bounds(), max_zoom=1.25)

    def zoom_to(self, zoom: float) -> None:
        """Another zoom (1.0 is 100 %) around the middle of the view."""
        self._navigation.zoom_to(zoom)

    def zoom_in(self) -> None:
        self._navigation.step(1)

    def zoom_out(self) -> None:
        self._navigation.step(-1)

    def actual_size(self) -> None:
        self.zoom_to(1.0)

    def center_on(self, key: str) -> None:
        """Brings a node to the middle, large enough to be read."""
        box = self.scene.bounds([key])
        if box is None:
            return
        if self.viewport.zoom < 0.6:
            self._navigation.fit(box, max_zoom=1.0)
        else:
            self._navigation.centre((box[0] + box[2] / 2, box[1] + box[3] / 2))

    def delete_selection(self) -> None:
        self._commands.delete()

    def copy(self) -> None:
        self._commands.copy()

    def cut(self) -> None:
        self._commands.cut()

    def paste(self) -> None:
        """Pastes at the pointer, or in the middle when it is elsewhere."""
        self._commands.paste(centred_card(self.scene_point(self._spot())))

    def duplicate(self) -> None:
        self._commands.duplicate()

    def select_all(self) -> None:
        self._commands.select_all()

    def undo(self) -> None:
        self._commands.undo()

    def redo(self) -> None:
        self._commands.redo()

    def nudge(self, dx: float, dy: float) -> None:
        self._commands.nudge(dx, dy)

    def toggle_enabled(self) -> None:
        self._commands.toggle_enabled()

    def tidy(self) -> None:
        """Lays everything out anew, as one undo step, and shows it."""
        if self._tidying.tidy():
            self.fit()

    def tidy_down(self) -> None:
        """The same from top to bottom."""
        if self._tidying.tidy(down=True):
            self.fit()

    def add_at_pointer(self) -> None:
        """Opens the search box for a step at the pointer."""
        self._ask_at(self._spot())

    def insert_into_wire(self) -> None:
        """Opens the search box for a step to be put into the selected wire."""
        chosen = sorted(self._document.selection.wires & self.scene.edge_index.keys())
        if chosen:
            pieces, _ = self.scene.pieces(self.scene.wire_indices(chosen[:1]))
            middle = flatten(pieces, 2)[len(pieces) // 2, 1].tolist()
            self.ask_for_step((middle[0], middle[1]), None, insert_into=chosen[0])

    def _ask_at(self, at: QPointF) -> None:
        """Over a wire, the step goes into it."""
        hit = self.hit(at)
        wire = self.scene.edges[hit.wire].key if hit.kind == "wire" else None
        self.ask_for_step(self.scene_point(at), None, insert_into=wire)

    def activate_current(self) -> None:
        key = self._document.selection.current
        if key is not None:
            self.step_activated.emit(key)

    def frame_selection(self) -> None:
        """Draws a frame around what is selected, and lets its title be typed."""
        self._open_shape(frame_selection(self, self.scene_point(self._spot())))

    def add_note(self) -> None:
        """Sticks a note at the pointer, to be written at once."""
        self._open_shape(add_note(self, self.scene_point(self._spot())))

    def fold(self) -> None:
        """Folds the selected frames, or those around the selected nodes; unfolds folded ones."""
        fold_shapes(self, chosen_frames(self))

    def unframe(self) -> None:
        """Takes the selected frames away; their steps stay."""
        ungroup(self, chosen_frames(self))

    def collapse(self) -> None:
        """Asks for a sub-workflow to be made of the selected steps."""
        if self.editable:
            self.collapse_wanted.emit()

    def _open_shape(self, key: str | None) -> None:
        if key is not None:
            edit_shape(self, key, self._theme, self)

    def rename_current(self) -> None:
        """Lets the title of the node selected last be typed anew, in its place; a frame's title or
        a note's text where one is selected."""
        for shape in self._document.selection.shapes:
            self._open_shape(shape)
            return
        key = self._document.selection.current
        if key is None or key not in self.scene.index or not self.editable:
            return
        self._reveal(key)
        x, y, w, _ = self.scene.rects[self.scene.index[key]]
        left, top = self.viewport.to_view(x, y)
        width = max(int(w * self.viewport.zoom), 160)
        node = self.scene.nodes[self.scene.index[key]]
        field = RenameField(node.title, QRect(round(left), round(top), width, 32), self)
        field.named.connect(lambda name: rename_node(self, key, name))

    def walk(self, dx: int, dy: int) -> None:
        """Selects the next node that way."""
        key = neighbour(self.scene, self._document.selection.current, dx, dy)
        if key is not None:
            self._document.selection.set([key])
            self._reveal(key)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from node to node; after the last one, or after Escape, to the next widget."""
        current = self._document.selection.current
        key = next_in_order(self.scene, current, forward) if current or not self._escaped else None
        if key is None:
            return super().focusNextPrevChild(forward)
        self._document.selection.set([key])
        self._reveal(key)
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._escaped = False

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._note(event)
        if self._gesture is not None or self._navigation_press(event):
            return
        if event.button() == Qt.MouseButton.LeftButton:
            self._tidying.stop()
            self.replace_gesture(begin(self, event.position(), event.modifiers()))

    def _navigation_press(self, event: QMouseEvent) -> bool:
        """The middle button, and the left one while Space is held, pan."""
        middle = event.button() == Qt.MouseButton.MiddleButton
        spaced = self._space_held and event.button() == Qt.MouseButton.LeftButton
        if not middle and not spaced:
            return False
        self._space_used = self._space_held
        self.replace_gesture(Pan(self, event.position()))
        return True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._note(event)
        if self._gesture is None:
            self._hover_at(event.position())
            return
        self._gesture.move(event.position(), event.modifiers())
        self._show_cursor()
        if self._gesture is not None and self._gesture.edge_pan:
            self._edge_pan.follow(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._note(event)
        gesture = self._gesture
        if gesture is None or event.button() == Qt.MouseButton.RightButton:
            return
        self.replace_gesture(None)
        gesture.finish(event.position(), event.modifiers())
        self._hover_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._note(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        hit = self.hit(event.position())
        if hit.node >= 0:
            self.step_activated.emit(self.scene.nodes[hit.node].key)
        elif (area := area_under(self, event.position(), hit)) is not None:
            if self.areas.items[area.key].folded:
                fold_shapes(self, [area.key])
            else:
                self._open_shape(area.key)
        else:
            self._ask_at(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._navigation.wheel(event)
        self._pointer, self._modifiers = event.position(), event.modifiers()
        if self._gesture is not None:
            self._gesture.move(event.position(), event.modifiers())
        else:
            self._hover_at(event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._gesture is None:
            self._hover.leave()
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._gesture is not None:
            return
        selection = self._document.selection
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if by_mouse:
            hit = self.hit(QPointF(event.pos()))
            area = area_under(self, QPointF(event.pos()), hit)
            if area is not None:
                if area.key not in selection.shapes:
                    selection.set((), (), [area.key])
            elif hit.node >= 0 and self.scene.nodes[hit.node].key not in selection.keys:
                selection.set([self.scene.nodes[hit.node].key])
            elif hit.kind == "wire" and self.scene.edges[hit.wire].key not in selection.wires:
                selection.set((), [self.scene.edges[hit.wire].key])
            elif hit.kind == "nothing":
                selection.clear()
        self._open_menu(event.globalPos() if by_mouse else self.mapToGlobal(self._menu_spot()))

    def _menu_spot(self) -> QPoint:
        """Where a menu asked for by key opens: at the node selected last, as far as it is in
        view; at the pointer where none is."""
        chosen = self._document.selection.current or ""
        if chosen not in self.scene.index:
            return self._spot().toPoint()
        x, y, width, height = self.scene.rects[self.scene.index[chosen]].tolist()
        left, top = self.viewport.to_view(x + width / 2, y + height / 2)
        right, bottom = self.width() - 1, self.height() - 1
        return QPoint(round(min(max(0, left), right)), round(min(max(0, top), bottom)))

    def _open_menu(self, at: QPoint) -> None:
        selection, scene = self._document.selection, self.scene
        chosen = [scene.nodes[i] for i in scene.indices(selection.keys).tolist()]
        if chosen:
            menu = node_menu(
                self,
                self._theme,
                self,
                editable=self.editable,
                count=len(chosen),
                enabled=any(node.enabled for node in chosen),
                attached=self._document.attached(selection.keys),
            )
            if len(chosen) == 1:
                self.node_menu_opening.emit(menu, chosen[0].key)
        elif selection.shapes and self.editable:
            areas = [self.areas.items[k] for k in selection.shapes if k in self.areas.items]
            menu = shape_menu(
                self,
                self._theme,
                self,
                areas=areas,
                colour=lambda name: colour_shapes(self, selection.shapes, name),
            )
        elif selection.wires and self.editable:
            menu = wire_menu(self, self._theme, self)
        else:
            grid = self.options.grid
            menu = canvas_menu(self, self._theme, self, editable=self.editable, grid=grid)
        menu.popup(at)

    def _note(self, event: QMouseEvent) -> None:
        self._pointer, self._modifiers = event.position(), event.modifiers()

    def _hover_at(self, at: QPointF) -> None:
        if self._hover.move(self.scene, self.scene_point(at), self.viewport.zoom):
            self.update()
        area = area_under(self, at, self._hover.hit) if self.editable else None
        self._hover.area = cursor_of(area.part) if area is not None else None
        self._show_cursor()

    def _spot(self) -> QPointF:
        """The pointer where it is over the canvas, else its middle."""
        at = QPointF(self.mapFromGlobal(QCursor.pos()))
        inside = self.rect().contains(at.toPoint()) and self.underMouse()
        return at if inside else QPointF(self.rect().center())

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
            return
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_held, self._space_used = True, self._gesture is not None
                self._show_cursor()
            return
        command = command_of(event, self)
        if command is None or self._gesture is not None:
            super().keyPressEvent(event)
            return
        command()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            super().keyReleaseEvent(event)
            return
        tapped = self._space_held and not self._space_used
        self._space_held = False
        self._show_cursor()
        if tapped:
            self.add_at_pointer()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space_held = False

    def _escape(self) -> None:
        """Gives up what is going on; when nothing is, the selection."""
        if self._gesture is not None:
            self.cancel_gesture()
        else:
            self._document.selection.clear()
            self._escaped = True

    # Drops from the palette

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        offer = offer_of(event.mimeData())
        if offer is None or not self.editable or not offer.known(self._document.catalogue):
            event.ignore()
            return
        self.replace_gesture(Drop(self, offer))
        event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if isinstance(self._gesture, Drop):
            self._gesture.hover(event.position())
            event.acceptProposedAction()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        if isinstance(self._gesture, Drop):
            self.replace_gesture(None)

    def dropEvent(self, event: QDropEvent) -> None:
        gesture = self._gesture
        if not isinstance(gesture, Drop):
            event.ignore()
            return
        self.replace_gesture(None)
        event.acceptProposedAction()
        gesture.drop(event.position())
        self.setFocus()

    # Tooltips and touch pads

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tooltip(event)
            return True
        if event.type() == QEvent.Type.DeferredDelete:
            self._kit.clear()  # pictures and glyphs go on this thread, whoever collects the rest
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._navigation.pinch(event.value(), event.position())
            return True
        return super().event(event)

    def _show_tooltip(self, event: QHelpEvent) -> None:
        hit = self.hit(QPointF(event.pos()))
        text = words.tooltip(self._document, self.scene, self.states, hit)
        if text and self._gesture is None:
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
        else:
            QToolTip.hideText()
