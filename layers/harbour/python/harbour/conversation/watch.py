"""The promise that no conversation is lost: every open one is looked at again, and this says what is done then.

:func:`verdict` is pure and total; :class:`WatchService` runs it for whatever is due. Run twice, late, or by two
machines at once it does no harm: each step is a guarded transition of :mod:`harbour.conversation.model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from harbour.conversation import model
from harbour.conversation.delivery import Delivery
from harbour.conversation.model import (
    Attention,
    Change,
    Conversation,
    ConversationId,
    Kind,
    Left,
    Requeued,
    State,
    Tail,
    Timing,
    actor_of,
)
from harbour.conversation.ports import ConversationStore, DomainEvents
from harbour.conversation.transition import Transitions
from harbour.identity.model import Role
from harbour.runtime.clock import Clock
from harbour.runtime.telemetry import alarm, count, failure

BATCH = 50
"""How many due conversations are asked for at a time."""

RUN_FOR = timedelta(seconds=40)
"""How long one run may go on; the next minute takes the rest."""


@dataclass(frozen=True, slots=True)
class Reseal:
    """Closed but not yet sealed: ask again, and look again later."""

    change: Change


def verdict(tail: Tail, first_unanswered: datetime | None, now: datetime, timing: Timing) -> Change | Reseal | None:
    """What to do with a conversation whose moment has come; ``None`` if it needs no timer any more.

    ``first_unanswered`` is when the visitor wrote the oldest message that no officer has answered.
    """
    conversation = tail.conversation
    if conversation.sealed is not None:
        return None
    if conversation.state is State.CLOSED:
        return Reseal(model.rescheduled(conversation, now + timing.seal_retry))
    if conversation.state is State.PAUSED:
        task = conversation.attention is not None and conversation.owner is None
        if task:  # it waits for a person, however long: nobody has read it yet
            return model.rescheduled(conversation, now + timing.silence)
        if first_unanswered and (task_of_message := model.left_behind(tail, now, timing)):
            return task_of_message
        if now - conversation.since >= timing.silence:
            return model.closed(tail, actor="system", by="silence", outcome="", now=now, timing=timing)
        return model.rescheduled(conversation, conversation.since + timing.silence)

    visitor_gone_at = _gone(tail, Role.VISITOR, conversation.visitor_gone_at, now)
    if visitor_gone_at and now - visitor_gone_at >= timing.drop_grace:
        return model.left(tail, Left.DROPPED, now, timing)
    officer_gone_at = _gone(tail, Role.OFFICER, conversation.officer_gone_at, now) if conversation.owner else None
    late = first_unanswered is not None and now - first_unanswered >= timing.unanswered
    if conversation.owner and officer_gone_at and now - officer_gone_at >= timing.drop_grace:
        return model.requeued(tail, Requeued.OFFICER_GONE, now, timing)
    if conversation.owner and late and now - conversation.since >= timing.unanswered:
        return model.requeued(tail, Requeued.UNANSWERED, now, timing)
    if not conversation.owner and conversation.attention is None and now - conversation.since >= timing.unanswered:
        return model.needs_attention(tail, Attention.UNANSWERED, now, timing)
    return model.rescheduled(
        conversation,
        _next_look(conversation, first_unanswered, now, timing, somebody_gone=bool(visitor_gone_at or officer_gone_at)),
        visitor_gone_at=visitor_gone_at,
        officer_gone_at=officer_gone_at,
    )


def _next_look(
    conversation: Conversation,
    first_unanswered: datetime | None,
    now: datetime,
    timing: Timing,
    *,
    somebody_gone: bool,
) -> datetime:
    """The moment at which something can be decided: never later than a message may stay unanswered."""
    look = now + (timing.drop_grace if somebody_gone else timing.unanswered)
    if conversation.owner and first_unanswered:
        return min(look, max(first_unanswered, conversation.since) + timing.unanswered)
    return look


def _gone(tail: Tail, role: Role, known: datetime | None, now: datetime) -> datetime | None:
    """Since when a party has had no socket: a lost ``$disconnect`` is noticed here, at the latest."""
    return None if tail.of(role) else known or now


class WatchService:
    """Looks at everything whose time has come."""

    def __init__(
        self,
        store: ConversationStore,
        transitions: Transitions,
        delivery: Delivery,
        events: DomainEvents,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self._store = store
        self._transitions = transitions
        self._delivery = delivery
        self._events = events
        self._clock = clock
        self._timing = timing

    def run(self) -> int:
        """Look at each due conversation once; the number of those looked at.

        One that fails is alarmed and stays due: it stops none of the others, now or in the next run.
        """
        started = self._clock.now()
        looked_at: set[ConversationId] = set()
        while self._clock.now() - started < RUN_FOR:
            due = self._store.due(started, BATCH + len(looked_at))
            fresh = [conversation for conversation in due if conversation not in looked_at]
            if not fresh:
                break
            for conversation in fresh:
                looked_at.add(conversation)
                try:
                    self.look(conversation)
                except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep the others waiting
                    alarm("watch failed", conversation=conversation, **failure(error))
                    count("WatchFailed")
        return len(looked_at)

    def look(self, conversation: ConversationId) -> None:
        """Apply the verdict on one conversation and tell whoever must know."""

        def decide(tail: Tail) -> Change | None:
            decided = verdict(tail, self._first_unanswered(tail), self._clock.now(), self._timing)
            return decided.change if isinstance(decided, Reseal) else decided

        done = self._transitions.apply(conversation, decide)
        after = done.tail.conversation
        if after.state is State.CLOSED and after.sealed is None:
            # Also when it was closed before: the event may have been lost between the write and the bus.
            self._events.publish("ConversationClosed", after)
        if done.entry is None:
            return
        self._delivery.entry(done.tail, done.entry)
        self._delivery.queue_changed()
        match done.entry.kind:
            case Kind.REQUEUED:
                for presence in done.tail.of(Role.OFFICER):
                    self._store.leave(conversation, presence.connection)
                self._events.publish("ConversationRequeued", after)
                count("Unanswered")
            case Kind.ATTENTION:
                self._events.publish("AttentionNeeded", after)
                count("AttentionNeeded")
            case Kind.LEFT:
                self._events.publish("ConversationPaused", after)

    def _first_unanswered(self, tail: Tail) -> datetime | None:
        newest = tail.last_seq
        if newest[Role.VISITOR] <= newest[Role.OFFICER]:
            return None
        for entry in self._store.events(tail.conversation.id, after=newest[Role.OFFICER]):
            if entry.kind == Kind.MESSAGE and entry.event.head.actor == actor_of(Role.VISITOR):
                return entry.at
        return None
