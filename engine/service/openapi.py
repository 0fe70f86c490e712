"""The API's own description: the OpenAPI document made from the routes and types, and a page that
shows it without anything from elsewhere."""

import re
from html import escape
from typing import Any

import msgspec
from litestar import Litestar

from engine.service.errors import MEDIA_TYPE

_METHODS = ("get", "post", "put", "delete")
_PAGE_OF = re.compile(r"\bPage_engine\.store\.views\.(\w+?)_(?=\W|$)")
_PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}
_OPEN = ("/health",)
_STREAMED = {"list_logs": "LogLine"}
"""What operations send one by one, as server-sent events, where they are asked to."""
_ACTIONS = ("pause", "resume", "cancel", "retry", "answer", "activate")
"""The ends of paths whose requests are refused in the wrong state."""


def document(app: Litestar) -> bytes:
    """The OpenAPI document as JSON, with the errors as this API answers them."""
    tree = msgspec.json.decode(_PAGE_OF.sub(r"\1Page", _raw(app)))
    schemas = tree["components"]["schemas"]
    schemas.update(_problem_schemas())
    tree["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, item in tree["paths"].items():
        for method in _METHODS:
            if method in item:
                _correct(path, item[method])
    return msgspec.json.encode(tree)


def _raw(app: Litestar) -> str:
    return msgspec.json.encode(app.openapi_schema.to_schema()).decode()


def _problem_schemas() -> dict[str, Any]:
    from engine.service.types import ProblemDocument

    _, components = msgspec.json.schema_components(
        [ProblemDocument], ref_template="#/components/schemas/{name}"
    )
    return components


def _correct(path: str, operation: dict[str, Any]) -> None:
    """Replaces the framework's own error (400, another shape) by the problem documents we send."""
    responses = operation["responses"]
    takes_input = responses.pop("400", None) is not None
    if path not in _OPEN:
        operation["security"] = [{"token": []}]
        responses["401"] = _problem("The token is missing or wrong")
    if "{" in path:
        responses["404"] = _problem("There is no such thing")
    if path.rpartition("/")[2] in _ACTIONS:
        responses["409"] = _problem("Not in this state")
    if operation["operationId"] in _STREAMED:
        line = {"$ref": f"#/components/schemas/{_STREAMED[operation['operationId']]}"}
        responses["200"]["content"]["text/event-stream"] = {"schema": line}
    if "requestBody" in operation:
        responses["400"] = _problem("The body is not JSON")
        responses["413"] = _problem("The body is too large")
    if takes_input:
        responses.setdefault("422", _problem("A value is not what the API takes"))
    for response in responses.values():
        stream = response.get("content", {}).pop("text/event-stream; charset=utf-8", None)
        if stream is not None:
            response["content"]["text/event-stream"] = stream


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}


def page(content: bytes) -> str:
    """The document as one HTML page: no script, no font and no style from another place."""
    tree = msgspec.json.decode(content)
    operations = [
        _operation(method, path, item[method])
        for path, item in tree["paths"].items()
        for method in _METHODS
        if method in item
    ]
    types = [_type(name, schema) for name, schema in sorted(tree["components"]["schemas"].items())]
    title = escape(tree["info"]["title"])
    return _PAGE.format(
        title=title,
        style=_STYLE,
        about=escape(tree["info"].get("description", "")),
        operations="".join(operations),
        types="".join(types),
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    about = operation.get("description") or operation.get("summary", "")
    parameters = "".join(
        f"<li><code>{escape(item['name'])}</code> <em>{escape(item['in'])}</em> "
        f"{_shape(item['schema'])} {escape(item.get('description', ''))}</li>"
        for item in operation.get("parameters", [])
    )
    body = operation.get("requestBody", {}).get("content", {})
    takes = "".join(f"<p>Body: {_shape(media['schema'])}</p>" for media in body.values())
    answers = "".join(
        f"<li><code>{status}</code> {escape(response.get('description', ''))} "
        + "".join(_shape(media.get("schema", {})) for media in response.get("content", {}).values())
        + "</li>"
        for status, response in operation["responses"].items()
    )
    return (
        f"<details><summary><b class={method}>{method.upper()}</b> <code>{escape(path)}</code>"
        f" {escape(about.partition('.')[0])}</summary><p>{escape(about)}</p>"
        f"<ul>{parameters}</ul>{takes}<ul>{answers}</ul></details>"
    )


def _type(name: str, schema: dict[str, Any]) -> str:
    properties = schema.get("properties", {}).items()
    rows = "".join(
        f"<li><code>{escape(key)}</code> {_shape(value)}</li>" for key, value in properties
    )
    about = escape(schema.get("description", ""))
    anchor = escape(name, quote=True)
    head = f"<details id='{anchor}'><summary>{anchor}</summary>"
    return f"{head}<p>{about}</p><ul>{rows}</ul></details>"


def _shape(schema: dict[str, Any]) -> str:
    """The type of a value in short, linked to its description."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2], quote=True)
        return f"<a href='#{name}'>{name}</a>"
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices:
        return " or ".join(_shape(choice) for choice in choices)
    if "enum" in schema:
        return escape(" | ".join(str(value) for value in schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_shape(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type") or "any"))


_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
summary { cursor: pointer; padding: .35rem 0 }
details { border-top: 1px solid #8884; padding: 0 .5rem }
b { display: inline-block; width: 4.5rem }
.get { color: #2a8 } .post { color: #28d } .put { color: #b80 } .delete { color: #d44 }
"""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1><p>{about}</p>
<p>Every request but <code>/health</code> needs the engine's token, from the file
<code>token</code> of its data folder: <code>Authorization: Bearer TOKEN</code></p>
<p>The same as a machine reads it: <a href="/openapi.json">/openapi.json</a></p>
<h2>Requests</h2>{operations}<h2>Types</h2>{types}</body></html>
"""
