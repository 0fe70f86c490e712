"""How a script's end is told: its result, or in words why it failed."""

import signal
from pathlib import Path
from typing import Any

from engine.definition.units import format_size
from engine.steps.base import StepError, StepResult
from engine.steps.command import Command, Ended, Limits
from engine.steps.script_result import decoded, read_result, result_in

_TAIL_LINES, _TAIL_SIZE = 8, 2000
_NEARLY = 0.9
_NO_MEMORY = ("MemoryError", "heap out of memory", "std::bad_alloc", "Cannot allocate memory")
_CAUSES = {
    "SIGKILL": " (for want of memory?)",
    "SIGABRT": " (for want of memory?)",
    "SIGXCPU": " (its CPU limit was reached)",
}


def outcome(ended: Ended, command: Command) -> StepResult:
    """The step's result. Raises StepError, with what is kept of the output, when it failed."""
    stdout, stderr = ended.stdout.text, ended.stderr.text
    output = {"result": None, "stdout": stdout, "stderr": stderr, "exit_code": ended.exit_code}
    try:
        output["result"] = _result(ended, command.result, stdout)
    except ValueError as error:
        if ended.exit_code == 0 and not ended.reason:
            raise StepError(str(error), type="result", output=output) from error
    if ended.exit_code == 0 and not ended.reason:
        return StepResult(output=output)
    told = _last_lines(stderr or stdout)
    how, kind = _why(ended, command.limits, told)
    tail = f"; its last words:\n{told}" if told else "; it wrote nothing"
    raise StepError(f"the script {how}{tail}", type=kind, output=output)


def _result(ended: Ended, file: Path, stdout: str) -> Any:
    """What the script gave. Raises ValueError where that cannot be read."""
    if ended.result is None:
        return read_result(file, stdout)
    return decoded(ended.result.encode()) if ended.result else result_in(stdout)


def _why(ended: Ended, limits: Limits, told: str) -> tuple[str, str]:
    """In words, and as the type that ``retry_on`` names."""
    memory = format_size(limits.memory)
    if ended.reason == "memory":
        return (
            f"and what it started used more than {memory} of memory together and was ended; "
            "to allow more, raise max_memory in the step and executor.max_memory in the settings",
            "memory",
        )
    if ended.reason == "processes":
        return (
            f"had more than {limits.processes} processes and threads at once and was ended; to "
            "allow more, raise max_processes in the step and executor.max_processes in the "
            "settings",
            "processes",
        )
    if ended.reason == "output":
        return (
            f"wrote more than {format_size(limits.output)} and was ended; write large data to a "
            "file, or raise executor.max_output in the settings",
            "output_limit",
        )
    if ended.reason == "lost":
        return "was lost: the process that watches over scripts was killed", "lost"
    how, kind = _ending(ended.exit_code)
    filled = limits.memory and ended.peak >= _NEARLY * limits.memory
    if filled or (limits.memory and any(words in told for words in _NO_MEMORY)):
        return f"{how}, for want of memory (its limit, max_memory, is {memory})", "memory"
    return how, kind


def _ending(exit_code: int) -> tuple[str, str]:
    if exit_code >= 0:
        return f"ended with exit code {exit_code}", f"exit_{exit_code}"
    names = {number.value: number.name for number in signal.Signals}
    name = names.get(-exit_code, str(-exit_code))
    return f"was ended by {name}{_CAUSES.get(name, '')}", f"signal_{-exit_code}"


def _last_lines(text: str) -> str:
    return "\n".join(text[-_TAIL_SIZE:].rstrip().splitlines()[-_TAIL_LINES:])
