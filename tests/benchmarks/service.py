"""How fast the service answers, against a bare ASGI app on the same server in the same run.

    python tests/benchmarks/service.py [--seconds 3] [--json]

Measured: requests a second for ``/health`` and for a list of 100 executions over the private
socket, the same against an app that only sends the ready-made bytes of that list, and how late
events reach a reader after they were recorded.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Beside this file stands an engine.py: the folder of the project comes before its own.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.client.client import EngineClient
from engine.service.types import ENDED, ExecutionWrite

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 8
EXECUTIONS = 100
TEXT = "name: bench\nsteps:\n  - {id: a, type: transform, config: {expression: '1'}}\n"
LIST = f"/api/v1/executions?limit={EXECUTIONS}"


async def fill(client: EngineClient) -> None:
    """Runs the executions that are listed."""
    for _ in range(EXECUTIONS):
        await client.start(ExecutionWrite(source=TEXT))
    async for _ in client.events(after=0):
        page = await client.executions(limit=EXECUTIONS)
        if all(item.status in ENDED for item in page.items):
            return


async def rate(socket: str, path: str, seconds: float) -> float:
    """Requests a second over a few kept connections."""
    end = time.perf_counter() + seconds
    begin = time.perf_counter()
    counts = await asyncio.gather(*(_ask(socket, path, end) for _ in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - begin)


async def _ask(socket: str, path: str, end: float) -> int:
    reader, writer = await asyncio.open_unix_connection(socket, limit=2**22)
    request = f"GET {path} HTTP/1.1\r\nHost: engine\r\n\r\n".encode()
    count = 0
    while time.perf_counter() < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        count += 1
    writer.close()
    return count


async def lateness(client: EngineClient, runs: int) -> list[float]:
    """Seconds between the record of an event and its arrival here, runs one after another."""
    late: list[float] = []
    for _ in range(runs):
        execution = await client.start(ExecutionWrite(source=TEXT))
        stream = client.events(after=0, execution_id=execution.id)
        async for batch in stream:
            now = datetime.now(UTC)
            late += [(now - event.time).total_seconds() for event in batch if event.id]
            if batch[-1].type == "execution.completed":
                break
    return late


async def measure(seconds: float, folder: Path) -> dict[str, dict[str, float]]:
    async with EngineClient.local(folder) as client:
        await fill(client)
        socket = str(folder / "run" / "engine.sock")
        body = await _body(socket)
        bare = folder / "bare.sock"
        baseline = _start_bare(bare, body)
        try:
            found = {
                "health": await rate(socket, "/health", seconds),
                "list_of_100": await rate(socket, LIST, seconds),
                "bare": await rate(str(bare), LIST, seconds),
            }
        finally:
            baseline.terminate()
            baseline.wait()
        late = await lateness(client, 20)
    return {
        "figures": {
            **{f"{name}_per_s": round(value, 1) for name, value in found.items()},
            "event_late_p50_ms": round(statistics.median(late) * 1000, 1),
            "event_late_max_ms": round(max(late) * 1000, 1),
        },
        "ratios": {
            "health_to_bare": round(found["health"] / found["bare"], 3),
            "list_to_bare": round(found["list_of_100"] / found["bare"], 3),
        },
    }


async def _body(socket: str) -> bytes:
    reader, writer = await asyncio.open_unix_connection(socket, limit=2**22)
    writer.write(f"GET {LIST} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n\r\n")[2]


def _start_bare(socket: Path, body: bytes) -> "subprocess.Popen[bytes]":
    content = socket.with_suffix(".json")
    content.write_bytes(body)
    command = [sys.executable, "-m", "tests.benchmarks.service", "--bare"]
    process = subprocess.Popen([*command, str(socket), str(content)], cwd=ROOT)
    while not socket.exists():
        if process.poll() is not None:
            raise RuntimeError("the baseline server ended")
        time.sleep(0.01)
    return process


def serve_bare(socket: str, content: str) -> None:
    """The baseline: the same server, and an app that sends ready-made bytes."""
    import uvicorn

    body = Path(content).read_bytes()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, uds=socket, http="h11", lifespan="off", log_config=None, access_log=False)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bare", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.bare:
        serve_bare(*arguments.bare)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TREADLE_HOME"] = folder
        found = asyncio.run(measure(arguments.seconds, Path(folder)))
    if arguments.json:
        print(json.dumps(found))
    else:
        for name, value in (*found["figures"].items(), *found["ratios"].items()):
            print(f"{name:>20}  {value}")


if __name__ == "__main__":
    main()
