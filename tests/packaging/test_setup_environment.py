"""The set-up scripts find what is missing, and say it in one line when they may not install it."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def setup() -> ModuleType:
    return script("setup_environment")


def test_libraries_that_are_there_are_not_asked_for(setup: ModuleType) -> None:
    wanted = {"libc.so.6": "libc6", "libtreadle-nowhere.so.9": "libnowhere9"}
    expected = ["libnowhere9"] if sys.platform == "linux" else []
    assert setup.missing_libraries(wanted) == expected


def test_programs_that_are_there_are_not_asked_for(setup: ModuleType) -> None:
    wanted = {"sh": "dash", "treadle-nowhere": "nowhere"}
    expected = ["nowhere"] if sys.platform == "linux" else []
    assert setup.missing_programs(wanted) == expected


def test_a_font_for_east_asian_texts_is_asked_for_where_there_is_none(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(setup.sys, "platform", "linux")
    monkeypatch.setattr(setup, "FONT_FOLDERS", (str(tmp_path),))
    assert setup.missing_fonts() == [setup.CJK_FONT]
    (tmp_path / "noto").mkdir()
    (tmp_path / "noto" / "NotoSansCJK-Regular.ttc").touch()
    assert setup.missing_fonts() == []


def test_a_user_gets_one_line_that_installs_what_is_missing(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(setup.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(SystemExit) as stopped:
        setup.install_system_packages(["xvfb", "nodejs"])
    (line,) = str(stopped.value).splitlines()
    assert line.endswith("sudo apt-get install -y --no-install-recommends xvfb nodejs")


def test_another_system_is_told_the_names(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="libegl1"):
        setup.install_system_packages(["libegl1"])


def test_an_old_python_is_told_which_one_is_needed(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"3\.11 or newer; this is 3\.9"):
        setup.require_python()


def test_what_changed_since_the_last_set_up_is_compiled(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / "no-venv")
    monkeypatch.setattr(setup.venv, "create", lambda *arguments, **options: None)
    installed: list[list[str]] = []

    def run(command: list[str], **options: Any) -> Any:
        if "pip" in command:
            installed.append(command)
            return subprocess.CompletedProcess(command, 0)
        return run_really([sys.executable, *command[1:]], **options)

    run_really = subprocess.run
    monkeypatch.setattr(setup.subprocess, "run", run)
    (tmp_path / "pyproject.toml").touch()
    for package in ("engine", "designer"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "start.py").write_text("first = 1\n")
    python = tmp_path / "no-venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir(parents=True)
    python.touch()

    setup.make_environment("designer")
    (tmp_path / "engine" / "second.py").write_text("second = 2\n")
    setup.make_environment("designer")

    compiled = {cached.name.split(".")[0] for cached in tmp_path.rglob("*.pyc")}
    assert compiled == {"start", "second"}
    assert len(installed) == 2, "the second time nothing was installed"


def test_without_a_display_the_headless_way_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(PACKAGING))
    start = script("start")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    python = start.setup.ROOT / ".venv" / "bin" / "python"
    monkeypatch.setattr(start.setup, "install_system_packages", lambda packages: None)
    monkeypatch.setattr(start.setup, "make_environment", lambda extras: python)

    assert start.main() == 0

    said = capsys.readouterr().out
    assert "no display" in said
    command = next(line for line in said.splitlines() if "treadle run" in line).split()
    assert (start.setup.ROOT / command[2]).is_file(), "the sample it names is there"


def test_no_package_of_the_checkout_shadows_the_library_named_packaging() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import packaging.version, packaging; print(packaging.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGING.parent,
    ).stdout
    assert "site-packages" in found
