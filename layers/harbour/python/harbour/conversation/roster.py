"""Who counts as on duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from harbour.conversation.ports import OnDuty

RECONNECT_GRACE = timedelta(minutes=2)
"""An officer whose socket has just gone is probably reconnecting; after this she is not there for a victim."""


SOCKET_LIFETIME = timedelta(hours=2, minutes=10)
"""API Gateway closes a socket after two hours: an older one is dead, whatever the table says."""


def there(session: OnDuty, now: datetime) -> bool:
    """Whether a victim may be told that this officer can answer."""
    silent = now - session.seen_at
    return session.on_duty and silent < (SOCKET_LIFETIME if session.connection else RECONNECT_GRACE)


def anybody(sessions: Iterable[OnDuty], now: datetime) -> bool:
    """Whether anybody is there."""
    return any(there(s, now) for s in sessions)
