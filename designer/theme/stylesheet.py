"""Makes the application's style sheet and palette from the tokens."""

from pathlib import Path
from string import Template

from PySide6.QtGui import QColor, QPalette

from designer.theme.icons import coloured_source
from designer.theme.resources import resource_path
from designer.theme.tokens import FONT_ROLES, Scheme, Tokens

_SHEET_ICONS = {
    "chevron-down": ("muted", "faint"),
    "chevron-up": ("muted", "faint"),
    "chevron-right": ("muted", "faint"),
    "check": ("on_accent", "faint"),
    "minus": ("on_accent", "faint"),
    "close": ("muted", "text"),
    "dot": ("on_accent", "faint"),
}
"""Icons that the style sheet shows: name -> the colour roles it needs them in."""


def write_sheet_icons(tokens: Tokens, scheme: Scheme, folder: Path) -> dict[str, str]:
    """Writes coloured copies of the sheet's icons to ``folder``; gives placeholder -> path."""
    names: dict[str, str] = {}
    for name, roles in _SHEET_ICONS.items():
        for role in roles:
            path = folder / f"{name}-{role}-{scheme}.svg"
            path.write_text(coloured_source(name, QColor(tokens.colors[scheme][role])), "utf-8")
            names[f"icon_{name.replace('-', '_')}_{role}"] = path.as_posix()
    return names


def make_stylesheet(tokens: Tokens, scheme: Scheme, icons: dict[str, str]) -> str:
    """The style sheet with every placeholder filled in. Raises KeyError for an unknown one."""
    names = ["treadle", "contrast"] if scheme.startswith("contrast") else ["treadle"]
    sheets = (resource_path("themes", f"{name}.qss") for name in names)
    text = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    values: dict[str, str | int] = {**tokens.colors[scheme], **icons}
    values.update({f"space_{name}": value for name, value in tokens.spacing.items()})
    values.update({f"radius_{name}": value for name, value in tokens.radius.items()})
    values.update({f"size_{name}": value for name, value in tokens.size.items()})
    for role in FONT_ROLES:
        entry = getattr(tokens.type, role)
        values[f"font_{role}"] = f"font-size: {entry.size}px; font-weight: {entry.weight}"
    values["mono_family"] = tokens.type.mono_family
    return Template(text).substitute(values)


def make_palette(tokens: Tokens, scheme: Scheme) -> QPalette:
    """The palette for what is painted without the style sheet."""
    colors = {name: QColor(value) for name, value in tokens.colors[scheme].items()}
    role = QPalette.ColorRole
    palette = QPalette()
    for group_role, name in {
        role.Window: "canvas",
        role.WindowText: "text",
        role.Base: "panel",
        role.AlternateBase: "raised",
        role.Text: "text",
        role.PlaceholderText: "faint",
        role.Button: "panel",
        role.ButtonText: "text",
        role.BrightText: "on_accent",
        role.Highlight: "selection",
        role.HighlightedText: "text",
        role.Link: "accent_text",
        role.LinkVisited: "accent_text",
        role.ToolTipBase: "tooltip",
        role.ToolTipText: "on_tooltip",
        role.Light: "raised",
        role.Midlight: "line",
        role.Mid: "strong_line",
        role.Dark: "strong_line",
        role.Shadow: "shadow",
        role.Accent: "accent",
    }.items():
        palette.setColor(group_role, colors[name])
    disabled = QPalette.ColorGroup.Disabled
    for group_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(disabled, group_role, colors["faint"])
    return palette
