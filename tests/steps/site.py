"""A real HTTP server on the loopback that the tests of the HTTP step speak to."""

import gzip
import json
import ssl
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


class Site:
    """The running server; it keeps what it was asked."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self.hits: Counter[str] = Counter()
        self.connections: set[tuple[str, int]] = set()
        self.released = threading.Event()
        self.left = threading.Event()
        site = self

        class Bound(Handler):
            pass

        Bound.site = site
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://localhost:{self.port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def last(self) -> dict[str, Any]:
        return self.requests[-1]


class Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        else:
            body = self.rfile.read(length)
        self.site.connections.add(self.client_address)
        self.site.hits[parts.path] += 1
        self.query = parse_qsl(parts.query, keep_blank_values=True)
        self.site.requests.append(
            {
                "method": self.command,
                "path": self.path,
                "query": self.query,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body,
            }
        )
        name, _, rest = parts.path.strip("/").partition("/")
        ANSWERS[name](self, rest)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(
        self, data: bytes = b"", status: int = 200, kind: str = "text/plain", **headers: str
    ) -> None:
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def answer_json(self, value: Any, status: int = 200, **headers: str) -> None:
        self.answer(json.dumps(value).encode(), status, "application/json", **headers)


def echo(request: Handler, rest: str) -> None:
    request.answer_json({"path": request.path, "method": request.command})


def status(request: Handler, rest: str) -> None:
    code = int(rest)
    if code == 204:
        request.send_response(204)
        request.end_headers()
        return
    request.answer(f"this is {code}".encode(), code)


def redirect(request: Handler, rest: str) -> None:
    left = int(rest)
    request.answer(status=302, Location=f"/redirect/{left - 1}" if left > 1 else "/echo")


def redirect_to(request: Handler, rest: str) -> None:
    request.answer(status=302, Location=dict(request.query)["url"])


def busy(request: Handler, rest: str) -> None:
    request.answer(b"come back", 503, Retry_After=dict(request.query)["after"])


def drip(request: Handler, rest: str) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    try:
        while not request.site.released.wait(0.02):
            request.wfile.write(b".")
            request.wfile.flush()
    except OSError:
        request.site.left.set()


def zipped(request: Handler, rest: str) -> None:
    request.answer(
        gzip.compress(b'{"zipped": true}'), 200, "application/json", Content_Encoding="gzip"
    )


def deflated(request: Handler, rest: str) -> None:
    request.answer(zlib.compress(b"deflated"), Content_Encoding="deflate")


def odd(request: Handler, rest: str) -> None:
    request.answer(b"whatever", Content_Encoding="lzma")


def torn(request: Handler, rest: str) -> None:
    request.answer(b"this was never compressed", Content_Encoding="gzip")


def circle(request: Handler, rest: str) -> None:
    """A page that names itself, or another host, as the next."""
    request.answer_json({"items": [1], "next": dict(request.query).get("to", request.path)})


def bomb(request: Handler, rest: str) -> None:
    request.answer(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")


def big(request: Handler, rest: str) -> None:
    """So many bytes, in chunks, without saying so beforehand."""
    request.send_response(200)
    request.send_header("Content-Type", "application/octet-stream")
    request.send_header("Connection", "close")
    request.end_headers()
    left = int(rest)
    try:
        while left:
            size = min(left, 65536)
            request.wfile.write(b"\xff" * size)
            left -= size
    except OSError:
        request.site.left.set()
    request.close_connection = True


def typed(request: Handler, rest: str) -> None:
    wanted = dict(request.query)
    request.answer(bytes.fromhex(wanted["hex"]), 200, wanted.get("type", ""))


def cookies(request: Handler, rest: str) -> None:
    request.send_response(200)
    request.send_header("Set-Cookie", "a=1")
    request.send_header("Set-Cookie", "b=2")
    request.send_header("Content-Length", "0")
    request.end_headers()


def login(request: Handler, rest: str) -> None:
    """Sets a cookie and sends on to where it is wanted."""
    request.answer(status=302, Location="/echo", Set_Cookie="session=1; Path=/")


def token(request: Handler, rest: str) -> None:
    count = request.site.hits["/token"]
    request.answer_json({"access_token": f"token-{count}", "expires_in": 3600})


def guarded(request: Handler, rest: str) -> None:
    """Lets the token in that it names."""
    good = request.headers.get("Authorization") == f"Bearer {rest}"
    request.answer_json({"in": good}, 200 if good else 401)


def pages(request: Handler, rest: str) -> None:
    """Five pages of two items, linked, with a cursor, and numbered."""
    query = dict(request.query)
    page = int(query.get("page") or query.get("after") or 1)
    items = [page * 10, page * 10 + 1] if page <= 5 else []
    following = page + 1 if page < 5 else None
    links = {"Link": f'</pages?page={following}>; rel="next"'} if following else {}
    request.answer_json({"data": items, "cursor": following}, **links)


def broken(request: Handler, rest: str) -> None:
    request.wfile.write(b"this is no HTTP\r\n\r\n")
    request.close_connection = True


def cut_short(request: Handler, rest: str) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"only this")
    request.close_connection = True


ANSWERS: dict[str, Callable[[Handler, str], None]] = {
    "echo": echo,
    "status": status,
    "redirect": redirect,
    "redirect-to": redirect_to,
    "busy": busy,
    "drip": drip,
    "gzip": zipped,
    "deflate": deflated,
    "odd": odd,
    "torn": torn,
    "circle": circle,
    "bomb": bomb,
    "big": big,
    "typed": typed,
    "cookies": cookies,
    "login": login,
    "token": token,
    "guarded": guarded,
    "pages": pages,
    "broken": broken,
    "cut": cut_short,
}
