"""The command line in careless and hostile hands: odd streams, odd files, texts with controls."""

import errno
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.exits import CommandError
from engine.cli.serve import main

from .conftest import Command

OK = """\
name: "ok \\e]0;title\\a"
steps:
  - {id: a, type: transform, config: {expression: "1"}}
"""
EVIL = r"""
name: evil
steps:
  - id: a
    type: script
    config:
      script: |
        print("\x1b]0;title\x07\x1b[2Jtext \x9b31m \u202eabc \x1b[31mred\x1b[0m")
        raise SystemExit("bad \x1b]0;title\x07")
"""


@pytest.fixture
def ok(tmp_path: Path) -> Path:
    file = tmp_path / "ok.yaml"
    file.write_text(OK)
    return file


def shell(environment: dict[str, str], tmp_path: Path, line: str) -> tuple[int, str, str]:
    """What a shell makes of ``treadle`` and redirections: exit code, stdout and stderr."""
    command = f"{sys.executable} -m engine.cli.main {line}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def on_terminal(environment: dict[str, str], folder: Path, *arguments: str, term: str) -> str:
    """What a command writes when stdout and stderr are one terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli.main", *arguments],
        cwd=folder,
        env={**environment, "TERM": term},
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    said = b""
    try:
        while chunk := os.read(master, 65536):
            said += chunk
    except OSError:  # the terminal has no writer any more
        pass
    finally:
        os.close(master)
    process.wait(timeout=60)
    return said.decode()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("run ok.yaml >&-", 0),
        ("run ok.yaml 2>&-", 0),
        ("run ok.yaml <&- >&- 2>&-", 0),
        ("run - <&-", 2),
        ("run ok.yaml 2>/dev/full", 0),
        ("run ok.yaml 2> >(head -1 >/dev/null)", 0),
        ("schema >/dev/full", 1),
        ("run ok.yaml --json >/dev/full", 1),
    ],
)
def test_streams_that_are_closed_or_full_end_in_a_code_and_words(
    environment: dict[str, str], tmp_path: Path, ok: Path, line: str, code: int
) -> None:
    found, _, said = shell(environment, tmp_path, line)
    assert found == code, said
    assert "Traceback" not in said


def test_an_endless_file_is_read_no_further_than_a_definition_may_go(treadle: Command) -> None:
    done = treadle("validate", "/dev/zero")
    assert done.returncode == 2
    assert "larger than 16 MB" in done.stdout


def test_a_data_folder_that_is_none_is_told_with_its_place(
    treadle: Command, tmp_path: Path, ok: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = treadle("run", ok, env={"TREADLE_HOME": str(tmp_path / "file")})
    assert done.returncode == 1
    assert str(tmp_path / "file") in done.stderr
    assert "Traceback" not in done.stderr


def test_bytes_that_are_no_text_cannot_be_added(treadle: Command, tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\x00\xc3(")
    done = treadle("workflows", "add", "binary.yaml")
    assert done.returncode == 2
    assert "not UTF-8" in done.stderr


@pytest.mark.parametrize("term", ["dumb", "xterm"])
def test_texts_cannot_drive_the_terminal_they_are_shown_on(
    environment: dict[str, str], tmp_path: Path, term: str
) -> None:
    (tmp_path / "evil.yaml").write_text(EVIL)
    said = on_terminal(environment, tmp_path, "run", "evil.yaml", term=term)
    assert "text" in said
    assert "bad" in said
    for sequence in ("\x1b]", "\x07", "\x9b", "\u202e", "\x1b[2J"):
        assert sequence not in said


def test_json_on_a_terminal_has_no_control_characters(
    environment: dict[str, str], tmp_path: Path
) -> None:
    said = on_terminal(environment, tmp_path, "eval", "{{ '\\x9b31m \\x7f' }}", term="xterm")
    assert said.strip() == r'"\u009b31m \u007f"'


def test_a_pipe_gets_texts_as_they_are(treadle: Command, tmp_path: Path) -> None:
    (tmp_path / "evil.yaml").write_text(EVIL)
    assert "\x1b]0;title\x07" in treadle("run", "evil.yaml").stderr


def test_output_is_utf8_wherever_it_goes(treadle: Command, tmp_path: Path) -> None:
    (tmp_path / "cn.yaml").write_text("name: 数据\nsteps:\n  - {id: a, type: 数据, config: {}}\n")
    done = treadle("validate", "cn.yaml", env={"PYTHONIOENCODING": "ascii"}, encoding="utf-8")
    assert "数据" in done.stdout


@pytest.mark.parametrize("server", ["junk", "http://[", "ftp://host", "http://", "http://x:99999"])
def test_a_server_that_is_no_address_is_refused(treadle: Command, server: str) -> None:
    done = treadle("executions", "list", "--server", server)
    assert done.returncode == 2
    assert "is no address of a server" in done.stderr


@pytest.mark.parametrize("token", ["a\nb", "gr\xfcn"])
def test_a_token_that_no_header_can_carry_is_refused(treadle: Command, token: str) -> None:
    done = treadle("executions", "list", "--server", "http://127.0.0.1:1", "--token", token)
    assert done.returncode == 2
    assert "no header can carry" in done.stderr


def test_times_that_are_none_and_schedules_that_are_never_due_are_told(treadle: Command) -> None:
    wrong = treadle("executions", "list", "--since", "soon")
    assert (wrong.returncode, "is not an ISO 8601 time" in wrong.stderr) == (2, True)
    never = treadle("schedule", "next", "0 0 30 2 *")
    assert (never.returncode, never.stdout, never.stderr) == (0, "", "it is never due\n")
    early = treadle("schedule", "next", "* * * * *", "--start", "0001-01-01T00:00+14:00")
    assert early.returncode == 0, early.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "99999", "http"])
def test_a_port_that_no_machine_has_is_refused(treadle: Command, port: str) -> None:
    done = treadle("serve", f"--port={port}")
    assert done.returncode == 2
    assert "is no port" in done.stderr


def test_serve_refuses_a_token_that_no_client_could_send(treadle: Command) -> None:
    done = treadle("serve", "--port", "0", "--token", "gr\xfcn")
    assert done.returncode == 2
    assert "no header can carry" in done.stderr


def test_a_full_disk_at_the_start_is_not_said_of_the_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("TREADLE_HOME", str(tmp_path))
    monkeypatch.setattr("engine.service.server.serve", full)
    with pytest.raises(CommandError, match=r"disk of the data folder is full .* start again"):
        main([])
