"""The event stream of a real engine process: live, resumed, filtered, and a reader asleep."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from .conftest import Served

STREAM = "/api/v1/events/stream"
QUICK = "name: quick\nsteps:\n  - {id: a, type: transform, config: {expression: '1'}}\n"


class Reader:
    """Reads messages of one stream as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()
        self.first_id = 0

    def messages(self) -> Iterator[dict[str, Any]]:
        message: dict[str, Any] = {}
        for line in self._lines:
            if line:
                field, _, value = line.partition(":")
                message[field or "comment"] = value.removeprefix(" ")
            else:
                yield message
                message = {}

    def events_until(self, type_: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for message in self.messages():
            if "data" in message:
                event = json.loads(message["data"])
                assert message["event"] == event["type"]
                assert int(message.get("id", 0)) == event["id"]
                found.append(event)
                if event["type"] == type_:
                    return found
        raise AssertionError("the stream ended")


@contextmanager
def stream(
    api: httpx.Client, headers: dict[str, str] | None = None, **query: Any
) -> Iterator[Reader]:
    with api.stream("GET", STREAM, params=query, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream"
        reader = Reader(response)
        first = next(reader.messages())
        assert set(first) == {"id"}
        reader.first_id = int(first["id"])
        yield reader


def run(api: httpx.Client) -> str:
    response = api.post("/api/v1/executions", json={"source": QUICK})
    assert response.status_code == 202, response.text
    execution_id: str = response.json()["id"]
    return execution_id


def test_a_run_is_told_as_it_happens(api: httpx.Client) -> None:
    with stream(api) as reader:
        execution = run(api)
        events = reader.events_until("execution.completed")
    mine = [event for event in events if event["execution_id"] == execution]
    types = [event["type"] for event in mine if event["type"] != "log"]
    assert types == [
        "execution.queued",
        "execution.started",
        "step.started",
        "step.completed",
        "execution.completed",
    ]
    ids = [event["id"] for event in events if event["id"]]
    assert ids == sorted(set(ids))
    assert ids[0] > reader.first_id
    completed = mine[types.index("step.completed")]["data"]
    assert (completed["step_id"], completed["status"]) == ("a", "completed")
    assert mine[-1]["data"]["status"] == "completed"
    assert mine[-1]["workflow_id"]


def test_a_reader_resumes_after_the_last_id_it_saw(api: httpx.Client) -> None:
    with stream(api) as reader:
        run(api)
        events = [e for e in reader.events_until("execution.completed") if e["id"]]
    middle = len(events) // 2
    last = events[middle]["id"]
    expected = [event["id"] for event in events[middle + 1 :]]
    with stream(api, after=last) as reader:
        assert [e["id"] for e in reader.events_until("execution.completed") if e["id"]] == expected
    with stream(api, headers={"last-event-id": str(last)}) as reader:
        assert [e["id"] for e in reader.events_until("execution.completed") if e["id"]] == expected


def test_ids_outlive_the_engine(serve: Callable[..., Served]) -> None:
    engine = serve()
    with engine.http() as api, stream(api) as reader:
        first = run(api)
        events = [e for e in reader.events_until("execution.completed") if e["id"]]
    assert engine.stop() == 0
    again = serve(home=engine.home)
    with again.http() as api:
        second = run(api)
        with stream(api, after=events[0]["id"]) as reader:
            old = reader.events_until("execution.completed")
            new = reader.events_until("execution.completed")
    assert [e["id"] for e in old if e["id"]] == [e["id"] for e in events[1:]]
    assert {e["execution_id"] for e in old if e["execution_id"]} == {first}
    assert {e["execution_id"] for e in new if e["execution_id"]} == {second}
    assert min(e["id"] for e in new if e["id"]) > events[-1]["id"]


def test_a_filter_lets_only_its_execution_through(api: httpx.Client) -> None:
    first = run(api)
    second = run(api)
    with stream(api, after=0, execution_id=second) as reader:
        events = reader.events_until("execution.completed")
    assert {event["execution_id"] for event in events} == {second} != {first}


def test_an_idle_stream_has_a_heartbeat(api: httpx.Client) -> None:
    with stream(api, execution_id="nobody") as reader:
        begin = time.monotonic()
        assert next(reader.messages()) == {"comment": ""}
        assert time.monotonic() - begin < 4


def test_an_id_that_is_no_number_is_refused(api: httpx.Client) -> None:
    assert api.get(STREAM, params={"after": "x"}).status_code == 422


def test_a_stream_ends_with_its_engine(serve: Callable[..., Served]) -> None:
    engine = serve()
    with engine.http() as api, stream(api) as reader:
        begin = time.monotonic()
        assert engine.stop() == 0
        assert [m for m in reader.messages() if "data" in m] == []
    assert time.monotonic() - begin < 3


def test_a_reader_who_sleeps_is_cut_off_and_others_go_on(serve: Callable[..., Served]) -> None:
    """Its connection is full and stays full; the engine lets go of it and serves on."""
    engine = serve()
    sleeper = socket.socket()
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    address = httpx.URL(engine.url)
    sleeper.connect((address.host, address.port or 80))
    request = f"GET {STREAM}?after=0 HTTP/1.1\r\nHost: localhost\r\n"
    sleeper.sendall(f"{request}Authorization: Bearer {engine.token}\r\n\r\n".encode())
    noisy = QUICK.replace("quick", "n" * 60_000)
    with engine.http() as api:
        for _ in range(200):
            api.post("/api/v1/executions", json={"source": noisy}).raise_for_status()
        with engine.private() as private:
            deadline = time.monotonic() + 30
            while private.get("/api/v1/engine").json()["clients"]:
                assert time.monotonic() < deadline, "the sleeper is still held"
                time.sleep(0.1)
        with stream(api, after=0) as reader:
            reader.events_until("execution.completed")
    sleeper.close()


def test_a_client_with_two_streams_counts_once(serve: Callable[..., Served]) -> None:
    engine = serve()

    def clients() -> int:
        with engine.private() as private:
            return int(private.get("/api/v1/engine").json()["clients"])

    with engine.http() as one, engine.http() as other:
        one.headers["treadle-client"] = "one"
        with stream(one, after=0), stream(one, after=0):
            assert clients() == 1
            with stream(other, after=0):
                assert clients() == 2
