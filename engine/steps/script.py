"""The script step: runs Python, Node or a shell as a child process of its own."""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from engine.steps import outputs
from engine.steps.base import ConfigIssue, StepContext, StepResult, StepType, StepView
from engine.steps.fields import config_schema, duration, field, mapping, size, text
from engine.steps.script_kind import DEFAULT_RUNTIME, RUNTIMES, runtime_of, script_path
from engine.steps.words import counted, shown


class ScriptStep(StepType):
    type = "script"
    title = "Script"
    group = "do"
    icon = "script"
    description = (
        "Runs Python, Node or a shell. It finds its input as JSON on stdin; its result is what it "
        "writes to the file that TREADLE_RESULT names, or its last line of JSON on stdout."
    )
    literal = (("script",),)
    schema = config_schema(
        {
            "runtime": text(
                "Runtime",
                "What runs it; taken from the file's ending when missing, else python.",
                enum=RUNTIMES,
                default=DEFAULT_RUNTIME,
            ),
            "script": text(
                "Code",
                "The code, or one line ending in .py, .js, .mjs or .sh: the path of a file. "
                "Code is never a template: take values from the input.",
                widget="code",
                minLength=1,
                examples=[
                    "validate.py",
                    "import json, sys\nprint(json.dumps(json.load(sys.stdin)))",
                ],
            ),
            "args": field(
                "array",
                "Arguments",
                "What the script is called with.",
                items={"type": ["string", "number", "boolean"]},
                examples=[["--fast"]],
            ),
            "env": mapping(
                "Environment",
                "Variables it sees, besides PATH, HOME, the language and the like.",
                additionalProperties={"type": ["string", "number", "boolean"]},
                examples=[{"API_KEY": "{{secrets.api_key}}"}],
            ),
            "cwd": text(
                "Folder",
                "Where it runs; the workflow's folder when missing.",
                widget="path",
                examples=["work"],
            ),
            "interpreter": text(
                "Interpreter",
                "A program that runs the file, in place of the runtime's own.",
                widget="path",
                examples=[".venv/bin/python", "/usr/bin/ruby"],
            ),
            "max_memory": size(
                "Memory limit",
                "Of the script and all that it starts, together; at most, and when missing, the "
                "engine's own limit. Beyond it the step fails with the type memory.",
                examples=["512MB"],
            ),
            "max_processes": field(
                "integer",
                "Process limit",
                "Processes and threads at once, of the script and all that it starts; at most, "
                "and when missing, the engine's own limit.",
                minimum=1,
                examples=[50],
            ),
            "max_cpu": duration(
                "CPU limit", "Processor time of each process; none when missing.", examples=["10m"]
            ),
            "max_output": size(
                "Output limit",
                "How much of stdout and of stderr is kept; the middle of more is left out.",
                default="10MB",
            ),
        },
        required=["script"],
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.SCRIPT

    def summary(self, config: Mapping[str, Any]) -> str:
        script = config.get("script")
        if not isinstance(script, str) or not script.strip():
            return ""
        path = script_path(script)
        if path:
            return shown(path)
        name = PurePath(str(config["interpreter"])).name if config.get("interpreter") else ""
        lines = script.strip("\r\n").count("\n") + 1
        return f"{shown(name) or runtime_of(config)} · {counted(lines, 'line')}"

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        issues = super().check(config, folder)
        script = config.get("script")
        path = script_path(script) if isinstance(script, str) else None
        if path and "{{" in path:
            issues.append(
                ConfigIssue(
                    message="a script's path is not a template",
                    path=("script",),
                    hint="name the file itself, and pass what changes as an argument or input",
                )
            )
        elif path and folder and not (folder / path).is_file():
            issues.append(
                ConfigIssue(
                    message=f'there is no file "{path}" in {folder}',
                    path=("script",),
                    severity="warning",
                    hint="write the file before the step runs, or put the code inline",
                )
            )
        return issues

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        from engine.steps.script_run import run_script

        return await run_script(step, input, context)

    async def close(self) -> None:
        from engine.steps.process import end_supervision

        await end_supervision()
