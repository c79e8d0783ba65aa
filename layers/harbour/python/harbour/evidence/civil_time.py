"""Times for readers: UTC, as the record has them, and the time on a clock in the United Kingdom.

British Summer Time runs from the last Sunday of March to the last Sunday of October, changing at 01:00 UTC
(Summer Time Act 1972 as amended by the Summer Time Order 2002). Computed here, because a rendition must not depend on
the time-zone files of the machine that seals.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MARCH, _OCTOBER = 3, 10


def utc(instant: datetime) -> str:
    """``22 Nov 2026 10:00:00.123 UTC``."""
    return f"{_written(instant.astimezone(UTC))} UTC"


def london(instant: datetime) -> str:
    """``22 Jul 2026 11:00:00.123 BST`` in summer, ``… GMT`` in winter."""
    instant = instant.astimezone(UTC)
    summer = _last_sunday(instant.year, _MARCH) <= instant < _last_sunday(instant.year, _OCTOBER)
    return f"{_written(instant + timedelta(hours=1))} BST" if summer else f"{_written(instant)} GMT"


def _written(instant: datetime) -> str:
    clock = instant.isoformat(timespec="milliseconds").split("T")[1][:12]
    return f"{instant.day} {_MONTHS[instant.month - 1]} {instant.year} {clock}"


def _last_sunday(year: int, month: int) -> datetime:
    last_day = datetime(year, month, 31, 1, tzinfo=UTC)
    return last_day - timedelta(days=last_day.isoweekday() % 7)
