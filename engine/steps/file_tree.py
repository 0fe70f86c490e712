"""Files of a folder by pattern, without ever leaving it through a symbolic link."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from engine.steps.base import StepError

EVERYTHING = "**/*"


def matches(folder: Path, pattern: str, most: int) -> Iterator[tuple[str, Path]]:
    """What lies below ``folder`` and fits ``pattern``, as relative name and path, in order of name.

    Links are found, not followed. Raises StepError for a pattern that leads outside, and beyond
    ``most`` finds.
    """
    parts = tuple(pattern.replace("\\", "/").split("/"))
    if pattern.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        message = (
            f'pattern: "{pattern}" leads out of the folder; patterns are relative, without ".."'
        )
        raise StepError(message, type="not_allowed", retryable=False)
    depth = None if "**" in parts else len(parts)
    count = 0
    for path in _below(folder, depth):
        relative = path.relative_to(folder)
        if _fits(relative.parts, parts):
            count += 1
            if count > most:
                message = f"more than {most:,} files fit; raise max_files, or narrow the pattern"
                raise StepError(message, type="too_many", retryable=False)
            yield relative.as_posix(), path


def _below(folder: Path, depth: int | None) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda found: found.name):
        path = Path(entry.path)
        yield path
        deeper = None if depth is None else depth - 1
        if deeper != 0 and entry.is_dir(follow_symlinks=False):
            yield from _below(path, deeper)


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    head, rest = pattern[0], pattern[1:]
    if head == "**":
        return _fits(parts, rest) or (bool(parts) and _fits(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], head) and _fits(parts[1:], rest)


def described(relative: str, path: Path) -> dict[str, Any]:
    """What ``list`` says of one entry; ``modified`` is UTC."""
    about = path.lstat()
    kinds = {stat.S_IFDIR: "folder", stat.S_IFREG: "file", stat.S_IFLNK: "link"}
    return {
        "path": str(path),
        "name": path.name,
        "relative": relative,
        "type": kinds.get(stat.S_IFMT(about.st_mode), "other"),
        "size": about.st_size,
        "modified": datetime.fromtimestamp(about.st_mtime, UTC).isoformat(),
    }


def is_file(path: Path) -> bool:
    """Whether it is a regular file itself, no link to one."""
    return stat.S_ISREG(path.lstat().st_mode)
