"""What every editor of a value is: a widget that shows a value, and tells when the user changed
it."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from designer.theme import Theme
from designer.theme.offers import Offers


class Editor(QWidget):
    """``edited``: the user changed the value; ``left``: the keyboard went elsewhere."""

    edited = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def fits(self, value: Any) -> bool:
        """Whether this editor can show a value without losing any of it."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Shows a value; EMPTY for none. What the user types meanwhile stays where it equals it."""
        raise NotImplementedError

    def value(self) -> Any:
        """What is there now; EMPTY for nothing. Raises ValueError that says what is wrong."""
        raise NotImplementedError

    def set_invalid(self, invalid: bool) -> None:
        """Marks the field as wrong."""
        raise NotImplementedError

    def complete_with(self, offers: Offers) -> None:
        """Lets what is typed be completed."""

    def take_expression(self, expression: str, name: str) -> bool:
        """Takes in an expression that was dropped on it, ``name`` being what it may be called;
        False where it cannot, and an expression has to stand in its place."""
        return False

    def mark_wrong(self, span: tuple[int, int] | None) -> None:
        """Underlines what is wrong in what is typed; None for nothing."""
