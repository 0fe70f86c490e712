"""A workflow being edited: text, model, undo, problems and selection; no widgets."""

from designer.document.document import Document
from designer.document.editing import EditRefused
from designer.document.files import ChangedOnDisk, DocumentError
from designer.document.selection import Selection
from designer.document.views import (
    Change,
    EdgeView,
    NodeView,
    Point,
    PortView,
    Wire,
    trigger_key,
    trigger_name,
)

__all__ = [
    "Change",
    "ChangedOnDisk",
    "Document",
    "DocumentError",
    "EdgeView",
    "EditRefused",
    "NodeView",
    "Point",
    "PortView",
    "Selection",
    "Wire",
    "trigger_key",
    "trigger_name",
]
