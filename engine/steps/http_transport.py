"""Connections of the HTTP step: one pool an engine, and no way to a link-local address."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import httpcore
import httpx

from engine.steps.base import StepError

MAX_CONNECTIONS = 200
IDLE_SECONDS = 30.0

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_pools: "WeakKeyDictionary[asyncio.AbstractEventLoop, Transport]" = WeakKeyDictionary()


class Transport(httpx.AsyncBaseTransport):
    """A pool of connections that outlives the clients that borrow it; ``end`` closes it."""

    def __init__(self, context: ssl.SSLContext, proxy: str | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            proxy=httpcore.Proxy(proxy) if proxy else None,
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=GuardedNetwork(),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        refuse_link_local(request.url.host, [request.url.host])  # a proxy would do the look-up
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    async def end(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Looks a host up, refuses link-local addresses, and connects to just what it found."""

    def __init__(self) -> None:
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's own signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _look_up(host, port)
        refuse_link_local(host, addresses)
        *others, last = addresses
        for address in others:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # the next address of the same host may answer
        return await self._network.connect_tcp(last, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's own signature)
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("the HTTP step connects over TCP only")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


async def _look_up(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f'there is no host "{host}" ({error})') from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def refuse_link_local(host: str, addresses: list[str]) -> None:
    """Raises StepError if one of ``addresses`` is link-local: cloud metadata lies there."""
    for address in addresses:
        if _is_link_local(address):
            raise StepError(
                f'"{host}" is the link-local address {address}, where cloud machines keep their '
                "credentials; the HTTP step does not go there",
                type="refused",
                retryable=False,
            )


def _is_link_local(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False  # a name, which is looked at again once it is resolved
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.is_link_local or (inner is not None and inner.is_link_local)
    return address.is_link_local


@asynccontextmanager
async def transport_for(verify: bool | Path, proxy: str | None) -> AsyncIterator[Transport]:
    """The engine's pool; a request with a proxy or trust of its own gets connections of its own."""
    if verify is True and not proxy:
        loop = asyncio.get_running_loop()
        if loop not in _pools:
            _pools[loop] = Transport(await asyncio.to_thread(_default_trust))
        yield _pools[loop]
        return
    try:
        trust = await asyncio.to_thread(_trust, verify)
    except OSError as error:  # an SSLError is one
        message = f"verify: cannot read certificates from {verify}: {error}"
        raise StepError(message, type="config", retryable=False) from error
    transport = Transport(trust, proxy)
    try:
        yield transport
    finally:
        await transport.end()


async def close_transports() -> None:
    """Closes the pool of the running event loop, if there is one."""
    pool = _pools.pop(asyncio.get_running_loop(), None)
    if pool is not None:
        await pool.end()


@cache
def _default_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _trust(verify: bool | Path) -> ssl.SSLContext:
    if isinstance(verify, bool):
        return httpx.create_ssl_context(verify=verify)
    if verify.is_dir():
        return ssl.create_default_context(capath=verify)
    return ssl.create_default_context(cafile=verify)
