"""Finding one's way in a workflow: the outline of its steps, and the search in what they hold."""

from designer.outline.finding import Found
from designer.outline.search_view import SearchView
from designer.outline.view import OutlineView

__all__ = ["Found", "OutlineView", "SearchView"]
