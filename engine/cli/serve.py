"""``treadle serve``: the engine process, with its REST API."""

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from engine.cli.exits import COMPLETED, FAILED, USAGE, CommandError
from engine.cli.garbage import collect_from_here
from engine.cli.parser import UNSENDABLE, new_parser
from engine.cli.parser import port as as_port

HOST = "127.0.0.1"
LACKING = "not enforced"
"""How the lines of the report begin that tell of no protection."""


def main(argv: Sequence[str]) -> int:
    """Serves until it is told to end; exit code 1 when another engine holds the data folder."""
    arguments = _parser().parse_args(argv)
    from engine.cli.setup import read_setup
    from engine.service.server import ServeOptions, log_to_stderr, serve
    from engine.service.sockets import Sockets
    from engine.service.token import is_token
    from engine.settings.lock import EngineRunningError
    from engine.steps import isolation_report
    from engine.store.errors import StoreError

    data, settings = read_setup(arguments.database)
    port = settings.port if arguments.port is None else arguments.port
    host = arguments.host or HOST

    isolation = isolation_lines(isolation_report())

    def ready(sockets: Sockets) -> None:
        collect_from_here()
        where = sockets.url or sockets.private_path or f"{HOST}:{sockets.private_port}"
        print(f"Treadle's engine listens at {where}, data in {data}", file=sys.stderr)
        print("\n".join(isolation), file=sys.stderr, flush=True)

    token = arguments.token or os.environ.get("TREADLE_TOKEN")
    if token and not is_token(token):
        raise CommandError(UNSENDABLE, USAGE)
    options = ServeOptions(
        address=None if arguments.private else (host, port),
        token=token,
        parent=arguments.parent_pipe,
    )
    log_to_stderr()
    try:
        serve(data, settings, options, ready)
    except EngineRunningError as error:
        raise CommandError(str(error), FAILED) from None
    except StoreError as error:
        raise CommandError(str(error), FAILED) from None
    except OSError as error:
        raise CommandError(_words(error, f"{host}:{port}"), FAILED) from None
    return COMPLETED


def isolation_lines(report: Sequence[str]) -> list[str]:
    """What to say at the start of how scripts are held: what is not enforced, or that all is."""
    lacking = [line for line in report if line.startswith(LACKING)]
    return lacking or ["scripts: all limits are enforced"]


def _words(error: OSError, address: str) -> str:
    """What the system refused, and the way out where the address is the matter."""
    words = error.strerror or str(error)
    if error.errno is None:
        return words  # said by us
    if error.filename is not None:
        return f"{error.filename}: {words}"
    if error.errno == errno.EADDRINUSE:
        return f"{address}: {words}; another program listens there, choose another port by --port"
    if error.errno == errno.ENOSPC:
        return f"the disk of the data folder is full ({words}); free some space, and start again"
    return f"{address}: {words}"


def _parser() -> argparse.ArgumentParser:
    parser = new_parser("serve", "Runs the engine and its REST API until it is told to end.")
    parser.add_argument("--host", metavar="H", help=f"address to listen at (default {HOST})")
    parser.add_argument("--port", metavar="P", type=as_port, help="port (default: settings, 8084)")
    parser.add_argument("--database", metavar="URL", help="in place of the settings' database")
    parser.add_argument("--token", help="in place of the data folder's token (or TREADLE_TOKEN)")
    parser.add_argument(
        "--private", action="store_true", help="open the private socket only, no TCP port"
    )
    parser.add_argument(
        "--parent-pipe",
        metavar="FD",
        type=int,
        help="end when this pipe closes and there is nothing to do",
    )
    return parser
