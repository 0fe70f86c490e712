"""Values of templates written as JSON and as text."""

import json
import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definition.template import to_json_text, to_json_value, to_text
from engine.definition.template.limits import DEFAULT_LIMITS, Budget
from engine.definition.template.values import equal


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (datetime(2026, 1, 31, 8, tzinfo=UTC), "2026-01-31T08:00:00Z"),
        (
            datetime(2026, 1, 31, 8, tzinfo=timezone(timedelta(hours=8))),
            "2026-01-31T08:00:00+08:00",
        ),
        (date(2026, 1, 31), "2026-01-31"),
        (time(8, 30), "08:30:00"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+5"), "100000"),
        (Decimal("1E+500"), "1E+500"),
        (math.nan, None),
        (math.inf, None),
        ((1, (2,)), [1, [2]]),
        ({1: "a"}, {"1": "a"}),
        (10**30, 10**30),
        (True, True),
    ],
)
def test_dates_are_iso_8601_decimals_are_text_and_what_json_has_not_is_null(
    value: Any, plain: Any
) -> None:
    assert to_json_value(value) == plain
    assert json.loads(to_json_text([value])) == [plain]


def test_a_value_that_json_cannot_hold_is_refused_by_its_kind() -> None:
    with pytest.raises(ValueError, match="unknown kind object"):
        to_json_value({"a": [object()]})


def test_a_tree_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested deeper"):
        to_json_value(endless)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_what_json_holds_goes_through_unchanged(value: Any) -> None:
    assert to_json_value(value) == value
    assert json.loads(to_json_text(value)) == value
    assert to_text(value) == (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    )


@given(json_values, json_values)
def test_values_are_equal_as_python_has_it(one: Any, two: Any) -> None:
    assert equal(one, two, Budget(DEFAULT_LIMITS)) == (one == two)
    assert equal(one, json.loads(json.dumps(one)), Budget(DEFAULT_LIMITS))
