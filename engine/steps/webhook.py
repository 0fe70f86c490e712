"""The webhook step: delivers a signed payload to another system."""

from collections.abc import Mapping
from typing import Any

from engine.steps.fields import anything, config_schema, field, mapping, text
from engine.steps.unavailable import UnavailableStep
from engine.steps.words import shown_url


class WebhookStep(UnavailableStep):
    type = "webhook"
    title = "Webhook"
    group = "tell"
    icon = "webhook"
    description = "Sends a payload to a URL, signed as Standard Webhooks say."
    schema = config_schema(
        {
            "url": text("URL", "Where it goes.", examples=["https://example.com/hooks/orders"]),
            "payload": anything("Payload", "What is sent, as JSON; the step's input when missing."),
            "secret": field(
                ["string", "array"],
                "Secret",
                "Signs the payload; a list while a secret is being replaced.",
                items={"type": "string"},
                examples=["{{secrets.hook}}"],
            ),
            "method": text(
                "Method", "The HTTP method.", enum=["POST", "PUT", "PATCH"], default="POST"
            ),
            "headers": mapping("Headers", "Sent beside the signature's."),
        },
        required=["url"],
    )

    def summary(self, config: Mapping[str, Any]) -> str:
        method = config.get("method") or "POST"
        return f"{method} {shown_url(config.get('url'))}".strip()
