"""What the system says of contrast, and fonts of widgets that are already there."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

_EXACT = "unscaled-pixels"
"""The size a font had when it was set, so that scaling to and fro does not wear it off."""


def system_wants_contrast() -> bool:
    """Whether the system asks for high contrast; versions of Qt before 6.10 do not know."""
    hints = QGuiApplication.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    preference = hints.accessibility().contrastPreference()
    return bool(preference == Qt.ContrastPreference.HighContrast)


def follow_contrast(call: Callable[[], None]) -> None:
    """Calls back when the system asks for another contrast."""
    hints = QGuiApplication.styleHints()
    if hasattr(hints, "accessibility"):
        hints.accessibility().contrastPreferenceChanged.connect(call)


def own_fonts() -> list[tuple[QWidget, float]]:
    """Widgets that were given a font, each with the exact size of it in pixels; a style sheet takes
    fonts back where it is set anew."""
    found = []
    for widget in QApplication.allWidgets():
        if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont):
            kept, size = widget.property(_EXACT), widget.font().pixelSize()
            fresh = not isinstance(kept, float) or round(kept) != size
            found.append((widget, float(size) if fresh else kept))
    return found


def rescale_fonts(fonts: list[tuple[QWidget, float]], factor: float) -> None:
    """Scales these fonts, and lays out again what paints rows itself.

    What takes its font from the style sheet follows by itself.
    """
    for widget, exact in fonts:
        if exact > 0:
            font = widget.font()
            font.setPixelSize(max(1, round(exact * factor)))
            widget.setFont(font)
            widget.setProperty(_EXACT, exact * factor)
    for widget in QApplication.allWidgets():
        if isinstance(widget, QAbstractItemView):
            widget.doItemsLayout()
