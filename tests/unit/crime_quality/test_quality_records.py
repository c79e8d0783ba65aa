"""The labelled records are what their mistakes make of them, and the checks keep finding as much as they did."""

from __future__ import annotations

import json
from collections import Counter

from tests.bench.measures.quality import compared, held_out, not_blocked, records, scored
from tests.bench.quality_records import FILE, lines


def test_the_file_is_what_the_mistakes_make() -> None:
    """No label was put in by hand, to please the checks."""
    assert FILE.read_text("utf-8").splitlines() == list(lines())


def test_there_are_as_many_as_were_promised_of_every_sort() -> None:
    bad = [one for one in records() if one["wrong"]]
    good = [one for one in records() if not one["wrong"]]
    assert len(bad) >= 320
    assert len(good) >= 200
    labels = Counter(label["check"] for one in bad for label in one["wrong"])
    assert min(labels.values()) >= 5, labels
    assert len({one["id"] for one in records()}) == len(records())


def test_every_check_of_the_product_is_among_the_labels() -> None:
    from harbour.crime.quality import _data

    labels = {label["check"] for one in records() for label in one["wrong"]}
    assert labels == set(_data()["fixes"])


def test_the_half_that_was_not_looked_at_is_half() -> None:
    assert 0.4 < sum(map(held_out, records())) / len(records()) < 0.6


def test_a_find_for_another_reason_is_no_find() -> None:
    """A label that the checks do not give counts as missed, and what they say instead as a false alarm."""
    record = next(one for one in records() if one["how"] == "a landline")
    relabelled = json.loads(json.dumps(record).replace("phone_not_mobile", "phone_premium"))
    right, alarms, missed = compared(relabelled)
    assert (len(right), [one.check for one in alarms], [one.check for one in missed]) == (
        0,
        ["phone_not_mobile"],
        ["phone_premium"],
    )


def test_the_checks_find_what_is_wrong_and_little_else() -> None:
    score = scored(records())
    assert score.precision >= 0.97
    assert score.recall >= 0.95


def test_of_contacts_shared_with_a_suspect_none_is_missed_and_each_blocks() -> None:
    score = scored(records())
    assert score.missed["same_as_suspect"] == score.alarms["same_as_suspect"] == 0
    assert not_blocked(records()) == 0
