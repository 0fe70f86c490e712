"""Finds the files that ship with the program, in a checkout as in an installed package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_path(*parts: str) -> Path:
    """The path of a shipped file or folder. Raises FileNotFoundError when it is missing."""
    for root in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(
        f"the program's file {'/'.join(parts)} is missing; install Treadle again to restore it"
    )
