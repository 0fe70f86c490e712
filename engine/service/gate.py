"""The access gate: which requests may reach the engine at all.

On the private socket the file's permission is the check. A request over TCP, loopback too, must
name a host that this engine answers for (a rebound DNS name does not), come from no other web
origin, and carry the bearer token, but for the few paths that are open to everybody.
"""

import hmac
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from engine.service.types import ProblemDocument

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN_PATHS = frozenset({"/", "/health", "/openapi.json", "/docs"})
WEBHOOKS = "/webhook/"
PRIVATE = "treadle.private"
"""Key of the scope that says whether a request came through the private door."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate checks against: the token, the names this engine answers for, the private
    loopback port.
    """

    token: str
    hosts: frozenset[str] = LOOPBACK_NAMES
    any_address: bool = False
    """True when bound to every address: a Host that is a bare IP address is then accepted."""
    private_port: int | None = None
    """The loopback port that stands in for the private socket, where the platform has none."""


class Gate:
    """Wraps an ASGI app: lets a request through, or answers it with a problem document."""

    def __init__(self, app: App, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        server = scope.get("server")
        on_socket = server is not None and server[1] is None
        scope[PRIVATE] = on_socket or (
            server is not None and server[1] == self._access.private_port
        )
        refusal = None if on_socket else refuse(scope, self._access)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await _answer(refusal, send)


def refuse(scope: Scope, access: Access) -> ProblemDocument | None:
    """Why a request over TCP may not pass, or None when it may."""
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if not _known_host(host, access):
        return ProblemDocument(
            title="Unknown host",
            status=403,
            detail=f'This engine does not answer for the host "{host}"; '
            'add the name to "hosts" in its settings.',
        )
    origin = headers.get(b"origin")
    if origin is not None and _place(origin) != host.lower():
        return ProblemDocument(
            title="Foreign origin",
            status=403,
            detail=f'Pages of "{origin}" may not use this engine.',
        )
    path = scope["path"]
    if path in OPEN_PATHS or path.startswith(WEBHOOKS):
        return None
    scheme, _, given = headers.get(b"authorization", "").partition(" ")
    matches = hmac.compare_digest(given.strip().encode(), access.token.encode())
    if scheme.lower() == "bearer" and matches:
        return None
    return ProblemDocument(
        title="Not authorised",
        status=401,
        detail='Send the engine\'s token as "Authorization: Bearer TOKEN"; '
        'it is in the file "token" of its data folder.',
    )


def _place(origin: str) -> str | None:
    """Host and port of a web origin; None for one that has none or cannot be read."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None


def _known_host(host: str, access: Access) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in access.hosts or (access.any_address and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _answer(problem: ProblemDocument, send: Send) -> None:
    body = msgspec.json.encode(problem)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if problem.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def access_for(
    token: str, host: str | None, more: Iterable[str] = (), private_port: int | None = None
) -> Access:
    """What the gate of an engine bound to ``host`` checks against; ``more`` are names from the
    settings.
    """
    names = {*LOOPBACK_NAMES, *(name.lower() for name in more)}
    everywhere = (
        host is not None and _is_address(host) and ipaddress.ip_address(host).is_unspecified
    )
    if everywhere:
        names.add(socket.gethostname().lower())
    elif host:
        names.add(host.lower())
    return Access(
        token=token, hosts=frozenset(names), any_address=everywhere, private_port=private_port
    )
