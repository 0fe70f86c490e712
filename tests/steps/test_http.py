"""HTTP requests against a real server, and what its answers become."""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import psutil
import pytest

from engine import __version__
from engine.steps.http_answer import retry_after
from engine.steps.http_transport import close_transports, refuse_link_local
from tests.steps.conftest import Attempt
from tests.steps.site import Site


@pytest.fixture(autouse=True)
async def ending_connections() -> AsyncIterator[None]:
    yield
    await close_transports()


async def test_json_is_parsed(attempt: Attempt, site: Site) -> None:
    output = (await attempt.run("http", url=f"{site.url}/echo?x=1")).output
    assert output["status_code"] == 200
    assert output["json"] == {"path": "/echo?x=1", "method": "GET"}
    assert output["headers"]["content-type"] == "application/json"
    assert '"method"' in output["body"]


async def test_the_query_is_added_to_the_urls_own(attempt: Attempt, site: Site) -> None:
    query = {"a": [1, "zwei 二"], "b": "", "c": None, "d": True}
    await attempt.run("http", url=f"{site.url}/echo?a=0&a=0", query=query)
    assert site.last["query"] == [
        ("a", "0"), ("a", "0"), ("a", "1"), ("a", "zwei 二"), ("b", ""), ("d", "true"),
    ]  # fmt: skip


async def test_treadle_says_who_it_is(attempt: Attempt, site: Site) -> None:
    await attempt.run("http", url=f"{site.url}/echo")
    assert site.last["headers"]["user-agent"] == f"Treadle/{__version__}"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_carries_the_idempotency_key(
    attempt: Attempt, site: Site, method: str
) -> None:
    await attempt.run("http", url=f"{site.url}/echo", method=method)
    assert site.last["headers"]["idempotency-key"] == "key-of-the-step"
    await attempt.run(
        "http", url=f"{site.url}/echo", method=method, headers={"idempotency-key": "mine"}
    )
    assert site.last["headers"]["idempotency-key"] == "mine"


@pytest.mark.parametrize(
    ("config", "sent", "kind"),
    [
        ({"json": {"a": [1, None]}}, b'{"a":[1,null]}', "application/json"),
        ({"json": None}, b"null", "application/json"),
        ({"body": {"a": 1}}, b'{"a":1}', "application/json"),
        ({"body": "zwei 二"}, "zwei 二".encode(), "text/plain; charset=utf-8"),
        ({"body": "<a/>", "headers": {"content-type": "text/xml"}}, b"<a/>", "text/xml"),
        (
            {"form": {"a": "1 2", "b": ["x", "y"], "c": True}},
            b"a=1+2&b=x&b=y&c=true",
            "application/x-www-form-urlencoded",
        ),
    ],
)
async def test_bodies_are_sent_as_they_are_named(
    attempt: Attempt, site: Site, config: dict[str, object], sent: bytes, kind: str
) -> None:
    await attempt.run("http", url=f"{site.url}/echo", method="POST", **config)
    assert site.last["body"] == sent
    assert site.last["headers"]["content-type"] == kind


async def test_files_go_as_a_multipart_form(attempt: Attempt, site: Site) -> None:
    assert attempt.folder
    (attempt.folder / "a.csv").write_text("x,y")
    files = {
        "plain": "a.csv",
        "named": {"path": "a.csv", "filename": "b.csv", "content_type": "text/csv"},
    }
    await attempt.run("http", url=f"{site.url}/echo", method="POST", form={"k": 1}, files=files)
    body = site.last["body"].decode()
    assert 'name="k"' in body
    assert 'filename="a.csv"' in body
    assert 'filename="b.csv"\r\nContent-Type: text/csv\r\n\r\nx,y' in body


async def test_files_outside_the_allowed_folders_are_not_sent(attempt: Attempt, site: Site) -> None:
    error = await attempt.fails(
        "http", url=f"{site.url}/echo", method="POST", files={"f": "/etc/passwd"}
    )
    assert error.type == "not_allowed"
    assert not site.requests


async def test_headers_cannot_be_split(attempt: Attempt, site: Site) -> None:
    error = await attempt.fails("http", url=f"{site.url}/echo", headers={"X-A": "1\r\nX-Evil: 2"})
    assert error.type == "config"
    assert '"X-A"' in error.message


async def test_an_empty_answer_is_a_success(attempt: Attempt, site: Site) -> None:
    output = (await attempt.run("http", url=f"{site.url}/status/204")).output
    assert (output["status_code"], output["body"], output["json"]) == (204, "", None)


@pytest.mark.parametrize("status", [400, 404, 418, 500, 503])
async def test_400_and_above_fail_and_keep_the_body(
    attempt: Attempt, site: Site, status: int
) -> None:
    error = await attempt.fails("http", url=f"{site.url}/status/{status}")
    assert error.type == f"http_{status}"
    assert error.retryable
    assert error.output["body"] == f"this is {status}"
    assert str(status) in error.message
    assert f"this is {status}" in error.message


async def test_the_author_says_what_success_is(attempt: Attempt, site: Site) -> None:
    url = f"{site.url}/status/404"
    output = (await attempt.run("http", url=url, success_status=[404, "2xx"])).output
    assert output["status_code"] == 404
    error = await attempt.fails("http", url=f"{site.url}/status/302", success_status=["2XX"])
    assert error.type == "http_302"


async def test_retry_after_is_taken_from_the_answer(attempt: Attempt, site: Site) -> None:
    error = await attempt.fails("http", url=f"{site.url}/busy?after=7")
    assert error.retry_after == 7
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    error = await attempt.fails("http", url=f"{site.url}/busy", query={"after": date})
    assert error.retry_after == pytest.approx(100, abs=5)


def test_retry_after_that_means_nothing_is_nothing() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert retry_after("soon") is None
    assert retry_after(None) is None
    assert retry_after("Tue, 01 Jan 2030 00:01:00 GMT", now) == 60
    assert retry_after("Tue, 01 Jan 2019 00:01:00 GMT", now) == 0


async def test_redirects_are_followed_to_a_bound(attempt: Attempt, site: Site) -> None:
    output = (await attempt.run("http", url=f"{site.url}/redirect/3")).output
    assert output["url"] == f"{site.url}/echo"
    error = await attempt.fails("http", url=f"{site.url}/redirect/31")
    assert error.type == "too_many_redirects"
    error = await attempt.fails("http", url=f"{site.url}/redirect/3", follow_redirects=2)
    assert error.type == "too_many_redirects"


async def test_a_redirect_that_is_not_followed_is_the_answer(attempt: Attempt, site: Site) -> None:
    output = (
        await attempt.run("http", url=f"{site.url}/redirect/3", follow_redirects=False)
    ).output
    assert output["status_code"] == 302
    assert output["headers"]["location"] == "/redirect/2"


async def test_a_redirect_to_something_else_than_http_is_refused(
    attempt: Attempt, site: Site
) -> None:
    url = f"{site.url}/redirect-to"
    error = await attempt.fails("http", url=url, query={"url": "file:///etc/passwd"})
    assert error.type == "refused"


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "2852039166", "0xa9fea9fe"],
)
async def test_link_local_addresses_are_refused_however_they_are_written(
    attempt: Attempt, site: Site, host: str
) -> None:
    error = await attempt.fails("http", url=f"http://{host}/latest/meta-data/")
    assert error.type == "refused"
    url = f"{site.url}/redirect-to"
    error = await attempt.fails("http", url=url, query={"url": f"http://{host}/"})
    assert error.type == "refused"


def test_names_and_other_addresses_are_not_link_local() -> None:
    refuse_link_local("example.com", ["example.com", "10.0.0.1", "127.0.0.1", "::1", "fd00::1"])


async def test_cookies_hold_for_one_request_only(attempt: Attempt, site: Site) -> None:
    await attempt.run("http", url=f"{site.url}/login")
    assert site.last["headers"]["cookie"] == "session=1"
    await attempt.run("http", url=f"{site.url}/echo")
    assert "cookie" not in site.last["headers"]


async def test_repeated_cookies_are_a_list(attempt: Attempt, site: Site) -> None:
    output = (await attempt.run("http", url=f"{site.url}/cookies")).output
    assert output["headers"]["set-cookie"] == ["a=1", "b=2"]


async def test_requests_share_connections(attempt: Attempt, site: Site) -> None:
    for _ in range(5):
        await attempt.run("http", url=f"{site.url}/echo")
    assert len(site.connections) == 1


async def test_compressed_answers_are_decoded(attempt: Attempt, site: Site) -> None:
    assert (await attempt.run("http", url=f"{site.url}/gzip")).output["json"] == {"zipped": True}
    assert (await attempt.run("http", url=f"{site.url}/deflate")).output["body"] == "deflated"
    error = await attempt.fails("http", url=f"{site.url}/odd")
    assert error.type == "content_encoding"
    assert '"lzma"' in error.message


@pytest.mark.parametrize(
    ("kind", "data", "body", "encoding"),
    [
        ("text/plain; charset=utf-8", "二".encode(), "二", "text"),
        ("text/html; charset=gb18030", "二".encode("gb18030"), "二", "text"),
        ("text/plain; charset=no-such", b"ok", "ok", "text"),
        ("text/plain", b"caf\xe9", "caf\ufffd", "text"),
        ("application/xml", b"<a/>", "<a/>", "text"),
        ("application/octet-stream", b"\x00\xff", base64.b64encode(b"\x00\xff").decode(), "base64"),
        ("image/png", b"abc", "YWJj", "base64"),
        ("", b"plain", "plain", "text"),
        ("", b"\x00\x01", "AAE=", "base64"),
    ],
)
async def test_bodies_are_text_or_base64(
    attempt: Attempt, site: Site, kind: str, data: bytes, body: str, encoding: str
) -> None:
    query = {"hex": data.hex(), "type": kind}
    output = (await attempt.run("http", url=f"{site.url}/typed", query=query)).output
    assert (output["body"], output["body_encoding"], output["json"]) == (body, encoding, None)


async def test_json_that_is_none_is_kept_as_text(attempt: Attempt, site: Site) -> None:
    lines = b'{"a": 1}\n{"a": 2}\n'
    query = {"hex": lines.hex(), "type": "application/json"}
    output = (await attempt.run("http", url=f"{site.url}/typed", query=query)).output
    assert (output["body"], output["json"]) == (lines.decode(), None)


@pytest.mark.parametrize("path", ["big/2000000", "bomb"])
async def test_a_large_answer_fails_and_names_the_way_out(
    attempt: Attempt, site: Site, path: str
) -> None:
    error = await attempt.fails("http", url=f"{site.url}/{path}", max_response="1MB")
    assert error.type == "too_large"
    assert "save_to" in error.message


async def test_the_large_body_of_a_failure_is_cut(attempt: Attempt, site: Site) -> None:
    error = await attempt.fails("http", url=f"{site.url}/big/2000000", success_status=[201])
    assert error.type == "http_200"
    assert error.output["size"] == 64 * 1024


async def test_a_body_is_streamed_to_a_file(attempt: Attempt, site: Site) -> None:
    assert attempt.folder
    before = psutil.Process().memory_info().rss
    size = 200_000_000
    output = (
        await attempt.run("http", url=f"{site.url}/big/{size}", save_to="deep/down.bin")
    ).output
    path = attempt.folder / "deep/down.bin"
    assert (output["size"], output["saved_to"], output["body"]) == (size, str(path), None)
    assert path.stat().st_size == size
    assert [entry.name for entry in path.parent.iterdir()] == ["down.bin"]
    assert psutil.Process().memory_info().rss - before < 50_000_000


async def test_a_file_that_broke_off_does_not_appear(attempt: Attempt, site: Site) -> None:
    assert attempt.folder
    error = await attempt.fails("http", url=f"{site.url}/cut", save_to="x.bin")
    assert error.type == "connection"
    assert list(attempt.folder.iterdir()) == []


async def test_nothing_is_saved_outside_the_allowed_folders(
    attempt: Attempt, site: Site, tmp_path: Path
) -> None:
    error = await attempt.fails("http", url=f"{site.url}/echo", save_to="../outside.txt")
    assert error.type == "not_allowed"
    assert not (tmp_path / "outside.txt").exists()
    assert not site.requests


async def test_a_dripping_answer_ends_with_its_cancel(attempt: Attempt, site: Site) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(attempt.run("http", url=f"{site.url}/drip"), 0.3)
    assert await asyncio.to_thread(site.left.wait, 10)


async def test_what_cannot_be_reached_is_told_in_words(attempt: Attempt, site: Site) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await attempt.fails("http", url=f"http://127.0.0.1:{unused.getsockname()[1]}/x")
    assert error.type == "connection"
    assert "refused" in error.message
    error = await attempt.fails("http", url="http://no-such-host.invalid/")
    assert error.type == "connection"
    assert 'there is no host "no-such-host.invalid"' in error.message
    error = await attempt.fails("http", url=f"{site.url}/broken")
    assert error.type == "connection"
    error = await attempt.fails("http", url=f"https://127.0.0.1:{site.port}/")
    assert error.type == "connection"


@pytest.mark.parametrize(
    "url", ["", "example.com/x", "ftp://example.com", "http://", "http://[::1"]
)
async def test_what_is_no_url_is_told(attempt: Attempt, url: str) -> None:
    error = await attempt.fails("http", url=url)
    assert error.type == "config"
    assert not error.retryable


async def test_a_password_in_the_url_is_not_shown(attempt: Attempt, site: Site) -> None:
    url = f"http://ana:geheim@127.0.0.1:{site.port}/status/500"
    error = await attempt.fails("http", url=url)
    assert site.last["headers"]["authorization"].startswith("Basic ")
    assert "geheim" not in error.message
    assert "geheim" not in str(attempt.lines)
    assert "geheim" not in str(error.output)


async def test_basic_and_bearer_sign_in(attempt: Attempt, site: Site) -> None:
    auth = {"type": "basic", "username": "ana", "password": "p"}
    await attempt.run("http", url=f"{site.url}/echo", auth=auth)
    assert site.last["headers"]["authorization"] == "Basic YW5hOnA="
    await attempt.run("http", url=f"{site.url}/echo", auth={"type": "bearer", "token": "t"})
    assert site.last["headers"]["authorization"] == "Bearer t"
    error = await attempt.fails("http", url=f"{site.url}/echo", auth={"type": "bearer"})
    assert 'needs "token"' in error.message


async def test_a_sign_in_does_not_follow_to_another_host(attempt: Attempt, site: Site) -> None:
    with Site() as other:
        await attempt.run(
            "http",
            url=f"{site.url}/redirect-to",
            query={"url": f"{other.url}/echo"},
            auth={"type": "bearer", "token": "t"},
        )
        assert "authorization" not in other.last["headers"]


async def test_client_credentials_give_a_token_that_is_kept(attempt: Attempt, site: Site) -> None:
    auth = {
        "type": "oauth2",
        "token_url": f"{site.url}/token",
        "client_id": "me",
        "client_secret": "s",
        "scope": "read",
    }
    for _ in range(2):
        output = (await attempt.run("http", url=f"{site.url}/guarded/token-1", auth=auth)).output
        assert output["json"] == {"in": True}
    assert site.hits["/token"] == 1
    asked = next(request for request in site.requests if request["path"] == "/token")
    assert asked["body"] == b"grant_type=client_credentials&scope=read"


async def test_a_token_that_is_refused_is_fetched_anew(attempt: Attempt, site: Site) -> None:
    auth = {
        "type": "oauth2",
        "token_url": f"{site.url}/token",
        "client_id": "me",
        "client_secret": "s",
    }
    await attempt.run("http", url=f"{site.url}/guarded/token-1", auth=auth)
    output = (await attempt.run("http", url=f"{site.url}/guarded/token-2", auth=auth)).output
    assert output["json"] == {"in": True}
    assert site.hits["/token"] == 2


async def test_a_token_url_that_gives_none_is_told(attempt: Attempt, site: Site) -> None:
    auth = {
        "type": "oauth2",
        "token_url": f"{site.url}/status/403",
        "client_id": "me",
        "client_secret": "s",
    }
    error = await attempt.fails("http", url=f"{site.url}/echo", auth=auth)
    assert "gave no token" in error.message


@pytest.mark.parametrize(
    "paging",
    [
        {"next": "link", "items": "data"},
        {"cursor": "cursor", "parameter": "after", "items": "data"},
        {"items": "data"},
    ],
)
async def test_pages_are_joined(attempt: Attempt, site: Site, paging: dict[str, str]) -> None:
    output = (await attempt.run("http", url=f"{site.url}/pages", pagination=paging)).output
    assert output["json"] == [10, 11, 20, 21, 30, 31, 40, 41, 50, 51]


async def test_more_pages_than_wanted_fail(attempt: Attempt, site: Site) -> None:
    paging = {"next": "link", "items": "data", "max_pages": 3}
    error = await attempt.fails("http", url=f"{site.url}/pages", pagination=paging)
    assert error.type == "pagination"
    assert "max_pages" in error.message


async def test_pages_without_a_list_tell_where_it_was_looked_for(
    attempt: Attempt, site: Site
) -> None:
    error = await attempt.fails("http", url=f"{site.url}/echo", pagination={"items": "rows"})
    assert '"rows"' in error.message


async def test_head_has_no_body(attempt: Attempt, site: Site) -> None:
    output = (await attempt.run("http", url=f"{site.url}/echo", method="HEAD")).output
    assert (output["status_code"], output["body"]) == (200, "")


async def test_a_proxy_gets_the_request(attempt: Attempt, site: Site) -> None:
    await attempt.run("http", url="http://shop.invalid/echo", proxy=site.url)
    assert site.last["path"] == "http://shop.invalid/echo"
    error = await attempt.fails("http", url="http://169.254.169.254/", proxy=site.url)
    assert error.type == "refused"


async def test_what_is_not_compressed_as_it_says_is_told(attempt: Attempt, site: Site) -> None:
    error = await attempt.fails("http", url=f"{site.url}/torn")
    assert error.type == "content_encoding"


async def test_pages_that_go_round_in_circles_fail(attempt: Attempt, site: Site) -> None:
    paging = {"next": "next", "items": "items"}
    error = await attempt.fails("http", url=f"{site.url}/circle", pagination=paging)
    assert "circles" in error.message


async def test_pages_do_not_lead_to_another_host(attempt: Attempt, site: Site) -> None:
    url = f"{site.url}/circle?to=http://127.0.0.2:1/x"
    error = await attempt.fails("http", url=url, pagination={"next": "next", "items": "items"})
    assert "another host" in error.message


async def test_all_pages_together_are_bounded(attempt: Attempt, site: Site) -> None:
    config = {"pagination": {"items": "data"}, "max_response": 100}
    error = await attempt.fails("http", url=f"{site.url}/pages", **config)
    assert error.type == "too_large"
    config["save_to"] = "x.json"
    error = await attempt.fails("http", url=f"{site.url}/pages", **config)
    assert "save_to" in error.message


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"proxy": "socks5://x"}, "proxy"),
        ({"auth": {"type": "kerberos"}}, "kerberos"),
        ({"json": {"a": "\ud800"}}, "written"),
        ({"form": {"a": object()}}, "written"),
        ({"files": {"a": {"filename": "x"}}}, "path"),
        ({"files": {"a": "absent"}}, "absent"),
        ({"max_response": "huge"}, "max_response"),
    ],
)
async def test_a_config_that_cannot_work_is_told(
    attempt: Attempt, site: Site, config: dict[str, object], key: str
) -> None:
    error = await attempt.fails("http", url=f"{site.url}/echo", method="POST", **config)
    assert not error.retryable
    assert key in error.message
    assert not site.requests


async def test_the_next_address_of_a_host_is_tried(
    attempt: Attempt, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()

    async def two_addresses(host: str, port: int, **words: object) -> list[tuple[object, ...]]:
        return [(None, None, None, None, (address, port)) for address in ("127.0.0.3", "127.0.0.1")]

    monkeypatch.setattr(loop, "getaddrinfo", two_addresses)
    output = (await attempt.run("http", url=f"http://shop.test:{site.port}/echo")).output
    assert output["status_code"] == 200


CERTIFICATE = Path(__file__).with_name("localhost.pem")


async def test_a_certificate_is_trusted_only_where_it_is_named(attempt: Attempt) -> None:
    with Site(CERTIFICATE) as secure:
        url = f"{secure.url}/echo"
        error = await attempt.fails("http", url=url)
        assert error.type == "connection"
        assert "certificate is not trusted" in error.message
        assert (await attempt.run("http", url=url, verify=str(CERTIFICATE))).output["json"]
        assert (await attempt.run("http", url=url, verify=False)).output["json"]
        error = await attempt.fails("http", url=url, verify="absent.pem")
        assert "absent.pem" in error.message
