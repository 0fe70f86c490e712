"""The look at hand: colours, fonts and icons of the scheme that the system or the user chose."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QStyle

from designer.theme.fonts import make_font, register_fonts
from designer.theme.icons import has_icon, icon_pixmap, make_icon
from designer.theme.stylesheet import make_palette, make_stylesheet, write_sheet_icons
from designer.theme.system import follow_contrast, own_fonts, rescale_fonts, system_wants_contrast
from designer.theme.tokens import LARGEST, SMALLEST, Kind, Scheme, State, Tokens, scaled_tokens

Mode = Literal["light", "dark", "contrast", "system"]
Motion = Literal["system", "on", "off"]
_SYSTEM_SCHEMES: dict[Mode, Qt.ColorScheme] = {
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
    "contrast": Qt.ColorScheme.Unknown,
    "system": Qt.ColorScheme.Unknown,
}


class Theme(QObject):
    """One per program, handed to every view. Views repaint on ``changed``."""

    changed = Signal()

    def __init__(self, mode: Mode = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._percent = 100
        self._motion: Motion = "system"
        self._mode: Mode = mode
        self._app: QApplication | None = None
        self._icons: dict[tuple[str, str, int, int], QIcon] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._sheet_folder = QTemporaryDir()
        register_fonts()
        self._scheme: Scheme = self._wanted_scheme()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        follow_contrast(self._follow_system)

    @property
    def mode(self) -> Mode:
        """What the user chose."""
        return self._mode

    @property
    def scheme(self) -> Scheme:
        """What is shown: the mode, with ``system`` resolved."""
        return self._scheme

    @property
    def tokens(self) -> Tokens:
        """The tokens, with texts in the size that the user chose."""
        return scaled_tokens(self._percent)

    @property
    def is_dark(self) -> bool:
        return self._scheme in ("dark", "contrast_dark")

    @property
    def is_contrast(self) -> bool:
        """Whether shapes must be told apart by lines, not by faint grounds."""
        return self._scheme in ("contrast_light", "contrast_dark")

    @property
    def chosen_pen(self) -> QPen:
        """The line around a chosen row that is painted: none but in high contrast."""
        return QPen(self.color("accent")) if self.is_contrast else QPen(Qt.PenStyle.NoPen)

    @property
    def percent(self) -> int:
        """The size of texts, 100 as designed."""
        return self._percent

    def set_percent(self, percent: int) -> None:
        """Makes all texts larger or smaller, within bounds."""
        wanted = min(max(percent, SMALLEST), LARGEST)
        if wanted != self._percent:
            before, self._percent = self._percent, wanted
            fonts = own_fonts() if self._app is not None else []
            self._dress()
            rescale_fonts(fonts, wanted / before)
            self.changed.emit()

    @property
    def motion_mode(self) -> Motion:
        """What the user chose of motion."""
        return self._motion

    def set_motion(self, motion: Motion) -> None:
        """Lets things move, never, or as the system says."""
        if motion != self._motion:
            self._motion = motion
            self.changed.emit()

    def set_mode(self, mode: Mode) -> None:
        """Chooses light, dark, high contrast, or what the system says."""
        self._mode = mode
        QGuiApplication.styleHints().setColorScheme(_SYSTEM_SCHEMES[mode])  # title bars follow
        self._refresh()

    def apply(self, app: QApplication) -> None:
        """Gives the application this look now and after every change."""
        self._app = app
        app.setStyle("Fusion")
        self._dress()

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a role of ``tokens.json``. Raises KeyError for an unknown one."""
        color = QColor(self.tokens.colors[self._scheme][role])
        if alpha < 1.0:
            color.setAlphaF(alpha)
        return color

    def font(self, role: str = "body", scale: float = 1.0) -> QFont:
        """The font of caption, detail, label, body, strong, heading, page, figure or mono."""
        return make_font(self.tokens, role, scale)

    def icon(self, name: str, color_role: str = "text", size: int = 16, gap: int = 0) -> QIcon:
        """An icon that is crisp at every device ratio; a dot stands in for an unknown name.

        ``gap`` pixels stay empty at its right, between it and the words of a button.
        """
        key = (name, color_role, size, gap)
        if key not in self._icons:
            shown = name if has_icon(name) else "dot"
            self._icons[key] = make_icon(
                shown, self._icon_color(color_role), self.color("strong_line"), size, gap
            )
        return self._icons[key]

    def pixmap(
        self, name: str, color_role: str = "text", size: int = 16, ratio: float = 1.0
    ) -> QPixmap:
        """An icon as a pixmap for a screen of device ratio ``ratio``."""
        key = (name, color_role, size, ratio)
        if key not in self._pixmaps:
            shown = name if has_icon(name) else "dot"
            self._pixmaps[key] = icon_pixmap(shown, self._icon_color(color_role), size, ratio)
        return self._pixmaps[key]

    def state(self, name: str) -> State:
        """How a state of an execution or step looks; unknown ones look like ``pending``."""
        return self.tokens.states.get(name, self.tokens.states["pending"])

    def state_color(self, name: str) -> QColor:
        """The colour of a state's shapes (3 : 1); its words use ``state(name).text``."""
        return self.color(self.state(name).color)

    def state_glyph(self, name: str) -> str:
        """The icon that says the state without colour."""
        return self.state(name).glyph

    def kind(self, group: str, type_name: str = "") -> Kind:
        """The tile of a step type's group; a type may have one of its own (``script``)."""
        kinds = self.tokens.kinds[self._scheme]
        return kinds.get(type_name) or kinds.get(group) or kinds["decide"]

    def kind_color(self, group: str, type_name: str = "") -> QColor:
        """The ink of a type's icon."""
        return QColor(self.kind(group, type_name).ink)

    def kind_tint(self, group: str, type_name: str = "") -> QColor:
        """The faint ground of a type's icon tile."""
        return QColor(self.kind(group, type_name).tint)

    def space(self, name: str) -> int:
        """Spacing xs, s, m, l or xl in logical pixels."""
        return self.tokens.spacing[name]

    def motion(self, name: str) -> int:
        """Milliseconds of ``quick`` or ``layout``; 0 where the user or the system wants none."""
        if self._motion == "system":
            hint = QStyle.StyleHint.SH_Widget_Animation_Duration
            moving = QApplication.style().styleHint(hint) > 0
        else:
            moving = self._motion == "on"
        return self.tokens.motion[name] if moving else 0

    def _icon_color(self, role: str) -> QColor:
        """A colour role, or ``kind:NAME`` for the ink of a group of step types."""
        if role.startswith("kind:"):
            return self.kind_color(role.removeprefix("kind:"))
        return self.color(role)

    def _wanted_scheme(self) -> Scheme:
        if self._mode in ("light", "dark"):
            return self._mode
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        if self._mode == "contrast" or system_wants_contrast():
            return "contrast_dark" if dark else "contrast_light"
        return "dark" if dark else "light"

    def _follow_system(self) -> None:
        if self._mode in ("system", "contrast"):
            self._refresh()

    def _refresh(self) -> None:
        wanted = self._wanted_scheme()
        if wanted == self._scheme:
            return
        self._scheme = wanted
        self._icons.clear()
        self._pixmaps.clear()
        self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        if self._app is None:
            return
        folder = Path(self._sheet_folder.path())
        icons = write_sheet_icons(self.tokens, self._scheme, folder)
        self._app.setFont(self.font("body"))
        self._app.setPalette(make_palette(self.tokens, self._scheme))
        self._app.setStyleSheet(make_stylesheet(self.tokens, self._scheme, icons))
