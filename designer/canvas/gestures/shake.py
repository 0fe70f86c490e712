"""Shaking: the pointer goes to and fro a few times while something is dragged."""

from PySide6.QtCore import QPointF

_SWING = 24.0
"""Pixels that each way must have at least."""
_TURNS = 4
_WITHIN = 0.9
"""Seconds in which the turns must come."""


class Shake:
    """Fed with where the pointer is and when, in seconds of any steady clock."""

    def __init__(self, at: QPointF) -> None:
        self._extreme = at.x()
        self._way = 0
        self._turns: list[float] = []

    def feed(self, at: QPointF, now: float) -> bool:
        """True at the turn that makes it a shake; then it takes as many turns again."""
        gone = at.x() - self._extreme
        way = (gone > 0) - (gone < 0)
        if way == self._way or abs(gone) < _SWING:
            if way == self._way:
                self._extreme = at.x()
            return False
        begun, self._way, self._extreme = self._way == 0, way, at.x()
        if begun:
            return False
        self._turns = [turn for turn in self._turns if now - turn <= _WITHIN] + [now]
        if len(self._turns) < _TURNS:
            return False
        self._turns = []
        return True
