"""The panel at the left: the palette, the outline of the workflow, and the search in it."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from designer.document import Document
from designer.outline import OutlineView, SearchView
from designer.palette import PaletteView
from designer.shell.memory import Memory
from designer.theme import Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import lay_out

PAGE = "panels/left"
PAGES = (("add", "Add"), ("outline", "Outline"), ("find", "Find"))


class LeftPanel(QWidget):
    """Shows one page at a time and remembers which."""

    def __init__(self, theme: Theme, memory: Memory, palette: PaletteView) -> None:
        super().__init__()
        self._memory = memory
        self.outline = OutlineView(theme)
        self.search = SearchView(theme)
        self.tabs = SegmentedControl(theme, PAGES, "tab")
        self._pages = QStackedWidget()
        for page in (palette, self.outline, self.search):
            self._pages.addWidget(page)
        head = QFrame()
        head.setProperty("role", "section-head")
        row = QHBoxLayout(head)
        lay_out(row, 0, (theme.space("s"), 5, theme.space("s"), 5))
        row.addWidget(self.tabs)
        row.addStretch(1)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addWidget(head)
        column.addWidget(self._pages, 1)
        self.tabs.chosen.connect(self.show_page)
        remembered = memory.get(PAGE, "add")
        self.show_page(remembered if remembered in dict(PAGES) else "add")

    @property
    def page(self) -> str:
        return self.tabs.current

    def show_page(self, key: str) -> None:
        """Shows ``add``, ``outline`` or ``find``."""
        self.tabs.choose(key)
        self._pages.setCurrentIndex(list(dict(PAGES)).index(key))
        self._memory.put(PAGE, key)

    def show_document(self, document: Document | None) -> None:
        """What the outline and the search are of."""
        self.outline.show_document(document)
        self.search.show_document(document)
