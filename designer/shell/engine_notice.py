"""Says above everything when the engine is gone, and that it comes back."""

from PySide6.QtWidgets import QWidget

from designer.shell.engine_link import EngineLink
from designer.shell.run_control import Tell
from designer.theme import Theme
from designer.theme.notices import Choice, NoticeBar


class EngineNotice(NoticeBar):
    """Follows an EngineLink; hidden while all is well."""

    def __init__(
        self, theme: Theme, link: EngineLink, tell: Tell, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._link = link
        self._tell_briefly = tell
        self._was_lost = False
        link.state_changed.connect(self._follow)

    def _follow(self, state: str) -> None:
        if state == "failed":
            self.tell(self._link.failure, "failed", self._ways_out())
        elif state in ("lost", "restarting") and self._link.local:
            self._was_lost = True
            self.tell("The engine stopped; starting it again…", "warning")
        elif state == "lost":
            self._was_lost = True
            self.tell(f"The engine {self._link.place} cannot be reached; trying again…", "warning")
        elif state == "ready":
            self.hide()
            if self._was_lost:
                self._was_lost = False
                self._tell_briefly("The engine is back; unfinished runs go on.", "completed")

    def _ways_out(self) -> list[Choice]:
        return [("Try again", self._link.retry)]
