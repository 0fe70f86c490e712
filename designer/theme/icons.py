"""Draws the program's stroke icons in any colour, crisp at any size and device ratio."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from designer.theme.resources import resource_path

RATIOS = (1.0, 1.25, 1.5, 1.75, 2.0, 3.0)
"""Device ratios that an icon holds a drawing for, so that none is scaled."""


@cache
def icon_source(name: str) -> str:
    """The SVG text of the icon ``name``. Raises FileNotFoundError when there is none."""
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


def has_icon(name: str) -> bool:
    """Whether an icon of that name ships with the program (an extension may name another)."""
    try:
        icon_source(name)
    except FileNotFoundError:
        return False
    return True


def coloured_source(name: str, color: QColor) -> str:
    """The SVG text of an icon with ``currentColor`` filled in."""
    return icon_source(name).replace("currentColor", color.name())


def draw_icon(painter: QPainter, name: str, color: QColor, rect: QRectF) -> None:
    """Paints an icon into ``rect`` of any painter, straight from its outlines."""
    QSvgRenderer(QByteArray(coloured_source(name, color).encode())).render(painter, rect)


def icon_pixmap(name: str, color: QColor, size: int, ratio: float, gap: int = 0) -> QPixmap:
    """An icon of ``size`` logical pixels for a screen of the given device ratio."""
    side = round(size * ratio)
    pixmap = QPixmap(QSize(side + round(gap * ratio), side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_icon(painter, name, color, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def make_icon(name: str, color: QColor, disabled: QColor, size: int, gap: int = 0) -> QIcon:
    """A QIcon with a drawing for each ratio, and a quieter one for disabled controls.

    ``gap`` (logical pixels) stays empty at its right, between it and the words of a button.
    """
    application = QGuiApplication.instance()
    current = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    icon = QIcon()
    for ratio in sorted({*RATIOS, current}):
        icon.addPixmap(icon_pixmap(name, color, size, ratio, gap))
        icon.addPixmap(icon_pixmap(name, disabled, size, ratio, gap), QIcon.Mode.Disabled)
    return icon
