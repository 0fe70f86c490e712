"""``treadle run`` where a step waits for a person: on a terminal, and where there is none."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.asking import read_answer
from engine.cli.serve import isolation_lines
from engine.service.types import StepExecution

from .conftest import Command

Start = Callable[..., "subprocess.Popen[str]"]
ASKING = """\
name: asking
steps:
  - {id: ask, type: approval, config: {message: "Send 3 invoices?"}}
output: "{{ steps.ask.output }}"
"""
PARENT = """\
name: parent
steps:
  - {id: sub, type: workflow, config: {workflow: asking.yaml}}
output: "{{ steps.sub.output.output }}"
"""


@pytest.fixture
def asking(tmp_path: Path) -> Path:
    file = tmp_path / "asking.yaml"
    file.write_text(ASKING)
    return file


class Terminal:
    """``treadle ARGUMENTS`` with a terminal for its stdin and stderr."""

    def __init__(self, environment: dict[str, str], *arguments: str | Path) -> None:
        self._main, other = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, *map(str, arguments)],
            env={**environment, "TERM": "xterm-256color"},
            stdin=other,
            stdout=subprocess.PIPE,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)
        self.text = ""

    def until(self, words: str) -> None:
        """Reads what is shown until these words are."""
        while words not in self.text:
            try:
                chunk = os.read(self._main, 4096)
            except OSError:
                raise AssertionError(f"it ended without {words!r}: {self.text}") from None
            self.text += chunk.decode(errors="replace")

    def type(self, keys: str) -> None:
        self.text = ""
        os.write(self._main, keys.encode())

    def end(self) -> str:
        """What it wrote on stdout, once it has ended."""
        while True:
            try:
                if not os.read(self._main, 4096):
                    break
            except OSError:
                break
        os.close(self._main)
        assert self.process.stdout is not None
        out = self.process.stdout.read().decode()
        self.process.stdout.close()
        self.process.wait(20)
        return out


_ON_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from engine.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
"""Takes the terminal as its own, as a shell's child has it."""


@pytest.mark.parametrize("more", [[], ["--quiet"]])
def test_a_question_is_answered_on_the_terminal(
    environment: dict[str, str], asking: Path, more: list[str]
) -> None:
    terminal = Terminal(environment, "run", asking, *more)
    terminal.until("Send 3 invoices?")
    terminal.until("approve | reject")
    terminal.type("maybe\n")
    terminal.until('"maybe" is no answer; the choice is approve, reject')
    terminal.type("rej too early\n")
    output = json.loads(terminal.end())
    assert terminal.process.returncode == 0
    assert (output["decision"], output["comment"]) == ("reject", "too early")
    assert output["by"]


def test_a_question_of_a_sub_workflow_is_answered_on_the_terminal(
    environment: dict[str, str], asking: Path
) -> None:
    parent = asking.with_name("parent.yaml")
    parent.write_text(PARENT)
    terminal = Terminal(environment, "run", parent)
    terminal.until("approve | reject")
    terminal.type("approve\n")
    assert json.loads(terminal.end())["decision"] == "approve"


def test_who_types_the_end_of_input_is_told_the_command(
    environment: dict[str, str], treadle: Command, asking: Path
) -> None:
    terminal = Terminal(environment, "run", asking)
    terminal.until("approve | reject")
    terminal.type("\x04")
    terminal.until("treadle executions answer ")
    terminal.until(" ask approve")
    words = terminal.text.partition("treadle executions answer ")[2].split()
    treadle("executions", "answer", *words[:3]).check_returncode()
    assert json.loads(terminal.end())["decision"] == "approve"


def test_a_question_that_is_answered_elsewhere_is_taken_back(
    environment: dict[str, str], treadle: Command, asking: Path
) -> None:
    terminal = Terminal(environment, "run", asking)
    terminal.until("approve | reject")
    [row] = treadle("executions", "answer").stdout.splitlines()
    treadle("executions", "answer", row.split()[0], "reject").check_returncode()
    assert json.loads(terminal.end())["decision"] == "reject"


def test_without_a_terminal_it_waits_and_tells_the_command(
    start: Start, treadle: Command, asking: Path
) -> None:
    run = start("run", asking)
    assert run.stderr is not None
    command = ""
    while "answer it by" not in command:
        command = run.stderr.readline()
        assert command, "it ended"
    words = command.partition("treadle executions answer ")[2].split()[:3]
    assert words[1:] == ["ask", "approve"]
    wrong = treadle("executions", "answer", words[0], "maybe")
    assert wrong.returncode == 2
    treadle("executions", "answer", *words).check_returncode()
    out, err = run.communicate(timeout=30)
    assert run.returncode == 0, err
    assert json.loads(out)["decision"] == "approve"


def test_waiting_for_a_time_is_shown(treadle: Command, tmp_path: Path) -> None:
    file = tmp_path / "nap.yaml"
    file.write_text("name: nap\nsteps:\n  - {id: nap, type: wait, config: {duration: 300ms}}\n")
    done = treadle("run", file)
    assert done.returncode == 0, done.stderr
    assert "… waiting nap: it waits until" in done.stderr


def step(kind: str, *options: str) -> StepExecution:
    return StepExecution(
        id="x.a",
        execution_id="x",
        step_id="a",
        status="waiting",
        waits_for=kind,  # type: ignore[arg-type]
        options=list(options),
    )


@pytest.mark.parametrize(
    ("line", "decision", "comment"),
    [
        ("approve", "approve", ""),
        (" approve  looks fine ", "approve", "looks fine"),
        ("A", "approve", ""),
        ("send now please", "send now", "please"),
        ("se please", "send now", "please"),
    ],
)
def test_a_line_is_read_as_an_answer(line: str, decision: str, comment: str) -> None:
    given = read_answer(step("approval", "approve", "reject", "send now"), line)
    assert given is not None
    assert (given.decision, given.comment, given.output) == (decision, comment, None)


def test_an_empty_line_is_no_answer_and_an_unclear_one_is_refused() -> None:
    assert read_answer(step("approval", "yes", "no"), " \n") is None
    with pytest.raises(ValueError, match="rewrite, reject"):
        read_answer(step("approval", "rewrite", "reject"), "re")


def test_an_output_goes_with_completed() -> None:
    cut_off = step("answer", "run_again", "completed", "failed")
    given = read_answer(cut_off, 'completed {"n": 3}')
    assert given is not None
    assert (given.decision, given.comment, given.output) == ("completed", "", {"n": 3})
    with pytest.raises(ValueError, match="no JSON"):
        read_answer(cut_off, "completed {n")
    failed = read_answer(cut_off, "failed bank said no")
    assert failed is not None
    assert failed.comment == "bank said no"


def test_a_start_tells_what_is_not_enforced_and_else_that_all_is() -> None:
    holds = "memory of scripts: held by the kernel"
    lacks = "not enforced on X: memory of scripts"
    assert isolation_lines([holds, lacks]) == [lacks]
    assert isolation_lines([holds]) == ["scripts: all limits are enforced"]
