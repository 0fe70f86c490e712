"""The samples do what they say, run by the real command line with nothing but this machine."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"


@pytest.fixture
def sample(tmp_path: Path) -> Any:
    """Copies a sample as a user would and runs it with inputs; its exit code, output and folder."""

    def run(name: str, *inputs: str) -> tuple[int, dict[str, Any], Path]:
        folder = tmp_path / name
        shutil.copytree(SAMPLES / name, folder, dirs_exist_ok=True)
        given = [part for text in inputs for part in ("--input", text)]
        command = [sys.executable, "-m", "engine.cli.main", "run", f"{name}.yaml", "--json", *given]
        environment = {
            **os.environ,
            "TREADLE_HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(SAMPLES.parents[1]),
        }
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout), folder

    return run


def states(execution: dict[str, Any]) -> dict[str, str]:
    return {step["step_id"]: step["status"] for step in execution["step_executions"]}


def test_the_orders_report_is_written(sample: Any) -> None:
    code, execution, folder = sample("orders-report")
    assert (code, execution["status"]) == (0, "completed")
    assert states(execution)["warn"] == "skipped"
    report = (folder / "orders-report.md").read_text(encoding="utf-8")
    assert f"{execution['output']['orders']} orders" in report
    assert report.count("\n| ") >= 7, "a row for each of six countries, and the head"


def test_too_few_orders_write_a_warning_instead(sample: Any) -> None:
    code, execution, folder = sample("orders-report", "expected=1000")
    assert (code, states(execution)["report"]) == (0, "skipped")
    assert "1000 were expected" in (folder / "orders-warning.md").read_text(encoding="utf-8")
    assert not (folder / "orders-report.md").exists()


def test_backups_can_be_read_and_only_the_newest_stay(sample: Any, tmp_path: Path) -> None:
    source = tmp_path / "papers"
    source.mkdir()
    (source / "letter.txt").write_text("Dear reader\n", encoding="utf-8")
    wanted = (f"source={source}", f"destination={tmp_path / 'kept'}", "keep=2")
    archives = []
    for _ in range(3):
        code, execution, _folder = sample("nightly-backup", *wanted)
        assert (code, execution["output"]["files"]) == (0, 1)
        archives.append(Path(execution["output"]["archive"]))
    assert sorted((tmp_path / "kept").iterdir()) == archives[1:]
    with tarfile.open(archives[-1]) as archive:
        letter = archive.extractfile("papers/letter.txt")
        assert letter is not None
        assert letter.read() == b"Dear reader\n"


def test_a_backup_of_nothing_fails_and_notes_it(sample: Any, tmp_path: Path) -> None:
    code, execution, folder = sample("nightly-backup", f"source={tmp_path / 'not-there'}")
    assert states(execution)["pack"] == "failed"
    assert execution["id"] in (folder / "BACKUP-FAILED.txt").read_text(encoding="utf-8")
    assert code == 0, "the failure is handled by the step that notes it"


def test_the_data_quality_check_runs_eight_checks_of_12000_rows(sample: Any) -> None:
    code, execution, folder = sample("data-quality")
    assert (code, execution["output"]["rows"]) == (0, 12000)
    done = states(execution)
    assert sum(done[step] == "completed" for step in done) == 12
    assert done["alarm"] == "skipped"
    report = (folder / "quality-report.md").read_text(encoding="utf-8")
    assert "| secure | 2699 |" in report


def test_bad_data_raises_the_alarm(sample: Any) -> None:
    _code, execution, folder = sample("data-quality", "goal=99.9")
    assert states(execution)["report"] == "skipped"
    assert (folder / "quality-ALARM.md").exists()
