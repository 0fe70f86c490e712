"""Paints a problem: its glyph, what is wrong, the way out, and where it is."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.theme import Theme
from engine import Problem

Index = QModelIndex | QPersistentModelIndex

PROBLEM_ROLE = Qt.ItemDataRole.UserRole
FIX_TEXT = "Fix"


class ProblemDelegate(QStyledItemDelegate):
    """A row is one line when it has no hint, else two. Texts are painted, never read as rich
    text."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        problem: Problem = index.data(PROBLEM_ROLE)
        row = self._theme.tokens.size["row"]
        second = QFontMetrics(self._theme.font("detail")).height() if problem.hint else 0
        return QSize(0, row + second + (self._theme.space("xs") if second else 0))

    def fix_rect(self, rect: QRect) -> QRect:
        """Where a row's Fix button is."""
        width = QFontMetrics(self._theme.font("label")).horizontalAdvance(FIX_TEXT) + 36
        return QRect(
            rect.right() - width - self._theme.space("s"), rect.center().y() - 11, width, 23
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, problem = self._theme, index.data(PROBLEM_ROLE)
        rect, state = option.rect, option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, state)
        left = rect.left() + theme.space("m")
        ratio = painter.device().devicePixelRatioF()
        glyph = theme.pixmap(problem.severity, f"{_tone(problem)}", 16, ratio)
        top = rect.top() + (theme.tokens.size["row"] - 16) // 2
        painter.drawPixmap(QRectF(left, top, 16, 16), glyph, QRectF(glyph.rect()))
        right = rect.right() - theme.space("m")
        if problem.fix is not None:
            self._paint_fix(painter, self.fix_rect(rect))
            right = self.fix_rect(rect).left() - theme.space("s")
        self._paint_texts(painter, problem, QRect(left + 24, rect.top(), right - left - 24, 0))
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        ground = ""
        if state & QStyle.StateFlag.State_Selected:
            ground = "accent_soft"
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = "hover"
        if ground:
            radius = self._theme.tokens.radius["control"]
            painter.setPen(self._theme.chosen_pen)
            painter.setBrush(self._theme.color(ground))
            inside = QRectF(rect).adjusted(4, 1, -4, -1)
            painter.drawRoundedRect(inside, radius, radius)

    def _paint_texts(self, painter: QPainter, problem: Problem, room: QRect) -> None:
        theme = self._theme
        row = theme.tokens.size["row"]
        place = place_of(problem)
        painter.setFont(theme.font("label"))
        width = painter.fontMetrics().horizontalAdvance(place) + 4
        painter.setPen(theme.color("faint"))
        where = QRect(room.right() - width, room.top(), width, row)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, place)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text"))
        left = QRect(room.left(), room.top(), room.width() - width - theme.space("m"), row)
        self._line(painter, left, problem.message)
        if problem.hint:
            painter.setFont(theme.font("detail"))
            painter.setPen(theme.color("muted"))
            height = painter.fontMetrics().height()
            below = QRect(room.left(), room.top() + row - 4, room.width(), height)
            self._line(painter, below, problem.hint)

    def _paint_fix(self, painter: QPainter, rect: QRect) -> None:
        theme = self._theme
        radius = theme.tokens.radius["control"]
        painter.setPen(theme.color("strong_line"))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        ratio = painter.device().devicePixelRatioF()
        icon = theme.pixmap("fix", "accent_text", 12, ratio)
        painter.drawPixmap(
            QRectF(rect.left() + 8, rect.center().y() - 5, 12, 12), icon, QRectF(icon.rect())
        )
        painter.setFont(theme.font("label"))
        painter.setPen(theme.color("text"))
        painter.drawText(rect.adjusted(25, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, FIX_TEXT)

    def _line(self, painter: QPainter, room: QRect, text: str) -> None:
        one_line = " ".join(text.split())
        shown = painter.fontMetrics().elidedText(
            one_line, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def _tone(problem: Problem) -> str:
    return "failed" if problem.severity == "error" else "warning"


def place_of(problem: Problem) -> str:
    """The step or trigger, and the line."""
    name = problem.step_id or problem.trigger or ""
    line = f"line {problem.line}" if problem.line else ""
    return " · ".join(part for part in (name, line) if part)
