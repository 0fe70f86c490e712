"""One attempt of a script step: its files, its environment, its process, and what it gave."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import structs

from engine.definition.units import format_size
from engine.steps.amounts import seconds_of, size_of, whole_of
from engine.steps.base import StepContext, StepError, StepResult, StepView
from engine.steps.command import Command, Limits
from engine.steps.encode import as_json, as_text
from engine.steps.process import run_process
from engine.steps.script_kind import runtime_of, script_path
from engine.steps.script_outcome import outcome

T = TypeVar("T")

_BASICS = (
    *(
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "TMP",
        "TEMP",
    ),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMFILES", "PROGRAMDATA"),
)
_SUFFIX = {"python": ".py", "node": ".js", "bash": ".sh", "sh": ".sh"}
_MODULE = re.compile(r"^\s*(import\s+[\w{*\"']|export\s)", re.MULTILINE)
_ADVICE = {
    "node": "install Node.js (Debian: apt install nodejs)",
    "bash": "install bash, or use runtime: sh",
    "sh": "install a shell",
    "python": "install Python 3",
}


async def run_script(step: StepView, input: Mapping[str, Any], context: StepContext) -> StepResult:
    """Runs the script to its end. Raises StepError when it cannot start or does not end with 0."""
    files = _Files(context.scratch)
    command = await _whole(asyncio.to_thread(_prepare, step.config, input, context, files))
    try:
        ended = await run_process(command, context.log)
    except (OSError, ValueError) as error:
        message = f"cannot start {command.arguments[0]}: {error}"
        raise StepError(message, type="not_started", retryable=False) from error
    for name, capture in (("stdout", ended.stdout), ("stderr", ended.stderr)):
        if capture.left_out:
            limit = format_size(command.max_output)
            context.log(f"{name} was cut: {capture.left_out:,} bytes beyond {limit} were left out")
    if ended.left:
        context.log("processes of the script are left that do not end even when they are killed")
    if ended.is_small and not files.result.exists():  # nothing that takes time
        return outcome(ended, command.limits, files.result)
    return await asyncio.to_thread(outcome, ended, command.limits, files.result)


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Does ``work`` to its end also when cancelled, so that it writes nothing after that."""
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.gather(doing, return_exceptions=True)  # the cancel counts, not its outcome
        raise


class _Files:
    """The files of one attempt, in its scratch folder."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.input = scratch / "input.json"
        self.result = scratch / "result.json"

    def write_input(self, input: Mapping[str, Any]) -> None:
        _write_new(self.input, as_json(input))

    def write_code(self, code: str, runtime: str) -> Path:
        is_module = runtime == "node" and _MODULE.search(code)
        suffix = ".mjs" if is_module else _SUFFIX.get(runtime, ".txt")
        path = self.scratch / f"script{suffix}"
        _write_new(path, code.encode())
        return path


def _write_new(path: Path, data: bytes) -> None:
    """One file for this user alone, in as few calls as there can be: it is on the hot path."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]


def _prepare(
    config: Mapping[str, Any], input: Mapping[str, Any], context: StepContext, files: "_Files"
) -> Command:
    files.write_input(input)
    return _command(config, context, files)


def _command(config: Mapping[str, Any], context: StepContext, files: _Files) -> Command:
    runtime = runtime_of(config)
    env = _environment(config, context, files)
    if runtime == "python":
        env.setdefault("PYTHONUTF8", "1")
        env.setdefault("PYTHONUNBUFFERED", "1")
    path = script_path(config["script"])
    if path is None:
        script = files.write_code(config["script"], runtime)
        if runtime == "python" and context.folder:
            env.setdefault("PYTHONPATH", str(context.folder))
    else:
        script = _existing(path, context)
    program = _program(config.get("interpreter"), runtime, env["PATH"], context)
    arguments = (program, str(script), *map(as_text, config.get("args") or ()))
    if any("\0" in argument for argument in arguments):
        raise StepError("args: an argument holds a NUL character", type="config", retryable=False)
    return Command(
        arguments=arguments,
        env=env,
        cwd=_folder(config.get("cwd"), context),
        stdin=files.input,
        limits=_limits(config, context),
        max_output=size_of(config, "max_output", "10MB"),
    )


def _environment(config: Mapping[str, Any], context: StepContext, files: _Files) -> dict[str, str]:
    """What the script sees: the system's basics, what is named, and what tells of its run."""
    kept = {k: v for k, v in os.environ.items() if k.upper() in _BASICS or k.startswith("LC_")}
    env = {"PATH": os.defpath, "LANG": "C.UTF-8"} | kept
    for name, value in (config.get("env") or {}).items():
        text = as_text(value)
        if not name or "=" in name or "\0" in name + text:
            raise StepError(f'env: "{name}" cannot be set', type="config", retryable=False)
        env[name] = text
    return env | {
        "TREADLE_INPUT": str(files.input),
        "TREADLE_RESULT": str(files.result),
        "TREADLE_IDEMPOTENCY_KEY": context.idempotency_key,
        "TREADLE_EXECUTION_ID": context.execution_id,
        "TREADLE_STEP_ID": context.step_id,
        "TREADLE_ATTEMPT": str(context.attempt),
    }


def _existing(path: str, context: StepContext) -> Path:
    script = context.resolve(path)
    if script.is_file():
        return script
    message = f'there is no script file "{script}"; write it there, or put the code inline'
    raise StepError(message, type="not_found", retryable=False)


def _program(interpreter: Any, runtime: str, search: str, context: StepContext) -> str:
    """The program that runs the file: the interpreter named, or the runtime's own."""
    if interpreter:
        name = as_text(interpreter)
        is_path = os.sep in name or (os.altsep or os.sep) in name
        found = shutil.which(str(context.resolve(name)) if is_path else name, path=search)
        advice = "give the path of a program that is installed here"
    else:
        name, advice = runtime, _ADVICE.get(runtime, "name the program as interpreter")
        own = runtime == "python" and not getattr(sys, "frozen", False)
        found = sys.executable if own else shutil.which(name, path=search)
        if found is None and runtime == "python":
            found = shutil.which("python3", path=search)
    if found is None:
        raise StepError(
            f'"{name}" is not installed on this machine, or is not in PATH; {advice}',
            type="not_installed",
            retryable=False,
        )
    return found


def _folder(cwd: Any, context: StepContext) -> Path:
    folder = context.resolve(as_text(cwd)) if cwd else context.folder or context.scratch
    if folder.is_dir():
        return folder
    message = f'there is no folder "{folder}" for the script to run in; make it, or change cwd'
    raise StepError(message, type="not_found", retryable=False)


def _limits(config: Mapping[str, Any], context: StepContext) -> Limits:
    """The step's own limits, nowhere above the engine's."""
    engine = context.process_limits
    cpu = seconds_of(config, "max_cpu", 0)
    return structs.replace(
        engine,
        memory=_lower(size_of(config, "max_memory", 0), context.max_memory),
        processes=_lower(whole_of(config, "max_processes", 0), engine.processes),
        cpu=max(1, round(cpu)) if cpu else engine.cpu,
    )


def _lower(*limits: int) -> int:
    """The lowest of the limits, of which 0 is none."""
    return min(filter(None, limits), default=0)
