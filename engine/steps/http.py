"""The HTTP step: one request, its answer parsed, or streamed to a file."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.steps import outputs
from engine.steps.base import ConfigIssue, StepContext, StepResult, StepType, StepView
from engine.steps.defaults import MAX_REDIRECTS, MAX_RESPONSE
from engine.steps.fields import (
    anything,
    config_schema,
    field,
    mapping,
    obj,
    size,
    text,
    whole,
)
from engine.steps.words import shown, shown_url

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
BODIES = ("json", "body", "form")

_AUTH = obj(
    {
        "type": text(
            "Kind", "How the request proves who it is.", enum=["basic", "bearer", "oauth2"]
        ),
        "username": text("User name", "For basic."),
        "password": text("Password", "For basic.", examples=["{{secrets.password}}"]),
        "token": text("Token", "For bearer.", examples=["{{secrets.api_token}}"]),
        "token_url": text("Token URL", "For oauth2: where client credentials give a token."),
        "client_id": text("Client id", "For oauth2."),
        "client_secret": text("Client secret", "For oauth2.", examples=["{{secrets.client}}"]),
        "scope": text("Scope", "For oauth2: what the token is for."),
    },
    required=["type"],
    title="Sign in",
    description="basic, bearer, or oauth2 with client credentials.",
)
_AUTH_NEEDS = {
    "basic": ("username", "password"),
    "bearer": ("token",),
    "oauth2": ("token_url", "client_id", "client_secret"),
}
_PAGINATION = obj(
    {
        "next": text(
            "Next page",
            "Where the next page's URL is: link for the Link header, or a path in the JSON body.",
            examples=["link", "links.next"],
        ),
        "cursor": text(
            "Cursor",
            "Path of a cursor in the JSON body, sent as the parameter.",
            examples=["meta.cursor"],
        ),
        "parameter": text(
            "Parameter", "Query parameter of the page's number or cursor.", default="page"
        ),
        "start": whole("First page", "Number of the first page.", default=1),
        "items": text(
            "Items",
            "Path of the list in the JSON body; the body itself when missing.",
            examples=["data"],
        ),
        "max_pages": whole("Page limit", "More pages than this fail.", default=100, minimum=1),
    },
    title="Pages",
    description="Follows a paged answer to its end; json is then the list of all items.",
)


class HttpStep(StepType):
    type = "http"
    title = "HTTP request"
    group = "do"
    icon = "http"
    description = "Sends a request to a web API or site and gives its answer; 400 and above fail."
    schema = config_schema(
        {
            "method": text("Method", "The HTTP method.", enum=METHODS, default="GET"),
            "url": text(
                "URL",
                "The address, with http:// or https://.",
                minLength=1,
                examples=["https://api.example.com/orders"],
            ),
            "query": mapping(
                "Query", "Parameters added to the URL; a list repeats one.", examples=[{"page": 2}]
            ),
            "headers": mapping(
                "Headers",
                "Sent with the request.",
                additionalProperties={"type": ["string", "number", "boolean"]},
                examples=[{"Accept": "application/json"}],
            ),
            "json": anything("JSON", "Sent as JSON.", examples=[{"name": "{{input.name}}"}]),
            "body": anything(
                "Body", "A text is sent as it is, anything else as JSON.", examples=["plain text"]
            ),
            "form": mapping("Form", "Sent as form fields.", examples=[{"user": "ana"}]),
            "files": mapping(
                "Files",
                "Sent as a multipart form: a path, or path, filename and content_type.",
                additionalProperties={"type": ["string", "object"]},
                examples=[{"report": "report.pdf"}],
            ),
            "auth": _AUTH,
            "success_status": field(
                "array",
                "Success",
                "Status codes that count as success; below 400 when missing.",
                items={"type": ["integer", "string"]},
                examples=[[200, 404], ["2xx"]],
            ),
            "follow_redirects": field(
                ["boolean", "integer"],
                "Follow redirects",
                f"false, or the most redirects to follow; true is {MAX_REDIRECTS}.",
                default=True,
            ),
            "max_response": size(
                "Size limit",
                "Most bytes of an answer, decompressed; save larger ones to a file.",
                default=MAX_RESPONSE,
            ),
            "save_to": text(
                "Save to",
                "File that the body is streamed to, whatever its size.",
                widget="path",
                examples=["orders.csv"],
            ),
            "pagination": _PAGINATION,
            "verify": field(
                ["boolean", "string"],
                "Verify TLS",
                "false accepts any certificate; a path names a file of trusted ones.",
                default=True,
            ),
            "proxy": text(
                "Proxy", "URL of a proxy; none when missing.", examples=["http://proxy:3128"]
            ),
        },
        required=["url"],
    )

    def outputs(self, config: Mapping[str, Any]) -> dict[str, Any]:
        return outputs.HTTP

    def summary(self, config: Mapping[str, Any]) -> str:
        method = shown(config.get("method"), "GET")
        return f"{method} {shown_url(config.get('url'))}".strip()

    def check(self, config: Mapping[str, Any], folder: Path | None = None) -> list[ConfigIssue]:
        issues = super().check(config, folder)
        url = config.get("url")
        if isinstance(url, str) and url.strip() and not _may_be_url(url):
            hint = "begin it with http:// or https://"
            issues.append(
                ConfigIssue(message=f'"{url}" is no web address', path=("url",), hint=hint)
            )
        bodies = [key for key in BODIES if key in config]
        if len(bodies) > 1:
            message = f"a request has one body, not {' and '.join(bodies)}"
            issues.append(ConfigIssue(message=message, path=(bodies[1],)))
        if "files" in config and bodies not in ([], ["form"]):
            message = f"files go with form fields, not with {bodies[0]}"
            issues.append(ConfigIssue(message=message, path=("files",)))
        return issues + _auth_issues(config.get("auth"))

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        from engine.steps.http_run import run_request

        return await run_request(step.config, context)

    async def close(self) -> None:
        # Where no step has used it, it is not loaded just to be closed: that costs a run 0.1 s.
        if "engine.steps.http_transport" in sys.modules:
            from engine.steps.http_transport import close_transports

            await close_transports()


def _may_be_url(url: str) -> bool:
    return url.lower().startswith(("http://", "https://")) or "{{" in url


def _auth_issues(auth: Any) -> list[ConfigIssue]:
    kind = auth.get("type") if isinstance(auth, Mapping) else None
    missing = [key for key in _AUTH_NEEDS.get(str(kind), ()) if key not in auth]
    return [
        ConfigIssue(message=f'{kind} needs "{key}"', path=("auth",), hint=f"add {key}")
        for key in missing
    ]
