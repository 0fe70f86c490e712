"""Commands that speak to an engine: the one of this machine's data folder, or a server's."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from engine.cli.exits import FAILED, NOT_FOUND, USAGE, CommandError
from engine.cli.garbage import collect_from_here
from engine.cli.parser import UNSENDABLE
from engine.client.client import EngineClient
from engine.client.errors import ClientError, EngineUnavailable
from engine.service.token import is_token
from engine.service.types import Workflow

Work = Callable[[EngineClient], Awaitable[int]]
UNAUTHORISED = (
    "the server wants a token, and not this one; give it by --token or TREADLE_TOKEN "
    '(it is in the file "token" of the server\'s data folder)'
)
_CODES = {400: USAGE, 404: NOT_FOUND, 413: USAGE, 422: USAGE}


def with_engine(arguments: argparse.Namespace, work: Work) -> int:
    """Runs ``work`` with a connected client; what the engine refuses becomes a CommandError."""
    try:
        return asyncio.run(_connected(arguments, work))
    except EngineUnavailable as error:
        raise CommandError(str(error), FAILED) from None
    except ClientError as error:
        raise CommandError(_words(error), _CODES.get(error.status, FAILED)) from None


async def _connected(arguments: argparse.Namespace, work: Work) -> int:
    token = arguments.token or os.environ.get("TREADLE_TOKEN")
    if token and not is_token(token):
        raise CommandError(UNSENDABLE, USAGE)
    if arguments.server:
        client = EngineClient.remote(_url(arguments.server), token)
    else:
        client = EngineClient.local()
    async with client:
        collect_from_here()
        return await work(client)


def _url(text: str) -> str:
    """The address of a server. Raises CommandError for what is none."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise CommandError(
            f'--server "{text}" is no address of a server; write e.g. http://127.0.0.1:8084', USAGE
        )
    return text


def _words(error: ClientError) -> str:
    """What the engine said, each problem of a definition with its place."""
    if error.status == 401:
        return UNAUTHORISED
    placed = [str(problem) for problem in error.document.problems or () if problem.line]
    return "\n".join(placed) or str(error)


async def workflow_named(client: EngineClient, name: str) -> Workflow:
    """The workflow with this id, definition file or name. Raises CommandError without one."""
    try:
        return await client.workflow(name)
    except ClientError as error:
        if error.status not in (404, 422):
            raise
    found = await client.find_workflow(str(Path(name).absolute()))  # noqa: ASYNC240 - no I/O
    if found is not None:
        return found
    page = await client.workflows(q=name)
    same = [workflow for workflow in page.items if workflow.name == name]
    if len(same) == 1:
        return same[0]
    if same:
        ids = ", ".join(workflow.id for workflow in same)
        raise CommandError(f'several workflows are named "{name}": {ids}', USAGE)
    raise CommandError(f'there is no workflow "{name}"{_way_out(name)}', NOT_FOUND)


def _way_out(name: str) -> str:
    if Path(name).is_file():
        return f"; register the file first: treadle workflows add {quote(name)}"
    return " (an id, a file or a name)"
