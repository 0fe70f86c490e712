"""Everything that belongs to one open document: canvas, inspector, panel below, its run."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.canvas import CanvasView
from designer.canvas.adding import add_node
from designer.canvas.geometry import CARD_HEIGHT, COLUMN
from designer.canvas.offer import Offer, centred_card
from designer.canvas.options import CanvasOptions
from designer.canvas.placement import free_spot
from designer.canvas.viewport import Viewport
from designer.document import Document, DocumentError, trigger_key, trigger_name
from designer.document.versions import FileVersion
from designer.document.watch import FileWatch
from designer.history import HistoryPage
from designer.inspector import InspectorView
from designer.problems import ProblemsView
from designer.runs import RunControls, RunPanel, RunSession, Spawn, run_menu
from designer.shell.canvas_link import node_states
from designer.shell.collapsing import Collapsing
from designer.shell.compare_pane import ComparePane, Sides
from designer.shell.fixing import Fixing
from designer.shell.inspector_link import InspectorLink
from designer.shell.sub_workflow import sub_workflow_menu
from designer.shell.versions import VersionsLink
from designer.source_view import SourceView
from designer.theme import Theme
from designer.theme.focus_ring import FocusRing
from designer.theme.notices import Choice, NoticeBar
from designer.theme.widgets import lay_out
from engine import EngineClient, Problem


class DocumentSpace(QObject):
    """Puts the views of one document together. ``told`` carries a short message for the user."""

    told = Signal(str)
    form_wanted = Signal()
    """A node was opened: its form should be seen."""
    execution_wanted = Signal(str)
    """An execution of another workflow is to be shown."""
    file_wanted = Signal(object)
    """Another workflow's file, a path, is to be opened."""

    def __init__(
        self,
        theme: Theme,
        document: Document,
        client: EngineClient,
        spawn: Spawn,
        parent: QObject | None = None,
        options: CanvasOptions | None = None,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.session = RunSession(client, spawn, self)
        self.canvas = CanvasView(document, theme, options=options)
        self.inspector = InspectorView(theme, document)
        self.controls = RunControls(theme, self.session, spawn, compact=True)
        self.panel = RunPanel(theme, self.session, spawn, self.controls)
        self.panel.head.addWidget(self.controls)
        self.problems = ProblemsView(theme, document)
        self.source = SourceView(theme, document)
        self.history = HistoryPage(theme, document)
        self.notice = NoticeBar(theme)
        self.middle = QWidget()
        column = QVBoxLayout(self.middle)
        lay_out(column)
        column.addWidget(self.notice)
        column.addWidget(self.canvas, 1)
        self.compare_pane = ComparePane(theme, document, spawn)
        self.compare_pane.closed.connect(self._show_canvas)
        column.addWidget(self.compare_pane, 1)
        self.watch = FileWatch(document, self)
        self.panel.add_page("problems", "Problems", self.problems)
        self.panel.add_page("yaml", "YAML", self.source)
        self.panel.add_page("history", "History", self.history)
        self._spawn = spawn
        self._held = False
        self._collapsing = Collapsing(document, self.canvas, spawn, self)
        self._run_menu = run_menu(theme, self.session, spawn, self.panel)
        self._file_menu = sub_workflow_menu(theme, document, self.file_wanted.emit)
        self._link = InspectorLink(document, self.inspector, self.session, self.panel, self)
        self._link.context_given.connect(self.source.set_context)
        for surface in (self.canvas, self.source.edit):
            FocusRing(theme, surface)
        self._versions = VersionsLink(document, self.history.versions, client, spawn, self)
        self._versions.told.connect(self.told)
        self._versions.compare.connect(self._compare_version)
        self._connect()

    def _connect(self) -> None:
        for signal in (self.canvas.quick_message, self.document.notice, self.watch.failed):
            signal.connect(self.told)
        self._collapsing.told.connect(self.told)
        self.problems.failed.connect(self.told)
        self.inspector.failed.connect(self.told)
        self.source.failed.connect(self.told)
        self.history.edits.failed.connect(self.told)
        self.problems.jump.connect(self._jump)
        self.problems.count_changed.connect(self._count_problems)
        self.canvas.step_activated.connect(self._open)
        self.panel.step_chosen.connect(self.go_to)
        self.panel.execution_wanted.connect(self.execution_wanted)
        self.controls.retried.connect(self.follow)
        self.canvas.node_menu_opening.connect(self._run_menu)
        Fixing(self.document, self.canvas)
        self.canvas.node_menu_opening.connect(self._file_menu)
        self.document.selection.changed.connect(self._show_selected)
        self.session.states_changed.connect(self._draw_states)
        self.session.reset.connect(self._draw_states)
        self.session.execution_changed.connect(self._draw_if_held)
        self._count_problems(*self.problems.counts)

    def add_step(self, what: Mapping[str, str]) -> None:
        """Adds a step or trigger chosen in the palette: after the selected step, else in view."""
        trigger = "trigger" in what
        offer = Offer("trigger" if trigger else "step", what["trigger" if trigger else "type"])
        current = self.document.selection.current or ""
        scene = self.canvas.scene
        after = current if current in scene.index and not trigger else ""
        if after and trigger_name(after) is None:
            x, y = scene.position(after)
            place = free_spot((x + COLUMN, y), CARD_HEIGHT, scene.rects)
            add_node(self.canvas, offer, place, connect_from=(after, "success"))
            return
        middle = self.canvas.scene_point(QPointF(self.canvas.rect().center()))
        place = free_spot(centred_card(middle), CARD_HEIGHT, scene.rects)
        add_node(self.canvas, offer, place)

    def go_to(self, key: str) -> None:
        """Selects a node and brings it into view."""
        self.document.selection.set([key])
        self.canvas.center_on(key)

    def follow(self, execution_id: str) -> None:
        """Shows another run of the workflow, such as one that repeats the last."""
        self._spawn(self.session.attach(execution_id))

    @property
    def view(self) -> tuple[float, float, float] | None:
        """Where the canvas looks: zoom and the scene point at its top left; None while nobody has
        seen it."""
        seen = self.canvas.seen_from
        return (seen.zoom, seen.x, seen.y) if seen is not None else None

    def look_at(self, view: tuple[float, float, float]) -> None:
        """Shows the canvas from there when it opens."""
        self.canvas.open_at(Viewport(*view))

    def compare(self, sides: Sides, choices: Sequence[Choice]) -> None:
        """Shows how the text differs from another version, in place of the canvas."""
        self.canvas.hide()
        self.compare_pane.show_sides(sides, choices)

    def _compare_version(self, sides: Sides, version: FileVersion) -> None:
        def take() -> None:
            try:
                self.document.replace_text(sides.text, "version", "", f"Take {version.short}")
            except DocumentError as error:
                self.told.emit(str(error))

        self.compare(sides, [("Take this version", take)])

    def _show_canvas(self) -> None:
        self.canvas.show()
        self.canvas.setFocus()

    def close(self) -> None:
        """Ends what the space follows and lets go of its views."""
        self.session.clear()
        for view in (self.middle, self.inspector, self.panel):
            view.setParent(None)
            view.deleteLater()
        self.document.deleteLater()
        self.deleteLater()

    def _open(self, _key: str) -> None:
        """Puts the keyboard into the form of the node, which is selected by then."""
        self.form_wanted.emit()
        self.inspector.focus_name()

    def _jump(self, problem: Problem) -> None:
        key = problem.step_id
        if key is None and problem.trigger is not None:
            key = trigger_key(problem.trigger)
        if key is not None:
            self.canvas.center_on(key)
        elif problem.start or problem.line:
            self.panel.show_page("yaml")
            self.source.go_to(problem)

    def _count_problems(self, errors: int, warnings: int) -> None:
        count = errors + warnings
        self.panel.set_badge("problems", count, "failed" if errors else "warning")

    def _show_selected(self) -> None:
        self.panel.show_step(self.document.selection.current or "")

    def _draw_states(self) -> None:
        self._held = self.session.status == "paused"
        self.canvas.set_states(node_states(self.session, self.document))

    def _draw_if_held(self) -> None:
        """A pause begins or ends: what it holds back is drawn so."""
        if self._held or self.session.status == "paused":
            self._draw_states()
