"""What a visitor and an officer do on the socket. :meth:`ConversationService.send` is the life of one message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from harbour.conversation import frames, model, roster
from harbour.conversation.delivery import Delivery
from harbour.conversation.model import (
    ClientId,
    ConnectionId,
    ConversationId,
    Kind,
    Left,
    Presence,
    State,
    Tail,
    Timing,
    actor_of,
    next_entry,
)
from harbour.conversation.ports import (
    ConversationStore,
    DomainEvents,
    DutyRoster,
    LateTranslations,
    Moved,
)
from harbour.conversation.transition import ATTEMPTS, Transitions
from harbour.identity.model import Grant, Officer, Role
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from harbour.runtime.telemetry import count
from harbour.translation.model import (
    AUTO,
    Outcome,
    Translation,
    canonical,
    needs_translation,
    same_language,
    targets,
)
from harbour.translation.service import TranslationService

TYPING_EVERY_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Caller:
    """A socket and whom its ticket made it."""

    connection: ConnectionId
    grant: Grant


@dataclass(frozen=True, slots=True)
class ForceSettings:
    """What a conversation needs to know of the force."""

    id: str
    language: str
    outcomes: frozenset[str]
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a page still holds as it goes: messages of its own counter from ``n`` on, without a gap.

    ``language`` is what they are written in, for where they begin a conversation.
    """

    client: ClientId
    language: str
    n: int
    texts: tuple[str, ...]

    def beyond(self, last: int) -> Unsent:
        """Without those up to counter ``last``, which are stored.

        Raises
        ------
        Invalid
            ``counter_gap``: one before the first of them never arrived.
        """
        known = last + 1 - self.n
        if known < 0:
            raise Invalid("counter_gap", "A message before this one is missing.", field="n", expected=last + 1)
        return replace(self, n=last + 1, texts=self.texts[known:])


class ConversationService:
    """The commands of the socket. Nothing is delivered before it is stored, nor acknowledged before it is stored."""

    def __init__(
        self,
        *,
        store: ConversationStore,
        duty: DutyRoster,
        delivery: Delivery,
        transitions: Transitions,
        translation: Callable[[], TranslationService],
        prepared: Callable[[str, str], Translation | None],
        late: LateTranslations,
        events: DomainEvents,
        clock: Clock,
        force: ForceSettings,
    ) -> None:
        self._store = store
        self._duty = duty
        self._delivery = delivery
        self._transitions = transitions
        self._translation = translation
        self._prepared = prepared
        self._late = late
        self._events = events
        self._clock = clock
        self._force = force
        self._typed_at: dict[ConnectionId, datetime] = {}

    # -- coming and going ------------------------------------------------------------------------------------------

    def visitor_hello(self, caller: Caller, client: ClientId, language: str, last: int) -> None:
        """Open the conversation of the ticket, or come back to it, and send what was missed.

        The socket joins before the record is read, so nothing stored in between is missed: at worst an event comes
        twice, and its number tells.

        A conversation that ended while her line was broken is not opened again, but she is sent the last words and the
        end, for :data:`harbour.conversation.model.END_SHOWN`.

        Raises
        ------
        Conflict
            ``closed``: it has ended before that, and a new ticket opens another one. ``conversation_full``: the same.
        """
        conversation = ConversationId(caller.grant.conversation)
        tail = self._transitions.find(conversation) or self._open(caller.grant, language)
        if not model.may_return(tail.conversation, self._clock.now()):
            raise Conflict("closed", "This conversation has ended. You can start another one.")
        if not tail.conversation.open:
            self._catch_up(caller, tail, client, last, on_duty=True)
            return
        presence = Presence(
            connection=caller.connection,
            role=Role.VISITOR,
            client=client,
            language=tail.conversation.language,
        )
        self._store.join(conversation, presence)
        done = self._transitions.apply(
            conversation, lambda tail: model.returned(tail, self._clock.now(), self._force.timing)
        )
        if done.entry:
            self._delivery.entry(done.tail, done.entry, but=caller.connection)
            self._delivery.queue_changed()
        on_duty = roster.anybody(self._duty.all(), self._clock.now())
        self._catch_up(caller, done.tail, client, last, on_duty=on_duty)
        self._announce(done.tail, Role.VISITOR, "here", but=caller.connection)

    def _open(self, grant: Grant, language: str) -> Tail:
        opened = model.opened(
            id=ConversationId(grant.conversation),
            force=self._force.id,
            language=language,
            service_language=self._force.language,
            resume_hash=grant.resume_hash,
            crime=grant.crime,
            now=self._clock.now(),
            timing=self._force.timing,
        )
        first = model.first_entry(opened)
        try:
            self._store.open(opened, first)
        except Moved:  # the same page's other socket opened it a moment ago
            return self._transitions.read(opened.id)
        self._delivery.queue_changed()
        self._events.publish("ConversationOpened", opened)
        return Tail(opened, (), first)

    def visitor_resume(self, caller: Caller, client: ClientId, last: int) -> None:
        """Send what a visitor's socket has missed."""
        tail = self._present(caller, ConversationId(caller.grant.conversation))[0]
        self._catch_up(caller, tail, client, last, on_duty=True)

    def officer_hello(self, caller: Caller) -> None:
        """Register an officer's socket for alerts of the queue. A console that is open elsewhere is told so."""
        officer = _officer(caller)
        before = self._duty.get(officer.collar)
        now = self._clock.now()
        session = self._duty.connected(officer, caller.connection, self._force.language, now)
        self._delivery.to_one(caller.connection, [frames.greeting(on_duty=session.on_duty)])
        if before and before.connection and before.connection != caller.connection:
            replaced = Conflict("replaced", "You have signed in somewhere else. This page gets no more alerts.")
            self._delivery.to_one(before.connection, [frames.error(replaced)])

    def officer_resume(self, caller: Caller, conversation: ConversationId, client: ClientId, last: int) -> None:
        """Let the owner's socket take part in a conversation, and send what it has missed.

        Joining is audited as a read.

        Raises
        ------
        Forbidden
            ``not_owner``.
        """
        officer = _officer(caller)
        tail = self._transitions.read(conversation)
        model.must_own(tail.conversation, officer)
        presence = Presence(
            connection=caller.connection,
            role=Role.OFFICER,
            client=client,
            language=tail.conversation.service_language,
            collar=officer.collar,
        )
        joins = tail.presence(caller.connection) is None
        if joins:  # one event for a socket, not one for a frame
            self._events.publish("TranscriptRead", tail.conversation, by=officer.collar, why="own")
        self._store.join(conversation, presence)

        def noticed(tail: Tail) -> model.Change | None:
            model.must_own(tail.conversation, officer)
            if tail.conversation.officer_gone_at is None or tail.conversation.due_at is None:
                return None
            return model.rescheduled(tail.conversation, tail.conversation.due_at, officer_gone_at=None)

        tail = self._transitions.apply(conversation, noticed).tail
        missed = self._catch_up(caller, tail, client, last, on_duty=True)
        self._announce(tail, Role.OFFICER, "here", but=caller.connection)
        if joins:
            self._ask_for_lacking(conversation, missed, Role.VISITOR, tail.conversation.service_language)

    def _catch_up(
        self, caller: Caller, tail: Tail, client: ClientId, last: int, *, on_duty: bool
    ) -> Sequence[model.Entry]:
        """Send the welcome and what was missed, which is returned."""
        n = self._last_counter(tail, client)
        missed = tuple(self._store.events(tail.conversation.id, after=last)) if tail.last.seq > last else ()
        role = caller.grant.role
        self._delivery.to_one(caller.connection, [frames.welcome(tail, role, n=n, on_duty=on_duty)])
        self._delivery.to_one(caller.connection, frames.missed(tail.conversation.id, missed, role))
        return missed

    def _ask_for_lacking(
        self, conversation: ConversationId, entries: Sequence[model.Entry], author: Role, language: str
    ) -> None:
        """Have translated what was written for a reader of another language than the one who reads it now.

        What was asked for before, in vain or not, is not asked for again.
        """
        to = canonical(language)
        later = {e.event.body["of"] for e in entries if e.kind == Kind.TRANSLATION and e.event.body["to"] == to}
        for entry in entries:
            by_visitor = entry.event.head.actor == actor_of(Role.VISITOR)
            if entry.kind != Kind.MESSAGE or by_visitor is not (author is Role.VISITOR) or entry.seq in later:
                continue
            body: Mapping[str, Any] = entry.event.body
            asked = {t["to"] for t in (*body.get("translations", ()), *body.get("untranslated", ()))}
            if to not in asked and targets(body["language"], [to]) and needs_translation(body["text"]):
                self._late.ask(conversation, entry.seq, [to])

    def _last_counter(self, tail: Tail, client: ClientId) -> int:
        """The last ``n`` of a page. An entry carries those of the pages that spoke last; the record has the others."""
        known = tail.last.counters.get(client)
        if known:
            return known.n
        if len(tail.last.counters) < model.CLIENTS_REMEMBERED:
            return 0  # nothing was ever dropped from what entries carry: this page has not spoken
        return self._store.last_said(tail.conversation.id, client)

    def disconnected(self, caller: Caller) -> None:
        """A socket has closed. A visitor who does not come back within the grace becomes a task for an officer."""
        if caller.grant.role is Role.VISITOR:
            self._gone_from(ConversationId(caller.grant.conversation), caller)
            return
        officer = _officer(caller)
        self._duty.drop(officer.collar, caller.connection, self._clock.now())
        for work in (State.ACTIVE, State.PAUSED):
            for conversation in self._store.listed(work.value):
                if conversation.owner and conversation.owner.collar == officer.collar:
                    self._gone_from(conversation.id, caller)

    def _gone_from(self, conversation: ConversationId, caller: Caller) -> None:
        self._store.leave(conversation, caller.connection)
        role = caller.grant.role
        now = self._clock.now()
        noticed = {f"{role.value}_gone_at": now}

        def notice(tail: Tail) -> model.Change | None:
            still = [p for p in tail.of(role) if p.connection != caller.connection]
            if still or tail.conversation.state not in (State.WAITING, State.ACTIVE):
                return None
            return model.rescheduled(tail.conversation, now + self._force.timing.drop_grace, **noticed)

        try:
            done = self._transitions.apply(conversation, notice)
        except NotFound:  # connected, but never said hello
            return
        if done.changed:
            self._announce(done.tail, role, "gone")

    def pause(self, conversation: ConversationId, connection: ConnectionId | None = None) -> None:
        """The visitor's quick exit: paused, not ended, and nobody may contact her. Twice does no more than once."""
        if connection is not None:
            self._store.leave(conversation, connection)
        done = self._transitions.apply(
            conversation,
            lambda tail: model.left(tail, Left.QUICK_EXIT, self._clock.now(), self._force.timing),
        )
        if done.entry:
            self._delivery.entry(done.tail, done.entry, but=connection)
            self._delivery.queue_changed()
            self._events.publish("ConversationPaused", done.tail.conversation)

    def leave(self, grant: Grant, unsent: Unsent) -> Unsent:
        """The quick exit of a page that goes with messages still in it: they are stored, and she has left.

        They stand in the record before her leaving, and are shown and translated only after it: neither a slow socket
        nor a slow engine keeps the police from knowing that she has gone. What her socket brings at the same time is
        not stored twice: the page's counter tells.

        Returns
        -------
        Unsent
            What has no place here, because the conversation has ended or is full.

        Raises
        ------
        Invalid
            ``counter_gap``; she has left all the same.
        Unavailable
            ``try_again``: not everything was stored; she has left all the same.
        """
        conversation = ConversationId(grant.conversation)
        if self._transitions.find(conversation) is None:
            self._open(grant, unsent.language)
        stored: list[model.Entry] = []
        try:
            rest = self._store_unsent(conversation, unsent, stored)
        finally:
            self.pause(conversation)
        if stored:
            self._show_unsent(conversation, stored)
        return rest

    def _store_unsent(self, conversation: ConversationId, unsent: Unsent, stored: list[model.Entry]) -> Unsent:
        """Put what the record lacks of ``unsent`` into it and into ``stored``; return what it cannot take any more."""
        for attempt in range(ATTEMPTS):
            tail = self._transitions.read(conversation)
            rest = unsent.beyond(self._last_counter(tail, unsent.client))
            if not tail.conversation.open:
                return rest
            try:
                for n, text in enumerate(rest.texts, rest.n):
                    if model.is_full(tail.last, self._force.timing):
                        return rest.beyond(n - 1)
                    entry = next_entry(
                        tail.last,
                        kind=Kind.MESSAGE,
                        actor=actor_of(Role.VISITOR),
                        body=_message(text, tail.conversation.language, Outcome()),
                        now=self._clock.now(),
                        said_by=(unsent.client, n, Role.VISITOR),
                    )
                    tail = self._keep(tail, entry)
                    stored.append(entry)
            except Moved:
                self._transitions.pause(attempt)
                continue
            return replace(rest, texts=())
        raise Unavailable("try_again", "Too many people write at once. Not everything was stored.")

    def _show_unsent(self, conversation: ConversationId, stored: Sequence[model.Entry]) -> None:
        """Not to her page, which has gone. A machine that stops here costs nothing: an officer's page sees the gap, a
        translation that lacks is asked for when somebody joins, and the timer makes a task of what nobody owns."""
        self._left_behind(conversation)
        tail = self._transitions.read(conversation)
        for entry in stored:
            self._delivery.entry(tail, entry, only=Role.OFFICER)
        self._ask_for_lacking(conversation, stored, Role.VISITOR, tail.conversation.service_language)

    def close(self, caller: Caller, conversation: ConversationId, outcome: str) -> None:
        """End the conversation; it is sealed next.

        Raises
        ------
        Invalid
            ``bad_field`` when an officer gives no outcome that the force knows.
        Conflict
            ``closed``.
        """
        role = caller.grant.role
        if role is Role.OFFICER and outcome not in self._force.outcomes:
            raise Invalid("bad_field", "Choose one of the force's outcomes.", field="outcome")
        collar = caller.grant.officer.collar if caller.grant.officer else ""

        def decide(tail: Tail) -> model.Change:
            if role is Role.OFFICER:
                model.must_own(tail.conversation, _officer(caller))
            return model.closed(
                tail,
                actor=actor_of(role, collar),
                by=role.value,
                outcome=outcome if role is Role.OFFICER else "",
                now=self._clock.now(),
                timing=self._force.timing,
            )

        done = self._transitions.apply(conversation, decide)
        if done.entry:
            self._delivery.entry(done.tail, done.entry)
        self._delivery.queue_changed()
        self._events.publish("ConversationClosed", done.tail.conversation)

    # -- one message -----------------------------------------------------------------------------------------------

    def send(
        self, caller: Caller, conversation: ConversationId, n: int, text: str, client: ClientId | None = None
    ) -> None:
        """Store one message and deliver it: one read, one write, one post to each party.

        A visitor's message is kept even if she has left meanwhile: to leave takes less time than to translate.

        ``n`` is the client's own counter. A message that was stored before is acknowledged again with the number it
        has. Order: translate (bounded), store, then acknowledge and deliver at once.

        Raises
        ------
        Invalid
            ``counter_gap`` (with ``expected``) if a message before this one never arrived.
        Forbidden
            ``not_joined``: this socket does not take part. A visitor's message is stored then, her next hello says so.
        Conflict
            ``closed``, ``conversation_full``, or for an officer ``paused``.
        Unavailable
            ``try_again``; nothing was stored.
        """
        tail, sender = self._present(caller, conversation, client)
        if self._said_before(tail, sender, n):
            _must_hear(tail, caller)
            return
        self._may_speak(tail, sender)
        translated = self._translate(tail, sender, text)
        for attempt in range(ATTEMPTS):
            self._may_speak(tail, sender)
            entry = next_entry(
                tail.last,
                kind=Kind.MESSAGE,
                actor=actor_of(sender.role, sender.collar),
                body=_message(text, self._language_of(tail, sender, translated), translated),
                now=self._clock.now(),
                said_by=(sender.client, n, sender.role),
            )
            try:
                tail = self._keep(tail, entry)
            except Moved:
                self._transitions.pause(attempt)
                tail = self._transitions.read(conversation)
                if self._said_before(tail, sender, n):
                    _must_hear(tail, caller)
                    return
                continue
            self._delivery.acknowledged(tail, entry, n, sender, duplicate=False)
            self._afterwards(tail, entry, translated)
            _must_hear(tail, caller)
            return
        raise Unavailable("try_again", "Too many people write at once. Nothing was stored; send it again.")

    def _keep(self, tail: Tail, entry: model.Entry) -> Tail:
        """Store a message. What comes after she left brings a timer with it, so that it is found within minutes even if
        this machine stops before :meth:`_afterwards`."""
        if model.is_full(entry, self._force.timing):
            count("ConversationFull")  # this once: nothing follows it
        if tail.conversation.state is not State.PAUSED:
            self._store.append(entry)
            return replace(tail, last=entry)
        look_at = self._clock.now() + self._force.timing.drop_grace
        timed = model.rescheduled(tail.conversation, look_at).conversation
        self._store.change(timed, entry)
        return replace(tail, conversation=timed, last=entry)

    def _said_before(self, tail: Tail, sender: Presence, n: int) -> bool:
        """Answer a resend with the number that the message has, and deliver it again; refuse a gap; ``False`` for a new
        message."""
        last = self._last_counter(tail, sender.client)
        if n == last + 1:
            return False
        if n > last:
            raise Invalid("counter_gap", "A message before this one is missing.", field="n", expected=last + 1)
        stored = self._store.said(tail.conversation.id, sender.client, n)
        if stored is None:
            raise Invalid("counter_gap", "This counter was never stored.", field="n", expected=last + 1)
        # To the others as well: whoever stored it may have stopped before it was delivered. Their pages know numbers.
        self._delivery.acknowledged(tail, stored, n, sender, duplicate=True)
        return True

    def _may_speak(self, tail: Tail, sender: Presence) -> None:
        state = tail.conversation.state
        if state is State.CLOSED:
            raise Conflict("closed", "This conversation has ended.")
        model.must_have_room(tail, self._force.timing)
        if sender.role is Role.OFFICER:
            if state is State.PAUSED:
                raise Conflict("paused", "The visitor has left. Do not contact her; wait until she comes back.")
            model.must_own(tail.conversation, Officer(sender.collar, ""))

    def _translate(self, tail: Tail, sender: Presence, text: str) -> Outcome:
        """Once per distinct language of the other side; bounded by the deadline; never an exception.

        What people have translated and checked beforehand is not given to a machine.
        """
        conversation = tail.conversation
        if sender.role is Role.VISITOR:
            source, others = conversation.language, {conversation.service_language}
        else:
            source, others = conversation.service_language, {conversation.language} - {AUTO}
        wanted = targets(source, others)
        if not wanted:
            return Outcome((), (), None)
        if sender.role is Role.OFFICER and same_language(source, "en"):
            known = [translation for to in sorted(wanted) if (translation := self._prepared(text, to))]
            if len(known) == len(wanted):
                return Outcome(tuple(known))
        return self._translation().translate_message(text, source, wanted)

    def _language_of(self, tail: Tail, sender: Presence, translated: Outcome) -> str:
        conversation = tail.conversation
        if sender.role is Role.OFFICER:
            return conversation.service_language
        return translated.detected or conversation.language

    def _afterwards(self, tail: Tail, entry: model.Entry, translated: Outcome) -> None:
        """What a message leads to, once it is safe: nothing here may lose it."""
        conversation = tail.conversation
        if conversation.state is State.PAUSED:
            self._left_behind(conversation.id)
        retry = [u.to for u in translated.untranslated if u.reason != "no_engine"]
        if retry:
            self._late.ask(conversation.id, entry.seq, retry)
        if translated.detected and conversation.language == AUTO:
            found = translated.detected
            done = self._transitions.apply(
                conversation.id,
                lambda tail: (
                    model.language_found(tail, found)
                    if tail.conversation.language == AUTO and tail.conversation.open
                    else None
                ),
            )
            if done.entry:
                self._delivery.entry(done.tail, done.entry)
                entries = tuple(self._store.events(conversation.id))
                self._ask_for_lacking(conversation.id, entries, Role.OFFICER, found)

    def _left_behind(self, conversation: ConversationId) -> None:
        done = self._transitions.apply(
            conversation, lambda tail: model.left_behind(tail, self._clock.now(), self._force.timing)
        )
        if done.entry:
            self._delivery.entry(done.tail, done.entry)
            self._delivery.queue_changed()
            self._events.publish("AttentionNeeded", done.tail.conversation)

    # -- small signals, never stored -------------------------------------------------------------------------------

    def typing(self, caller: Caller, conversation: ConversationId) -> None:
        """Tell the others that somebody is writing; more often than every few seconds is dropped unread."""
        now = self._clock.now()
        before = self._typed_at.get(caller.connection)
        if before and (now - before).total_seconds() < TYPING_EVERY_SECONDS:
            return
        if len(self._typed_at) >= 1_000:  # noqa: PLR2004 - a bound on memory, not a rule
            self._typed_at.clear()
        self._typed_at[caller.connection] = now
        tail, sender = self._present(caller, conversation)
        frame = frames.typing(conversation, sender.role)
        self._delivery.to_present(tail, lambda _: frame, but=caller.connection)

    def read(self, caller: Caller, conversation: ConversationId, seq: int) -> None:
        """Tell the others how far somebody has read."""
        tail, sender = self._present(caller, conversation)
        frame = frames.read(conversation, sender.role, min(seq, tail.last.seq))
        self._delivery.to_present(tail, lambda _: frame, but=caller.connection)

    def cover(self, caller: Caller, *, on: bool) -> None:
        """The visitor hid the chat behind something harmless, or shows it again: the officer must know."""
        tail, sender = self._present(caller, ConversationId(caller.grant.conversation))
        self._store.join(tail.conversation.id, replace(sender, covered=on))
        self._announce(tail, Role.VISITOR, "covered" if on else "here", but=caller.connection)

    def _announce(self, tail: Tail, role: Role, state: str, *, but: ConnectionId | None = None) -> None:
        frame = frames.presence(tail.conversation.id, role, state)
        self._delivery.to_present(tail, lambda _: frame, but=but)

    def _present(
        self, caller: Caller, conversation: ConversationId, client: ClientId | None = None
    ) -> tuple[Tail, Presence]:
        """The conversation, and the caller's part in it: the proof that this socket may act in it.

        A visitor's ticket is proof enough. Where her socket has gone, ``client`` says which page counted her message.

        Raises
        ------
        Forbidden
            ``not_joined``: say ``hello`` (visitor) or ``resume`` (officer) first.
        """
        tail = self._transitions.find(conversation) if conversation else None
        presence = tail.presence(caller.connection) if tail else None
        if tail and presence is None and client and caller.grant.role is Role.VISITOR:
            presence = Presence(connection=caller.connection, role=Role.VISITOR, client=client)
        if tail is None or presence is None:
            raise _not_joined()
        return tail, presence


def _must_hear(tail: Tail, caller: Caller) -> None:
    """Tell a page that hears nobody to say hello. Who has left is told nothing."""
    if tail.presence(caller.connection) is None and tail.conversation.state is not State.PAUSED:
        raise _not_joined()


def _not_joined() -> Forbidden:
    return Forbidden("not_joined", "This socket does not take part in that conversation. Say hello first.")


def _officer(caller: Caller) -> Officer:
    if caller.grant.officer is None:
        raise Forbidden("forbidden", "Only officers may do this.")
    return caller.grant.officer


def _message(text: str, language: str, translated: Outcome) -> dict[str, Any]:
    """The body of a message: the original is the evidence, a translation an aid."""
    body: dict[str, Any] = {"text": text, "language": language}
    if translated.translations:
        body["translations"] = [t.as_body() for t in translated.translations]
    if translated.untranslated:
        body["untranslated"] = [u.as_body() for u in translated.untranslated]
    return body
