"""The run form: asks by the schema, remembers, says what does not fit."""

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit

from designer.runs import RunForm, asks_for_input
from designer.theme import Theme
from designer.theme.widgets import Combo
from engine import Workflow

INPUTS = {
    "type": "object",
    "required": ["input_file", "rows"],
    "properties": {
        "input_file": {"type": "string", "title": "Input file", "description": "A CSV file."},
        "rows": {"type": "integer", "minimum": 1, "maximum": 100},
        "ratio": {"type": ["number", "null"]},
        "mode": {"enum": ["fast", "exact"]},
        "dry": {"type": "boolean", "default": True},
        "tags": {"type": "array"},
    },
}


@pytest.fixture
def theme(qapp):
    theme = Theme("light")
    theme.apply(qapp)
    return theme


@pytest.fixture
def workflow():
    return Workflow(name="Orders", inputs=INPUTS, variables={"input_file": "in.csv", "rows": 10})


@pytest.fixture
def form(theme, workflow, qtbot):
    form = RunForm(theme, workflow, {})
    qtbot.addWidget(form)
    return form


def errors(form):
    labels = form.findChildren(QLabel)
    return [label.text() for label in labels if label.property("tone") == "failed" and label.text()]


def test_a_workflow_without_inputs_asks_for_nothing():
    assert not asks_for_input(Workflow())
    assert not asks_for_input(Workflow(inputs={"type": "object"}))
    assert asks_for_input(Workflow(inputs=INPUTS))


def test_each_kind_of_property_has_its_editor(form):
    kinds = {name: type(field.editor) for name, field in form.fields.items()}
    assert kinds == {
        "input_file": QLineEdit,
        "rows": QLineEdit,
        "ratio": QLineEdit,
        "mode": Combo,
        "dry": QCheckBox,
        "tags": QPlainTextEdit,
    }


def test_defaults_come_from_the_schema_and_the_variables(form, qtbot):
    with qtbot.waitSignal(form.submitted) as told:
        form.submit()
    assert told.args == [{"input_file": "in.csv", "rows": 10, "dry": True}]


def test_what_was_given_last_time_is_there_again(theme, workflow, qtbot):
    form = RunForm(theme, workflow, {"rows": 99, "mode": "exact", "tags": ["a"]})
    qtbot.addWidget(form)
    with qtbot.waitSignal(form.submitted) as told:
        form.submit()
    assert told.args[0]["rows"] == 99
    assert told.args[0]["mode"] == "exact"
    assert told.args[0]["tags"] == ["a"]


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("rows", "many", "whole number"),
        ("rows", "500", "100 or less"),
        ("rows", "", "needs it"),
        ("tags", "{not json", "not JSON"),
        ("tags", "{}", "list"),
        ("ratio", "x", "12.5"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field_and_nothing_runs(form, qtbot, field, text, says):
    editor = form.fields[field].editor
    editor.setText(text) if isinstance(editor, QLineEdit) else editor.setPlainText(text)
    with qtbot.assertNotEmitted(form.submitted):
        form.submit()
    assert len(errors(form)) == 1
    assert says in errors(form)[0]
    assert editor.property("invalid") is True


def test_numbers_keep_their_type(form, qtbot):
    form.fields["ratio"].editor.setText("0.5")
    with qtbot.waitSignal(form.submitted) as told:
        form.submit()
    assert told.args[0]["ratio"] == 0.5
    assert isinstance(told.args[0]["rows"], int)


def test_a_name_without_a_title_is_written_as_words(theme, qtbot):
    inputs = {"properties": {"dry_run": {"type": "boolean"}}, "required": ["dry_run"]}
    form = RunForm(theme, Workflow(inputs=inputs), {})
    qtbot.addWidget(form)
    words = [label.text() for label in form.fields["dry_run"].findChildren(QLabel)]
    assert words[:2] == ["Dry run", "required"]
