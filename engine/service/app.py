"""The ASGI app: every route of the API, its errors, and its own description."""

from typing import Any

from litestar import Litestar, Response, Router, get
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.response import Redirect

from engine import __version__
from engine.definition.problems import DefinitionError
from engine.runtime.engine import Engine
from engine.runtime.errors import ConflictError, InputError, NotFoundError
from engine.service import errors, openapi
from engine.service.control import Control
from engine.service.routes import engine as process
from engine.service.routes import (
    events,
    executions,
    health,
    metrics,
    scheduler,
    stats,
    step_executions,
    triggers,
    validate,
    workflows,
)
from engine.store.errors import StoreError

API = "/api/v1"
ABOUT = "Workflows, their executions and what happens in them. Times are UTC, durations seconds."
_RESOURCES = (
    workflows,
    triggers,
    executions,
    step_executions,
    events,
    validate,
    stats,
    scheduler,
    process,
)


def create_app(engine: Engine, control: Control) -> Litestar:
    """The API of an open engine. The gate is not part of it."""
    routes = [route for resource in _RESOURCES for route in resource.ROUTES]
    return Litestar(
        [Router(API, route_handlers=routes), *health.ROUTES, *metrics.ROUTES, *_PAGES],
        dependencies={
            "engine": Provide(lambda: engine, sync_to_thread=False),
            "control": Provide(lambda: control, sync_to_thread=False),
        },
        exception_handlers={
            errors.ApiError: errors.on_api_error,
            NotFoundError: errors.on_not_found,
            ConflictError: errors.on_conflict,
            InputError: errors.on_input_error,
            StoreError: errors.on_store_error,
            DefinitionError: errors.on_definition_error,
            ValidationException: errors.on_validation_error,
            HTTPException: errors.on_http_error,
            RecursionError: errors.on_recursion,
            UnicodeDecodeError: errors.on_bad_text,
            Exception: errors.on_defect,
        },
        openapi_config=OpenAPIConfig(
            title="Treadle",
            version=__version__,
            description=ABOUT,
            use_handler_docstrings=True,
            render_plugins=[],
        ),
        request_max_body_size=errors.MAX_BODY,
        logging_config=None,
        debug=False,
    )


@get("/", include_in_schema=False)
async def front() -> Redirect:
    """The address that ``serve`` prints leads to the docs page."""
    return Redirect("/docs")


@get("/openapi.json", include_in_schema=False)
async def openapi_json(request: Any) -> Response[bytes]:
    return Response(_description(request.app), media_type="application/json")


@get("/docs", include_in_schema=False)
async def docs(request: Any) -> Response[str]:
    return Response(openapi.page(_description(request.app)), media_type="text/html")


_PAGES = [front, openapi_json, docs]


def _description(app: Litestar) -> bytes:
    found: bytes | None = app.state.get("description")
    if found is None:
        found = app.state["description"] = openapi.document(app)
    return found
