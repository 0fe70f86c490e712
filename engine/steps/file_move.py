"""Copying, moving and deleting files and folders of the file step."""

import errno
import os
import shutil
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.steps.amounts import whole_of
from engine.steps.base import StepContext, StepError
from engine.steps.defaults import MAX_FILES
from engine.steps.file_tree import EVERYTHING, is_file, matches
from engine.steps.folders import Replacement, allowed_path, real

_PIECE = 1024 * 1024


def copy(config: Mapping[str, Any], context: StepContext, stop: threading.Event) -> dict[str, Any]:
    """Copies a file, a folder, or the files of a folder that fit a pattern; links are left out."""
    return _carry(config, context, stop, _copy_file)


def move(config: Mapping[str, Any], context: StepContext, stop: threading.Event) -> dict[str, Any]:
    """Moves as ``copy`` copies; within one file system nothing is copied."""
    source = allowed_path(context, str(config["path"]), follow=False)
    if config.get("pattern") or not source.is_dir() or source.is_symlink():
        return _carry(config, context, stop, _move_file)
    target = _into(source, str(config["to"]), context)
    _refuse_inside(source, target)
    _refuse_roots(source, context)
    if target.exists():
        raise FileExistsError(errno.EEXIST, "exists", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        done = _carry(config, context, stop, _move_file)
        _drop_empty_folders(source)
        return done
    return {"path": str(source), "to": str(target), "files": [target.name], "count": 1}


def _drop_empty_folders(folder: Path) -> None:
    """Removes a folder and those in it, deepest first; what holds a link or a pipe stays."""
    for name, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            Path(name).rmdir()


def delete(
    config: Mapping[str, Any], context: StepContext, stop: threading.Event
) -> dict[str, Any]:
    """Deletes a file, an empty folder (``recursive``: any), or the files that fit a pattern."""
    by_pattern = bool(config.get("pattern"))
    path = allowed_path(context, str(config["path"]), follow=by_pattern)
    gone: list[str] = []
    if by_pattern:
        most = whole_of(config, "max_files", MAX_FILES)
        for name, file in list(matches(path, config["pattern"], most)):
            _go_on(stop)
            if file.is_symlink() or not file.is_dir():
                file.unlink()
                gone.append(name)
        if not gone and not config.get("missing_ok", False):
            raise FileNotFoundError(errno.ENOENT, "nothing fits", f"{path}/{config['pattern']}")
    elif os.path.lexists(path) or not config.get("missing_ok", False):
        _refuse_roots(path, context)
        _remove(path, recursive=bool(config.get("recursive")))
        gone.append(path.name)
    return {"path": str(path), "deleted": gone, "count": len(gone)}


def _remove(path: Path, *, recursive: bool) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink()
    elif recursive:
        shutil.rmtree(path)
    elif any(path.iterdir()):
        message = f'the folder "{path}" is not empty; set recursive: true to delete all in it'
        raise StepError(message, type="not_empty", retryable=False)
    else:
        path.rmdir()


def _carry(
    config: Mapping[str, Any], context: StepContext, stop: threading.Event, do: Any
) -> dict[str, Any]:
    """Takes each file of the source to its place below the target, and says which."""
    source = allowed_path(context, str(config["path"]))
    target = _into(source, str(config["to"]), context)
    overwrite = bool(config.get("overwrite", True))
    done: list[str] = []
    if source.is_dir():
        most = whole_of(config, "max_files", MAX_FILES)
        _refuse_inside(source, target)
        for name, file in list(matches(source, config.get("pattern") or EVERYTHING, most)):
            if is_file(file):
                do(file, _below(target / name, context), overwrite, stop)
                done.append(name)
    else:
        do(source, target, overwrite, stop)
        done.append(target.name)
    return {"path": str(source), "to": str(target), "files": done, "count": len(done)}


def _into(source: Path, to: str, context: StepContext) -> Path:
    """Where the source goes: a single file goes into a folder that is there, or is written so."""
    target = allowed_path(context, to)
    into = to.endswith(("/", os.sep)) or target.is_dir()
    return target / source.name if into and not source.is_dir() else target


def _below(target: Path, context: StepContext) -> Path:
    """A place below the target, looked at again: a link among its folders may lead elsewhere."""
    return allowed_path(context, str(real(target)))


def _copy_file(source: Path, target: Path, overwrite: bool, stop: threading.Event) -> None:
    if target.exists() and not overwrite:
        raise FileExistsError(errno.EEXIST, "exists", str(target))
    with source.open("rb") as reader:
        replacement = Replacement(target)
        try:
            while piece := reader.read(_PIECE):
                _go_on(stop)
                replacement.write(piece)
            replacement.finish()
        finally:
            replacement.discard()
    shutil.copystat(source, target)


def _move_file(source: Path, target: Path, overwrite: bool, stop: threading.Event) -> None:
    _go_on(stop)
    if target.exists() and not overwrite:
        raise FileExistsError(errno.EEXIST, "exists", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy_file(source, target, overwrite, stop)
        source.unlink()


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise StepError("the step was cancelled", type="cancelled")


def _refuse_inside(source: Path, target: Path) -> None:
    if target.is_relative_to(source):
        message = f'"{target}" lies inside "{source}"; take a folder beside it'
        raise StepError(message, type="config", retryable=False)


def _refuse_roots(path: Path, context: StepContext) -> None:
    if any(real(folder).is_relative_to(path) for folder in context.allowed_folders):
        message = f'"{path}" holds an allowed folder itself; it is not moved or deleted'
        raise StepError(message, type="not_allowed", retryable=False)
