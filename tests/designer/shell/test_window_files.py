"""Files, panels and the end of a window: nothing is lost, everything comes back as it was."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from designer import app
from designer.document import files
from designer.shell.ask import Question
from designer.shell.memory import Memory
from designer.shell.samples import sample_copy, sample_names
from designer.shell.session import Tab, remember_tabs, remembered_tabs
from designer.shell.settings_page import ON_CLOSE
from designer.shell.window import MainWindow

PLAIN = "name: Plain\nsteps:\n  - id: one\n    type: transform\n    config: {expression: '1'}\n"
NIGHTLY = PLAIN + "triggers:\n  - {type: schedule, name: N, config: {cron: '0 2 * * *'}}\n"


@pytest.fixture
def plain(studio, workflow):
    return studio.open(workflow(PLAIN))


def choose(bar, text):
    next(b for b in bar.findChildren(QPushButton) if b.text() == text).click()


def test_a_file_opens_in_a_tab_once(studio, workflow):
    path = workflow(PLAIN)
    first = studio.open(path)
    again = studio.open(path)
    tabs = studio.window.topbar.tabs
    assert again is first
    assert [tabs.tabText(n) for n in range(tabs.count())] == ["orders.yaml"]
    assert studio.window.windowTitle() == "orders.yaml – Treadle"


def test_the_untouched_document_of_an_empty_start_makes_room(studio, workflow):
    studio.window.open_files([])
    assert [space.document.title for space in studio.window.desk.spaces] == ["Untitled"]
    studio.open(workflow(PLAIN))
    assert [space.document.title for space in studio.window.desk.spaces] == ["orders.yaml"]


def test_a_file_that_is_missing_is_told_and_opens_nothing(studio, tmp_path):
    told = []
    studio.window.desk.told.connect(lambda text, _tone: told.append(text))
    assert studio.window.desk.open(tmp_path / "gone.yaml") is None
    assert "is not there" in told[0]


def test_the_sample_opens_only_where_no_file_was_open_before(studio, workflow):
    other = workflow(PLAIN, "other.yaml")
    studio.window.open_files([], "nightly-backup")
    path = studio.window.desk.current.document.path
    assert path == studio.home / "samples" / "nightly-backup" / "nightly-backup.yaml"
    remember_tabs(studio.window.memory, [Tab(str(other))])
    studio.window.open_files([], "nightly-backup")
    assert studio.window.desk.current.document.path == other


def test_a_changed_copy_of_a_sample_stays_the_users(studio):
    path = sample_copy("nightly-backup", studio.home)
    path.write_text(PLAIN)
    assert sample_copy("nightly-backup", studio.home).read_text() == PLAIN


def test_every_shipped_sample_opens_without_an_error(studio):
    for name in sample_names():
        space = studio.open(sample_copy(name, studio.home))
        assert space.problems.counts[0] == 0, name


def test_a_sample_that_does_not_ship_leaves_a_new_workflow(studio):
    studio.window.open_files([], "no-such-sample")
    assert studio.window.desk.current.document.title == "Untitled"


def test_a_change_marks_the_tab_and_saving_clears_it(studio, plain):
    tabs = studio.window.topbar.tabs
    plain.document.set_value(("name",), "Changed")
    assert tabs.is_unsaved(0)
    assert studio.window.actions_["undo"].isEnabled()
    studio.window.actions_["save"].trigger()
    studio.until(lambda: not tabs.is_unsaved(0))
    assert "name: Changed" in plain.document.path.read_text()


def test_undo_and_redo_by_action_bring_the_text_back(studio, plain):
    before = plain.document.text
    plain.document.set_value(("name",), "Changed")
    after = plain.document.text
    studio.window.actions_["undo"].trigger()
    assert plain.document.text == before
    studio.window.actions_["redo"].trigger()
    assert plain.document.text == after


@pytest.mark.parametrize(
    ("answer", "left", "saved"), [("discard", 0, False), ("cancel", 1, False), ("save", 0, True)]
)
def test_closing_an_unsaved_tab_asks(studio, plain, answer, left, saved):
    path = plain.document.path
    plain.document.set_value(("name",), "Changed")
    studio.window.actions_["close-tab"].trigger()
    question = studio.dialog()
    assert isinstance(question, Question)
    question.buttons[answer].click()
    studio.until(lambda: len(studio.window.desk.spaces) == left)
    assert ("Changed" in path.read_text()) is saved


def test_a_saved_tab_closes_without_a_word(studio, plain):
    studio.window.actions_["close-tab"].trigger()
    assert studio.window.desk.spaces == []
    assert not studio.window.actions_["run"].isEnabled()


def test_a_new_workflow_asks_for_its_name_when_it_is_saved(studio, tmp_path):
    space = studio.window.desk.new()
    space.document.set_value(("name",), "Nightly orders")
    studio.window.actions_["save"].trigger()
    dialog = studio.dialog()
    assert isinstance(dialog, QFileDialog)
    assert dialog.selectedFiles()[0].endswith("nightly-orders.yaml")
    dialog.fileSelected.emit(str(tmp_path / "mine.yaml"))
    dialog.reject()
    studio.until(lambda: space.document.path == tmp_path / "mine.yaml")
    assert (tmp_path / "mine.yaml").read_text() == space.document.text
    assert studio.window.topbar.tabs.tabText(0) == "mine.yaml"


def test_yaml_is_not_saved_under_a_name_that_promises_json(studio, plain, tmp_path):
    path = plain.document.path
    plain.document.set_value(("name",), "Changed")
    studio.window.actions_["save-as"].trigger()
    dialog = studio.dialog()
    dialog.fileSelected.emit(str(tmp_path / "mine.json"))
    dialog.reject()
    studio.until(lambda: any("written in YAML" in text for text in studio.window.toasts.texts))
    assert not (tmp_path / "mine.json").exists()
    assert plain.document.path == path
    assert plain.document.modified


def test_a_change_by_another_program_is_offered_for_reload(studio, plain):
    plain.document.path.write_text(PLAIN.replace("Plain", "Theirs"))
    studio.until(plain.notice.isVisible)
    assert "changed by another program" in plain.notice.text
    choose(plain.notice, "Reload")
    assert "name: Theirs" in plain.document.text
    assert not plain.notice.isVisible()


def test_what_another_program_wrote_is_not_overwritten_unasked(studio, plain):
    plain.document.set_value(("name",), "Mine")
    plain.document.path.write_text(PLAIN.replace("Plain", "Theirs"))
    studio.window.actions_["save"].trigger()
    studio.until(plain.notice.isVisible)
    assert "Theirs" in plain.document.path.read_text()
    choose(plain.notice, "Compare")
    pane = plain.compare_pane
    studio.until(lambda: pane.comparison is not None)
    assert not plain.canvas.isVisible()
    assert pane.text.differences == 1
    (change,) = pane.comparison.differences
    assert change.details == ("name Mine → Theirs",)
    choose(pane, "Keep mine")
    assert plain.canvas.isVisible()
    assert not plain.notice.isVisible()
    studio.window.actions_["save"].trigger()
    studio.until(lambda: not plain.document.modified)
    assert "name: Mine" in plain.document.path.read_text()


def test_a_deleted_file_is_told_and_saving_writes_it_again(studio, plain):
    plain.document.path.unlink()
    studio.until(plain.notice.isVisible)
    assert "deleted or moved" in plain.notice.text
    choose(plain.notice, "Save")
    studio.until(plain.document.path.exists)
    assert plain.document.path.read_text() == PLAIN
    studio.until(lambda: not plain.notice.isVisible())


@pytest.fixture
def slow_disk(monkeypatch):
    """Holds every write back until it is let go."""
    free = threading.Event()
    write = files.write_atomically

    def wait(path, data):
        assert free.wait(20)
        write(path, data)

    monkeypatch.setattr(files, "write_atomically", wait)
    yield free
    free.set()


def test_the_window_goes_on_while_a_slow_disk_saves(studio, plain, slow_disk):
    document = plain.document
    document.set_value(("name",), "First")
    studio.window.actions_["save"].trigger()
    ticks = []
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start()
    studio.until(lambda: len(ticks) > 20)
    document.set_value(("name",), "Second")
    slow_disk.set()
    studio.until(lambda: "name: First" in document.path.read_text())
    studio.until(lambda: document.check_disk() == "same")
    assert document.modified  # what was typed meanwhile is not in the file
    assert not plain.notice.isVisible()


def test_closing_waits_for_a_save_that_is_under_way(studio, plain, slow_disk):
    path = plain.document.path
    plain.document.set_value(("name",), "First")
    studio.window.actions_["save"].trigger()
    studio.until(lambda: studio.window.desk._saving.locked())
    studio.window.actions_["close-tab"].trigger()
    assert studio.window.desk.spaces == [plain]
    slow_disk.set()
    studio.until(lambda: studio.window.desk.spaces == [])
    assert "name: First" in path.read_text()


def test_a_file_that_cannot_be_written_is_told_and_stays_unsaved(studio, plain):
    told = []
    studio.window.desk.told.connect(lambda text, _tone: told.append(text))
    plain.document.set_value(("name",), "First")
    studio.window.desk._write(plain, Path("/proc/nowhere/w.yaml"), lambda: told.append("went on"))
    studio.until(lambda: told)
    assert "cannot be saved" in told[0]
    assert len(told) == 1
    assert plain.document.modified


def test_a_problem_of_a_trigger_leads_to_its_node(studio, workflow):
    text = PLAIN + "triggers:\n  - {type: schedule, name: N, config: {}}\n"
    space = studio.open(workflow(text))
    space.panel.show_page("problems")
    (problem,) = [p for p in space.document.problems if p.trigger == "N"]
    space.problems._go_to(problem)
    assert space.document.selection.current == "trigger:N"
    assert space.panel.page == "problems"


def test_panels_fold_by_key_and_stay_folded(studio, plain):
    action = studio.window.actions_["toggle-bottom"]
    assert plain.panel.isVisible()
    action.trigger()
    assert not plain.panel.isVisible()
    assert Memory(studio.home).get("panels/folded") == ["bottom"]
    studio.window.actions_["show-yaml"].trigger()
    assert plain.panel.isVisible()
    assert plain.panel.page == "yaml"
    assert action.isChecked()


def test_a_step_of_the_palette_comes_after_the_selected_one(studio, plain):
    plain.document.selection.set(["one"])
    studio.window.design.palette_view.step_requested.emit({"type": "script"})
    added = plain.document.selection.current
    assert added == "script"
    assert [edge.key for edge in plain.document.edges()] == [("one", "success", "script")]


def test_every_page_can_be_shown_before_there_is_an_engine(studio, plain):
    for page in ("runs", "dashboard", "schedule", "settings", "design"):
        studio.window.actions_[f"go-{page}"].trigger()
        assert studio.window.pages.current == page
        assert studio.window.rail.button(page).isChecked()


def test_a_change_of_colours_reaches_every_view(studio, plain):
    studio.window.actions_["theme-dark"].trigger()
    assert studio.theme.is_dark
    ground = studio.window.grab().toImage().pixelColor(700, 4)
    assert ground == studio.theme.color("panel")
    studio.window.actions_["theme-light"].trigger()
    assert Memory(studio.home).get("theme/mode") == "light"


def test_an_engine_that_cannot_start_is_told_with_a_way_on(studio, plain):
    (studio.home / "settings.yaml").write_text("scheduler: {workers: nonsense}\n")
    studio.window.tasks.spawn(studio.link.run(studio.window.tasks.spawn))
    studio.until(lambda: studio.link.state == "failed")
    notice = studio.window.engine_notice
    assert "There is no engine" in notice.text
    (studio.home / "settings.yaml").unlink()
    choose(notice, "Try again")
    studio.until(lambda: studio.link.state == "ready")
    studio.until(lambda: not notice.isVisible())


def test_the_end_asks_once_what_becomes_of_a_busy_engine(live, workflow):
    live.open(workflow(NIGHTLY))
    live.until(live.window.topbar.switch.isEnabled)
    live.window.topbar.switch.click()
    live.until(live.window.topbar.switch.isChecked)
    ended = []
    live.window.closed.connect(ended.append)
    live.window.close()
    question = live.dialog()
    question.remember.setChecked(True)
    question.buttons["stop"].click()
    assert ended == [True]
    assert Memory(live.home).get(ON_CLOSE) == "stop"
    assert not live.window.isVisible()


def test_the_end_of_an_idle_window_asks_nothing(live):
    ended = []
    live.window.closed.connect(ended.append)
    live.window.close()
    live.until(lambda: ended)
    assert ended == [False]


def test_the_program_lives_from_its_start_to_the_close_of_its_window(qapp, home, workflow):
    path = workflow(PLAIN)
    seen = []

    def look():
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        ready = [w for w in windows if w.isVisible() and w.link.state == "ready"]
        if ready:
            seen.append(ready[0].desk.current.document.title)
            ready[0].close()
            timer.stop()

    timer = QTimer(interval=50)
    timer.timeout.connect(look)
    timer.start()
    assert app.main([str(path)]) == 0
    assert seen == ["orders.yaml"]
    assert [tab.path for tab in remembered_tabs(Memory(home))] == [str(path)]
