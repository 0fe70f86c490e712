"""What each type of step gives, as JSON Schema: for its docs, and for completion before the first
run."""

from collections.abc import Mapping
from typing import Any

from engine.steps.fields import Schema, anything, field, number, text, texts, whole

ANY: Schema = {}


def gives(properties: Mapping[str, Schema]) -> Schema:
    """The schema of an output with these keys."""
    return {"type": "object", "properties": dict(properties)}


HTTP = gives(
    {
        "status_code": whole("Status", "The status code of the answer.", examples=[200]),
        "json": anything("JSON", "The body, parsed, where it is JSON; else null."),
        "body": text("Body", "The body as text, or as base64; null where it went to a file."),
        "headers": field("object", "Headers", "By their names in small letters."),
        "body_encoding": text("Encoding", "Of body.", enum=["text", "base64"]),
        "size": whole("Size", "Bytes of the body.", examples=[5120]),
        "saved_to": text("Saved to", "The file that the body went to; null without one."),
        "url": text("URL", "Where the answer came from, after redirects."),
    }
)
SCRIPT = gives(
    {
        "result": anything("Result", "What the script gave: the result file, or its last line."),
        "stdout": text("Output", "What it wrote to stdout."),
        "stderr": text("Errors", "What it wrote to stderr."),
        "exit_code": whole("Exit code", "0 when it went well.", examples=[0]),
    }
)
CONDITION = gives({"branch": text("Branch", "The port that goes on.", examples=["true"])})
WORKFLOW = gives(
    {
        "output": anything("Output", "What the other execution gave."),
        "execution_id": text("Execution", "The id of the other execution."),
    }
)
WAIT = gives({"event": anything("Event", "The data of the event that came; null for a time.")})

_FILE = field(
    "object",
    "File",
    "One entry.",
    properties={
        "path": text("Path", "The whole path."),
        "name": text("Name", "Its last part."),
        "relative": text("Relative", "The path within the folder."),
        "type": text("Type", "What it is.", enum=["file", "folder", "link", "other"]),
        "size": whole("Size", "In bytes."),
        "modified": text("Modified", "When it was written last, UTC."),
    },
)
_PATH = text("Path", "The file or folder.")
_COUNT = whole("Count", "How many there are.")
_MOVED: Mapping[str, Schema] = {
    "path": _PATH,
    "to": text("To", "The new place."),
    "files": texts("Files", "What was taken."),
    "count": _COUNT,
}
_FILES: Mapping[str, Mapping[str, Schema]] = {
    "read": {
        "content": anything("Content", "The text, or what the format makes of it."),
        "path": _PATH,
        "size": number("Size", "In bytes."),
    },
    "write": {"path": _PATH, "size": number("Size", "In bytes.")},
    "list": {
        "files": field("array", "Files", "What lies there.", items=_FILE),
        "path": _PATH,
        "count": _COUNT,
    },
    "copy": _MOVED,
    "move": _MOVED,
    "delete": {"path": _PATH, "deleted": texts("Deleted", "What is gone."), "count": _COUNT},
}


def of_file(operation: Any) -> Schema:
    """What a file step gives; what any of them gives while the operation is not known."""
    known = _FILES.get(operation) if isinstance(operation, str) else None
    return gives({"path": _PATH} if known is None else known)


def of_transform(config: Mapping[str, Any]) -> Schema:
    """A transform's result, with the names of its fields."""
    fields = config.get("fields")
    if not isinstance(fields, Mapping):
        return gives({"result": anything("Result", "The value of the expression.")})
    named = {str(name): ANY for name in fields}
    return gives({"result": field("object", "Result", "The fields.", properties=named)})


def of_loop(config: Mapping[str, Any]) -> Schema:
    """A loop's results, with the names of its output where that is a mapping."""
    output = config.get("output")
    item = gives({str(name): ANY for name in output}) if isinstance(output, Mapping) else ANY
    found = {"results": field("array", "Results", "What each iteration gave.", items=item)}
    if config.get("on_error") == "continue":
        error = gives(
            {
                "index": whole("Index", "Of the iteration."),
                "type": text("Type", "Of the error."),
                "message": text("Message", "What went wrong."),
            }
        )
        found["errors"] = field("array", "Errors", "Of iterations that failed.", items=error)
    return gives(found)


def of_parallel(config: Mapping[str, Any]) -> Schema:
    """A parallel step's results, by the names of its branches."""
    branches = config.get("branches")
    named = {str(name): ANY for name in branches} if isinstance(branches, Mapping) else {}
    return gives(
        {"results": field("object", "Results", "What each branch gave.", properties=named)}
    )


def of_approval(config: Mapping[str, Any]) -> Schema:
    """An answer, with the options that there are."""
    options = config.get("options")
    listed = [str(option) for option in options] if isinstance(options, list) else []
    return gives(
        {
            "decision": text(
                "Decision", "The option that was chosen.", enum=listed or ["approve", "reject"]
            ),
            "by": text("By", "Who answered."),
            "comment": text("Comment", "What was said to it."),
        }
    )
