"""The engine beside its peers on the same work, in the same run.

    python tests/benchmarks/peers.py [--json] [--quick]

Sets each peer up from its package, in a virtual environment of its own in the user's cache folder:
DBOS Transact on SQLite (MIT), with its default durability, and no-op steps as ours. Rounds of ours
and theirs take turns, so that a busy machine slows both; figures are medians.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from engine_figures import Figures, figures_of

from engine.runtime.collector import calm_collector

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "treadle-benchmarks"
DBOS = """
import asyncio, json, os, sys, tempfile, time
from dbos import DBOS

size, many = int(sys.argv[1]), int(sys.argv[2])
url = "sqlite:///" + os.path.join(tempfile.mkdtemp(), "peer.sqlite")
DBOS(config={"name": "peer", "system_database_url": url, "log_level": "ERROR",
             "run_admin_server": False})

@DBOS.step()
async def noop(number):
    return {"id": number}

@DBOS.workflow()
async def chain(count):
    for number in range(count):
        await noop(number)

@DBOS.workflow()
async def fan(count):
    await noop(-1)
    await asyncio.gather(*[noop(number) for number in range(count)])
    await noop(-2)

async def timed(work):
    began = time.perf_counter()
    await work
    return time.perf_counter() - began

async def main():
    DBOS.launch()
    await chain(5)
    found = {
        "chain_steps_per_s": size / await timed(chain(size)),
        "fan_steps_per_s": (size + 2) / await timed(fan(size)),
        "short_executions_per_s":
            many / await timed(asyncio.gather(*[chain(5) for _ in range(many)])),
    }
    single = sorted([await timed(chain(1)) * 1000 for _ in range(50)])
    found["one_step_ms_p50"] = single[25]
    print(json.dumps(found), flush=True)
    os._exit(0)

asyncio.run(main())
"""


def python_with(package: str) -> Path:
    """The Python of an environment that has a package, made when it is not there."""
    folder = CACHE / package
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", package], check=True)
    return python


def peer_figures(python: Path, size: int, many: int) -> Figures:
    """One round of the peer."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "peer.py")
        script.write_text(DBOS)
        said = subprocess.run(
            [python, script, str(size), str(many)], capture_output=True, text=True, check=True
        )
    found: Figures = json.loads(said.stdout.splitlines()[-1])
    return found


def own_figures(size: int, many: int) -> Figures:
    """One round of this engine."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(figures_of(Path(folder), size, many))


def medians(rounds: list[Figures]) -> Figures:
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    arguments = parser.parse_args()
    size, many, runs = (100, 20, 1) if arguments.quick else (1000, 200, 3)
    calm_collector()  # as ``treadle serve`` does
    python = python_with("dbos")
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(own_figures(size, many))
        theirs.append(peer_figures(python, size, many))
    own, peer = medians(ours), medians(theirs)
    figures = {**own, **{f"dbos_{name}": value for name, value in peer.items()}}
    ratios = {
        f"{name.removesuffix('_per_s')}_of_dbos": own[name] / peer[name]
        for name in own
        if name.endswith("_per_s")
    }
    ratios["one_step_time_of_dbos"] = own["one_step_ms_p50"] / peer["one_step_ms_p50"]
    if arguments.json:
        print(json.dumps({"figures": figures, "ratios": ratios}))
        return
    for name, value in {**figures, **ratios}.items():
        print(f"{name:32} {value:12,.2f}")


if __name__ == "__main__":
    main()
