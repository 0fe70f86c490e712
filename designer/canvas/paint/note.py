"""Sticky notes: Markdown laid out once and kept as a picture until the zoom changes."""

from typing import Any

from PySide6.QtCore import QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QPainter,
    QPalette,
    QPen,
    QTextDocument,
)

from designer.canvas.areas import Area
from designer.canvas.geometry import CORNER
from designer.canvas.paint.frame import BLOCK_ZOOM, Frame
from designer.canvas.paint.kit import Kit
from designer.canvas.paint.style import Style
from designer.document.shapes import Box

NOTE_PADDING = 10.0
_INKS = {"blue": "do", "teal": "script", "green": "ask", "pink": "tell", "violet": "think"}
_MOST_PIXELS = 6_000_000
"""A note that is larger on the screen is painted anew each time rather than kept."""
_MOST_TEXT = 20_000
_EMPTY = "*Double-click to write*"


class NoteText(QTextDocument):
    """Markdown that fetches nothing: no picture of a note is read from a disk or the network."""

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        return None


def paint_note(
    painter: QPainter, frame: Frame, kit: Kit, area: Area, box: Box, selected: bool
) -> None:
    x, y = frame.snapped(box[0], box[1])
    z, style = frame.zoom, frame.style
    size = (box[2], box[3])
    if z < BLOCK_ZOOM:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(_line(style, area.colour), 1.0))
        painter.setBrush(_ground(style, area.colour))
        painter.drawRect(QRectF(x, y, size[0] * z, size[1] * z))
    elif size[0] * size[1] * (z * frame.ratio) ** 2 > _MOST_PIXELS:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(x, y)
        painter.scale(z, z)
        _draw(painter, style, area, size)
        painter.restore()
    else:
        key = ("note", area.text, area.colour, size)
        picture = kit.notes.get(key, frame, size, 4.0, lambda p: _draw(p, style, area, size))
        picture.draw(painter, x, y)
    if selected:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.color("accent"), 2.0))
        ring = QRectF(x, y, size[0] * z, size[1] * z).adjusted(-3, -3, 3, 3)
        painter.drawRoundedRect(ring, CORNER * z, CORNER * z)


def _ground(style: Style, colour: str) -> QColor:
    if colour == "amber":
        return style.color("note")
    return style.theme.kind_tint(_INKS.get(colour, "decide"))


def _line(style: Style, colour: str) -> QColor:
    if colour == "amber":
        return style.color("note_line")
    line = style.theme.kind_color(_INKS.get(colour, "decide"))
    line.setAlphaF(0.3)
    return line


def _draw(painter: QPainter, style: Style, area: Area, size: tuple[float, float]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.color("shadow", 0.10 if style.theme.is_dark else 0.03))
    for spread in (0.0, 1.0, 2.0):
        shade = QRectF(-spread / 2, 1.0, size[0] + spread, size[1] + spread)
        painter.drawRoundedRect(shade, CORNER * 0.6, CORNER * 0.6)
    painter.setPen(QPen(_line(style, area.colour), 1.0))
    painter.setBrush(_ground(style, area.colour))
    ground = QRectF(0.5, 0.5, size[0] - 1, size[1] - 1)
    painter.drawRoundedRect(ground, CORNER * 0.6, CORNER * 0.6)
    painter.save()
    painter.translate(NOTE_PADDING, NOTE_PADDING)
    room = QRectF(0, 0, size[0] - 2 * NOTE_PADDING, size[1] - 2 * NOTE_PADDING)
    painter.setClipRect(room)
    context = QAbstractTextDocumentLayout.PaintContext()
    role = "text" if area.text else "muted"
    context.palette.setColor(QPalette.ColorRole.Text, style.color(role))
    context.palette.setColor(QPalette.ColorRole.Link, style.color("accent_text"))
    context.clip = room
    document = note_document(style, area.text or _EMPTY, room.width())
    document.documentLayout().draw(painter, context)
    painter.restore()


def note_document(style: Style, text: str, width: float) -> NoteText:
    """A note's text laid out in scene units."""
    document = NoteText()
    document.setDocumentMargin(0)
    document.setDefaultFont(style.note)
    document.setIndentWidth(14)
    document.setMarkdown(
        text[:_MOST_TEXT],
        QTextDocument.MarkdownFeature.MarkdownDialectGitHub
        | QTextDocument.MarkdownFeature.MarkdownNoHTML,
    )
    document.setTextWidth(max(width, 16.0))
    document.setPageSize(QSizeF(max(width, 16.0), -1))
    return document
