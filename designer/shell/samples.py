"""The workflows that ship with the program: opened as a copy of the user's own."""

import shutil
from pathlib import Path

from designer.theme import resource_path


def sample_copy(name: str, home: Path) -> Path:
    """The definition file of a shipped sample, copied with its folder into the data folder.

    A copy that is there already is the user's and stays as it is. Raises FileNotFoundError when no
    sample has that name, OSError when it cannot be copied.
    """
    shipped = resource_path("samples", name)
    folder = home / "samples" / name
    if not folder.exists():
        shutil.copytree(shipped, folder)
    return folder / f"{name}.yaml"


def sample_names() -> list[str]:
    """The names of the shipped samples."""
    return sorted(path.name for path in resource_path("samples").iterdir() if path.is_dir())
