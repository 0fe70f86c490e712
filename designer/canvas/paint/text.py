"""Texts laid out once: elided to their room and kept as glyphs until they are not used for long."""

from collections import OrderedDict

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QStaticText

_MOST = 6000


class TextBook:
    """A bounded store of prepared texts, by what they say, their font and their room."""

    def __init__(self) -> None:
        self._texts: OrderedDict[tuple[str, int, float], QStaticText] = OrderedDict()
        self._metrics: dict[int, QFontMetricsF] = {}

    def get(self, text: str, font: QFont, room: float) -> QStaticText:
        """``text`` on one line in at most ``room`` units, shortened with an ellipsis when it is
        longer."""
        key = (text, id(font), room)
        found = self._texts.get(key)
        if found is not None:
            self._texts.move_to_end(key)
            return found
        metrics = self.metrics(font)
        line = " ".join(text.split())
        prepared = QStaticText(metrics.elidedText(line, Qt.TextElideMode.ElideRight, room))
        prepared.setTextFormat(Qt.TextFormat.PlainText)
        prepared.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        prepared.prepare(font=font)
        self._texts[key] = prepared
        if len(self._texts) > _MOST:
            self._texts.popitem(last=False)
        return prepared

    def width(self, text: str, font: QFont) -> float:
        return float(self.metrics(font).horizontalAdvance(text))

    def metrics(self, font: QFont) -> QFontMetricsF:
        key = id(font)
        if key not in self._metrics:
            self._metrics[key] = QFontMetricsF(font)
        return self._metrics[key]

    def clear(self) -> None:
        self._texts.clear()
        self._metrics.clear()
