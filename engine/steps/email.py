"""The email step: sends a message over SMTP."""

from collections.abc import Mapping
from typing import Any

from engine.steps.fields import config_schema, field, text
from engine.steps.unavailable import UnavailableStep
from engine.steps.words import shown

_ADDRESSES = {"items": {"type": "string"}, "examples": ["ops@example.com", ["a@example.com"]]}


class EmailStep(UnavailableStep):
    type = "email"
    title = "Email"
    group = "tell"
    icon = "email"
    description = "Sends an email over SMTP."
    schema = config_schema(
        {
            "to": field(["string", "array"], "To", "One address or a list.", **_ADDRESSES),
            "cc": field(["string", "array"], "Copy", "One address or a list.", **_ADDRESSES),
            "bcc": field(
                ["string", "array"], "Blind copy", "Not shown to the others.", **_ADDRESSES
            ),
            "subject": text("Subject", "The subject line.", examples=["Nightly orders"]),
            "body": text("Text", "The message as plain text.", widget="text"),
            "html": text(
                "HTML", "The message as HTML, beside or in place of the text.", widget="code"
            ),
            "template": text(
                "Template",
                "Name of a mail template, in place of text and HTML; it sees the step's input.",
                examples=["process_complete"],
            ),
            "attachments": field(
                "array",
                "Attachments",
                "Paths, or mappings of path, filename and content_type.",
                items={"type": ["string", "object"]},
                examples=[["report.pdf"]],
            ),
            "from": text("From", "The sender; the connection's own when missing."),
            "reply_to": text("Reply to", "Where answers go."),
            "headers": field(
                "object", "Headers", "Further headers of the message.", widget="mapping"
            ),
            "connection": field(
                ["string", "object"],
                "Connection",
                "A mail server from the settings, or host, port, security, username and password.",
                default="smtp",
            ),
        },
        required=["to"],
    )

    def summary(self, config: Mapping[str, Any]) -> str:
        to = shown(config.get("to"))
        return f"to {to}" if to else ""
