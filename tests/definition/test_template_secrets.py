"""Secrets in templates: marks that only the engine can make, filled in at the attempt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definition.template import (
    SecretMarks,
    TemplateError,
    fill_secrets,
    hide_secrets,
    mark_secret,
    render,
    secret_names,
)

KEY = b"a key of this execution, random."
VAULT = {"TOKEN": "s3cret", "USER": "ada", "数": "x"}


def rendered(value: object, **data: object) -> object:
    return render(value, {"secrets": SecretMarks(KEY), **data})


def test_a_secret_goes_through_as_a_mark_and_is_filled_in_later() -> None:
    config = {"auth": ["Bearer {{ secrets.TOKEN }}"], "user": "{{ secrets['USER'] }}", "n": 1}
    stored = rendered(config)
    assert "s3cret" not in repr(stored)
    assert secret_names(stored) == {"TOKEN", "USER"}
    assert fill_secrets(stored, KEY, VAULT.__getitem__) == {
        "auth": ["Bearer s3cret"],
        "user": "ada",
        "n": 1,
    }


def test_a_mark_is_shown_as_the_template_that_made_it() -> None:
    assert hide_secrets(rendered(["x{{ secrets.TOKEN }}"])) == ["x{{secrets.TOKEN}}"]


def test_a_secret_can_be_joined_and_put_into_lists_and_mappings() -> None:
    made = rendered(
        "{{ {'a': [secrets.USER ~ ':' + secrets.TOKEN, [secrets['数'], 1] | join('-')]} }}"
    )
    assert fill_secrets(made, KEY, VAULT.__getitem__) == {"a": ["ada:s3cret", "x-1"]}


@pytest.mark.parametrize(
    "expression",
    [
        "secrets.TOKEN | upper",
        "secrets.TOKEN.upper()",
        "secrets.TOKEN | b64encode",
        "secrets.TOKEN | length",
        "secrets.TOKEN == 'x'",
        "secrets.TOKEN[0]",
        "secrets.TOKEN[1:]",
        "secrets.TOKEN * 2",
        "'x'.replace('x', secrets.TOKEN)",
        "[secrets.TOKEN] | tojson",
        "[secrets.TOKEN] | map('lower')",
        "secrets.TOKEN is string",
    ],
)
def test_a_secret_cannot_be_looked_into(expression: str) -> None:
    with pytest.raises(TemplateError, match="secret"):
        rendered(f"{{{{ {expression} }}}}")


def test_a_mark_made_by_others_or_for_another_execution_stays_text() -> None:
    foreign = mark_secret("TOKEN", b"the key of another execution")
    forged = foreign.replace(foreign[-33:-1], "0" * 32)
    stored = rendered(["{{ data }}", "<{{ data }}>"], data=forged)
    assert fill_secrets(stored, KEY, VAULT.__getitem__) == [forged, f"<{forged}>"]
    assert fill_secrets([foreign], KEY, VAULT.__getitem__) == [foreign]


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\ue0f0"])
def test_a_name_that_no_secret_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a secret"):
        mark_secret(name, KEY)


@given(st.text(), st.text())
def test_text_without_a_mark_is_left_alone(one: str, two: str) -> None:
    tree = {"a": [one, {two: two}]}
    assert fill_secrets(tree, KEY, VAULT.__getitem__) == tree
