"""The test command: what failed is run once more by itself, and what fails then has failed."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"
STEADY = "def test_steady():\n    pass\n"
UNSTEADY = """
from pathlib import Path

def test_unsteady():
    mark = Path(__file__).with_name("ran")
    before = mark.exists()
    mark.touch()
    assert before
"""
BROKEN = "def test_broken():\n    assert False\n"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(PACKAGING))
    spec = importlib.util.spec_from_file_location("test_command", PACKAGING / "test.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("setup_environment", None)


@pytest.fixture
def run(command: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs the test command's pytest over files of these texts; the commands that failed."""

    def over(*texts: str) -> list[str]:
        for number, text in enumerate(texts):
            (tmp_path / f"test_{number}.py").write_text(text)
        monkeypatch.setattr(command.setup, "ROOT", tmp_path)
        pytest_command = [sys.executable, "-m", "pytest", "-q", *command.SPREAD, str(tmp_path)]
        failed: list[str] = command.run([(pytest_command, "offscreen")], "")
        return failed

    return over


def test_steady_tests_pass(run) -> None:  # type: ignore[no-untyped-def]
    assert run(STEADY) == []


def test_what_passes_by_itself_is_named_and_counts_as_passed(
    run,  # type: ignore[no-untyped-def]
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(STEADY, UNSTEADY) == []
    assert "UNSTEADY" in capsys.readouterr().out


def test_what_fails_again_has_failed(
    run,  # type: ignore[no-untyped-def]
    capsys: pytest.CaptureFixture[str],
) -> None:
    (failed,) = run(STEADY, BROKEN, UNSTEADY)
    assert "pytest" in failed
    assert "UNSTEADY" not in capsys.readouterr().out


def test_a_command_that_is_no_test_is_run_once(command: ModuleType) -> None:
    (failed,) = command.run([([sys.executable, "-c", "raise SystemExit(1)"], "")], "")
    assert failed.startswith(sys.executable)
