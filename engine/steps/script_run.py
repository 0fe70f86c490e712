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
from engine.steps.scratch import SMALL, write
from engine.steps.script_kind import runtime_of, script_path
from engine.steps.script_outcome import outcome
from engine.store.encoding import rough_size

T = TypeVar("T")

_BASICS = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TZ", "TMPDIR", "TMP", "TEMP"),
        *("LANG", "LANGUAGE", "LC_ALL", "LC_ADDRESS", "LC_COLLATE", "LC_CTYPE"),
        *("LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_MESSAGES", "LC_MONETARY", "LC_NAME"),
        *("LC_NUMERIC", "LC_PAPER", "LC_TELEPHONE", "LC_TIME"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMFILES", "PROGRAMDATA"),
    }
)
"""What scripts see of the engine's own environment."""
_SUFFIX = {"python": ".py", "node": ".js", "bash": ".sh", "sh": ".sh"}
_MODULE = re.compile(r"^\s*(import\s+[\w{*\"']|export\s)", re.MULTILINE)
_programs: dict[tuple[str, str], str] = {}
"""Name and search path -> path of the programs that were found."""
_MOST_PROGRAMS = 1000
_ADVICE = {
    "node": "install Node.js (Debian: apt install nodejs)",
    "bash": "install bash, or use runtime: sh",
    "sh": "install a shell",
    "python": "install Python 3",
}


async def run_script(step: StepView, input: Mapping[str, Any], context: StepContext) -> StepResult:
    """Runs the script to its end. Raises StepError when it cannot start or does not end with 0."""
    if _takes_time(step.config, input):
        command = await _whole(asyncio.to_thread(_prepare, step.config, input, context))
    else:
        command = _command(step.config, input, context)
    try:
        ended = await run_process(command, context.log)
    except (OSError, ValueError) as error:
        raise _not_started(command, error) from error
    for name, capture in (("stdout", ended.stdout), ("stderr", ended.stderr)):
        if capture.left_out:
            limit = format_size(command.max_output)
            context.log(f"{name} was cut: {capture.left_out:,} bytes beyond {limit} were left out")
    if ended.left:
        context.log("processes of the script are left that do not end even when they are killed")
    if ended.is_small:
        return outcome(ended, command)
    return await asyncio.to_thread(outcome, ended, command)


def _takes_time(config: Mapping[str, Any], input: Mapping[str, Any]) -> bool:
    """Whether there is more to be written than is done in no time, or a file to be looked for."""
    script = config["script"]
    return len(script) + rough_size(input, SMALL) > SMALL or script_path(script) is not None


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Does ``work`` to its end also when cancelled, so that it writes nothing after that."""
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.gather(doing, return_exceptions=True)  # the cancel counts, not its outcome
        raise


def _prepare(config: Mapping[str, Any], input: Mapping[str, Any], context: StepContext) -> Command:
    """The command, its files written."""
    command = _command(config, input, context)
    write(str(command.scratch), command.files)
    return structs.replace(command, files={})


def _command(config: Mapping[str, Any], input: Mapping[str, Any], context: StepContext) -> Command:
    scratch = context.scratch_path
    stdin, result = scratch / "input.json", scratch / "result.json"
    files = {stdin.name: as_json(input).decode()}
    runtime = runtime_of(config)
    env = _environment(config, context)
    env |= {"TREADLE_INPUT": str(stdin), "TREADLE_RESULT": str(result)}
    if runtime == "python":
        env.setdefault("PYTHONUTF8", "1")
        env.setdefault("PYTHONUNBUFFERED", "1")
    path = script_path(config["script"])
    if path is None:
        script = scratch / _file_name(config["script"], runtime)
        files[script.name] = config["script"]
        if runtime == "python" and context.folder:
            env.setdefault("PYTHONPATH", str(context.folder))
    else:
        script = _existing(path, context)
    program = _program(config.get("interpreter"), runtime, env["PATH"], context)
    arguments = (program, str(script), *map(as_text, config.get("args") or ()))
    if any("\0" in argument for argument in arguments):
        raise StepError("args: an argument holds a NUL character", type="config", retryable=False)
    cwd = config.get("cwd")
    return Command(
        arguments=arguments,
        env=env,
        cwd=context.resolve(as_text(cwd)) if cwd else context.folder or scratch,
        scratch=scratch,
        files=files,
        stdin=stdin,
        result=result,
        limits=_limits(config, context),
        max_output=size_of(config, "max_output", "10MB"),
    )


def _file_name(code: str, runtime: str) -> str:
    is_module = runtime == "node" and _MODULE.search(code)
    return f"script{'.mjs' if is_module else _SUFFIX.get(runtime, '.txt')}"


def _not_started(command: Command, error: Exception) -> Exception:
    """Why there is no process, in words; of its files the error itself tells best."""
    about = Path(getattr(error, "filename", None) or "")
    if about == command.cwd and isinstance(error, FileNotFoundError | NotADirectoryError):
        message = f'there is no folder "{about}" for the script to run in; make it, or change cwd'
        return StepError(message, type="not_found", retryable=False)
    if about.is_relative_to(command.scratch):
        return error
    told = getattr(error, "strerror", None) or error
    message = f"cannot start {command.arguments[0]}: {told}"
    return StepError(message, type="not_started", retryable=False)


def _environment(config: Mapping[str, Any], context: StepContext) -> dict[str, str]:
    """What the script sees: the system's basics, what is named, and what tells of its run."""
    basics = {name: os.environ[name] for name in _BASICS if name in os.environ}
    env = {"PATH": os.defpath, "LANG": "C.UTF-8"} | basics
    for name, value in (config.get("env") or {}).items():
        text = as_text(value)
        if not name or "=" in name or "\0" in name + text:
            raise StepError(f'env: "{name}" cannot be set', type="config", retryable=False)
        env[name] = text
    return env | {
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
        found = _found(str(context.resolve(name)) if is_path else name, search)
        advice = "give the path of a program that is installed here"
    else:
        name, advice = runtime, _ADVICE.get(runtime, "name the program as interpreter")
        own = runtime == "python" and not getattr(sys, "frozen", False)
        found = sys.executable if own else _found(name, search)
        if found is None and runtime == "python":
            found = _found("python3", search)
    if found is None:
        raise StepError(
            f'"{name}" is not installed on this machine, or is not in PATH; {advice}',
            type="not_installed",
            retryable=False,
        )
    return found


def _found(name: str, search: str) -> str | None:
    """The program's path; looked for once, as long as it stays there."""
    known = _programs.get((name, search))
    if known and os.access(known, os.X_OK):
        return known
    path = shutil.which(name, path=search)
    if path and len(_programs) < _MOST_PROGRAMS:
        _programs[name, search] = path
    return path


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
