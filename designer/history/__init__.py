"""What a document went through: its edits since it was opened, and the versions of its file."""

from designer.history.changes_view import ChangesView, Legend
from designer.history.edits_view import EditsView
from designer.history.page import HistoryPage
from designer.history.versions_view import VersionsView

__all__ = ["ChangesView", "EditsView", "HistoryPage", "Legend", "VersionsView"]
