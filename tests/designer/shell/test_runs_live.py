"""Run, watch, stop and look back, against a real engine process."""

import gc
import os
import signal

import pytest
from PySide6.QtWidgets import QLabel

from designer.runs import Filter
from designer.theme.widgets import IconLabel
from engine import api

HELLO = """\
name: Greeting
steps:
  - id: greet
    type: script
    config:
      runtime: python
      script: |
        import json
        print("<b>hello</b> from the script")
        print(json.dumps({"answer": 42}))
  - id: check
    type: condition
    depends_on: [greet]
    config: {expression: "steps.greet.output.result.answer == 42"}
  - id: never
    type: transform
    depends_on: [check.false]
    config: {expression: "1"}
"""
NIGHTLY = f"""\
{HELLO}
triggers:
  - {{type: schedule, name: Nightly, config: {{cron: "0 2 * * *"}}}}
"""
LONG = """\
name: Long
steps:
  - id: nap
    type: script
    config:
      runtime: python
      script: |
        import sys
        print("asleep", flush=True)
        sys.stdin.read()
        import threading
        threading.Event().wait()
"""
BROKEN = "name: Broken\nsteps:\n  - id: a\n    type: nonsense\n"
ASKING = """\
name: Asking
inputs:
  type: object
  required: [rows]
  properties: {rows: {type: integer}}
steps:
  - id: double
    type: transform
    config: {expression: "input.rows * 2"}
"""
FAILING = """\
name: Failing
steps:
  - id: broken
    type: script
    config: {runtime: python, script: "raise SystemExit(3)\\n# never\\n"}
"""


def states(space):
    return {key: state.status for key, state in space.canvas.states.items()}


def ended(space):
    execution = space.session.execution
    return execution is not None and execution.status in api.ENDED


def run(studio, space):
    studio.window.actions_["run"].trigger()
    studio.until(lambda: space.session.execution is not None)


def finish(studio, space):
    done = []
    space.session.finished.connect(done.append)
    run(studio, space)
    studio.until(lambda: done)
    return done[0]


@pytest.fixture
def greeting(live, workflow):
    return live.open(workflow(HELLO))


def test_a_run_turns_the_nodes_into_their_states(live, greeting):
    assert finish(live, greeting) == "completed"
    assert states(greeting) == {"greet": "completed", "check": "completed", "never": "skipped"}
    assert greeting.canvas.states["greet"].duration > 0


def test_log_lines_are_plain_text_with_the_step_in_front(live, greeting):
    finish(live, greeting)
    log = greeting.panel.log
    live.until(lambda: "<b>hello</b> from the script" in log.shown_text())
    line = next(line for line in log.shown_text().splitlines() if "hello" in line)
    assert line.split()[1] == "greet"
    live.until(lambda: log._count.text() == "2 lines")
    log._search.setText("hello")
    live.until(lambda: log._count.text() == "1 of 2 lines")


def test_a_single_line_is_counted_as_one(live, workflow):
    space = live.open(
        workflow(HELLO.replace('        print("<b>hello</b> from the script")\n', ""))
    )
    finish(live, space)
    live.until(lambda: space.panel.log._count.text() == "1 line")


def test_the_selected_steps_data_are_shown_beside_and_below(live, greeting):
    finish(live, greeting)
    greeting.document.selection.set(["greet"])
    model = greeting.panel.data.model
    live.until(lambda: model.rowCount() > 0)
    keys = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert "result" in keys
    assert "stdout" in keys


def test_what_is_on_the_screen_runs_without_being_saved(live, greeting):
    path = greeting.document.path
    before = path.read_bytes()
    greeting.document.set_value(("steps", 0, "name"), "Say hello")
    assert greeting.document.modified
    assert finish(live, greeting) == "completed"
    execution = greeting.session.execution
    assert "Say hello" in execution.source
    assert path.read_bytes() == before


def test_stop_cancels_what_runs(live, workflow):
    space = live.open(workflow(LONG))
    run(live, space)
    live.until(lambda: "asleep" in space.panel.log.shown_text())
    assert live.window.topbar.stop.isEnabled()
    live.window.actions_["stop"].trigger()
    live.until(lambda: ended(space))
    assert space.session.execution.status == "cancelled"
    live.until(lambda: not live.window.topbar.stop.isEnabled())
    live.until(lambda: any("cancelled" in text for text in live.window.toasts.texts))
    icons = [icon.name for icon in live.window.toasts.findChildren(IconLabel)]
    assert icons == ["info"]  # a wish that was met is no failure


def test_a_workflow_with_errors_shows_them_and_does_not_start(live, workflow):
    space = live.open(workflow(BROKEN))
    live.window.actions_["run"].trigger()
    assert space.panel.page == "problems"
    assert space.problems.counts[0] >= 1
    assert space.session.execution is None


def test_inputs_are_asked_for_and_remembered(live, workflow):
    space = live.open(workflow(ASKING))
    live.window.actions_["run"].trigger()
    form = live.dialog()
    form.fields["rows"].editor.setText("21")
    done = []
    space.session.finished.connect(done.append)
    form.submit()
    live.until(lambda: done)
    assert space.session.execution.input == {"rows": 21}
    live.window.actions_["run"].trigger()
    again = live.dialog()
    assert again.fields["rows"].editor.text() == "21"
    again.reject()


def test_a_failed_run_says_why(live, workflow):
    space = live.open(workflow(FAILING))
    assert finish(live, space) == "failed"
    assert states(space) == {"broken": "failed"}
    space.document.selection.set(["broken"])
    live.until(lambda: space.panel.data.model.rowCount() > 0)
    shown = space.panel.data.model
    error = {shown.index(r, 0).data(): shown.index(r, 1).data() for r in range(shown.rowCount())}
    assert error["type"] == "exit_3"


def test_a_killed_engine_is_told_started_again_and_the_run_goes_on(live, workflow):
    space = live.open(workflow(HELLO.replace("import json", "import json, time; time.sleep(1)")))
    run(live, space)
    live.until(lambda: states(space).get("greet") == "running")
    first = live.link.client.pid
    told = []
    live.link.state_changed.connect(told.append)
    os.kill(first, signal.SIGKILL)
    live.until(lambda: "lost" in told or "restarting" in told)
    assert "stopped" in live.window.engine_notice.text
    live.until(lambda: ended(space))
    assert space.session.execution.status == "completed"
    assert live.link.client.pid != first
    live.until(lambda: not live.window.engine_notice.isVisible())


def test_no_line_of_the_log_is_lost_with_the_engine(live, workflow):
    space = live.open(workflow(LONG, "long.yaml"))
    run(live, space)
    live.until(lambda: "asleep" in space.panel.log.shown_text())
    for count in (2, 3):
        first = live.link.client.pid
        os.kill(first, signal.SIGKILL)
        live.until(lambda first=first: live.link.client.pid not in (first, None))
        live.until(lambda count=count: space.panel.log.shown_text().count("asleep") == count)
        live.until(lambda: states(space).get("nap") == "running")
    live.window.actions_["stop"].trigger()
    live.until(lambda: ended(space))


def test_past_runs_are_listed_and_open_with_their_states(live, greeting):
    finish(live, greeting)
    page = live.window.runs
    live.window.actions_["go-runs"].trigger()
    live.until(lambda: page.table.model().rowCount() == 1)
    model = page.table.model()
    assert [model.index(0, column).data() for column in range(3)] == [
        "completed",
        "Greeting",
        "by hand",
    ]
    page.table.clicked.emit(model.index(0, 0))
    view = page.execution
    live.until(lambda: view.canvas is not None)
    assert {k: s.status for k, s in view.canvas.widget.states.items()} == states(greeting)
    assert view.canvas.widget.read_only
    live.until(lambda: "hello" in view.panel.log.shown_text())


SLEEPY = """\
name: Sleepy
timeout: 200ms
steps:
  - id: sleep
    type: script
    config: {runtime: python, script: "import time; time.sleep(60)\\n# never\\n"}
"""


def test_one_run_after_another_is_looked_at(live, greeting):
    for _ in range(3):
        finish(live, greeting)
    page = live.window.runs
    view = page.execution
    live.window.actions_["go-runs"].trigger()
    model = page.table.model()
    live.until(lambda: model.rowCount() == 3)
    for row in range(3):
        page.table.clicked.emit(model.index(row, 0))
        live.until(lambda: view.canvas is not None and view.canvas.widget.isVisible())
        live.until(lambda: "hello" in view.panel.log.shown_text())
        gc.collect()
        assert view.panel.isVisible()
        view.left.emit()
        live.until(lambda: view.canvas is None)
        gc.collect()


def test_closing_the_window_during_a_run_asks_what_becomes_of_the_engine(live, workflow):
    space = live.open(workflow(LONG, "long.yaml"))
    run(live, space)
    live.until(lambda: "asleep" in space.panel.log.shown_text())
    live.window.close()
    question = live.dialog()
    assert "Keep the engine running?" in [label.text() for label in question.findChildren(QLabel)]
    question.reject()
    live.window.actions_["stop"].trigger()
    live.until(lambda: ended(space))


def test_what_counts_as_failed_is_listed_whether_it_failed_or_timed_out(live, workflow):
    assert finish(live, live.open(workflow(FAILING, "failing.yaml"))) == "failed"
    assert finish(live, live.open(workflow(SLEEPY, "sleepy.yaml"))) == "timed_out"
    assert finish(live, live.open(workflow(HELLO, "hello.yaml"))) == "completed"
    live.window.actions_["go-dashboard"].trigger()
    page = live.window.pages.dashboard()
    live.until(lambda: page.figures.card("failed").words[0] == "2")
    page.figures.chosen.emit("failed")
    model = live.window.runs.table.model()
    live.until(lambda: model.rowCount() == 2)
    assert {model.execution(row).status for row in range(2)} == {"failed", "timed_out"}


def test_a_filter_that_fits_nothing_says_so_and_offers_the_way_back(live, greeting):
    finish(live, greeting)
    live.window.actions_["go-runs"].trigger()
    page = live.window.runs
    live.until(lambda: page.table.model().rowCount() == 1)
    page.show_filter(Filter(statuses=("failed", "timed_out")))
    live.until(lambda: page.table.model().rowCount() == 0)
    assert not page.table.isVisible()
    page.show_filter(Filter())
    live.until(lambda: page.table.model().rowCount() == 1)


def test_the_dashboard_counts_one_more_while_it_is_looked_at(live, greeting):
    finish(live, greeting)
    live.window.actions_["go-dashboard"].trigger()
    page = live.window.pages.dashboard()
    figure = page.figures.card("executions")
    live.until(lambda: figure.words[0] == "1")

    async def start() -> None:
        await live.link.client.start(api.ExecutionWrite(source=HELLO))

    live.run(start())
    live.until(lambda: figure.words[0] == "2")
    assert page.figures.card("success").words[0] == "100 %"
    assert sum(slot.total for slot in page.days.slots) == 2
    assert "completed 2" in page.days.tip(len(page.days.slots) - 1)


def test_an_empty_dashboard_says_what_to_do_first(live):
    live.window.actions_["go-dashboard"].trigger()
    page = live.window.pages.dashboard()
    live.until(lambda: not page.figures.isVisible())


def test_switching_active_registers_the_file_and_shows_the_next_time(live, workflow):
    space = live.open(workflow(NIGHTLY))
    topbar = live.window.topbar
    live.until(topbar.switch.isEnabled)
    topbar.switch.click()
    live.until(topbar.switch.isChecked)
    live.until(lambda: topbar.next_due.text().startswith("next in"))
    live.until(lambda: live.link.status.scheduler.scheduled == 1)
    live.window.actions_["go-schedule"].trigger()
    table = live.window.schedule.table.model()
    live.until(lambda: table.rowCount() == 1)
    assert table.index(0, 0).data() == "Nightly"
    assert table.index(0, 6).data() == "active"
    live.window.actions_["go-design"].trigger()
    topbar.switch.click()
    live.until(lambda: not topbar.switch.isChecked())
    workflow_now = live.run(live.link.client.find_workflow(str(space.document.path)))
    assert workflow_now.status == "paused"


def test_a_workflow_with_errors_is_not_activated_and_shows_them(live, workflow):
    broken = NIGHTLY.replace("type: transform", "type: transfrom")
    assert broken != NIGHTLY
    space = live.open(workflow(broken))
    live.until(live.window.topbar.switch.isEnabled)
    live.window.topbar.switch.click()
    assert live.window.toasts.texts == ["1 error to mend before it can run."]
    assert space.panel.page == "problems"
    assert not live.window.topbar.switch.isChecked()


def test_without_a_trigger_the_switch_says_what_is_missing(live, greeting):
    switch = live.window.topbar.switch
    live.until(lambda: "Add a trigger" in switch.toolTip())
    assert not switch.isEnabled()


def test_saving_an_active_workflow_makes_its_text_the_active_one(live, workflow):
    space = live.open(workflow(NIGHTLY))
    live.until(live.window.topbar.switch.isEnabled)
    live.window.topbar.switch.click()
    live.until(live.window.topbar.switch.isChecked)
    space.document.set_value(("name",), "Greeting anew")
    live.window.actions_["save"].trigger()
    path = str(space.document.path)

    async def until_renamed():
        while (await live.link.client.find_workflow(path)).name != "Greeting anew":
            pass

    live.run(until_renamed())
    live.until(live.window.topbar.switch.isChecked)


def test_the_status_bar_tells_where_the_engine_is_and_what_it_does(live, greeting):
    bar = live.window.statusbar
    assert bar.engine.text() == "Engine on this machine"
    assert bar.running.text() == "0 running"
    assert bar.document.text() == "3 steps · 2 wires"
    assert bar.format.text() == "YAML · UTF-8"
    assert live.link.status.health.status == "healthy"
