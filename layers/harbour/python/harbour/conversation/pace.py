"""How many frames one socket may send.

The firewall sees sockets open and nothing of what goes over them, so one visitor's flood would use up what API Gateway
lets through for everybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from harbour.conversation.model import ConnectionId
from harbour.runtime.clock import Clock

MOST: Final = 300
"""Frames of one socket in one window: ten times what a page sends that comes back and types as fast as anybody can."""

WINDOW: Final = timedelta(seconds=10)

SOCKETS_REMEMBERED: Final = 1_000
"""A bound on memory."""


class Pace:
    """Counts in the memory of one warm function. A flood is spread over several, and each of them finds it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counted: dict[ConnectionId, tuple[datetime, int]] = {}

    def too_fast(self, connection: ConnectionId) -> bool:
        """Count one frame; whether the socket has sent too many."""
        now = self._clock.now()
        since, before = self._counted.get(connection, (now, 0))
        if now - since >= WINDOW:
            since, before = now, 0
        if len(self._counted) >= SOCKETS_REMEMBERED:
            self._counted.clear()
        self._counted[connection] = (since, before + 1)
        return before >= MOST
