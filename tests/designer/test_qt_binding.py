"""The installed Qt binding keeps None's reference count: PySide6 6.12 loses it on Python 3.11.

After some thousand calls the count reaches zero and the interpreter aborts. ``pyproject.toml`` keeps
that pair apart; this test fails where it is installed all the same.
"""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QWidget

CALLS = 5_000
SLACK = 500
"""None's count moves a little by itself: the interpreter holds it here and there."""


class Sender(QObject):
    told = Signal(object)


def paint_and_tell() -> list[Callable[[], object]]:
    """Calls of many kinds that give None, or take it."""
    widget, label, timer, sender = QWidget(), QLabel(), QTimer(), Sender()
    sender.told.connect(lambda value: None)
    image = QImage(8, 8, QImage.Format.Format_ARGB32)

    def paint() -> None:
        painter = QPainter(image)
        painter.save()
        painter.drawLine(QPoint(0, 0), QPoint(7, 7))
        painter.restore()
        painter.end()

    return [
        widget.update,
        widget.parent,
        lambda: widget.setParent(None),
        lambda: label.setText("x"),
        label.pixmap,
        timer.stop,
        lambda: sender.told.emit(None),
        lambda: widget.property("nothing"),
        lambda: widget.findChild(QLabel),
        paint,
        QApplication.processEvents,
    ]


@pytest.mark.usefixtures("qapp")
def test_calls_into_qt_keep_the_reference_count_of_none() -> None:
    calls = paint_and_tell()
    for call in calls:
        call()
    before = sys.getrefcount(None)
    for call in calls:
        for _ in range(CALLS):
            call()
    assert abs(sys.getrefcount(None) - before) < SLACK
