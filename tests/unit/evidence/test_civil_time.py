"""The hour on a clock in the United Kingdom, against the time-zone database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from harbour.evidence.civil_time import london, utc


@pytest.mark.parametrize("year", range(2020, 2038))
def test_summer_time_is_that_of_the_database_in_every_hour_of_a_year(year: int) -> None:
    zone = ZoneInfo("Europe/London")
    instant = datetime(year, 1, 1, 0, 30, tzinfo=UTC)
    while instant.year == year:
        local = instant.astimezone(zone)
        assert london(instant) == f"{local.day} {local:%b %Y %H:%M}:00.000 {local.tzname()}"
        instant += timedelta(hours=1)


def test_the_day_may_be_another_in_london() -> None:
    late = datetime(2026, 7, 31, 23, 30, 5, 7_000, tzinfo=UTC)
    assert utc(late) == "31 Jul 2026 23:30:05.007 UTC"
    assert london(late) == "1 Aug 2026 00:30:05.007 BST"
