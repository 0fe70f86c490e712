"""Makes the README's pictures: the real program runs the samples, and is looked at.

    python tests/end_to_end/screenshots.py [FOLDER]

No display is needed. Pictures go to ``resources/docs`` unless another folder is given.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from designer.runs import RunForm
from designer.shell.space import DocumentSpace
from engine.service.types import ENDED, Execution, ExecutionWrite
from tests.end_to_end.story import Player, Story

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ("nightly-backup", "data-quality", "orders-report")
RUNS = 6
SIZE = (1600, 1000)


class Photographer(Player):
    """Runs samples over and over, and takes pictures."""

    def __init__(self, target: Path, folder: Path) -> None:
        super().__init__(folder)
        self._target = target

    def story(self) -> Story:
        window = self.window
        window.resize(*SIZE)
        yield lambda: window.link.state == "ready"
        for _ in range(RUNS):
            for space in window.desk.spaces:
                yield from self._run(space)
        yield from self._fail_twice()
        yield from self._activate(window.desk.spaces[0])
        orders = window.desk.spaces[-1]
        orders.document.selection.set(["summarise"])
        orders.canvas.fit()
        yield from self._picture("design-light")
        self._set_mode("dark")
        yield from self._picture("design-dark")
        self._set_mode("light")
        window.desk.show(window.desk.spaces[1])
        window.desk.spaces[1].canvas.fit()
        window.design.show_tab("timeline")
        yield from self._picture("timeline-light")
        window.pages.show("dashboard")
        window.pages.dashboard().periods.choose("day")
        figure = window.pages.dashboard().figures.card("executions")
        yield lambda: figure.words[0] == str(RUNS * len(SAMPLES) + 2)
        yield lambda: window.pages.dashboard().figures.card("next").words[0] != "–"
        yield from self._picture("dashboard-light")

    def _run(self, space: DocumentSpace) -> Story:
        window = self.window
        window.desk.show(space)
        before = space.session.execution
        window.topbar.run.click()
        yield lambda: (form := window.findChild(RunForm)) is not None and form.isVisible()
        window.findChild(RunForm).submit()
        yield (
            lambda: (
                (now := space.session.execution) is not None
                and (before is None or now.id != before.id)
                and now.status in ENDED
            )
        )
        yield lambda: window.findChild(RunForm) is None

    def _fail_twice(self) -> Story:
        """The data-quality check of a file that is not there."""
        window = self.window
        document = window.desk.spaces[1].document
        write = ExecutionWrite(
            source=document.text, path=str(document.path), input={"file": "nowhere.csv"}
        )
        started: list[Execution] = []

        async def start() -> None:
            started.extend([await window.link.client.start(write) for _ in range(2)])

        window.tasks.spawn(start())
        yield lambda: len(started) == 2

    def _activate(self, space: DocumentSpace) -> Story:
        window = self.window
        window.desk.show(space)
        yield window.topbar.switch.isEnabled
        window.topbar.switch.click()
        yield lambda: window.topbar.switch.isChecked()

    def _set_mode(self, mode: str) -> None:
        self.window.theme.set_mode(mode)

    def _picture(self, name: str) -> Story:
        yield lambda: not self.window.toasts.isVisible()
        QApplication.processEvents()
        picture = self._target / f"{name}.png"
        self.window.grab().save(str(picture))
        print(picture)


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "docs"
    target.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])  # before the first timer
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        os.environ["TREADLE_HOME"] = str(place / "home")
        for sample in SAMPLES:
            shutil.copytree(ROOT / "resources" / "samples" / sample, place / sample)
        photographer = Photographer(target, place)
        files = [str(place / sample / f"{sample}.yaml") for sample in SAMPLES]

        photographer.play(photographer.story(), *files)
    application.quit()


if __name__ == "__main__":
    main()
