"""The MCP step: calls a tool of a Model Context Protocol server."""

from collections.abc import Mapping
from typing import Any

from engine.steps.fields import config_schema, field, mapping, text
from engine.steps.unavailable import UnavailableStep
from engine.steps.words import shown


class McpStep(UnavailableStep):
    type = "mcp"
    title = "MCP tool"
    group = "think"
    icon = "mcp"
    description = "Calls a tool of a Model Context Protocol server."
    schema = config_schema(
        {
            "action": text(
                "Tool", "The tool's name at the server.", examples=["create_session", "search"]
            ),
            "arguments": mapping(
                "Arguments",
                "What the tool gets; keys written beside the tool's name are the same.",
                examples=[{"user_id": "{{input.user_id}}"}],
            ),
            "connection": field(
                ["string", "object"],
                "Server",
                "A name from the settings, or command, args and env, or url and headers.",
                examples=["files", {"url": "https://mcp.example.com"}],
            ),
        },
        required=["action"],
        free=True,
    )

    def summary(self, config: Mapping[str, Any]) -> str:
        return shown(config.get("action"))
