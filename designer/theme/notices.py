"""Notices that do not get in the way: bars above a view, and messages that go by themselves."""

from collections.abc import Callable, Sequence
from textwrap import shorten

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from designer.theme.theme import Theme
from designer.theme.widgets import Button, IconButton, IconLabel, Label, lay_out

Choice = tuple[str, Callable[[], object]]

_ICONS = {
    "info": ("info", "accent_text", "accent_soft"),
    "completed": ("check", "completed_text", "completed_soft"),
    "warning": ("warning", "warning_text", "warning_soft"),
    "failed": ("error", "failed_text", "failed_soft"),
}
TOAST_SECONDS = 5.0
MOST_TOASTS = 3
LONGEST = 120
"""Letters of a question that a toast shows."""


class NoticeBar(QFrame):
    """One line above a view: what happened and what can be done about it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = "info"
        self._choices: list[Button] = []
        self._row = QHBoxLayout(self)
        lay_out(self._row, theme.space("s"), (theme.space("m"), 5, theme.space("s"), 5))
        self._icon = IconLabel(theme, "info", "accent_text")
        self._text = Label(theme)
        self._text.setWordWrap(True)
        self._close = IconButton(theme, "close", "Close this notice", size=14)
        self._close.clicked.connect(self.hide)
        for widget in (self._icon, self._text, self._close):
            self._row.addWidget(widget, 1 if widget is self._text else 0)
        theme.changed.connect(self._dress)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def tell(self, text: str, tone: str = "info", choices: Sequence[Choice] = ()) -> None:
        """Shows ``text``; each choice is a word and what it does, and closes the bar."""
        self._tone = tone
        self._text.setText(text)
        for button in self._choices:
            self._row.removeWidget(button)
            button.deleteLater()
        self._choices = []
        for word, action in choices:
            button = Button(self._theme, word)
            button.clicked.connect(self.hide)
            button.clicked.connect(action)
            self._row.insertWidget(self._row.count() - 1, button)
            self._choices.append(button)
        self._dress()
        self.show()

    def _dress(self) -> None:
        icon, ink, ground = _ICONS[self._tone]
        self._icon.set_icon(icon, ink)
        line = self._theme.color("line").name()
        self.setStyleSheet(
            f"NoticeBar {{ background: {self._theme.color(ground).name()}; border: none;"
            f" border-bottom: 1px solid {line}; }}"
        )


class _Toast(QFrame):
    """One message of Toasts."""

    def __init__(self, parent: QWidget, space: int) -> None:
        super().__init__(parent)
        self.setProperty("role", "popup")
        self.row = QHBoxLayout(self)
        lay_out(self.row, space, (12, 8, 12, 8))


class Toasts(QWidget):
    """Short messages at the foot of a window, newest last; at most three at once."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._host = parent
        self._shown: list[QWidget] = []
        self._texts: dict[QWidget, str] = {}
        self._marks: dict[str, QWidget] = {}
        """The questions that show, by their marks."""
        self._column = QVBoxLayout(self)
        lay_out(self._column, theme.space("s"))
        parent.installEventFilter(self)
        self.hide()

    def tell(self, text: str, tone: str = "info", choice: Choice | None = None) -> None:
        """Shows a message for some seconds, with at most one thing to do about it; in place of
        the same message where that still shows."""
        for known in [toast for toast in self._shown if self._texts[toast] == text]:
            self._drop(known)
        icon, ink, _ = _ICONS[tone]
        toast = self._make(text, icon, ink)
        if choice is not None:
            self._add_choice(toast, choice, "link")
        timer = QTimer(toast, singleShot=True, interval=round(TOAST_SECONDS * 1000))
        timer.timeout.connect(lambda: self._drop(toast))
        timer.start()
        self._add(toast, text)

    def ask(self, mark: str, text: str, choices: Sequence[Choice]) -> None:
        """Shows a question that stays until it is answered, closed or dismissed by its mark."""
        self.dismiss(mark)
        shown = shorten(text, LONGEST, placeholder=" …")
        toast = self._make(shown, "state-waiting", "warning_text")
        for choice in choices[:-1]:
            self._add_choice(toast, choice, "")
        self._add_choice(toast, choices[-1], "link")
        close = IconButton(self._theme, "close", "Close this question", size=14)
        close.clicked.connect(lambda: self._drop(toast))
        toast.row.addWidget(close)
        self._marks[mark] = toast
        self._add(toast, text)

    def dismiss(self, mark: str) -> None:
        """Takes a question away, where it still shows."""
        toast = self._marks.pop(mark, None)
        if toast is not None:
            self._drop(toast)

    def _make(self, text: str, icon: str, ink: str) -> "_Toast":
        while len(self._shown) >= MOST_TOASTS:
            self._drop(self._shown[0])
        toast = _Toast(self, self._theme.space("s"))
        toast.row.addWidget(IconLabel(self._theme, icon, ink))
        toast.row.addWidget(Label(self._theme, text), 1)
        return toast

    def _add_choice(self, toast: "_Toast", choice: Choice, kind: str) -> None:
        button = Button(self._theme, choice[0], kind)
        button.clicked.connect(choice[1])
        button.clicked.connect(lambda: self._drop(toast))
        toast.row.addWidget(button)

    def _add(self, toast: "_Toast", text: str) -> None:
        self._column.addWidget(toast, alignment=Qt.AlignmentFlag.AlignHCenter)
        self._shown.append(toast)
        self._texts[toast] = text
        toast.show()
        self.show()
        self._place()

    @property
    def texts(self) -> list[str]:
        """What shows now, the newest last."""
        return [self._texts[toast] for toast in self._shown]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _drop(self, toast: QWidget) -> None:
        if toast not in self._shown:
            return
        self._shown.remove(toast)
        del self._texts[toast]
        self._marks = {mark: shown for mark, shown in self._marks.items() if shown is not toast}
        self._column.removeWidget(toast)
        toast.deleteLater()
        if not self._shown:
            self.hide()
        self._place()

    def _place(self) -> None:
        parent = self._host
        self._column.activate()
        size = self._column.sizeHint().boundedTo(parent.size())
        self.setGeometry(
            (parent.width() - size.width()) // 2,
            parent.height() - size.height() - self._theme.tokens.size["statusbar"] - 16,
            size.width(),
            size.height(),
        )
        self.raise_()
