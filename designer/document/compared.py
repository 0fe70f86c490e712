"""Two versions of a workflow as one document, to be looked at like any other."""

from PySide6.QtCore import QObject

from designer.document.comparison import Comparison
from designer.document.document import Document


class ComparedDocument(Document):
    """Holds the graph of a comparison; there is no text behind it, and nothing can be changed."""

    def __init__(self, comparison: Comparison, parent: QObject | None = None) -> None:
        super().__init__("", parent=parent)
        self.comparison = comparison
        self._graph = comparison.graph
        self.read_only = "This is a comparison. Close it to go on with the workflow."

    def check(self, full: bool = True) -> None:
        """A comparison is not checked: it would find what both versions have."""
