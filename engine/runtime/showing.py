"""How large values are shown: small ones in their places, larger ones where they are asked for."""

import asyncio
from typing import Any, TypeVar

from msgspec import Raw, structs

from engine.core.artifact import artifacts_in
from engine.definition.template import hide_secrets
from engine.store.artifacts import MOST, Artifacts
from engine.store.errors import ArtifactError
from engine.store.payloads import as_json
from engine.store.views import Execution, StepExecution

Record = TypeVar("Record", Execution, StepExecution)
SHOWN = 2**20
"""Bytes of files that are shown with the record of one step or execution."""


async def filled(artifacts: Artifacts, record: Record, *, raw: bool) -> Record:
    """One record with the values of its files in their places; above ``SHOWN`` bytes, and where
    they cannot be read, the references stay. Without ``raw`` all that can be read is there.
    """
    changes: dict[str, Any] = {}
    for name in ("input", "output"):
        value = getattr(record, name)
        if isinstance(value, Raw) or next(artifacts_in(value), None) is None:
            continue
        try:
            changes[name] = await _read(artifacts, value, raw, SHOWN if raw else MOST)
        except ArtifactError:
            continue
    return structs.replace(record, **changes) if changes else record


async def whole(artifacts: Artifacts, value: Any) -> Any:
    """A value as JSON, with nothing left in files. Raises ArtifactError."""
    if isinstance(value, Raw) or next(artifacts_in(value), None) is None:
        return value
    return await _read(artifacts, value, True, MOST)


async def _read(artifacts: Artifacts, value: Any, raw: bool, most: int) -> Any:
    found = await artifacts.resolve(value, most)
    return await asyncio.to_thread(_shown, found, raw)


def _shown(value: Any, raw: bool) -> Any:
    hidden = hide_secrets(value)
    return as_json(hidden) if raw else hidden
