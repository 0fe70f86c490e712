import pytest

from designer.document import Document, EditRefused
from designer.document.rename import free_id, renamed_template


def test_a_new_id_reaches_every_reference_in_one_step(orders):
    before = orders.text
    orders.selection.set(["fetch"])
    orders.rename_step("fetch", "orders")
    assert "fetch" not in orders.text.replace("Fetch", "")
    assert "depends_on: [orders]" in orders.text
    assert "      - orders\n" in orders.text
    assert "expression: steps.orders.output.json.count > variables.least" in orders.text
    assert 'rows: "{{ steps.orders.output.json.orders }}"' in orders.text
    assert 'from: "{{ steps.orders.output }}"' in orders.text
    assert "    orders: [0, 0]\n" in orders.text
    assert orders.selection.ids == ("orders",)
    orders.undo()
    assert orders.text == before


def test_handlers_and_compensation_follow(orders):
    orders.rename_step("undo", "take_back")
    assert "on_failure: [take_back]" in orders.text
    assert "compensate: take_back" in orders.text


def test_the_code_of_a_script_is_never_touched(qtbot):
    document = Document.from_text(
        "steps:\n"
        "  - {id: a, type: http, config: {url: x}}\n"
        "  - {id: b, type: script, config: {script: \"print('{{ steps.a.output }}')\"}}\n"
    )
    document.rename_step("a", "z")
    assert "{{ steps.a.output }}" in document.text


def test_an_id_with_a_hyphen_is_looked_up_in_brackets(orders):
    orders.rename_step("fetch", "fetch-all")
    assert "steps['fetch-all'].output.json.count > variables.least" in orders.text
    orders.rename_step("fetch-all", "all")
    assert "steps['all'].output.json.count" in orders.text


@pytest.mark.parametrize(
    ("new", "words"), [("", "needed"), ("1a", "is no id"), ("clean", "already")]
)
def test_an_id_that_cannot_be_is_refused(orders, new, words):
    with pytest.raises(EditRefused, match=words):
        orders.rename_step("fetch", new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{{ steps.a.output }} and {{ steps.ab.output }}",
            "{{ steps.b.output }} and {{ steps.ab.output }}",
        ),
        ("{{ steps['a'].x }}", "{{ steps['b'].x }}"),
        ("steps.a.output", "steps.a.output"),
        ("{{ 'steps.a' }}", "{{ 'steps.a' }}"),
        ("{{ steps.a.output + steps.a.output }}", "{{ steps.b.output + steps.b.output }}"),
        ("{{ broken steps.a", "{{ broken steps.a"),
    ],
)
def test_only_references_to_the_step_are_renamed_in_a_template(text, expected):
    assert renamed_template(text, {"a": "b"}) == expected


def test_an_expression_is_renamed_without_braces():
    assert renamed_template("steps.a.output > 1", {"a": "b"}, bare=True) == "steps.b.output > 1"


def test_a_free_id_counts_on_from_the_number_it_has():
    assert free_id("http", {"http", "http_2"}) == "http_3"
    assert free_id("http_2", {"http_2"}) == "http_3"
    assert free_id("9 lives", set()) == "_9_lives"
