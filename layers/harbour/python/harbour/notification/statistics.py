"""Messages of a day, counted. Pure.

The counts are made beside the messages' own records, after them: a function that dies in between loses one count. They
are for looking at; what was sent to whom is said by the messages themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from harbour.contact.model import Channel
from harbour.notification.model import Notification, State
from harbour.runtime.london import LONDON

ENDED: Final = (State.DELIVERED, State.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Messages of one type by one channel and provider that were sent on one day (Europe/London).

    Attributes
    ----------
    parts
        Of text messages, as networks count them.
    on_time, late
        Of those with a time limit in law.
    delivered, failed
        What receipts have said of them since; the rest is not known.
    """

    day: date
    type: str
    channel: Channel
    provider: str
    sent: int = 0
    parts: int = 0
    delivered: int = 0
    failed: int = 0
    on_time: int = 0
    late: int = 0


def change(before: Notification, after: Notification) -> tuple[datetime, Mapping[str, int]] | None:
    """What a message's new state adds to the counts of a day: the moment that says which day, and the numbers."""
    if after.sent_at is None:
        return None
    if before.sent_at is None:
        more = {"sent": 1, "parts": after.parts if after.channel is Channel.SMS else 0}
        if after.deadline_at is not None:
            more["on_time" if after.sent_at < after.deadline_at else "late"] = 1
        return after.sent_at, {name: number for name, number in more.items() if number}
    if after.state in ENDED and before.state is not after.state:
        return after.sent_at, {after.state.value: 1}
    return None


def day_of(at: datetime) -> date:
    """The day in London."""
    return at.astimezone(LONDON).date()
