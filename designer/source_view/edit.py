"""The YAML editor: what is typed becomes edits of the document, what others change is shown in
place."""

from time import monotonic

from PySide6.QtCore import QEvent, QRect, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit, QToolTip, QWidget

from designer.document import Change, Document, DocumentError
from designer.document.diff import minimal_splice
from designer.source_view.mapping import Shown, shown_of_raw
from designer.theme import Theme
from designer.theme.code_edit import CodeEdit
from designer.theme.widgets import plain_tooltip
from engine import Problem, Splice

ORIGIN = "source"
TYPING_DELAY = 150
"""Milliseconds after a key until what was typed is written to the document."""
PAUSE = 1.5
"""Seconds without typing that end an undo step."""
LAZY_LINES = 2000
"""Lines from which on only those that show are coloured."""
MAX_MARKS = 200
"""Most problems that are underlined."""


class SourceEdit(CodeEdit):
    """``failed`` tells why what was typed could not be taken; ``moved`` that the user moved the
    cursor."""

    failed = Signal(str)
    moved = Signal()

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(theme, "yaml", parent)
        self._shown = Shown("")
        self._document = document
        self._taking = False
        self._typed_at = 0.0
        self.setUndoRedoEnabled(False)
        self.setProperty("role", "flat")
        self.setAccessibleName("YAML of the workflow")
        self._timer = QTimer(self, singleShot=True, interval=TYPING_DELAY)
        self._timer.timeout.connect(self.flush)
        self.textChanged.connect(self._typed)
        self.cursorPositionChanged.connect(self._cursor_moved)
        self.updateRequest.connect(self._colour_shown)
        document.add_pending(self.flush)
        document.changed.connect(self._follow)
        document.problems_changed.connect(self.refresh_marks)
        document.status_changed.connect(self._follow_status)
        self._follow_status()

    # From the keyboard to the document

    def flush(self) -> None:
        """Writes what was typed to the document now."""
        self._timer.stop()
        if self._shown.text != self._document.text:
            return
        plain = shown_of_raw(self.document().toRawText())
        splice = minimal_splice(self._shown.plain, plain)
        if splice is None:
            return
        text = self._shown.with_shown(splice.text, splice.start, splice.end)
        now = monotonic()
        if now - self._typed_at > PAUSE:
            self._document.end_merge()
        self._typed_at = now
        try:
            self._document.replace_text(text, ORIGIN)
        except DocumentError as error:
            self.failed.emit(str(error))
            self._show_text()

    def _typed(self) -> None:
        if not self._taking:
            self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        try:
            if event.matches(QKeySequence.StandardKey.Undo):
                self._document.undo()
            elif event.matches(QKeySequence.StandardKey.Redo):
                self._document.redo()
            else:
                super().keyPressEvent(event)
        except DocumentError as error:
            self.failed.emit(str(error))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.flush()
        super().focusOutEvent(event)
        self.refresh_marks()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.refresh_marks()

    # From the document to the editor

    def showEvent(self, event: QShowEvent) -> None:
        if self._shown.text != self._document.text:
            self._show_text()
        super().showEvent(event)

    def _follow(self, change: Change) -> None:
        if not change.splices:
            return
        if change.origin == ORIGIN:
            self._shown = Shown(self._document.text)
        elif self.isVisible():
            self._apply(change.splices)

    def _follow_status(self) -> None:
        self.setReadOnly(bool(self._document.read_only))

    def _show_text(self) -> None:
        self._apply(None)

    def _apply(self, edits: tuple[tuple[Splice, ...], ...] | None) -> None:
        """Makes the editor show the document's text by the smallest changes, the cursor left at its
        place."""
        new = Shown(self._document.text)
        splices = self._in_place(edits, new)
        self._taking = True
        try:
            cursor = QTextCursor(self.document())
            cursor.beginEditBlock()
            for splice in splices:
                cursor.setPosition(self._shown.position(splice.start))
                end = self._shown.position(splice.end)
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                cursor.insertText(splice.text)
            cursor.endEditBlock()
        finally:
            self._taking = False
        self._shown = new
        self._choose_colouring()
        self.refresh_marks()

    def _in_place(self, edits: tuple[tuple[Splice, ...], ...] | None, new: Shown) -> list[Splice]:
        """Splices of what is shown, the last first; of two at one place, the later one first too,
        so that it comes to stand behind."""
        old = self._shown
        if edits is not None and len(edits) == 1 and "\r" not in old.text + new.text:
            moved = [
                Splice(splice.start - old.base, splice.end - old.base, splice.text)
                for splice in edits[0]
            ]
            if all(splice.start >= 0 for splice in moved):
                return moved[::-1]
        whole = minimal_splice(old.plain, new.plain)
        return [] if whole is None else [whole]

    def _choose_colouring(self) -> None:
        if self.blockCount() > LAZY_LINES:
            self.highlighter.colour_lazily(self._visible_lines)
            self.highlighter.colour_lines(*self._visible_lines())

    def _visible_lines(self) -> tuple[int, int]:
        first = self.firstVisibleBlock().blockNumber()
        return max(0, first - 20), first + 20 + self.viewport().height() // 10

    def _colour_shown(self, _rect: QRect, dy: int) -> None:
        if dy and self.blockCount() > LAZY_LINES:
            self.highlighter.colour_lines(*self._visible_lines())

    # Places

    def cursor_offset(self) -> int:
        """The character of the document's text at which the cursor stands."""
        return self._shown.text_offset(self._shown.offset(self.textCursor().position()))

    def text_offset(self, shown: int) -> int:
        """The character of the document's text that stands at a character of what is shown."""
        return self._shown.text_offset(shown)

    def go_to(self, start: int, end: int | None = None) -> None:
        """Shows a place of the document's text, and selects up to ``end`` if given."""
        if self._shown.text != self._document.text:
            self._show_text()
        self._taking = True
        cursor = self.textCursor()
        cursor.setPosition(self._position(start))
        if end is not None:
            cursor.setPosition(self._position(end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()
        self._taking = False

    def _position(self, offset: int) -> int:
        return self._shown.position(self._shown.shown_offset(offset))

    def _cursor_moved(self) -> None:
        if not self._taking and self.hasFocus() and not self._timer.isActive():
            self.moved.emit()

    # Problems

    def extra_marks(self) -> list[QTextEdit.ExtraSelection]:
        if not hasattr(self, "_document") or self._shown.text != self._document.text:
            return []
        return [self._mark(problem) for problem in self._document.problems[:MAX_MARKS]]

    def _mark(self, problem: Problem) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        tone = "failed" if problem.severity == "error" else "warning"
        mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        mark.format.setUnderlineColor(self.theme.color(tone))
        start, end = self._span(problem)
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        return mark

    def _span(self, problem: Problem) -> tuple[int, int]:
        """Qt's positions of what a problem marks: its first line, one character at least."""
        plain = self._shown.plain
        start = self._shown.shown_offset(problem.start)
        end = max(self._shown.shown_offset(problem.end), start + 1)
        line_end = plain.find("\n", start)
        if line_end > start:
            end = min(end, line_end)
        elif line_end == start:
            start = max(0, start - 1)
        end = min(end, len(plain))
        return self._shown.position(min(start, end)), self._shown.position(end)

    def problem_at(self, position: int) -> Problem | None:
        """The problem that Qt's position lies in."""
        for problem in self._document.problems[:MAX_MARKS]:
            start, end = self._span(problem)
            if start <= position <= end:
                return problem
        return None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
            if any(event.matches(key) for key in keys):
                event.ignore()  # the window's own undo comes first
                return False
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            problem = self.problem_at(self.cursorForPosition(event.pos()).position())
            if problem is None:
                QToolTip.hideText()
            else:
                words = "\n".join(filter(None, (problem.message, problem.hint)))
                QToolTip.showText(event.globalPos(), plain_tooltip(words), self)
            return True
        return super().viewportEvent(event)
