"""One attempt of an HTTP step: a client of its own, one request or the pages of an answer."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from engine.steps.amounts import whole_of
from engine.steps.base import StepContext, StepResult
from engine.steps.defaults import MAX_REDIRECTS
from engine.steps.http_auth import sign_in
from engine.steps.http_fetch import CONNECT_SECONDS, fetch
from engine.steps.http_pages import fetch_pages
from engine.steps.http_request import request_url, wrong
from engine.steps.http_transport import transport_for


async def run_request(config: Mapping[str, Any], context: StepContext) -> StepResult:
    """Sends the request, or all requests of a paged answer.

    Raises StepError: ``connection``, ``http_404`` and the like, ``too_large``, ``refused`` ...
    """
    async with _client(config, context) as client:
        if config.get("pagination"):
            return StepResult(output=await fetch_pages(client, config, context))
        answer = await fetch(client, config, request_url(config), context)
        return StepResult(output=answer.output)


@asynccontextmanager
async def _client(
    config: Mapping[str, Any], context: StepContext
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of this attempt: cookies and sign-in of its own, over the engine's connections."""
    verify: bool | Path = config.get("verify", True) is not False
    if isinstance(config.get("verify"), str):
        verify = context.resolve(config["verify"])
    follow = config.get("follow_redirects", True)
    most = MAX_REDIRECTS if follow is True else whole_of(config, "follow_redirects", 0)
    proxy = config.get("proxy") or None
    if proxy and not str(proxy).startswith(("http://", "https://")):
        raise wrong(f'proxy: "{proxy}" is no HTTP proxy; begin it with http:// or https://')
    async with transport_for(verify, proxy) as transport:
        yield httpx.AsyncClient(
            transport=transport,
            auth=sign_in(config.get("auth")),
            follow_redirects=most > 0,
            max_redirects=most,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            trust_env=False,
        )
