"""Where an engine can be reached, and the HTTP connection to it."""

import ssl
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import httpx

TIMEOUT = 30.0
"""Seconds for one answer."""
STREAM_SILENCE = 8.0
"""Seconds without a heartbeat (sent every 2) after which a stream is taken for dead."""


class Endpoint(Struct, frozen=True, kw_only=True):
    """A private Unix socket (``socket``), or an address (``url``) with a bearer token."""

    url: str = "http://engine"
    socket: str | None = None
    token: str | None = None

    @property
    def name(self) -> str:
        return self.socket or self.url


def open_http(endpoint: Endpoint, client_id: str) -> "httpx.AsyncClient":
    """An HTTP client for the endpoint, of the client with that id; the caller closes it."""
    import httpx

    headers = {"treadle-client": client_id}
    if endpoint.token:
        headers["authorization"] = f"Bearer {endpoint.token}"
    timeout = httpx.Timeout(TIMEOUT, connect=5.0)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=8)
    if endpoint.socket is None:
        verify: bool | ssl.SSLContext = endpoint.url.startswith("https:")
        return httpx.AsyncClient(
            base_url=endpoint.url, headers=headers, timeout=timeout, limits=limits, verify=verify
        )
    transport = httpx.AsyncHTTPTransport(uds=endpoint.socket, limits=limits, verify=False)
    return httpx.AsyncClient(
        base_url=endpoint.url,
        headers=headers,
        timeout=timeout,
        transport=transport,
        trust_env=False,
    )
