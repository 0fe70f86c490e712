"""The webhook trigger: an incoming HTTP request, signed or not."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from engine.definition.units import DURATION_PATTERN
from engine.triggers.base import ConfigIssue, TriggerType

_PATH = re.compile(r"/webhook/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]")


class WebhookTrigger(TriggerType):
    """Fires for a request to its path; the request's JSON object is the execution's input."""

    type = "webhook"
    title = "Webhook"
    icon = "webhook"
    description = "An HTTP request to a path of this engine; its JSON object is the input."
    runnable = False
    unavailable = "This version does not receive webhooks yet; the trigger is kept and never fires."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["path"],
        "additionalProperties": False,
        "x-order": ["path", "method", "secret", "signature", "tolerance", "respond"],
        "properties": {
            "path": {
                "type": "string",
                "title": "Path",
                "description": "Where requests arrive, under /webhook/, e.g. /webhook/orders.",
                "minLength": 1,
                "maxLength": 500,
            },
            "method": {
                "type": "string",
                "title": "Method",
                "description": "The HTTP method that fires it.",
                "enum": ["POST", "PUT", "PATCH", "GET", "DELETE", "ANY"],
                "default": "POST",
            },
            "secret": {
                "type": "string",
                "title": "Secret",
                "description": "Key of the signature, as {{secrets.NAME}}. Without one, anybody "
                "who knows the path can fire it.",
                "minLength": 1,
            },
            "signature": {
                "title": "Signature",
                "description": "How the sender signs: a known scheme, or header, algorithm, "
                "encoding and prefix of an HMAC over the body.",
                "default": "standard",
                "anyOf": [
                    {"enum": ["standard", "github", "slack", "stripe"]},
                    {
                        "type": "object",
                        "required": ["header"],
                        "additionalProperties": False,
                        "properties": {
                            "header": {
                                "type": "string",
                                "title": "Header",
                                "description": "The header with the signature.",
                                "minLength": 1,
                            },
                            "algorithm": {
                                "title": "Algorithm",
                                "description": "The hash of the HMAC.",
                                "enum": ["sha256", "sha512", "sha1"],
                                "default": "sha256",
                            },
                            "encoding": {
                                "title": "Encoding",
                                "description": "How the signature is written.",
                                "enum": ["hex", "base64"],
                                "default": "hex",
                            },
                            "prefix": {
                                "type": "string",
                                "title": "Prefix",
                                "description": "What stands before it, e.g. sha256=.",
                                "default": "",
                            },
                        },
                    },
                ],
            },
            "tolerance": {
                "title": "Time window",
                "description": "How old a signed request may be.",
                "x-widget": "duration",
                "default": "5m",
                "anyOf": [
                    {"type": "string", "pattern": DURATION_PATTERN},
                    {"type": "number", "exclusiveMinimum": 0},
                ],
            },
            "respond": {
                "title": "Answer",
                "description": "When the sender gets its answer: as soon as the execution is "
                "recorded, or at its end with its output.",
                "enum": ["accepted", "result"],
                "default": "accepted",
            },
        },
    }

    def check(self, config: Mapping[str, Any]) -> list[ConfigIssue]:
        issues = []
        path, secret = config.get("path"), config.get("secret")
        if isinstance(path, str) and not _PATH.fullmatch(path):
            hint = f'write "/webhook/{path.strip("/").removeprefix("webhook/") or "orders"}"'
            message = f'the path "{path}" does not stand under /webhook/'
            issues.append(ConfigIssue(message=message, path=("path",), hint=hint))
        if isinstance(secret, str) and "{{" not in secret:
            issues.append(
                ConfigIssue(
                    message="the secret stands in the file, where everybody can read it",
                    path=("secret",),
                    severity="warning",
                    hint='write "{{secrets.NAME}}"',
                )
            )
        if "signature" in config and secret is None:
            message = "a signature is checked with a secret, and there is none"
            issues.append(ConfigIssue(message=message, path=("signature",), hint="add secret"))
        return issues

    def summary(self, config: Mapping[str, Any]) -> str:
        path = config.get("path")
        return f"{config.get('method', 'POST')} {path}" if isinstance(path, str) else ""
