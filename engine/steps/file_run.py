"""One attempt of a file step: reading, writing, listing, and the way to the rest."""

import asyncio
import os
import stat
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.definition.units import format_size
from engine.steps.amounts import size_of, whole_of
from engine.steps.base import StepContext, StepError, StepResult
from engine.steps.defaults import MAX_FILE_SIZE, MAX_FILES
from engine.steps.file_content import decoded, encoded
from engine.steps.file_move import copy, delete, move
from engine.steps.file_tree import described, matches
from engine.steps.folders import Replacement, allowed_path


async def run_file(config: Mapping[str, Any], context: StepContext) -> StepResult:
    """Does what the config says, off the event loop; a cancel ends it at the next piece."""
    work = _OPERATIONS.get(str(config.get("operation")))
    if work is None:
        message = (
            f'operation: there is no "{config.get("operation")}"; take {", ".join(_OPERATIONS)}'
        )
        raise StepError(message, type="config", retryable=False)
    stop = threading.Event()
    try:
        return StepResult(output=await asyncio.to_thread(work, config, context, stop))
    except asyncio.CancelledError:
        stop.set()
        raise
    except OSError as error:
        raise _failure(error, config) from error


def _failure(error: OSError, config: Mapping[str, Any]) -> StepError:
    named = error.filename  # a number where an open file was worked on
    where = named if isinstance(named, str) else config.get("path")
    what = f"cannot {config['operation']} {where}"
    match error:
        case FileNotFoundError():
            message = f'{what}: there is no "{where}"'
            return StepError(message, type="not_found")
        case FileExistsError():
            message = f"{what}: it is there already; set overwrite: true"
            return StepError(message, type="exists", retryable=False)
        case PermissionError():
            message = f"{what}: this user may not"
            return StepError(message, type="permission", retryable=False)
    return StepError(f"{what}: {error.strerror or error}", type="io")


def read(config: Mapping[str, Any], context: StepContext, stop: threading.Event) -> dict[str, Any]:
    """The content of one regular file, at most ``max_size`` bytes."""
    path = allowed_path(context, str(config["path"]))
    limit = size_of(config, "max_size", MAX_FILE_SIZE)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise StepError(f'"{path}" is no regular file', type="not_a_file", retryable=False)
        data = b"" if about.st_size > limit else file.read(limit + 1)
    if max(about.st_size, len(data)) > limit:
        message = f'"{path}" is larger than {format_size(limit)}; raise max_size, or use a script'
        raise StepError(message, type="too_large", retryable=False)
    content = decoded(data, config.get("format", "text"), config.get("encoding", "utf-8"))
    return {"path": str(path), "content": content, "size": len(data)}


def write(config: Mapping[str, Any], context: StepContext, stop: threading.Event) -> dict[str, Any]:
    """Writes one file: whole or not at all, or added to its end."""
    path = allowed_path(context, str(config["path"]))
    data = encoded(
        config.get("content"), config.get("format", "text"), config.get("encoding", "utf-8")
    )
    limit = size_of(config, "max_size", MAX_FILE_SIZE)
    if len(data) > limit:
        message = f"content has more than {format_size(limit)}; raise max_size"
        raise StepError(message, type="too_large", retryable=False)
    parents = bool(config.get("create_parents", True))
    if config.get("append"):
        _append(path, data, parents)
    else:
        if path.exists() and not config.get("overwrite", True):
            raise FileExistsError(17, "exists", str(path))
        replacement = Replacement(path, create_parents=parents)
        try:
            replacement.write(data)
            replacement.finish()
        finally:
            replacement.discard()
    return {"path": str(path), "size": path.stat().st_size}


def _append(path: Path, data: bytes, parents: bool) -> None:
    if parents:
        path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def list_files(
    config: Mapping[str, Any], context: StepContext, stop: threading.Event
) -> dict[str, Any]:
    """What lies in a folder: name, size and time of each entry that fits the pattern."""
    folder = allowed_path(context, str(config["path"]))
    most = whole_of(config, "max_files", MAX_FILES)
    found = [described(*entry) for entry in matches(folder, config.get("pattern") or "*", most)]
    return {"path": str(folder), "files": found, "count": len(found)}


_OPERATIONS = {
    "read": read,
    "write": write,
    "list": list_files,
    "copy": copy,
    "move": move,
    "delete": delete,
}
