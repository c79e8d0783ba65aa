"""When somebody answers: by London's clocks, in winter, in summer, and over midnight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.directory.model import Opening
from harbour.directory.opening import next_open
from harbour.directory.service import force_profile

EVERY_DAY = frozenset(range(1, 8))
DAYTIME = (Opening(EVERY_DAY, "08:00", "24:00"),)
NIGHT = (Opening(frozenset({5, 6}), "22:00", "04:00"),)
"""Friday and Saturday nights."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "start", "end"),
    [
        # before, within, and after the last of the day
        (DAYTIME, "2026-11-30T03:00", "2026-11-30T08:00", "2026-12-01T00:00"),
        (DAYTIME, "2026-11-30T12:00", "2026-11-30T08:00", "2026-12-01T00:00"),
        (DAYTIME, "2026-12-01T00:00", "2026-12-01T08:00", "2026-12-02T00:00"),
        # summer: London is an hour ahead
        (DAYTIME, "2026-07-01T23:30", "2026-07-02T07:00", "2026-07-02T23:00"),
        # the clocks go forward on the 29th of March at one, and back on the 25th of October at two
        (DAYTIME, "2026-03-29T00:30", "2026-03-29T07:00", "2026-03-29T23:00"),
        (DAYTIME, "2026-10-25T00:30", "2026-10-25T08:00", "2026-10-26T00:00"),
        # it is Saturday, and Friday's is not over
        (NIGHT, "2026-12-05T02:00", "2026-12-04T22:00", "2026-12-05T04:00"),
        (NIGHT, "2026-12-06T04:00", "2026-12-11T22:00", "2026-12-12T04:00"),
        ((Opening(frozenset({3}), "09:30", "09:30"),), "2026-11-30T12:00", "2026-12-02T09:30", "2026-12-03T09:30"),
    ],
)
def test_the_opening_that_is_now_or_the_next_one(hours: tuple[Opening, ...], now: str, start: str, end: str) -> None:
    assert next_open(hours, at(now)) == (at(start), at(end))


def test_a_force_that_names_no_hours_promises_none() -> None:
    assert next_open((), at("2026-11-30T12:00")) is None


@given(
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(0, 23),
    st.integers(1, 24),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
)
def test_whenever_somebody_asks_it_is_not_over_and_within_eight_days(
    days: set[int], start: int, end: int, now: datetime
) -> None:
    found = next_open([Opening(frozenset(days), f"{start:02}:00", f"{end:02}:00")], now.replace(tzinfo=UTC))
    assert found is not None
    begins, ends = found
    assert ends > now.replace(tzinfo=UTC)
    assert begins < ends <= begins + timedelta(hours=25)
    assert begins - now.replace(tzinfo=UTC) <= timedelta(days=8)


def test_the_demonstration_force_names_hours() -> None:
    assert next_open(force_profile("eastshire").hours, at("2026-11-30T03:00")) is not None
