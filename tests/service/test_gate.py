"""The gate, request by request, over the scopes that a server makes of real connections."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from engine.service.gate import PRIVATE, Access, Gate, access_for
from engine.service.token import ensure_token, read_token

TOKEN = "the-right-token"
ADDRESS = ("127.0.0.1", 8084)


class Recorder:
    """An app behind the gate that answers 200, and everything that was sent."""

    def __init__(self, access: Access) -> None:
        self.scopes: list[Any] = []
        self.sent: list[Any] = []
        self.gate = Gate(self.app, access)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def ask(self, path: str, server: tuple[str, int | None] = ADDRESS, **headers: str) -> int:
        raw = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()]
        scope = {"type": "http", "path": path, "server": server, "headers": raw}
        await self.gate(scope, None, self.send)  # type: ignore[arg-type]
        status: int = self.sent[-1]["status"] if len(self.sent) == 1 else self.sent[-2]["status"]
        return status


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(access_for(TOKEN, "127.0.0.1", ["engine.example"]))


BEARER = {"authorization": f"Bearer {TOKEN}"}


async def test_the_private_socket_needs_neither_token_nor_host(recorder: Recorder) -> None:
    assert await recorder.ask("/api/v1/workflows", ("/run/engine.sock", None)) == 200
    assert recorder.scopes[0][PRIVATE] is True


async def test_a_tcp_request_with_the_token_passes_and_is_not_private(recorder: Recorder) -> None:
    assert await recorder.ask("/api/v1/workflows", host="localhost:8084", **BEARER) == 200
    assert recorder.scopes[0][PRIVATE] is False


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer", f"Basic {TOKEN}", "Bearer \xe9"])
async def test_a_missing_or_wrong_token_is_refused(recorder: Recorder, given: str) -> None:
    headers = {"authorization": given} if given else {}
    assert await recorder.ask("/api/v1/workflows", host="localhost", **headers) == 401
    assert recorder.scopes == []
    assert (b"www-authenticate", b"Bearer") in recorder.sent[0]["headers"]
    assert json.loads(recorder.sent[1]["body"])["title"] == "Not authorised"


@pytest.mark.parametrize("path", ["/", "/health", "/openapi.json", "/docs", "/webhook/orders"])
async def test_open_paths_need_no_token(recorder: Recorder, path: str) -> None:
    assert await recorder.ask(path, host="127.0.0.1:8084") == 200


@pytest.mark.parametrize("path", ["/healthy", "/health/", "/metrics", "/webhook", "/docs/x"])
async def test_their_neighbours_do(recorder: Recorder, path: str) -> None:
    assert await recorder.ask(path, host="127.0.0.1:8084") == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.0.0.1", "", "[::1", "evil@x:1:2"]
)
async def test_a_host_it_does_not_answer_for_is_refused_token_or_not(
    recorder: Recorder, host: str
) -> None:
    assert await recorder.ask("/health", host=host, **BEARER) == 403
    assert recorder.scopes == []


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8084", "127.0.0.1:8084", "[::1]:8084", "engine.example:8084"]
)
async def test_hosts_it_answers_for(recorder: Recorder, host: str) -> None:
    assert await recorder.ask("/health", host=host) == 200


async def test_a_request_without_a_host_is_refused(recorder: Recorder) -> None:
    assert await recorder.ask("/health", **BEARER) == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:3000", "http://localhost"]
)
async def test_pages_of_other_origins_are_refused(recorder: Recorder, origin: str) -> None:
    assert await recorder.ask("/health", host="localhost:8084", origin=origin, **BEARER) == 403


async def test_a_page_of_its_own_passes(recorder: Recorder) -> None:
    status = await recorder.ask(
        "/health", host="localhost:8084", origin="http://localhost:8084", **BEARER
    )
    assert status == 200


async def test_an_engine_on_every_address_answers_for_addresses_but_not_for_names() -> None:
    everywhere = Recorder(access_for(TOKEN, "0.0.0.0"))
    assert await everywhere.ask("/health", host="192.168.1.5:8084") == 200
    assert await everywhere.ask("/health", host="evil.example:8084") == 403


def test_the_token_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    assert read_token(tmp_path) is None
    token = ensure_token(tmp_path)
    assert len(token) >= 40
    assert ensure_token(tmp_path) == token == read_token(tmp_path)
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


@pytest.mark.parametrize("origin", ["http://[", "http://[zz]", "null", ""])
async def test_an_origin_that_cannot_be_read_is_a_foreign_one(
    recorder: Recorder, origin: str
) -> None:
    assert await recorder.ask("/health", host="localhost", origin=origin) == 403


@pytest.mark.parametrize("content", [b"", b" \n", b"a\nb", b"\xff\xfe", b"two words"])
def test_a_token_file_that_holds_no_token_gets_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    assert read_token(tmp_path) is None
    token = ensure_token(tmp_path)
    assert read_token(tmp_path) == token
    assert len(token) > 40


def test_a_token_file_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("my-own-token\n")
    path.chmod(0o644)
    assert ensure_token(tmp_path) == "my-own-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
