"""Officers whose account no longer lets them converse: their sockets are closed, what they had goes back to the queue.

A socket lives for two hours whatever becomes of the account that opened it. So the accounts are read every minute, as
long as somebody is on duty, connected or owns a conversation.
"""

from __future__ import annotations

from harbour.conversation import model
from harbour.conversation.delivery import Delivery
from harbour.conversation.model import Change, ConnectionId, ConversationId, Requeued, State, Tail, Timing
from harbour.conversation.ports import ConversationStore, DomainEvents, DutyRoster
from harbour.conversation.transition import Transitions
from harbour.identity.model import Officer, Role
from harbour.identity.ports import OfficerAccounts
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Unavailable
from harbour.runtime.telemetry import log


class Muster:
    """Puts out who may not be there any more. Run twice, or by two machines at once, it does no harm."""

    def __init__(
        self,
        *,
        accounts: OfficerAccounts,
        store: ConversationStore,
        duty: DutyRoster,
        delivery: Delivery,
        transitions: Transitions,
        events: DomainEvents,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._duty = duty
        self._delivery = delivery
        self._transitions = transitions
        self._events = events
        self._clock = clock
        self._timing = timing

    def run(self) -> int:
        """Put out everybody whose account does not allow ``converse``; the number of them.

        Raises
        ------
        Unavailable
            ``try_again``: no account at all allows it, which is not believed. Nobody was put out.
        """
        owned = [c for state in (State.ACTIVE, State.PAUSED) for c in self._store.listed(state.value) if c.owner]
        sessions = {s.officer.collar: s for s in self._duty.all() if s.on_duty or s.connection}
        here = sessions.keys() | {c.owner.collar for c in owned if c.owner}
        if not here:
            return 0
        allowed = self._accounts.who_may("converse")
        if not allowed:
            raise Unavailable("try_again", "No account may converse.")
        for collar in sorted(here - allowed):
            session = sessions.get(collar)
            if session:
                self._duty.set_duty(session.officer, session.language, on_duty=False, at=self._clock.now())
            # In a settled order, so that a schedule that failed can be run again.
            sockets = [session.connection] if session and session.connection else []
            for conversation in owned:
                if conversation.owner and conversation.owner.collar == collar:
                    sockets += self._take(conversation.id, conversation.owner)
            self._delivery.hang_up(dict.fromkeys(sockets))
            log("put out", role=Role.OFFICER, count=len(sockets))
        return len(here - allowed)

    def _take(self, conversation: ConversationId, officer: Officer) -> list[ConnectionId]:
        """Give the conversation back to the queue; the officer's sockets in it."""

        def decide(tail: Tail) -> Change | None:
            if not tail.conversation.open or tail.conversation.owner != officer:
                return None
            return model.requeued(tail, Requeued.OFFICER_GONE, self._clock.now(), self._timing)

        done = self._transitions.apply(conversation, decide)
        if done.entry is None:
            return []
        self._delivery.entry(done.tail, done.entry)
        self._delivery.queue_changed()
        self._events.publish("ConversationRequeued", done.tail.conversation)
        sockets = [p.connection for p in done.tail.of(Role.OFFICER)]
        for connection in sockets:
            self._store.leave(conversation, connection)
        return sockets
