"""How an HTTP step signs in: basic, bearer, or a token got by OAuth 2 client credentials."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Generator, Mapping
from typing import Any

import httpx
import msgspec

from engine.steps.base import StepError
from engine.steps.http_request import wrong

_MARGIN = 30.0
"""Seconds before its end at which a token is no longer used."""
_MAX_TOKENS = 256
_tokens: "OrderedDict[str, tuple[str, float]]" = OrderedDict()


def sign_in(auth: Mapping[str, Any] | None) -> httpx.Auth | None:
    """How requests of this config are signed. Raises StepError where something is missing."""
    if not auth:
        return None
    kind = auth.get("type")
    if kind == "basic":
        return httpx.BasicAuth(_need(auth, "username"), _need(auth, "password"))
    if kind == "bearer":
        return Bearer(_need(auth, "token"))
    if kind == "oauth2":
        return ClientCredentials(auth)
    raise wrong(f'auth: "{kind}" is no way to sign in; there are basic, bearer and oauth2')


def _need(auth: Mapping[str, Any], key: str) -> str:
    value = auth.get(key)
    if value is None:
        raise wrong(f'auth: {auth.get("type")} needs "{key}"')
    return str(value)


class Bearer(httpx.Auth):
    """Sends a token that the config holds."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class ClientCredentials(httpx.Auth):
    """Gets a token with the client's id and secret, and keeps it until it ends or is refused."""

    def __init__(self, auth: Mapping[str, Any]) -> None:
        self._url = _need(auth, "token_url")
        self._client = (_need(auth, "client_id"), _need(auth, "client_secret"))
        self._scope = str(auth.get("scope") or "")
        what = msgspec.json.encode([self._url, *self._client, self._scope])
        self._key = hashlib.sha256(what).hexdigest()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        token, ends = _tokens.get(self._key, ("", 0.0))
        fresh = time.monotonic() >= ends
        if fresh:
            token = await self._keep((yield self._ask()))
        request.headers["Authorization"] = f"Bearer {token}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED and not fresh:
            token = await self._keep((yield self._ask()))
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _ask(self) -> httpx.Request:
        data = {"grant_type": "client_credentials"} | (
            {"scope": self._scope} if self._scope else {}
        )
        asking = httpx.Request("POST", self._url, data=data, headers={"Accept": "application/json"})
        return next(httpx.BasicAuth(*self._client).auth_flow(asking))

    async def _keep(self, answer: httpx.Response) -> str:
        try:
            body = msgspec.json.decode(await answer.aread())
            token, lasts = str(body["access_token"]), float(body.get("expires_in") or 0)
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"auth: {self._url} answered {answer.status_code} and gave no token"
            raise StepError(message, type=f"http_{answer.status_code}") from error
        _tokens[self._key] = (token, time.monotonic() + lasts - _MARGIN)
        while len(_tokens) > _MAX_TOKENS:
            _tokens.popitem(last=False)
        return token
