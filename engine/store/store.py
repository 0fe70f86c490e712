"""The open store: one writer, a few readers, and the news of what was written."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from engine.store.artifacts import Artifacts
from engine.store.batch import Batch
from engine.store.database import database_place, database_url, open_database
from engine.store.errors import StoreError, explain
from engine.store.migrations import migrate
from engine.store.writer import Heard, Writer

T = TypeVar("T")
READERS = 2


class Store:
    """The engine's data; made by ``open_store``. Reads and writes never block the event loop."""

    def __init__(self, engine: Engine, place: str, heard: Heard, artifacts: Path) -> None:
        self.place = place
        self.artifacts = Artifacts(artifacts)
        self.writer = Writer(engine, place, heard)
        self._engine = engine
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="treadle-reader")

    async def read(self, query: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Runs ``query(connection, ...)`` in a reader's thread. Raises StoreError for trouble."""

        def run() -> T:
            try:
                with self._engine.connect() as connection, connection.begin():
                    return query(connection, *arguments, **options)
            except DBAPIError as error:
                raise explain(error, self.place) or StoreError(str(error.orig)) from error

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def write(self, work: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Runs ``work(connection, ...)`` in the writer; done when it is on disk."""
        return await self.writer.run(lambda connection: work(connection, *arguments, **options))

    async def lighten(self, value: Any, *, each: bool = False, patient: bool = True) -> Any:
        """As ``Artifacts.lighten``; which files lie in which is recorded before what comes next."""
        made = await self.artifacts.lighten(value, each=each, patient=patient)
        links = self.artifacts.take_links()
        if links:
            self.writer.post(Batch(inserts=links))
        return made

    async def close(self) -> None:
        """Writes what is queued and lets go of the database."""
        await self.writer.close()
        self.artifacts.close()
        self._readers.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._engine.dispose)


async def open_store(
    given_url: str | None, data: Path, heard: Heard, *, synchronous: str = "FULL"
) -> Store:
    """Opens the database, made or brought up to date where need be. Raises StoreError."""
    url = database_url(given_url, data)
    place = database_place(url)
    Path(place).parent.mkdir(parents=True, exist_ok=True)
    engine = open_database(url, synchronous=synchronous)
    try:
        await asyncio.to_thread(_prepare, engine)
    except DBAPIError as error:
        engine.dispose()
        raise explain(error, place) or StoreError(f"{place}: {error.orig}") from error
    except StoreError:
        engine.dispose()
        raise
    return Store(engine, place, heard, data / "artifacts")


def _prepare(engine: Engine) -> None:
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        migrate(connection)
