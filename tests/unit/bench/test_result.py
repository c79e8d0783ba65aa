"""The table and the file say what was measured, and a number that means nothing never holds."""

from __future__ import annotations

import json
import math

import pytest

from tests.bench.result import Bound, Result, Target, as_json, failed, shown, table


def result(value: float = 1.1, reference: float | None = 1.0, *, void: str = "") -> Result:
    return Result(
        name="msg-cost",
        value=value,
        unit="µ$",
        reference=reference,
        target=Target("ratio", Bound.AT_MOST, 1.2),
        note="A floor.",
        void=void,
    )


@pytest.mark.parametrize(
    ("bound", "limit", "met", "missed"),
    [(Bound.AT_MOST, 1.2, 1.2, 1.21), (Bound.AT_LEAST, 40, 40, 39.9), (Bound.EXACTLY, 0, 0, 1e-9)],
)
def test_a_target_is_met_up_to_its_limit(bound: Bound, limit: float, met: float, missed: float) -> None:
    target = Target("value", bound, limit)
    assert target.met(met, None)
    assert not target.met(missed, None)


def test_a_ratio_without_a_reference_does_not_hold() -> None:
    assert not result(reference=None).holds
    assert not result(reference=0).holds


def test_a_void_measure_does_not_hold_however_good_its_number() -> None:
    assert result().holds
    assert not result(void="a message is lost").holds


def test_a_measure_that_broke_does_not_hold() -> None:
    row = failed("isolation", RuntimeError("no cloud"), Target("value", Bound.EXACTLY, 0))
    assert not row.holds
    assert "no cloud" in table([row])


def test_no_number_is_no_target_met() -> None:
    assert not Target("value", Bound.AT_LEAST, 0).met(math.nan, None)


def test_the_file_has_the_promised_fields() -> None:
    (row,) = json.loads(as_json([result()]))
    assert row == {
        "name": "msg-cost",
        "value": 1.1,
        "unit": "µ$",
        "reference": 1.0,
        "ratio": 1.1,
        "target": "ratio ≤ 1.2",
        "holds": True,
        "note": "A floor.",
    }


def test_the_file_says_why_a_measure_is_void() -> None:
    (row,) = json.loads(as_json([result(void="a message is lost")]))
    assert row["note"].startswith("VOID: a message is lost")


def test_numbers_are_set_to_the_right_and_columns_are_aligned() -> None:
    lines = table([result(), result(12.5, 10)], notes=False).splitlines()
    assert lines[2].index("1.1") > lines[2].index("msg-cost")
    assert lines[0].index("target") == lines[2].index("ratio ≤") == lines[3].index("ratio ≤")
    assert lines[2].endswith("yes")
    assert lines[3].endswith("NO")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0, "0"),
        (12_288, "12,288"),
        (1.1083, "1.108"),
        (47.276, "47.28"),
        (0.04012, "0.04012"),
    ],
)
def test_numbers_are_written_for_people(number: float | None, text: str) -> None:
    assert shown(number) == text
