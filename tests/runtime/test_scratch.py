"""The scratch folders of attempts: lent again only as new."""

import os
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.scratch import ScratchFolders

LEAVES = """
cd "$(dirname "$TREADLE_RESULT")"
echo secret > left.txt; mkdir deep; echo more > deep/er.txt; chmod 755 .
echo 1 > "$TREADLE_RESULT"
"""
LOOKS = 'cd "$(dirname "$TREADLE_RESULT")"; ls -A; stat -c %a .'


async def test_a_folder_that_was_left_empty_is_lent_again(tmp_path: Path) -> None:
    folders = ScratchFolders(tmp_path)
    never_made = folders.take()
    await folders.put_back(never_made)
    assert folders.take() == never_made
    never_made.mkdir(0o700)
    other = folders.take()
    assert other != never_made
    await folders.put_back(never_made)
    assert folders.take() == never_made


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
@pytest.mark.parametrize("change", ["file", "folder", "mode", "link"])
async def test_another_folder_is_not_lent_again(tmp_path: Path, change: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    folders = ScratchFolders(tmp_path / "scratch")
    folder = folders.take()
    folder.mkdir(0o700, parents=True)
    if change == "file":
        (folder / "left").touch()
    elif change == "folder":
        (folder / "left").mkdir()
    elif change == "mode":
        folder.chmod(0o777)
    else:
        folder.rmdir()
        folder.symlink_to(tmp_path / "elsewhere")
    await folders.put_back(folder)
    assert folders.take() != folder
    assert (tmp_path / "elsewhere").is_dir()
    assert change == "link" or not folder.exists()


@pytest.mark.skipif(os.name != "posix", reason="a shell's script")
async def test_a_script_finds_nothing_of_the_one_before(bench: Any) -> None:
    def step(name: str, code: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "type": "script", "config": {"runtime": "sh", "script": code}, **more}

    looks = [step(f"look{n}", LOOKS, depends_on=[f"look{n - 1}" if n else "leave"]) for n in (0, 1)]
    execution = await bench.run({"steps": [step("leave", LEAVES), *looks]})
    steps = {
        step.step_id: await bench.engine.get_step(step.id) for step in execution.step_executions
    }
    assert steps["leave"].output["result"] == 1
    for name in ("look0", "look1"):
        assert steps[name].output["stdout"].split() == ["input.json", "script.sh", "700"]
