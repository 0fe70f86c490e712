"""A card of the settings: what is chosen, what it does, and the control to choose it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from designer.theme import Theme
from designer.theme.widgets import Card, Label

WIDTH = 680


def settings_card(theme: Theme, title: str, help_text: str, control: QWidget) -> Card:
    """Takes effect at once; there is nothing to confirm."""
    card = Card(theme)
    card.setMaximumWidth(WIDTH)
    card.body.addWidget(Label(theme, title, "strong"))
    if help_text:
        text = Label(theme, help_text, "body", "muted")
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.body.addWidget(text)
    card.body.addWidget(control, alignment=Qt.AlignmentFlag.AlignLeft)
    if not control.accessibleName():
        control.setAccessibleName(title)
    return card
