"""The row of figures: what happened in the period, and what changed against the one before."""

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from designer.dashboard.series import Slot, slot_label, unit_of, worst_slot
from designer.theme import Theme
from designer.theme.widgets import StatFigure, lay_out
from designer.theme.wording import (
    count_text,
    duration_text,
    percent_text,
    short_local,
    until_text,
)
from engine import api

FIGURES = (
    ("executions", "Executions"),
    ("success", "Success rate"),
    ("failed", "Failed"),
    ("duration", "Duration p50 / p95"),
    ("now", "Running / queued"),
    ("next", "Next"),
)


class Figures(QWidget):
    """``chosen`` carries the key of the figure that was clicked."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        lay_out(row, theme.space("m"))
        self._cards: dict[str, StatFigure] = {}
        for key, title in FIGURES:
            card = StatFigure(theme, title)
            card.setProperty("key", key)
            card.clicked.connect(self._tell)
            row.addWidget(card, 1)
            self._cards[key] = card

    def card(self, key: str) -> StatFigure:
        return self._cards[key]

    def show_stats(self, stats: api.Stats, slots: list[Slot], period: str) -> None:
        """``period`` is the length in words: ``30 days``."""
        change, tone = count_change(stats.total, stats.previous_total, period)
        self._cards["executions"].show_figure(count_text(stats.total), change, tone)
        note, tone = rate_change(stats.success_rate, stats.previous_success_rate)
        self._cards["success"].show_figure(percent_text(stats.success_rate), note, tone)
        self._show_failed(stats, slots)
        mean = duration_text(stats.duration_mean)
        figure = f"{duration_text(stats.duration_p50)} / {duration_text(stats.duration_p95)}"
        known = stats.duration_p50 is not None
        self._cards["duration"].show_figure(
            figure if known else "–", f"mean {mean}" if known else "none ended yet"
        )
        note = "nothing waits" if not stats.queued else "waiting for a free place"
        self._cards["now"].show_figure(
            f"{count_text(stats.running)} / {count_text(stats.queued)}", note
        )

    def show_next(self, scheduler: api.SchedulerStatus) -> None:
        if scheduler.next_due is None:
            self._cards["next"].show_figure("–", "no schedule is active")
            return
        name = scheduler.next_workflow_name or "a workflow"
        self._cards["next"].show_figure(
            until_text(scheduler.next_due, datetime.now(UTC)),
            f"{name}, {short_local(scheduler.next_due, datetime.now(UTC))}",
        )

    def _show_failed(self, stats: api.Stats, slots: list[Slot]) -> None:
        failed = stats.failed + stats.timed_out
        worst = worst_slot(slots)
        if not failed:
            self._cards["failed"].show_figure("0", "nothing failed" if stats.total else "")
        elif worst is not None:
            most = worst.counts[1] + worst.counts[2]
            when = slot_label(worst, unit_of(stats))
            self._cards["failed"].show_figure(
                count_text(failed), f"{count_text(most)} of them on {when}", "failed"
            )
        else:
            share = percent_text(failed / (failed + stats.completed))  # as the success rate
            words = f"{share} of all but the cancelled" if stats.cancelled else f"{share} of all"
            self._cards["failed"].show_figure(count_text(failed), words, "failed")

    def _tell(self) -> None:
        self.chosen.emit(str(self.sender().property("key")))


def count_change(now: int, before: int, period: str) -> tuple[str, str]:
    """How a count changed, in words and in a tone."""
    if not before:
        return (f"none in the {period} before" if now else "nothing ran yet"), "muted"
    change = round((now - before) / before * 100)
    if not change:
        return f"as many as in the {period} before", "muted"
    return f"{change:+d} % on the {period} before".replace("-", "−"), "muted"


def rate_change(now: float | None, before: float | None) -> tuple[str, str]:
    """How a rate changed, in points."""
    if now is None:
        return "nothing ended yet", "muted"
    if before is None:
        return "nothing to compare with", "muted"
    points = (now - before) * 100
    if abs(points) < 0.05:
        return "steady", "muted"
    word = "better" if points > 0 else "worse"
    return f"{abs(points):.1f} points {word}", "completed" if points > 0 else "warning"
