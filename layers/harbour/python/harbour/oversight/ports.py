"""What oversight needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from harbour.crime.model import CrimeRef, Problem
from harbour.notification.model import Notification
from harbour.notification.statistics import DayCount
from harbour.oversight.model import Place


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many problems there are by check, and how many updates could not be read. ``complete``: none was left out."""

    checks: Mapping[str, int]
    refused: int
    complete: bool


class Problems(Protocol):
    """What is wrong with a force's data."""

    def open(self, most: int, after: Place | None) -> tuple[Sequence[Listed], Place | None]:
        """Those that nobody has called mended, the newest first; and where to go on, if there are more."""
        ...

    def tally(self, most: int) -> Tally:
        """All of them counted, as far as ``most``."""
        ...

    def refused(self, most: int) -> Sequence[Refused]:
        """Updates that could not be read, the newest first."""
        ...

    def mended(self, crime: CrimeRef, ident: str) -> bool:
        """Take one off the list; false when there is none."""
        ...


class Waits(Protocol):
    """Messages that are not sent yet."""

    def waiting(self, most: int) -> Sequence[Notification]:
        """Those that wait, the soonest due first."""
        ...


class Statistics(Protocol):
    """Messages, counted by day."""

    def days(self, first: date, last: date) -> Sequence[DayCount]:
        """The counts of these days, both included."""
        ...
