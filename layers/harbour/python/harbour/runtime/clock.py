"""Time as a port: UTC instants, and the one written form that the record uses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current instant, timezone-aware, UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The current instant, timezone-aware, UTC."""
        return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """``instant`` as RFC 3339 in UTC with milliseconds: ``2026-11-22T10:00:00.123Z``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The instant that :func:`rfc3339` wrote."""
    return datetime.fromisoformat(text)
