"""What a script is: code or a path, and which runtime it asks for."""

from collections.abc import Mapping
from typing import Any

RUNTIME_BY_SUFFIX = {".py": "python", ".js": "node", ".mjs": "node", ".sh": "bash"}
DEFAULT_RUNTIME = "python"
RUNTIMES = ["python", "node", "bash", "sh"]


def script_path(script: str) -> str | None:
    """The path that ``script`` names, if it is one line with a script file's ending, else None."""
    line = script.rstrip("\r\n")
    one_line = "\n" not in line and "\r" not in line
    return line if one_line and line.endswith(tuple(RUNTIME_BY_SUFFIX)) else None


def runtime_of(config: Mapping[str, Any]) -> str:
    """The runtime a config asks for: named, else by the file's ending, else Python."""
    path = script_path(str(config.get("script", "")))
    endings = (runtime for end, runtime in RUNTIME_BY_SUFFIX.items() if path and path.endswith(end))
    return str(config.get("runtime") or next(endings, DEFAULT_RUNTIME))
