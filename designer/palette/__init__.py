"""The step palette."""

from designer.palette.model import MIME
from designer.palette.view import PaletteView

__all__ = ["MIME", "PaletteView"]
