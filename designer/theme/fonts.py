"""Registers the shipped faces and makes fonts for the roles of the type scale."""

from PySide6.QtGui import QFont, QFontDatabase

from designer.theme.resources import resource_path
from designer.theme.tokens import FontRole, Tokens

_TABULAR = QFont.Tag("tnum")


class FontError(RuntimeError):
    """A shipped face cannot be used."""


def register_fonts() -> None:
    """Makes the shipped faces known to Qt (needs a QGuiApplication). Raises FontError."""
    for path in sorted(resource_path("fonts").iterdir()):
        if path.suffix not in (".otf", ".ttf"):
            continue
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FontError(f"the font {path.name} cannot be read; install Treadle again")


def make_font(tokens: Tokens, role: str, scale: float = 1.0) -> QFont:
    """The font of a role (``body``, ``mono`` ...); ``scale`` is for painters that zoom."""
    entry: FontRole = getattr(tokens.type, role)
    mono = role == "mono"
    font = QFont(tokens.type.mono_family if mono else tokens.type.family)
    font.setPixelSize(max(1, round(entry.size * scale)))
    font.setWeight(QFont.Weight(entry.weight))
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    if mono:
        font.setStyleHint(QFont.StyleHint.Monospace)
    else:
        font.setStyleHint(QFont.StyleHint.SansSerif)
        font.setFeature(_TABULAR, 1)
    return font
