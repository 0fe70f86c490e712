"""The engine process itself, ruled through its private door alone."""

import os
from typing import Any

from litestar import get, post, put
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from engine import __version__
from engine.service.control import Control
from engine.service.errors import ApiError
from engine.service.gate import PRIVATE
from engine.service.routes.queries import TheControl, TheEngine
from engine.service.types import EngineInfo, EngineWrite

TAGS = ["engine"]


def private_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Raises ApiError (403) for a request that came over TCP."""
    if not connection.scope.get(PRIVATE):
        raise ApiError(
            403, "Only for its owner", "The engine is ruled through its private socket alone."
        )


@get("/engine", tags=TAGS, guards=[private_only], operation_id="get_engine")
async def get_engine(engine: TheEngine, control: TheControl) -> EngineInfo:
    """The process, its data folder, and whether anything keeps it; private socket only."""
    return await _info(engine, control)


@put("/engine", tags=TAGS, guards=[private_only], operation_id="keep_engine")
async def keep_engine(engine: TheEngine, control: TheControl, data: EngineWrite) -> EngineInfo:
    """Whether the engine stays when nobody is connected; private socket only."""
    control.keep = data.keep
    return await _info(engine, control)


@post("/engine/stop", tags=TAGS, guards=[private_only], status_code=202, operation_id="stop_engine")
async def stop_engine(engine: TheEngine, control: TheControl) -> EngineInfo:
    """Ends the engine; what runs goes on at its next start. Private socket only."""
    info = await _info(engine, control)
    control.stop()
    return info


async def _info(engine: TheEngine, control: Control) -> EngineInfo:
    return EngineInfo(
        pid=os.getpid(),
        version=__version__,
        home=str(engine.home),
        keep=control.keep,
        clients=len(control.streams),
        busy=await engine.busy(),
    )


ROUTES = [get_engine, keep_engine, stop_engine]
