"""A client before ids that are none, and before servers that are no engine."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from engine.client.client import EngineClient
from engine.client.errors import ClientError


class Other(http.server.BaseHTTPRequestHandler):
    """Answers 200 to everything, as a server that is something else."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def other() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


async def test_an_answer_that_is_no_engines_is_told_as_such(other: str) -> None:
    async with EngineClient.remote(other, "token") as client:
        with pytest.raises(ClientError, match="no Treadle engine"):
            await client.executions()


@pytest.mark.parametrize("identity", ["", ".", ".."])
async def test_an_id_that_would_name_another_path_is_not_found(other: str, identity: str) -> None:
    async with EngineClient.remote(other, "token") as client:
        with pytest.raises(ClientError, match="is no id") as refused:
            await client.execution(identity)
    assert refused.value.status == 404
