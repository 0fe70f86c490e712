"""The inspector."""

from designer.inspector.view import InspectorView

__all__ = ["InspectorView"]
