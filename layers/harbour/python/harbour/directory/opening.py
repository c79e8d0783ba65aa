"""When somebody answers. A module of its own: only who finds nobody there asks, and time zones take time to load."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from harbour.directory.model import Opening
from harbour.runtime.london import LONDON

_DAYS: Final = 8
"""A week, and the day on which it began again."""


def next_open(hours: Iterable[Opening], now: datetime) -> tuple[datetime, datetime] | None:
    """The opening that is now, or else the next one: from when, and until when. ``None`` where a force names none.

    The hours are those on London's clocks, also on the days when these are put forward or back.

    >>> week = (Opening(days=frozenset({1, 2, 3, 4, 5}), start="08:00", end="24:00"),)
    >>> found = next_open(week, datetime(2026, 11, 28, 12, 0, tzinfo=UTC))
    >>> " to ".join(f"{at:%A %d %B %H:%M}" for at in found or ())
    'Monday 30 November 08:00 to Tuesday 01 December 00:00'
    """
    today = now.astimezone(LONDON).date()
    # Yesterday's may go on after midnight.
    days = [today + timedelta(days=number) for number in range(-1, _DAYS)]
    found = [
        (_at(day, one.start), _at(day + timedelta(days=one.end <= one.start), one.end))
        for one in hours
        for day in days
        if day.isoweekday() in one.days
    ]
    return min(((start, end) for start, end in found if end > now), default=None)


def _at(day: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    midnight, hour = divmod(hour, 24)
    return datetime.combine(day + timedelta(days=midnight), time(hour, minute), LONDON).astimezone(UTC)
