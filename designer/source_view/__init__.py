"""The YAML view."""

from designer.source_view.view import SourceView

__all__ = ["SourceView"]
