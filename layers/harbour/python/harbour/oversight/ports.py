"""What oversight needs from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from harbour.crime.model import CrimeRef
from harbour.crime.quality import Problem
from harbour.notification.model import Notification
from harbour.notification.statistics import DayCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A problem of contact data, and since when it has been known."""

    problem: Problem
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An update that proved who sent it and could not be read. ``crime`` is empty where not even that was clear."""

    source: str
    crime: str
    since: datetime
    field: str
    detail: str


class Problems(Protocol):
    """What is wrong with a force's data."""

    def open(self, most: int) -> Sequence[Listed]:
        """Those that nobody has called mended, longest known first."""
        ...

    def refused(self, most: int) -> Sequence[Refused]:
        """Updates that could not be read, longest known first."""
        ...

    def mended(self, crime: CrimeRef, ident: str) -> bool:
        """Take one off the list; false when there is none."""
        ...


class Waits(Protocol):
    """Messages that are not sent yet."""

    def waiting(self, most: int) -> Iterable[Notification]:
        """Those that wait, the soonest due first."""
        ...


class Statistics(Protocol):
    """Messages, counted by day."""

    def days(self, first: date, last: date) -> Sequence[DayCount]:
        """The counts of these days, both included."""
        ...
