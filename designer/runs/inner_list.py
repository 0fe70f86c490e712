"""Chooses one of the step executions inside a loop or parallel step."""

from PySide6.QtCore import QItemSelectionModel, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.runs.inner_model import STEP_ROLE, Index, InnerModel, inner_name
from designer.runs.session import RunSession, Spawn
from designer.theme import Theme
from designer.theme.widgets import Button, ElidedLabel, IconButton, lay_out
from designer.theme.wording import duration_text, state_word
from engine import api

ROW = 26


class InnerDelegate(QStyledItemDelegate):
    """Paints a row: the glyph of its state, its name, and how long it took."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        step: api.StepExecution = index.data(STEP_ROLE)
        theme, rect = self._theme, QRectF(option.rect).adjusted(4, 1, -4, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = ""
        if option.state & QStyle.StateFlag.State_Selected:
            ground = "accent_soft"
        elif option.state & QStyle.StateFlag.State_MouseOver:
            ground = "hover"
        if ground:
            painter.setPen(theme.chosen_pen)
            painter.setBrush(theme.color(ground))
            radius = theme.tokens.radius["control"]
            painter.drawRoundedRect(rect, radius, radius)
        look = theme.state(step.status)
        glyph = theme.pixmap(look.glyph, look.text, 14, painter.device().devicePixelRatioF())
        spot = QRectF(rect.left() + 6, rect.center().y() - 7, 14, 14)
        painter.drawPixmap(spot, glyph, QRectF(glyph.rect()))
        said = _said(step)
        painter.setFont(theme.font("detail"))
        width = painter.fontMetrics().horizontalAdvance(said)
        painter.setPen(theme.color(look.text if step.status != "completed" else "muted"))
        right = QRectF(rect.right() - width - 8, rect.top(), width + 2, rect.height())
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter, said)
        painter.setFont(theme.font("label"))
        painter.setPen(theme.color("text"))
        room = QRectF(rect.left() + 27, rect.top(), right.left() - rect.left() - 33, rect.height())
        name = painter.fontMetrics().elidedText(
            inner_name(step), Qt.TextElideMode.ElideMiddle, int(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()


def _said(step: api.StepExecution) -> str:
    if step.origin:
        return step.origin
    if step.status == "completed" and step.duration is not None:
        return duration_text(step.duration)
    return state_word(step.status)


class InnerList(QWidget):
    """The insides of one body at a time; ``chosen`` carries the id of a step execution."""

    chosen = Signal(str)
    filled = Signal()
    """The first rows came: there is something inside."""

    def __init__(
        self, theme: Theme, session: RunSession, spawn: Spawn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = InnerModel(session, spawn, self)
        self._chosen = ""
        self._whole = Button(theme, "", "tab")
        self._whole.setCheckable(True)
        self._up = IconButton(theme, "chevron-left", "Back to the step around it")
        self._path = ElidedLabel(theme, "", "detail", "muted")
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(InnerDelegate(theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName("Iterations and branches")
        self._lay_out(theme)
        self._whole.clicked.connect(self._choose_whole)
        self._up.clicked.connect(self._go_up)
        self.list.selectionModel().currentChanged.connect(self._choose_row)
        self.model.rowsInserted.connect(self._inserted)

    def _lay_out(self, theme: Theme) -> None:
        head = QHBoxLayout()
        lay_out(head, 2, (6, 6, 6, 4))
        head.addWidget(self._up)
        head.addWidget(self._whole)
        head.addWidget(self._path, 1)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addLayout(head)
        column.addWidget(self.list, 1)

    def show_body(self, step_execution_id: str) -> None:
        """Shows the inside of a step execution, itself chosen; nothing for an empty id."""
        self._chosen = step_execution_id
        if step_execution_id == self.model.parent_id:
            self._mark()
            return
        key = step_execution_id.partition(".")[2]
        parts = key.split(".")
        self._whole.setText(parts[-1])
        self._whole.setToolTip(f"Show {parts[-1]} itself")
        self._path.set_full_text(f"in {parts[-3]} {parts[-2]}" if len(parts) > 2 else "")
        self._up.setVisible(len(parts) > 2)
        self.model.show(step_execution_id)
        self._mark()

    @property
    def empty(self) -> bool:
        return not self.model.rows

    def choose(self, step_execution_id: str) -> None:
        """Marks a row that was chosen elsewhere, without telling."""
        self._chosen = step_execution_id
        self._mark()

    def _mark(self) -> None:
        self._whole.setChecked(self._chosen == self.model.parent_id)
        row = self.model.row_of(self._chosen)
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        if row < 0:
            selection.clear()
        else:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            selection.setCurrentIndex(self.model.index(row), flag)
        selection.blockSignals(False)
        self.list.viewport().update()

    def _inserted(self) -> None:
        if self.isHidden():
            self.filled.emit()
        if self.model.row_of(self._chosen) >= 0:
            self._mark()

    def _choose_whole(self) -> None:
        self.choose(self.model.parent_id)
        self.chosen.emit(self._chosen)

    def _choose_row(self, index: Index) -> None:
        step = index.data(STEP_ROLE)
        if isinstance(step, api.StepExecution) and step.id != self._chosen:
            self._chosen = step.id
            self._whole.setChecked(False)
            self.chosen.emit(step.id)

    def _go_up(self) -> None:
        """Back to the body around this one, with this one chosen in it."""
        inner = self.model.parent_id
        around = inner.rsplit(".", 2)[0]
        self.show_body(around)
        self._chosen = inner
        self._mark()
        self.chosen.emit(inner)


def is_inside(step_execution_id: str, body_id: str) -> bool:
    """Whether a step execution is in the body of another, however deep."""
    return bool(body_id) and step_execution_id.startswith(f"{body_id}.")
