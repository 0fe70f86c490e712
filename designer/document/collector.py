"""Frees cyclic garbage on the Qt thread only: Python's own collector runs in whatever thread
happens to allocate, and a Qt object that is freed outside its thread takes the program down."""

import gc
from time import monotonic

from PySide6.QtCore import QCoreApplication, QObject, QTimer

INTERVAL = 500
"""Milliseconds between looks at how much there may be to free."""

REST = 300
"""How many times as long as it took the next look at everything has to wait: with a large document
open it takes a tenth of a second."""


class Collector(QObject):
    """Takes the place of the automatic collector for as long as the application lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._rested = 0.0  # when everything may be looked at again
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Frees what the automatic collector would have freed by now."""
        limits = gc.get_threshold()
        counts = gc.get_count()
        if counts[0] < limits[0]:
            return
        begun = monotonic()
        full, middle = counts[2] > limits[2] and begun >= self._rested, counts[1] > limits[1]
        gc.collect(2 if full else 1 if middle else 0)
        if full:
            now = monotonic()
            self._rested = now + REST * (now - begun)


def collect_on_qt_thread() -> None:
    """Installs the collector once; without an application there is no Qt object to protect."""
    app = QCoreApplication.instance()
    if app is not None and app.findChild(Collector) is None:
        Collector(app)
