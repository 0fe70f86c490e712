"""The panel below the canvas: log, data and timeline of an execution, and what the shell adds."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from designer.runs.answers import RunQuestions
from designer.runs.data_view import DataView
from designer.runs.log_view import LogView
from designer.runs.run_controls import RunControls
from designer.runs.session import RunSession, Spawn
from designer.runs.timeline_view import TimelineView
from designer.theme import Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import lay_out


class RunPanel(QFrame):
    """Tabs over one RunSession. ``step_chosen`` tells a step that was clicked."""

    step_chosen = Signal(str)
    page_chosen = Signal(str)
    execution_wanted = Signal(str)
    """Another execution is to be opened: that of a sub-workflow, or a retry."""

    def __init__(
        self,
        theme: Theme,
        session: RunSession,
        spawn: Spawn,
        controls: RunControls,
        parent: QWidget | None = None,
    ) -> None:
        """``controls`` are told of the selected step; who made them says where they stand."""
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self._session = session
        self.controls = controls
        self.questions = RunQuestions(theme, session, spawn)
        self.log = LogView(theme, session)
        self.data = DataView(theme, session, spawn)
        self.data.execution_wanted.connect(self.execution_wanted)
        self.timeline = TimelineView(theme, session, spawn)
        self.timeline.step_chosen.connect(self._choose_step)
        self.timeline.inner_chosen.connect(self._choose_inner)
        self._tabs = SegmentedControl(theme, (), "tab")
        self._tabs.chosen.connect(self.show_page)
        self._tabs.chosen.connect(self.page_chosen)
        self._pages = QStackedWidget()
        self._keys: list[str] = []
        head = QFrame()
        head.setProperty("role", "section-head")
        self.head = QHBoxLayout(head)
        lay_out(self.head, 4, (8, 5, 8, 5))
        self.head.addWidget(self._tabs)
        self.head.addStretch(1)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addWidget(head)
        column.addWidget(self.questions)
        column.addWidget(self._pages, 1)
        self.add_page("log", "Log", self.log)
        self.add_page("data", "Data", self.data)
        self.add_page("timeline", "Timeline", self.timeline)

    def add_page(self, key: str, title: str, page: QWidget) -> None:
        """Adds a tab at the end."""
        self._tabs.add(key, title)
        self._pages.addWidget(page)
        self._keys.append(key)

    @property
    def page(self) -> str:
        return self._tabs.current

    def show_page(self, key: str) -> None:
        self._tabs.choose(key)
        self._pages.setCurrentIndex(self._keys.index(key))

    def set_badge(self, key: str, count: int, tone: str) -> None:
        """Puts a number beside a tab's words, in the tone of what it counts; none for 0."""
        self._tabs.set_badge(key, count, tone)

    def show_step(self, step_id: str) -> None:
        """Shows the data of a step that was selected elsewhere."""
        self.controls.show_step(step_id)
        self.data.show_step(step_id)

    def _choose_step(self, step_id: str) -> None:
        self.show_step(step_id)
        self.step_chosen.emit(step_id)

    def _choose_inner(self, step_execution_id: str) -> None:
        self.data.show_inner(step_execution_id)
        self.step_chosen.emit(step_execution_id.partition(".")[2].partition(".")[0])
