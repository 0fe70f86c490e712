"""The look: tokens, fonts, icons, style sheet, and the widgets that every view shares."""

from designer.theme.resources import resource_path
from designer.theme.theme import Mode, Motion, Theme
from designer.theme.tokens import Tokens, load_tokens

__all__ = ["Mode", "Motion", "Theme", "Tokens", "load_tokens", "resource_path"]
