"""Every error of the API as an RFC 9457 problem document, rendered in one place."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal, get_args, get_origin

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from engine.definition.problems import DefinitionError
from engine.runtime.errors import ConflictError, InputError, NotFoundError
from engine.service.types import ProblemDocument
from engine.store.errors import StoreError

MEDIA_TYPE = "application/problem+json"
MAX_BODY = 16 * 1024 * 1024
"""Bytes of one request."""
_log = logging.getLogger("treadle.service")


class ApiError(Exception):
    """A request that the API refuses; ``document`` is the answer."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        self.document = ProblemDocument(title=title, status=status, detail=detail)
        super().__init__(detail)


def answer(document: ProblemDocument, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(document),
        status_code=document.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def on_api_error(request: Request[Any, Any, Any], error: ApiError) -> Response[bytes]:
    return answer(error.document)


def on_not_found(request: Request[Any, Any, Any], error: NotFoundError) -> Response[bytes]:
    """404, naming the thing."""
    return answer(ProblemDocument(title=f"No such {error.what}", status=404, detail=str(error)))


def on_conflict(request: Request[Any, Any, Any], error: ConflictError) -> Response[bytes]:
    """409: not in this state."""
    return answer(ProblemDocument(title="Wrong state", status=409, detail=str(error)))


def on_input_error(request: Request[Any, Any, Any], error: InputError) -> Response[bytes]:
    """422: an execution's input or another value does not fit."""
    problems = list(error.problems) or None
    return answer(
        ProblemDocument(title="Invalid value", status=422, detail=str(error), problems=problems)
    )


def on_store_error(request: Request[Any, Any, Any], error: StoreError) -> Response[bytes]:
    """503: the database is in trouble, which the engine says in words."""
    return answer(ProblemDocument(title="Database trouble", status=503, detail=str(error)))


def on_definition_error(request: Request[Any, Any, Any], error: DefinitionError) -> Response[bytes]:
    """422: the definition cannot be used; the document carries its problems."""
    errors = sum(problem.severity == "error" for problem in error.problems)
    first = next((str(problem) for problem in error.problems if problem.severity == "error"), "")
    more = f", and {errors - 1} more" if errors > 1 else ""
    return answer(
        ProblemDocument(
            title="Invalid definition",
            status=422,
            detail=first + more,
            problems=list(error.problems),
        )
    )


def on_validation_error(
    request: Request[Any, Any, Any], error: ValidationException
) -> Response[bytes]:
    """422: the request was understood, but a value in it is not what the API takes."""
    issues = [_issue(extra) + _choices(request, extra) for extra in _extras(error)]
    detail = "; ".join(issues) or error.detail
    return answer(ProblemDocument(title="Invalid request", status=422, detail=detail))


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework itself refuses: an unknown path or method, bad JSON, a large body."""
    details = {
        404: f'There is no "{request.scope["path"]}" in this API; see /docs.',
        413: f"A request's body has at most {MAX_BODY // 2**20} MB; keep data in files.",
        405: f'"{request.scope["path"]}" does not answer to {request.scope["method"]}.',
    }
    document = ProblemDocument(
        title=HTTPStatus(error.status_code).phrase,
        status=error.status_code,
        detail=details.get(error.status_code, error.detail),
    )
    return answer(document, error.headers)


def on_bad_text(request: Request[Any, Any, Any], error: UnicodeDecodeError) -> Response[bytes]:
    """400: a body or a query that is not UTF-8."""
    detail = f"The request is not UTF-8: {error.reason} (byte {error.start})."
    return answer(ProblemDocument(title="Bad Request", status=400, detail=detail))


def on_recursion(request: Request[Any, Any, Any], error: RecursionError) -> Response[bytes]:
    """400: JSON nested so deeply that it cannot be read."""
    return answer(
        ProblemDocument(title="Bad Request", status=400, detail="The JSON is nested too deeply.")
    )


def on_defect(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """500: a defect of the engine, logged with its traceback."""
    path = request.scope["path"]
    _log.error("%s %s failed", request.scope["method"], path, exc_info=error)
    return answer(
        ProblemDocument(
            title="Internal error",
            status=500,
            detail=f"{type(error).__name__}: {error}. The engine's log has the details.",
        )
    )


def _extras(error: ValidationException) -> Sequence[Any]:
    return error.extra if isinstance(error.extra, list) else []


def _choices(request: Request[Any, Any, Any], extra: Any) -> str:
    """The words that a parameter of the query takes, where it takes a few and got another."""
    if not str(extra.get("message", "")).startswith("Invalid enum value"):
        return ""
    parameters = request.route_handler.parsed_fn_signature.parameters
    found = parameters.get(extra.get("key", ""))
    words = _literals(found.annotation) if found else []
    return f"; it is one of {', '.join(words)}" if words else ""


def _literals(annotation: Any) -> list[str]:
    """The words of the Literal type that an annotation holds."""
    if get_origin(annotation) is Literal:
        return [str(word) for word in get_args(annotation)]
    return [word for part in get_args(annotation) for word in _literals(part)]


def _issue(extra: Any) -> str:
    key = extra.get("key", "")
    if extra.get("message") == "'data'":  # how the framework says that there is none
        return "send a JSON body"
    where = "" if key in ("", "data") else f"{key}: "
    return f"{where}{extra.get('message', '')}"
