"""The file step: reads, writes, lists, copies, moves and deletes within the allowed folders."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.steps import outputs
from engine.steps.base import ConfigIssue, StepContext, StepResult, StepType, StepView
from engine.steps.defaults import MAX_FILE_SIZE, MAX_FILES
from engine.steps.fields import anything, config_schema, flag, size, text, whole
from engine.steps.words import shown

OPERATIONS = ["read", "write", "list", "copy", "move", "delete"]
FORMATS = ["text", "json", "csv", "base64"]
_NEEDS = {"write": ("content",), "copy": ("to",), "move": ("to",)}


class FileStep(StepType):
    type = "file"
    title = "File"
    group = "data"
    icon = "file"
    description = "Reads, writes, lists, copies, moves and deletes files in the allowed folders."
    schema = config_schema(
        {
            "operation": text("Operation", "What is done.", enum=OPERATIONS, examples=["read"]),
            "path": text(
                "Path",
                "The file or folder; a relative one starts in the workflow's folder.",
                widget="path",
                minLength=1,
                examples=["report.md"],
            ),
            "to": text(
                "To", "For copy and move: the new place.", widget="path", examples=["backup"]
            ),
            "pattern": text(
                "Pattern",
                "For list, copy, move and delete: which files of the folder; ** takes folders too.",
                examples=["*.csv", "**/*.json"],
            ),
            "content": anything(
                "Content",
                "For write: a text, or any value, written in the format.",
                widget="text",
                examples=["{{steps.report.output.result}}"],
            ),
            "format": text(
                "Format",
                "How content is read and written; csv is a list of mappings, base64 any bytes. "
                "Without it a text is written as it is and any other value as JSON.",
                enum=FORMATS,
                default="text",
            ),
            "encoding": text("Encoding", "Of texts.", default="utf-8", examples=["latin-1"]),
            "append": flag("Append", "For write: adds to the end of the file.", default=False),
            "overwrite": flag("Overwrite", "Files that are there are replaced.", default=True),
            "create_parents": flag("Create folders", "Missing folders are made.", default=True),
            "missing_ok": flag(
                "Missing is fine", "For delete: nothing to delete is no failure.", default=False
            ),
            "recursive": flag(
                "With content",
                "For delete without a pattern: a folder with all in it.",
                default=False,
            ),
            "max_size": size(
                "Size limit", "For read and write: most bytes.", default=MAX_FILE_SIZE
            ),
            "max_files": whole(
                "File limit", "More files than this fail.", default=MAX_FILES, minimum=1
            ),
        },
        required=["operation", "path"],
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.of_file(config.get("operation"))

    def summary(self, config: Mapping[str, Any]) -> str:
        operation, path = shown(config.get("operation")), shown(config.get("path"))
        pattern, to = shown(config.get("pattern")), shown(config.get("to"))
        place = f"{path.rstrip('/')}/{pattern}" if path and pattern else path
        target = f" → {to}" if to and operation in ("copy", "move") else ""
        return f"{operation} {place}{target}".strip()

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        issues = super().check(config, folder)
        operation = config.get("operation")
        for key in _NEEDS.get(operation, ()) if isinstance(operation, str) else ():
            if key not in config:
                message = f'{operation} needs "{key}"'
                issues.append(ConfigIssue(message=message, hint=f"add {key}"))
        pattern = config.get("pattern")
        if isinstance(pattern, str) and operation in ("read", "write"):
            message = f"{operation} takes one file, no pattern"
            issues.append(ConfigIssue(message=message, path=("pattern",)))
        return issues

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        from engine.steps.file_run import run_file

        return await run_file(step.config, context)
