"""Pause, answer, retry, look into loops and sub-workflows, against a real engine process."""

import os
import signal

import pytest
from PySide6.QtWidgets import QMenu, QPushButton

from engine import api

ASKING = """\
name: Invoices
steps:
  - id: count
    type: transform
    config: {expression: "3"}
  - id: approve
    type: approval
    depends_on: [count]
    config: {message: "Send {{ steps.count.output.result }} invoices?", options: [send, later]}
  - id: send
    type: transform
    depends_on: [approve]
    config: {expression: "steps.approve.output.decision"}
"""
LOOP = """\
name: Each
steps:
  - id: each
    type: loop
    config:
      times: 4
      steps:
        - id: say
          type: script
          config:
            runtime: python
            script: |
              import json, os, sys, time
              index = json.load(sys.stdin)["index"]
              print("this is round", index)
              while index == 3 and not os.path.exists(GATE): time.sleep(0.02)
              print(json.dumps({"round": index}))
          input_mapping: {index: "{{ loop.index }}"}
"""
FLAKY = """\
name: Flaky
steps:
  - id: good
    type: transform
    config: {expression: "1"}
  - id: bad
    type: file
    depends_on: [good]
    config: {operation: read, path: WANTED}
"""
ONCE = """\
name: Once
steps:
  - id: charge
    type: script
    effect: once
    config:
      runtime: python
      script: |
        import sys, threading
        print("charging", flush=True)
        threading.Event().wait()
  - id: after
    type: transform
    depends_on: [charge]
    config: {expression: "steps.charge.output"}
"""
CUT_OFF = """\
name: Cut off
steps:
  - id: work
    type: script
    config:
      runtime: python
      script: |
        import os, time
        print("working", flush=True)
        while not os.path.exists(GATE): time.sleep(0.02)
"""
INNER = "name: Inner\nsteps:\n  - id: one\n    type: transform\n    config: {expression: '1'}\n"
OUTER = """\
name: Outer
steps:
  - id: sub
    type: workflow
    config: {workflow: inner.yaml}
"""


def run(studio, space):
    studio.window.actions_["run"].trigger()
    studio.until(lambda: space.session.execution is not None)
    return space.session.execution.id


def until_asked(studio, space):
    studio.until(lambda: space.panel.questions.cards)
    return space.panel.questions.cards[0]


def until_ended(studio, space, status):
    studio.until(lambda: not space.session.running)
    assert space.session.status == status


@pytest.fixture
def asking(live, workflow):
    return live.open(workflow(ASKING, "invoices.yaml"))


@pytest.fixture
def gate(tmp_path):
    """A file that a script waits for."""
    return tmp_path / "gate"


def test_an_approval_is_asked_over_the_run_and_answered_with_a_comment(live, asking):
    run(live, asking)
    card = until_asked(live, asking)
    assert [button.text() for button in card.buttons.values()] == ["Send", "Later"]
    live.until(lambda: asking.canvas.states["approve"].note == "answer needed")
    assert asking.canvas.states["approve"].status == "waiting"
    card.comment.setText("looks right")
    card.buttons["send"].click()
    until_ended(live, asking, "completed")
    live.until(lambda: not asking.panel.questions.isVisible())
    approved = live.run(
        live.link.client.step_execution(asking.session.step_execution_id("approve"))
    )
    assert (approved.output["decision"], approved.output["comment"]) == ("send", "looks right")


def test_the_data_tab_says_why_a_step_waits_and_what_another_waits_for(live, asking):
    run(live, asking)
    until_asked(live, asking)
    live.window.design.show_tab("data")
    head = asking.panel.data.head
    asking.document.selection.set(["approve"])
    live.until(lambda: "waits for an answer: send, later" in head.why)
    assert head.facts == "answer needed"
    asking.document.selection.set(["send"])
    live.until(lambda: "approve.success" in head.why)


def test_a_paused_run_says_so_and_shows_what_it_holds_back(live, asking):
    run(live, asking)
    card = until_asked(live, asking)
    controls = asking.controls
    assert controls.pause.isVisible()
    assert not controls.retry.isVisible()
    controls.pause.click()
    live.until(lambda: asking.session.status == "paused")
    assert controls.resume.isVisible()
    assert controls.pill.accessibleName() == "paused"
    live.until(lambda: "paused" in controls.pill.toolTip())
    card.buttons["send"].click()
    live.until(lambda: asking.canvas.states.get("send", None) is not None)
    assert asking.canvas.states["send"].status == "paused"
    live.window.actions_["pause-run"].trigger()
    until_ended(live, asking, "completed")
    assert asking.canvas.states["send"].status == "completed"
    assert live.window.actions_["retry-run"].isEnabled()
    assert not live.window.actions_["pause-run"].isEnabled()


def test_a_question_of_a_run_that_is_not_shown_comes_as_a_toast(live, asking):
    async def start() -> str:
        write = api.ExecutionWrite(source=ASKING)
        return (await live.link.client.start(write)).id

    live.until(lambda: live.window.runs.inbox.was_read)
    identity = live.run(start())
    toasts, rail = live.window.toasts, live.window.rail
    live.until(lambda: any("Send 3 invoices?" in text for text in toasts.texts))
    assert rail.button("runs").count == "1"
    words = [button.text() for button in toasts.findChildren(QPushButton)]
    assert words == ["Send", "Later", "Open"]
    toasts.findChildren(QPushButton)[0].click()

    async def until_completed() -> None:
        while (await live.link.client.execution(identity)).status != "completed":
            pass

    live.run(until_completed())
    live.until(lambda: rail.button("runs").count == "")


def test_the_inbox_on_the_runs_page_answers_in_place(live, asking):
    run(live, asking)
    until_asked(live, asking)
    assert not live.window.toasts.isVisible()  # the bar over the run tells it
    live.window.actions_["go-runs"].trigger()
    inbox = live.window.runs.questions
    live.until(lambda: inbox.isVisible() and inbox.cards.cards)
    inbox.cards.cards[0].buttons["later"].click()
    live.until(lambda: not inbox.isVisible())
    until_ended(live, asking, "completed")


def test_a_retry_opens_the_new_run_with_what_it_took_over(live, workflow, tmp_path):
    wanted = tmp_path / "wanted.txt"
    space = live.open(workflow(FLAKY.replace("WANTED", str(wanted)), "flaky.yaml"))
    first = run(live, space)
    until_ended(live, space, "failed")
    wanted.write_text("here")
    assert space.controls.retry.isVisible()
    space.controls.retry.click()
    live.until(lambda: space.session.execution.id != first)
    until_ended(live, space, "completed")
    live.until(lambda: space.canvas.states["good"].origin == "reused")
    assert space.canvas.states["bad"].origin == ""
    space.document.selection.set(["good"])
    live.until(lambda: space.panel.data.head.facts == "reused")
    second = space.session.execution.id
    space.controls.retry.click()  # of what completed there is only the whole
    live.until(lambda: space.session.execution.id != second)
    until_ended(live, space, "completed")
    assert space.canvas.states["good"].origin == ""


def test_a_node_offers_to_retry_from_there_once_the_run_has_ended(live, workflow, tmp_path):
    wanted = tmp_path / "wanted.txt"
    space = live.open(workflow(FLAKY.replace("WANTED", str(wanted)), "flaky.yaml"))
    first = run(live, space)
    until_ended(live, space, "failed")
    menu = QMenu()
    space.canvas.node_menu_opening.emit(menu, "good")
    (entry,) = [action for action in menu.actions() if action.text() == "Retry from here"]
    wanted.write_text("here")
    entry.trigger()
    live.until(lambda: space.session.execution.id != first)
    until_ended(live, space, "completed")
    assert space.canvas.states["good"].origin == ""


def test_a_loop_counts_and_each_of_its_rounds_can_be_read(live, workflow, gate):
    space = live.open(workflow(LOOP.replace("GATE", repr(str(gate))), "each.yaml"))
    identity = run(live, space)
    live.until(lambda: [state.note for state in space.canvas.states.values()] == ["3 of 4"])
    live.window.design.show_tab("data")
    space.document.selection.set(["each"])
    data = space.panel.data
    live.until(lambda: len(data.inner.model.rows) == 4)
    gate.touch()
    until_ended(live, space, "completed")
    row = data.inner.model.row_of(f"{identity}.each.2.say")
    data.inner.list.setCurrentIndex(data.inner.model.index(row))
    shown = data.model
    live.until(lambda: shown.index(0, 0).data() == "result")
    data._parts.button("log").click()
    live.until(lambda: "this is round 2" in data._log.toPlainText())
    assert "this is round 1" not in data._log.toPlainText()


def test_the_timeline_folds_the_steps_of_a_body_under_it(live, workflow, gate):
    gate.touch()
    space = live.open(workflow(LOOP.replace("GATE", repr(str(gate))), "each.yaml"))
    identity = run(live, space)
    until_ended(live, space, "completed")
    timeline = space.panel.timeline
    assert timeline.words == ["each"]
    timeline.toggle(f"{identity}.each")
    rounds = [f"{number} · say" for number in range(4)]
    live.until(lambda: timeline.words == ["each", *rounds])
    timeline.toggle(f"{identity}.each")
    assert timeline.words == ["each"]


def test_a_sub_workflow_leads_to_its_execution_and_that_back(live, workflow):
    workflow(INNER, "inner.yaml")
    space = live.open(workflow(OUTER, "outer.yaml"))
    identity = run(live, space)
    until_ended(live, space, "completed")
    live.window.design.show_tab("data")
    space.document.selection.set(["sub"])
    live.until(space.panel.data.head.child.isVisible)
    space.panel.data.head.child.click()
    view = live.window.runs.execution
    live.until(lambda: live.window.runs.shown_execution not in ("", identity))
    assert view.session.execution.parent_execution_id == identity
    assert view.relative.text() == "The run it is part of"
    view.relative.click()
    live.until(lambda: live.window.runs.shown_execution == identity)


def kill_engine(live):
    first = live.link.client.pid
    os.kill(first, signal.SIGKILL)
    live.until(lambda: live.link.client.pid != first and live.link.state == "ready")


@pytest.mark.parametrize(("decision", "ended"), [("completed", "completed"), ("failed", "failed")])
def test_a_step_that_is_not_repeated_asks_what_became_of_it(live, workflow, decision, ended):
    space = live.open(workflow(ONCE, "once.yaml"))
    run(live, space)
    live.until(lambda: "charging" in space.panel.log.shown_text())
    kill_engine(live)
    card = until_asked(live, space)
    words = [button.text() for button in card.buttons.values()]
    assert words == ["Run again", "It completed", "It failed"]
    card.output.setText("{no json")
    card.buttons["completed"].click()
    assert card.output.property("invalid")
    card.output.setText('{"receipt": 7}')
    card.buttons[decision].click()
    until_ended(live, space, ended)
    charged = live.run(live.link.client.step_execution(space.session.step_execution_id("charge")))
    assert charged.output == ({"receipt": 7} if decision == "completed" else None)


def test_the_log_says_that_a_cut_off_step_was_started_again(live, workflow, gate):
    text = CUT_OFF.replace("GATE", repr(str(gate)))
    space = live.open(workflow(text, "cut.yaml"))
    identity = run(live, space)
    live.until(lambda: "working" in space.panel.log.shown_text())
    kill_engine(live)
    said = "The engine ended while it ran; it runs again."
    live.until(lambda: said in space.panel.log.shown_text())
    gate.touch()
    until_ended(live, space, "completed")
    live.window.pages.open_execution(identity)
    view = live.window.runs.execution
    live.until(lambda: view.panel.log.shown_text().count("working") == 2)
    lines = [line.split()[-1] for line in view.panel.log.shown_text().splitlines()]
    live.until(lambda: said in view.panel.log.shown_text())
    assert lines == ["working", "again.", "working"]


def test_one_run_after_another_is_drawn_in_the_same_place(live, asking):
    first = run(live, asking)
    until_asked(live, asking)
    live.window.pages.open_execution(first)
    view = live.window.runs.execution
    live.until(lambda: view.canvas is not None and view.controls.cancel.isVisible())
    height = view.canvas.widget.height()
    view.controls.cancel.click()
    live.until(view.controls.retry.isVisible)
    view.controls.retry.click()
    live.until(lambda: live.window.runs.shown_execution not in ("", first))
    live.until(lambda: view.canvas.widget.isVisible())
    assert abs(view.canvas.widget.height() - height) < 80
