"""The data folder is its owner's alone, and nobody else's folder is closed for that."""

import os
from pathlib import Path

import pytest

from engine.settings.folders import private_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")


def mode(folder: Path) -> int:
    return folder.stat().st_mode & 0o7777


def test_a_new_or_an_empty_folder_becomes_private(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    for name in ("new/deep", "empty"):
        assert mode(private_folder(tmp_path / name)) == 0o700


def test_an_open_data_folder_is_closed(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").touch()
    tmp_path.chmod(0o755)
    assert mode(private_folder(tmp_path)) == 0o700


def test_a_folder_with_other_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").touch()
    tmp_path.chmod(0o1777)
    with pytest.raises(PermissionError, match="holds other files"):
        private_folder(tmp_path)
    assert mode(tmp_path) == 0o1777
