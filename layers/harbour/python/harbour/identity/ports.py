"""What identity needs from outside."""

from __future__ import annotations

from typing import Protocol

from harbour.identity.model import Ticket


class OfficerAccounts(Protocol):
    """The officers' accounts as they are now, whatever tokens and sockets they were given before."""

    def who_may(self, action: str) -> frozenset[str]:
        """The collar numbers of this force whose account is enabled and in a group that allows the action.

        Fails as a whole: a list that is not complete is never returned.
        """
        ...


class TicketStore(Protocol):
    """Keeps tickets until they are used or expire."""

    def put(self, ticket: Ticket) -> None:
        """Store a ticket."""
        ...

    def look(self, ticket_hash: str) -> Ticket | None:
        """A ticket, which stays."""
        ...

    def take(self, ticket_hash: str) -> Ticket | None:
        """Remove a ticket and return it; ``None`` if there is none. Two callers never both get it."""
        ...
