"""Colours, pens and fonts of the canvas, taken from the theme once and kept until it changes."""

from functools import cached_property

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen

from designer.theme.theme import Theme


class Style:
    """What the painters draw with. Made anew when the theme changes."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._colors: dict[tuple[str, float], QColor] = {}
        self._pens: dict[tuple[str, float, Qt.PenStyle], QPen] = {}

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        key = (role, alpha)
        if key not in self._colors:
            self._colors[key] = self.theme.color(role, alpha)
        return self._colors[key]

    @property
    def card(self) -> QColor:
        """The ground of a card: a little lighter than the canvas in both schemes."""
        return self.color("raised" if self.theme.is_dark else "panel")

    def pen(self, role: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
        key = (role, width, style)
        if key not in self._pens:
            pen = QPen(self.color(role), width, style)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            self._pens[key] = pen
        return self._pens[key]

    def state_role(self, status: str) -> str:
        """The colour role of a state."""
        return self.theme.state(status).color

    @cached_property
    def title(self) -> QFont:
        return self._scalable("strong")

    @cached_property
    def subtitle(self) -> QFont:
        return self._scalable("detail")

    @cached_property
    def label(self) -> QFont:
        return self._scalable("label")

    @cached_property
    def body(self) -> QFont:
        return self._scalable("body")

    @cached_property
    def strong_label(self) -> QFont:
        """Titles of frames."""
        font = QFont(self.label)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    @cached_property
    def note(self) -> QFont:
        return self._scalable("body")

    @cached_property
    def small(self) -> QFont:
        """Times and pills: a shade smaller than a subtitle."""
        font = QFont(self.subtitle)
        font.setPixelSize(font.pixelSize() - 1)
        font.setWeight(QFont.Weight.Medium)
        return font

    def _scalable(self, role: str) -> QFont:
        """A font whose letters keep their proportions at every zoom, so that what was elided still
        fits."""
        font = QFont(self.theme.font(role))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font
