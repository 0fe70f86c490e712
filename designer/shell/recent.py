"""The menu of recently opened files."""

from PySide6.QtWidgets import QMenu, QWidget

from designer.shell.files import FileDesk


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
