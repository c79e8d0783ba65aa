"""The officers' desk: who is on duty, what waits, who takes it, what they note, what they may read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import uuid4

from harbour.conversation import model, roster
from harbour.conversation.delivery import Delivery
from harbour.conversation.model import (
    Conversation,
    ConversationId,
    Entry,
    Requeued,
    State,
    Tail,
    Timing,
    closed_list,
)
from harbour.conversation.ports import ConversationStore, DomainEvents, DutyRoster, Note, NoteStore, OnDuty
from harbour.conversation.transition import Transitions
from harbour.evidence.model import Sealed
from harbour.identity.model import Officer, Role
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Invalid, NotFound

PAGE = 200
"""Events of one page of a transcript; a REST answer must stay far below Lambda's 6 MB."""

MAX_NOTE = 4_000


@dataclass(frozen=True, slots=True)
class Queue:
    """What an officer sees: everything open, in the order in which it is to be taken."""

    waiting: Sequence[Conversation]
    mine: Sequence[Conversation]
    attention: Sequence[Conversation]
    on_duty: Sequence[Officer]
    now: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """Who reads what, and why (:func:`harbour.conversation.model.why_read`)."""

    officer: Officer
    conversation: Conversation
    why: str


class Desk:
    """What officers do outside the socket."""

    def __init__(
        self,
        *,
        store: ConversationStore,
        notes: NoteStore,
        duty: DutyRoster,
        delivery: Delivery,
        transitions: Transitions,
        events: DomainEvents,
        clock: Clock,
        timing: Timing,
    ) -> None:
        self._store = store
        self._notes = notes
        self._duty = duty
        self._delivery = delivery
        self._transitions = transitions
        self._events = events
        self._clock = clock
        self._timing = timing

    def session(self, officer: Officer) -> OnDuty | None:
        """The officer's session, ``None`` before the first."""
        return self._duty.get(officer.collar)

    def set_duty(self, officer: Officer, language: str, *, on_duty: bool) -> OnDuty:
        """Go on or off duty. Conversations that the officer has stay with her."""
        return self._duty.set_duty(officer, language, on_duty=on_duty, at=self._clock.now())

    def anybody_on_duty(self) -> bool:
        """Whether a visitor may be told that somebody is there."""
        return roster.anybody(self._duty.all(), self._clock.now())

    def queue(self, officer: Officer) -> Queue:
        """Everything open. Lists lag a write by moments; accepting is decided on the conversation itself."""
        now = self._clock.now()
        open_ = [c for state in (State.WAITING, State.ACTIVE, State.PAUSED) for c in self._store.listed(state.value)]
        owned = [c for c in open_ if c.owner and c.owner.collar == officer.collar]
        nobodys = [c for c in open_ if c.owner is None]
        return Queue(
            waiting=[c for c in nobodys if c.state is State.WAITING],
            mine=owned,
            attention=[c for c in open_ if c.attention and (c.owner is None) and c.state is not State.WAITING],
            on_duty=[s.officer for s in self._duty.all() if roster.there(s, now)],
            now=now,
        )

    def tail(self, conversation: ConversationId) -> Tail:
        """The newest state of one conversation. Raises ``NotFound``."""
        return self._transitions.read(conversation)

    def accept(self, officer: Officer, conversation: ConversationId) -> Tail:
        """Take a conversation that nobody owns; of several who try, one gets it. Who has it already, has it.

        Raises
        ------
        Conflict
            ``already_accepted`` or ``closed``.
        """
        session = self._duty.get(officer.collar)

        def decide(tail: Tail) -> model.Change | None:
            if tail.conversation.open and tail.conversation.owner and tail.conversation.owner.collar == officer.collar:
                return None  # asked again, because the first answer was lost
            language = session.language if session else tail.conversation.service_language
            return model.accepted(tail, officer, language, self._clock.now(), self._timing)

        return self._done(conversation, decide, "ConversationAccepted")

    def release(self, officer: Officer, conversation: ConversationId) -> Tail:
        """Give a conversation back to the queue. Raises ``Forbidden`` for one that is not the officer's."""

        def decide(tail: Tail) -> model.Change:
            model.must_own(tail.conversation, officer)
            return model.requeued(tail, Requeued.RELEASED, self._clock.now(), self._timing)

        tail = self._done(conversation, decide, "ConversationRequeued")
        for presence in tail.of(Role.OFFICER):
            self._store.leave(conversation, presence.connection)
        return tail

    def _done(
        self, conversation: ConversationId, decide: Callable[[Tail], model.Change | None], detail_type: str
    ) -> Tail:
        done = self._transitions.apply(conversation, decide)
        if done.entry:
            self._delivery.entry(done.tail, done.entry)
            self._delivery.queue_changed()
            self._events.publish(detail_type, done.tail.conversation)
        return done.tail

    def read(self, read: Read, after: int) -> tuple[Sequence[Entry], bool]:
        """A page of the record, and whether there is more. Every read is an audit event: who, what, why."""
        self._events.publish("TranscriptRead", read.conversation, by=read.officer.collar, why=read.why)
        page = list(islice(self._store.events(read.conversation.id, after=after), PAGE + 1))
        return page[:PAGE], len(page) > PAGE

    def closed(self, limit: int = 100) -> Sequence[Conversation]:
        """The conversations closed this month and last, newest first."""
        now = self._clock.now()
        last_month = now.replace(day=1) - timedelta(days=1)
        lists = (closed_list(now), closed_list(last_month))
        found = [c for name in lists for c in self._store.listed(name, limit, newest_first=True)]
        return found[:limit]

    def add_note(self, officer: Officer, conversation: ConversationId, text: str) -> Note:
        """Add a note that only officers see. Raises ``Invalid`` for an empty or too long one."""
        if not text.strip():
            raise Invalid("empty_text", "Write something.", field="text")
        if len(text) > MAX_NOTE:
            raise Invalid("too_long", f"At most {MAX_NOTE} characters.", field="text")
        self._transitions.read(conversation)
        now = self._clock.now()
        note = Note(id=f"{now:%Y%m%dT%H%M%S%fZ}-{uuid4().hex[:8]}", at=now, by=officer, text=text)
        self._notes.add(conversation, note)
        return note

    def notes(self, read: Read) -> Sequence[Note]:
        """The notes of a conversation, oldest first. Audited like the record."""
        self._events.publish("NotesRead", read.conversation, by=read.officer.collar, why=read.why)
        return self._notes.notes(read.conversation.id)

    def sealed(self, read: Read) -> Sealed:
        """Where the sealed package is; audited. Raises ``NotFound`` ``not_sealed`` before there is one."""
        sealed = read.conversation.sealed
        if sealed is None:
            raise NotFound("not_sealed", "The transcript is not sealed yet. This takes a moment after closing.")
        self._events.publish("TranscriptRead", read.conversation, by=read.officer.collar, why=read.why)
        return sealed
