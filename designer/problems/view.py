"""The problems of a document: what is wrong, where, and the way out; a click goes there."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedLayout, QWidget

from designer.document import Document, DocumentError, trigger_key
from designer.problems.delegate import PROBLEM_ROLE, ProblemDelegate, place_of
from designer.theme import Theme
from designer.theme.widgets import EmptyState, plain_tooltip
from engine import Problem

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ProblemsView(QWidget):
    """``jump`` carries a Problem to go to; ``count_changed`` the numbers of errors and warnings."""

    jump = Signal(object)
    count_changed = Signal(int, int)
    failed = Signal(str)
    """Why a fix could not be made."""

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Problems")
        self._document = document
        self._model = _Model(self)
        self.list = _List(theme, self._model)
        self.list.chosen.connect(self._go_to)
        self.list.fix_asked.connect(self._fix)
        self._empty = EmptyState(
            theme, "state-completed", "No problems", "The workflow is ready to run."
        )
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.list)
        document.problems_changed.connect(self.refresh)
        theme.changed.connect(self.list.viewport().update)
        self.refresh()

    @property
    def counts(self) -> tuple[int, int]:
        """Errors and warnings."""
        return self._model.counts

    def refresh(self) -> None:
        """Shows what the last check found, errors first."""
        problems = sorted(self._document.problems, key=lambda one: one.severity != "error")
        before = self._model.counts
        self._model.show_problems(problems)
        self._stack.setCurrentIndex(1 if problems else 0)
        if self._model.counts != before:
            self.count_changed.emit(*self._model.counts)

    def _go_to(self, problem: Problem) -> None:
        if problem.step_id is not None:
            self._document.selection.set([problem.step_id])
        elif problem.trigger is not None:
            self._document.selection.set([trigger_key(problem.trigger)])
        self.jump.emit(problem)

    def _fix(self, problem: Problem) -> None:
        if problem.fix is None:
            return
        try:
            self._document.perform(problem.fix.title, (problem.fix.splices,), origin="fix")
        except DocumentError as error:
            self.failed.emit(str(error))


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []

    @property
    def counts(self) -> tuple[int, int]:
        errors = sum(problem.severity == "error" for problem in self._problems)
        return errors, len(self._problems) - errors

    def show_problems(self, problems: Sequence[Problem]) -> None:
        if list(problems) == self._problems:
            return
        self.beginResetModel()
        self._problems = list(problems)
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._problems)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        problem = self._problems[index.row()]
        if role == PROBLEM_ROLE:
            return problem
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{problem.severity}: {problem.message}, {place_of(problem)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            fix = f"Fix: {problem.fix.title}" if problem.fix else ""
            return plain_tooltip("\n".join(filter(None, (problem.message, problem.hint, fix))))
        return None


class _List(QListView):
    chosen = Signal(object)
    fix_asked = Signal(object)

    def __init__(self, theme: Theme, model: _Model) -> None:
        super().__init__()
        self.setModel(model)
        self._delegate = ProblemDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Problems")
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._clicked)
        self._fix_pressed = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._fix_pressed = self._on_fix(event)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hand = Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(hand if self._on_fix(event) else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        problem = self.currentIndex().data(PROBLEM_ROLE)
        if problem is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.fix_asked.emit(problem)
            else:
                self.chosen.emit(problem)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.viewport().unsetCursor()
        return super().viewportEvent(event)

    def _on_fix(self, event: QMouseEvent) -> bool:
        index = self.indexAt(event.position().toPoint())
        problem = index.data(PROBLEM_ROLE)
        if problem is None or problem.fix is None:
            return False
        rect = self._delegate.fix_rect(self.visualRect(index))
        return rect.contains(event.position().toPoint())

    def _clicked(self, index: QModelIndex) -> None:
        signal = self.fix_asked if self._fix_pressed else self.chosen
        signal.emit(index.data(PROBLEM_ROLE))
