"""Frames to the people in a conversation, and only to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from harbour.conversation import frames
from harbour.conversation.model import ConnectionId, ConversationId, Entry, Presence, Tail
from harbour.conversation.ports import ConnectionGateway, ConversationStore, DutyRoster, Posted
from harbour.identity.model import Role
from harbour.runtime.clock import Clock
from harbour.runtime.telemetry import log

Gone = Callable[[ConversationId, Presence], None]


class Delivery:
    """Posts what has been stored. A failed post loses nothing: the record has it, and a resume fetches it."""

    def __init__(self, gateway: ConnectionGateway, store: ConversationStore, roster: DutyRoster, clock: Clock) -> None:
        self._gateway = gateway
        self._store = store
        self._roster = roster
        self._clock = clock

    def entry(self, tail: Tail, entry: Entry, *, only: Role | None = None, but: ConnectionId | None = None) -> None:
        """Show a new entry to everybody present, or to one party, except ``but`` (who gets an ack instead)."""
        self.to_present(tail, lambda p: frames.live(entry, p.role), only=only, but=but)

    def acknowledged(self, tail: Tail, entry: Entry, n: int, sender: Presence, *, duplicate: bool) -> None:
        """The ack to the sender and the entry to the others, all at once."""
        self.to_present(
            tail,
            lambda p: (
                frames.ack(entry, n, p.role, duplicate=duplicate)
                if p.connection == sender.connection
                else frames.live(entry, p.role)
            ),
        )

    def to_present(
        self,
        tail: Tail,
        frame: Callable[[Presence], bytes],
        *,
        only: Role | None = None,
        but: ConnectionId | None = None,
    ) -> None:
        """Post a frame, made for each, to the sockets of this conversation."""
        to = [p for p in tail.presences if p.connection != but and (only is None or p.role is only)]
        posted = self._gateway.post([(p.connection, frame(p)) for p in to])
        for presence, result in zip(to, posted, strict=True):
            if result is not Posted.SENT:
                self._store.leave(tail.conversation.id, presence.connection)
                log("peer lost", conversation=tail.conversation.id, role=presence.role, outcome=result.value)

    def to_one(self, connection: ConnectionId, frame_bytes: Iterable[bytes]) -> bool:
        """Post frames to one socket, in order; ``False`` if it is gone before the last one."""
        return all(self._gateway.post([(connection, frame)])[0] is Posted.SENT for frame in frame_bytes)

    def hang_up(self, connections: Iterable[ConnectionId]) -> None:
        """Close sockets of people who may not be there any more."""
        for connection in connections:
            self._gateway.hang_up(connection)

    def queue_changed(self) -> None:
        """Tell every officer on duty to fetch the queue again."""
        sessions = [s for s in self._roster.all() if s.on_duty and s.connection]
        posted = self._gateway.post([(s.connection, frames.queue()) for s in sessions if s.connection])
        for session, result in zip(sessions, posted, strict=True):
            if result is not Posted.SENT and session.connection:
                self._roster.drop(session.officer.collar, session.connection, self._clock.now())
