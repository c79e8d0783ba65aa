"""The statutory clock: by when the Victims' Code wants somebody told, what will be late, and what was in time. Pure.

The limits are data with effective dates (``data/time_limits.json``); working days and bank holidays are those of
England and Wales (gov.uk's list, as the package ``govuk-bank-holidays`` carries it: no network).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_SATURDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """Working days from an event until somebody must be told; none where the Code names no number."""

    key: str
    standard: int | None
    enhanced: int | None
    who: str
    source: str
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that had a time limit, and when it went."""

    deadline_at: datetime
    sent_at: datetime | None


def deadline(key: str, happened_at: datetime, *, enhanced: bool) -> datetime | None:
    """By when somebody must be told of what happened then: the end of the last working day (Europe/London).

    The day on which it happened is not counted. By the rule that was in force on that day.

    Raises
    ------
    LookupError
        There is no such limit.
    """
    day = happened_at.astimezone(LONDON).date()
    limit = limit_on(key, day)
    days = None if limit is None else (limit.enhanced if enhanced else limit.standard)
    if days is None:
        return None
    last = day
    for _ in range(days):
        last = next_working_day(last)
    return datetime.combine(last + timedelta(days=1), time(), LONDON).astimezone(happened_at.tzinfo)


def limit_on(key: str, day: date) -> TimeLimit | None:
    """The rule of that name in force on ``day``. Raises ``LookupError`` for a name that never existed."""
    return next(
        (
            rule
            for rule in limits()[key]
            if rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)
        ),
        None,
    )


def next_working_day(day: date) -> date:
    """The first working day after ``day``."""
    following = day + timedelta(days=1)
    while following.isoweekday() >= _SATURDAY or following in bank_holidays():
        following += timedelta(days=1)
    return following


def forecast(waiting: Iterable[datetime], now: datetime, within: timedelta) -> int:
    """How many of these deadlines, of what was not sent yet, end within that time or have ended."""
    return sum(1 for at in waiting if at <= now + within)


def on_time(told: Sequence[Told], now: datetime) -> float | None:
    """Share of what was due by now that went in time, 0 to 1; none when nothing was due."""
    due = [one for one in told if one.sent_at is not None or one.deadline_at <= now]
    if not due:
        return None
    return sum(1 for one in due if one.sent_at is not None and one.sent_at <= one.deadline_at) / len(due)


@cache
def limits() -> Mapping[str, tuple[TimeLimit, ...]]:
    """All rules by name, each name's in the order in which they came into force."""
    return {
        key: tuple(
            TimeLimit(
                key=key,
                standard=rule["standard"],
                enhanced=rule["enhanced"],
                who=rule["who"],
                source=rule["source"],
                effective_from=date.fromisoformat(rule["effective_from"]),
                effective_to=date.fromisoformat(rule["effective_to"]) if rule.get("effective_to") else None,
            )
            for rule in rules
        )
        for key, rules in _document()["limits"].items()
    }


@cache
def bank_holidays() -> frozenset[date]:
    """Of England and Wales, as far as gov.uk has announced them."""
    from govuk_bank_holidays.bank_holidays import BankHolidays  # type: ignore[import-untyped]

    known = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return frozenset(holiday["date"] for holiday in known)


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("harbour.notification").joinpath("data", "time_limits.json").read_text("utf-8")
    )
    return document
