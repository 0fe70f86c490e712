"""The artifact store: files that are whole or not there, read by hash, and bounded in memory."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.core.artifact import Artifact, Parts, artifacts_in, resolved, value_of
from engine.core.events import StepCompleted
from engine.runtime.upkeep import sweep_artifacts
from engine.store import artifacts as module
from engine.store.artifacts import Artifacts
from engine.store.batch import Batch
from engine.store.errors import ArtifactError, DiskFullError, RecordError
from engine.store.project import add_event
from engine.store.store import Store, open_store

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROWS = [{"n": n, "day": date(2026, 1, 2)} for n in range(5_000)]


@pytest.fixture
def files(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "artifacts")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, tmp_path, lambda batches: None)
    yield opened
    await opened.close()


def all_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def completed(output: Any) -> Batch:
    batch = Batch()
    event = StepCompleted(time=NOW, key="a", attempt=1, started=NOW, output=output)
    add_event(batch, "e", "w", event)
    return batch


async def test_a_small_value_stays_where_it_is(files: Artifacts) -> None:
    value = {"rows": ROWS[:100]}
    assert await files.lighten(value) == value
    assert not files.folder.exists()


async def test_a_large_value_lies_in_a_file_and_comes_back_with_its_types(
    files: Artifacts,
) -> None:
    made = await files.lighten(ROWS)
    assert isinstance(made, Artifact)
    assert made.length == 5_000
    assert made.size == files.path_of(made.digest).stat().st_size
    assert await Artifacts(files.folder).resolve(made) == ROWS


async def test_of_a_mapping_only_what_is_large_lies_in_files(files: Artifacts) -> None:
    made = await files.lighten({"status": 200, "rows": ROWS, "text": "é" * 70_000})
    assert made["status"] == 200
    assert [type(value) for value in made.values()] == [int, Artifact, Artifact]
    many = await files.lighten({str(n): "x" * 1000 for n in range(200)})
    assert isinstance(many, Artifact)


async def test_bytes_lie_in_a_file_whatever_their_size(files: Artifacts) -> None:
    made = await files.lighten({"picture": b"\x00\xff", "list": [b"", {"b": bytearray(b"x")}]})
    assert {artifact.kind for artifact in artifacts_in(made)} == {"bytes"}
    found = await Artifacts(files.folder).resolve(made)
    assert found == {"picture": b"\x00\xff", "list": [b"", {"b": b"x"}]}


async def test_the_same_value_lies_there_once(files: Artifacts) -> None:
    first, second = await files.lighten(ROWS), await files.lighten(list(ROWS))
    assert first == second
    assert len(all_files(files.folder)) == 1


async def test_a_value_with_references_in_it_is_read_as_a_whole(files: Artifacts) -> None:
    one = await files.lighten(ROWS)
    outer = await files.lighten([one] * 2_000)
    assert isinstance(outer, Artifact)
    found = await Artifacts(files.folder).resolve({"all": outer})
    assert len(found["all"]) == 2_000
    assert found["all"][1_999] == ROWS


async def test_what_is_no_value_is_refused(files: Artifacts) -> None:
    with pytest.raises(RecordError):
        await files.lighten(["x" * 70_000, float("nan")])
    assert not all_files(files.folder)


async def test_memory_holds_the_last_values_up_to_a_size(tmp_path: Path) -> None:
    files = Artifacts(tmp_path, cache=250_000)
    made = [await files.lighten(letter * 100_000) for letter in "abc"]
    assert files.at_hand(made[:1]) is None
    assert files.at_hand(made[1:]) is not None
    huge = await files.lighten("d" * 1_000_000)
    assert files.at_hand([huge]) is not None  # the last one always stays
    assert files.at_hand(made[2:]) is None


async def test_too_much_at_once_is_refused(
    files: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [await files.lighten(letter * 100_000) for letter in "abc"]
    with pytest.raises(ArtifactError, match="wanted at once"):
        await files.resolve(made, most=250_000)


async def test_a_missing_file_and_one_cut_short_are_told_by_name(files: Artifacts) -> None:
    made = await files.lighten(ROWS)
    path = files.path_of(made.digest)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ArtifactError, match=rf"artifact {made.digest[:12]} .* is damaged, 100 byt"):
        await Artifacts(files.folder).resolve(made)
    path.unlink()
    with pytest.raises(ArtifactError, match=rf"artifact {made.digest[:12]} .* is missing"):
        await Artifacts(files.folder).resolve(made)
    path.write_bytes(b"x" * made.size)
    with pytest.raises(ArtifactError, match="is damaged"):
        await Artifacts(files.folder).resolve(made)


async def test_a_damaged_file_is_mended_when_its_value_is_made_again(files: Artifacts) -> None:
    made = await files.lighten(ROWS)
    files.path_of(made.digest).write_bytes(b"short")
    assert await files.lighten(ROWS) == made
    assert await Artifacts(files.folder).resolve(made) == ROWS


async def test_a_full_disk_is_waited_for(files: Artifacts, monkeypatch: pytest.MonkeyPatch) -> None:
    full = True
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    real = os.fsync

    def fsync(handle: int) -> None:
        if full:
            loop.call_soon_threadsafe(told.set)
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(module.os, "fsync", fsync)
    monkeypatch.setattr(module, "PAUSE", 0.01)
    with pytest.raises(DiskFullError, match="is full; free some space"):
        await files.lighten(ROWS, patient=False)
    assert not all_files(files.folder)
    waiting = asyncio.create_task(files.lighten(ROWS))
    for _ in range(2):
        told.clear()
        await told.wait()
    assert not waiting.done()
    assert isinstance(files.trouble, DiskFullError)
    full = False
    assert isinstance(await waiting, Artifact)
    assert files.trouble is None


async def test_items_of_a_list_in_a_file_are_named_one_by_one(files: Artifacts) -> None:
    made = await files.lighten(ROWS)
    held = files.load(made)
    parts, groups = Parts(made), Parts(made, 300)
    assert (len(parts), len(groups)) == (5_000, 17)
    assert value_of(parts[7], held) == ROWS[7]
    assert value_of(groups[16], held) == ROWS[4_800:]
    assert resolved([parts[1]], {made.digest: held}) == [ROWS[1]]
    with pytest.raises(IndexError):
        parts[5_000]
    pairs = await files.lighten({f"k{n}": n for n in range(20_000)})
    assert value_of(Parts(pairs)[3], files.load(pairs)) == {"key": "k3", "value": 3}


async def test_what_nothing_names_is_removed_after_a_while(store: Store) -> None:
    folder = store.artifacts.folder
    named = await store.lighten(ROWS)
    await store.writer.submit(completed(named))
    inner = await store.lighten("inner" * 20_000)
    outer = await store.lighten([inner] * 1_000)
    await store.writer.submit(completed({"outer": outer}))
    orphan = await store.lighten("orphan" * 20_000)
    draft = folder / "ab" / "left.new"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text("cut off")
    assert await sweep_artifacts(store) == 0  # all of it is new
    assert await sweep_artifacts(store, age=-1) == 2
    assert not store.artifacts.path_of(orphan.digest).exists()
    assert not draft.exists()
    assert await Artifacts(folder).resolve([named, outer]) == [ROWS, ["inner" * 20_000] * 1_000]


async def test_what_lies_in_an_orphan_goes_with_it(store: Store) -> None:
    inner = await store.lighten("inner" * 20_000)
    await store.lighten([inner] * 1_000)
    assert await sweep_artifacts(store, age=-1) == 1
    assert await sweep_artifacts(store, age=-1) == 1
    assert not all_files(store.artifacts.folder)


async def test_a_file_that_is_made_anew_meanwhile_stays(store: Store) -> None:
    made = await store.lighten(ROWS)
    path = store.artifacts.path_of(made.digest)
    os.utime(path, (1, 1))
    (old,) = module.old_files(store.artifacts.folder, made.digest[:2], before=1_000)
    assert await store.lighten(ROWS) == made
    assert not module.remove_file(old, before=1_000)
    assert path.exists()
