"""Issue and redeem tickets."""

from __future__ import annotations

from harbour.identity.model import INTRODUCTION_LIFETIME, TICKET_LIFETIME, Grant, Ticket, new_token, token_hash
from harbour.identity.ports import TicketStore
from harbour.runtime.clock import Clock


class TicketService:
    """Single-use tickets for the socket."""

    def __init__(self, store: TicketStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def issue(self, grant: Grant) -> str:
        """A new ticket for ``grant``: the only time that it is known in clear."""
        token = new_token()
        self._store.put(Ticket(token_hash(token), grant, self._clock.now() + TICKET_LIFETIME))
        return token

    def redeem(self, token: str) -> Grant | None:
        """The grant of an unused, unexpired ticket, which is used up by this call; otherwise ``None``."""
        ticket = self._store.take(token_hash(token))
        if ticket is None or ticket.expires_at <= self._clock.now():
            return None
        return ticket.grant

    def introduce(self, resume: str, grant: Grant) -> None:
        """Keep a grant for whoever comes back with ``resume``, however often. It opens no socket itself."""
        until = self._clock.now() + INTRODUCTION_LIFETIME
        self._store.put(Ticket(_introduction(resume), grant, until))

    def introduced(self, resume: str) -> Grant | None:
        """What was kept for ``resume``, if it is not too old."""
        kept = self._store.look(_introduction(resume))
        return kept.grant if kept and kept.expires_at > self._clock.now() else None


def _introduction(resume: str) -> str:
    """No ticket has such a hash, so that an introduction cannot be redeemed as one."""
    return f"introduction-{token_hash(resume)}"
