"""The statutory clock: by when the Victims' Code wants somebody told, what will be late, and what was in time. Pure.

The limits are data with effective dates (``data/time_limits.json``); working days and bank holidays are those of
England and Wales (gov.uk's list, as the package ``govuk-bank-holidays`` carries it: no network).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from harbour.runtime.london import LONDON

_SATURDAY: Final = 6


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
class Waiting:
    """A message with a time limit that was not sent yet. ``due_at``: not before this will it be sent."""

    id: str
    deadline_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A time limit that will be missed, or may be. ``certain``: it is over, or ends before the message may go."""

    id: str
    deadline_at: datetime
    certain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that had a time limit, and when it went."""

    deadline_at: datetime
    sent_at: datetime | None


def deadline(key: str, happened_at: datetime, *, enhanced: bool) -> datetime | None:
    """By when somebody must be told of what happened then: the end of the last working day (Europe/London).

    The day on which it happened is not counted. By the rule that was in force on that day; none when there was none or
    it names no number.

    Raises
    ------
    LookupError
        There never was such a limit.

    Example
    -------
    Arrested on the Wednesday before Easter, with Enhanced Rights: by the end of Thursday, 2 April 2026.

    >>> from datetime import UTC
    >>> deadline("suspect_arrested", datetime(2026, 4, 1, 12, tzinfo=UTC), enhanced=True).isoformat()
    '2026-04-02T23:00:00+00:00'
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
    return in_force(limits()[key], day)


def in_force(rules: Iterable[TimeLimit], day: date) -> TimeLimit | None:
    """The one of ``rules`` that counts on ``day``; both its first and its last day belong to it."""
    return next(
        (
            rule
            for rule in rules
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


def forecast(waiting: Iterable[Waiting], now: datetime, within: timedelta = timedelta(days=1)) -> tuple[Breach, ...]:
    """What is late, will be, or will be unless it is sent in that time. The most pressing first."""
    found = [
        Breach(id=one.id, deadline_at=one.deadline_at, certain=one.deadline_at <= max(now, one.due_at))
        for one in waiting
        if one.deadline_at <= max(now + within, one.due_at)
    ]
    return tuple(sorted(found, key=lambda breach: (breach.deadline_at, breach.id)))


def on_time(told: Iterable[Told], now: datetime) -> float | None:
    """Percentage, of what was sent or should have been by now, that went in time; none when that is nothing."""
    due = [one for one in told if one.sent_at is not None or one.deadline_at <= now]
    if not due:
        return None
    return 100 * sum(1 for one in due if one.sent_at is not None and one.sent_at < one.deadline_at) / len(due)


@cache
def limits() -> Mapping[str, tuple[TimeLimit, ...]]:
    """All rules by name, each name's in the order in which they came into force."""
    document: dict[str, Any] = json.loads(
        resources.files("harbour.notification").joinpath("data", "time_limits.json").read_text("utf-8")
    )
    return MappingProxyType(
        {key: tuple(_limit(key, rule) for rule in rules) for key, rules in document["limits"].items()}
    )


@cache
def bank_holidays() -> frozenset[date]:
    """Of England and Wales, as far as gov.uk has announced them."""
    from govuk_bank_holidays.bank_holidays import BankHolidays  # type: ignore[import-untyped]

    known = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return frozenset(holiday["date"] for holiday in known)


def _limit(key: str, rule: Mapping[str, Any]) -> TimeLimit:
    return TimeLimit(
        key=key,
        standard=rule["standard"],
        enhanced=rule["enhanced"],
        who=rule["who"],
        source=rule["source"],
        effective_from=date.fromisoformat(rule["effective_from"]),
        effective_to=date.fromisoformat(rule["effective_to"]) if rule.get("effective_to") else None,
    )
