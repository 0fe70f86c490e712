"""Definitions checked without being kept."""

import asyncio
from pathlib import Path

from litestar import post

from engine import load
from engine.service.routes.queries import check_places
from engine.service.types import ValidateWrite, Validation


@post("/validate", tags=["workflows"], status_code=200, operation_id="validate")
async def validate(data: ValidateWrite) -> Validation:
    """Every problem of a text, with its place and its way out."""
    check_places(folder=data.folder)
    folder = Path(data.folder) if data.folder else None
    loaded = await asyncio.to_thread(load, data.source, data.path or "", folder)
    return Validation(valid=loaded.valid, problems=list(loaded.problems))


ROUTES = [validate]
