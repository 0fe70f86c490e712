"""The History page: edits since the document was opened beside the versions of its file."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSplitter, QVBoxLayout, QWidget

from designer.document import Document
from designer.history.edits_view import EditsView
from designer.history.versions_view import VersionsView
from designer.theme import Theme
from designer.theme.widgets import Label, lay_out


class HistoryPage(QWidget):
    """Both lists, each under its name."""

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edits = EditsView(theme, document)
        self.versions = VersionsView(theme)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(1)
        across.setChildrenCollapsible(False)
        across.addWidget(_titled(theme, "Edits", self.edits))
        across.addWidget(_titled(theme, "Versions of the file", self.versions))
        across.setSizes([400, 600])
        column = QVBoxLayout(self)
        lay_out(column)
        column.addWidget(across)
        self.setFocusProxy(self.edits)


def _titled(theme: Theme, title: str, view: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("ground", "panel")
    column = QVBoxLayout(frame)
    edge = theme.space("m")
    lay_out(column, theme.space("xs"))
    head = QVBoxLayout()
    lay_out(head, 0, (edge, theme.space("s"), edge, 0))
    head.addWidget(Label(theme, title, "label", "muted"))
    column.addLayout(head)
    column.addWidget(view, 1)
    return frame
