"""The menus of recently opened files and of the samples."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from designer.shell.files import FileDesk
from designer.shell.samples import sample_names


class RecentMenu(QMenu):
    """Filled when it is about to be shown, as files come and go."""

    def __init__(self, desk: FileDesk, parent: QWidget) -> None:
        super().__init__("Open recent", parent)
        self._desk = desk
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in self._desk.recent():
            action = self.addAction(path.name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _checked, path=path: self._desk.open(path))
        if self.isEmpty():
            self.addAction("No file was opened yet").setEnabled(False)


class SampleMenu(QMenu):
    """The workflows that ship with the program; a click opens the user's own copy."""

    def __init__(self, open_sample: Callable[[str], object], parent: QWidget) -> None:
        super().__init__("New from a sample", parent)
        for name in sample_names():
            title = name.replace("-", " ").capitalize()
            self.addAction(title).triggered.connect(partial(_ignore_checked, open_sample, name))


def _ignore_checked(open_sample: Callable[[str], object], name: str, _checked: bool) -> None:
    open_sample(name)
