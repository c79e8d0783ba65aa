"""Conversations, entries of their record, and the transitions between states. Pure: no I/O, no clock.

::

    (hello) ──► waiting ──accept──► active ──close──► closed ──► sealed
                  ▲  │                │ ▲
                  │  └──left──► paused◄┘ │ returned
                  └──requeued────────────┘

Every transition is one entry in the chain and one new state, written together or not at all. An open conversation
always has ``due_at``: the moment at which :mod:`harbour.conversation.watch` looks at it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from harbour.evidence.chain import GENESIS, Body, Event, head_hash, link
from harbour.evidence.model import Sealed
from harbour.identity.model import Officer, Role
from harbour.runtime.clock import parse, rfc3339
from harbour.runtime.errors import Conflict, Forbidden, Invalid

ConversationId = NewType("ConversationId", str)
ConnectionId = NewType("ConnectionId", str)
ClientId = NewType("ClientId", str)

MAX_TEXT = 4_000
"""Characters (Unicode code points) of one message."""

END_SHOWN = timedelta(hours=1)
"""So long the page of a visitor whose line was broken when it ended can fetch what was said last, and that it ended."""

CLIENTS_REMEMBERED = 4
"""How many clients' counters each entry carries: the pages that spoke last. Older ones are looked up in the record."""


ENTRY_WEIGHT = 25
"""What an entry of a record weighs by itself, in characters; its texts, and their translations, come on top."""

FULL_AT = 400_000
"""From this weight on a conversation takes no message, because it must stay certain that it can be sealed.

In the readable transcript a character takes at most 106 bytes (a combining mark with a long name, shown in a box), and
what stands around an entry less than 25 of these. A file of a package has at most 64 MiB, which is a weight of 633,000.
The rest is for what may still come: translations up to :data:`TRANSLATED_UNTIL`, then 5,000 steps. Nobody meets it: two
people who both write a line of 40 characters every 20 seconds, all of it translated, would take ten hours.
"""

TRANSLATED_UNTIL = 500_000
"""From this weight on no translation is added later."""


class State(StrEnum):
    """Where a conversation stands."""

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class Kind(StrEnum):
    """What an entry of the record says."""

    OPENED = "opened"
    JOINED = "joined"
    MESSAGE = "message"
    TRANSLATION = "translation"
    LEFT = "left"
    RETURNED = "returned"
    REQUEUED = "requeued"
    ATTENTION = "attention"
    LANGUAGE = "language"
    CLOSED = "closed"


FOR_OFFICERS_ONLY = frozenset({Kind.ATTENTION})
"""Kinds whose body a visitor does not see (the entry itself keeps its place, so that numbers stay gap-free)."""


class Left(StrEnum):
    """How a visitor went away."""

    QUICK_EXIT = "quick_exit"
    DROPPED = "dropped"


class Attention(StrEnum):
    """Why a person of the force must look at a conversation."""

    UNANSWERED = "unanswered"
    DROPPED = "dropped"
    LEFT_MESSAGE = "left_message"


class Requeued(StrEnum):
    """Why a conversation went back to the queue."""

    UNANSWERED = "unanswered"
    OFFICER_GONE = "officer_gone"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, and how much a conversation may hold; all of it configuration of the force."""

    unanswered: timedelta = timedelta(minutes=3)
    drop_grace: timedelta = timedelta(seconds=90)
    silence: timedelta = timedelta(days=1)
    seal_retry: timedelta = timedelta(minutes=5)
    full_at: int = FULL_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The state of a conversation.

    ``revision`` grows by one with each change and guards against lost updates. ``step`` is the number of the last entry
    that is no message: it must be the one that the newest entry names, or the two were read at different times.
    ``crime`` is the reference of the crime that it is about, where the visitor came from the portal.
    """

    id: ConversationId
    force: str
    state: State
    language: str
    service_language: str
    resume_hash: str
    opened_at: datetime
    since: datetime
    revision: int = 1
    step: int = 1
    owner: Officer | None = None
    left: Left | None = None
    attention: Attention | None = None
    visitor_gone_at: datetime | None = None
    officer_gone_at: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    outcome: str = ""
    sealed: Sealed | None = None
    crime: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody may still be waiting for somebody."""
        return self.state is not State.CLOSED


@dataclass(frozen=True, slots=True)
class Counter:
    """The last message of one client page: its counter ``n``, the entry ``seq`` it became, and whose page it is."""

    n: int
    seq: int
    role: Role


Counters = Mapping[ClientId, Counter]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the chain as it is stored: with its own hash, and what the next writer needs to know.

    ``step`` is the number of the newest entry, up to this one, that is no message: it was stored with a new state.
    ``weight`` is that of the record up to and with this entry, in characters.
    """

    event: Event
    hash: str
    counters: Counters = field(default_factory=dict)
    step: int = 1
    weight: int = ENTRY_WEIGHT

    @property
    def seq(self) -> int:
        """Place in the record, from 1, without gaps."""
        return self.event.head.seq

    @property
    def kind(self) -> str:
        """One of :class:`Kind`."""
        return self.event.head.type

    @property
    def at(self) -> datetime:
        """When the server stored it."""
        return parse(self.event.head.ts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A socket that takes part in a conversation."""

    connection: ConnectionId
    role: Role
    client: ClientId
    language: str = ""
    collar: str = ""
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a conversation: all that a writer must know, read in one strongly consistent request."""

    conversation: Conversation
    presences: tuple[Presence, ...]
    last: Entry

    @property
    def consistent(self) -> bool:
        """Whether state and last entry belong together. DynamoDB reads a query's items one after another, so a step may
        be stored in between; acting on the old state would let a message follow the end of its record."""
        return self.conversation.step == self.last.step

    @property
    def parties(self) -> Tail:
        """Without the sockets of an officer who owns it no longer. They are forgotten right after the step that took it
        from her; where a machine stops in between, they must hear nothing, and not pass for the new owner's."""
        owner = self.conversation.owner
        part = tuple(p for p in self.presences if p.role is Role.VISITOR or (owner and owner.collar == p.collar))
        return replace(self, presences=part)

    def presence(self, connection: ConnectionId) -> Presence | None:
        """Who speaks on ``connection`` here, if anybody."""
        return next((p for p in self.presences if p.connection == connection), None)

    def of(self, role: Role) -> tuple[Presence, ...]:
        """The sockets of one party."""
        return tuple(p for p in self.presences if p.role is role)

    @property
    def last_seq(self) -> dict[Role, int]:
        """The number of each party's newest message, 0 if it has not written."""
        newest = dict.fromkeys(Role, 0)
        for counter in self.last.counters.values():
            newest[counter.role] = max(newest[counter.role], counter.seq)
        return newest


@dataclass(frozen=True, slots=True)
class Change:
    """A step: the new state and, where it is part of the record, what the entry says."""

    conversation: Conversation
    kind: Kind | None = None
    actor: str = "system"
    body: Body = field(default_factory=dict)


def actor_of(role: Role, collar: str = "") -> str:
    """How the chain names a speaker: ``visitor`` or ``officer:4417``."""
    return f"officer:{collar}" if role is Role.OFFICER else "visitor"


def work_list(conversation: Conversation) -> str:
    """The list that a conversation stands in: by state, and closed ones by month."""
    if conversation.state is State.CLOSED and conversation.closed_at is not None:
        return closed_list(conversation.closed_at)
    return conversation.state.value


def closed_list(month: datetime) -> str:
    """The list of the conversations that were closed in the month of ``month`` (UTC)."""
    return f"closed#{month:%Y-%m}"


def first_entry(conversation: Conversation) -> Entry:
    """The entry that opens the record."""
    body: Body = {
        "force": conversation.force,
        "language": conversation.language,
        "service_language": conversation.service_language,
    }
    if conversation.crime:
        body = {**body, "crime": conversation.crime}
    event = link(
        conversation=conversation.id,
        seq=1,
        kind=Kind.OPENED,
        actor="system",
        ts=rfc3339(conversation.opened_at),
        prev=GENESIS,
        body=body,
    )
    return Entry(event, head_hash(event.head))


def next_entry(
    last: Entry,
    *,
    kind: Kind,
    actor: str,
    body: Body,
    now: datetime,
    said_by: tuple[ClientId, int, Role] | None = None,
) -> Entry:
    """The entry that follows ``last``. Time never runs backwards in a record, whatever the machine's clock does."""
    seq = last.seq + 1
    event = link(
        conversation=last.event.head.conv,
        seq=seq,
        kind=kind,
        actor=actor,
        ts=rfc3339(max(now, last.at)),
        prev=last.hash,
        body=body,
    )
    counters = dict(last.counters)
    if said_by is not None:
        client, n, role = said_by
        counters[client] = Counter(n, seq, role)
        counters = _newest(counters)
    step = last.step if kind is Kind.MESSAGE else seq
    return Entry(event, head_hash(event.head), counters, step, last.weight + _weight(body))


def _weight(body: Body) -> int:
    texts = [body, *body.get("translations", ())]  # type: ignore[misc]
    return ENTRY_WEIGHT + sum(len(text.get("text", "")) for text in texts)


def _newest(counters: dict[ClientId, Counter]) -> dict[ClientId, Counter]:
    """The counters worth carrying: the newest few, and always the newest of each party."""
    by_age = sorted(counters.items(), key=lambda item: item[1].seq, reverse=True)
    keep = dict(by_age[:CLIENTS_REMEMBERED])
    for role in Role:
        newest = next((item for item in by_age if item[1].role is role), None)
        if newest and newest[0] not in keep:
            keep[newest[0]] = newest[1]
    return keep


def opened(
    *,
    id: ConversationId,  # noqa: A002 - the field's own name
    force: str,
    language: str,
    service_language: str,
    resume_hash: str,
    now: datetime,
    timing: Timing,
    crime: str = "",
) -> Conversation:
    """A new conversation, waiting for an officer."""
    return Conversation(
        id=id,
        force=force,
        state=State.WAITING,
        language=language,
        service_language=service_language,
        resume_hash=resume_hash,
        opened_at=now,
        since=now,
        due_at=now + timing.unanswered,
        crime=crime,
    )


def accepted(tail: Tail, officer: Officer, language: str, now: datetime, timing: Timing) -> Change:
    """An officer takes a conversation that nobody owns.

    Raises
    ------
    Conflict
        ``already_accepted`` if somebody owns it, ``closed`` if it is closed.
    """
    conversation = _must_be_open(tail.conversation)
    if conversation.owner is not None:
        raise Conflict("already_accepted", f"Officer {conversation.owner.collar} has already accepted it.")
    state = State.PAUSED if conversation.state is State.PAUSED else State.ACTIVE
    return Change(
        replace(
            _moved(conversation, state, now, timing),
            owner=officer,
            attention=None,
            officer_gone_at=None,
            service_language=language,
        ),
        Kind.JOINED,
        actor_of(Role.OFFICER, officer.collar),
        {"name": officer.name, "collar": officer.collar, "language": language},
    )


def requeued(tail: Tail, reason: Requeued, now: datetime, timing: Timing) -> Change:
    """Back to the queue, with nobody owning it. A paused conversation stays paused and asks for attention."""
    conversation = _must_be_open(tail.conversation)
    if conversation.owner is None:
        raise Conflict("not_owned", "Nobody owns this conversation.")
    paused = conversation.state is State.PAUSED
    return Change(
        replace(
            _moved(conversation, State.PAUSED if paused else State.WAITING, now, timing),
            owner=None,
            officer_gone_at=None,
            attention=Attention.DROPPED if paused else conversation.attention,
        ),
        Kind.REQUEUED,
        actor_of(Role.OFFICER, conversation.owner.collar) if reason is Requeued.RELEASED else "system",
        {"reason": reason.value},
    )


def left(tail: Tail, how: Left, now: datetime, timing: Timing) -> Change | None:
    """The visitor has gone: paused, not ended. ``None`` if there is nothing to say that is not already said.

    Whoever wrote something that nobody owns leaves a task for an officer, however she left.
    """
    conversation = tail.conversation
    if not conversation.open or (conversation.state is State.PAUSED and conversation.left in (how, Left.QUICK_EXIT)):
        return None
    if tail.last_seq[Role.VISITOR] and conversation.owner is None:
        attention: Attention | None = Attention.LEFT_MESSAGE
    else:
        attention = Attention.DROPPED if how is Left.DROPPED else conversation.attention
    return Change(
        replace(
            _moved(conversation, State.PAUSED, now, timing),
            left=how,
            attention=attention,
            visitor_gone_at=now,
        ),
        Kind.LEFT,
        "visitor" if how is Left.QUICK_EXIT else "system",
        {"how": how.value},
    )


def returned(tail: Tail, now: datetime, timing: Timing) -> Change | None:
    """The visitor is back. ``None`` if she was never known to be away.

    Raises
    ------
    Conflict
        ``conversation_full``: to come and go would fill it further.
    """
    conversation = tail.conversation
    if conversation.state is State.PAUSED:
        must_have_room(tail, timing)
        state = State.ACTIVE if conversation.owner else State.WAITING
        back = replace(_moved(conversation, state, now, timing), left=None, attention=None, visitor_gone_at=None)
        return Change(back, Kind.RETURNED, "visitor", {})
    if conversation.visitor_gone_at is not None:
        return Change(replace(conversation, revision=conversation.revision + 1, visitor_gone_at=None))
    return None


def needs_attention(tail: Tail, reason: Attention, now: datetime, timing: Timing) -> Change:
    """A task for an officer, in the queue until somebody takes it."""
    conversation = _must_be_open(tail.conversation)
    return Change(
        replace(
            conversation,
            revision=conversation.revision + 1,
            attention=reason,
            due_at=_due(conversation.state, now, timing),
        ),
        Kind.ATTENTION,
        "system",
        {"reason": reason.value},
    )


def left_behind(tail: Tail, now: datetime, timing: Timing) -> Change | None:
    """The visitor wrote, and had left before it was stored: a task, unless somebody owns it or has one already."""
    conversation = tail.conversation
    if conversation.state is not State.PAUSED or conversation.owner or conversation.attention:
        return None
    return needs_attention(tail, Attention.LEFT_MESSAGE, now, timing)


def language_found(tail: Tail, language: str) -> Change:
    """The visitor's language as the translation service recognised it, so that it is not asked again."""
    conversation = _must_be_open(tail.conversation)
    return Change(
        replace(conversation, revision=conversation.revision + 1, language=language),
        Kind.LANGUAGE,
        "system",
        {"language": language, "detected": True},
    )


def closed(tail: Tail, *, actor: str, by: str, outcome: str, now: datetime, timing: Timing) -> Change:
    """The end. ``by`` is ``officer``, ``visitor`` or ``silence``; an officer says with what outcome.

    Raises
    ------
    Conflict
        If it is closed already.
    """
    conversation = _must_be_open(tail.conversation)
    body: dict[str, str] = {"by": by} | ({"outcome": outcome} if outcome else {})
    return Change(
        replace(
            _moved(conversation, State.CLOSED, now, timing),
            attention=None,
            closed_at=now,
            closed_by=by,
            outcome=outcome,
        ),
        Kind.CLOSED,
        actor,
        dict(body),
    )


def rescheduled(conversation: Conversation, due_at: datetime, **noticed: datetime | None) -> Change:
    """Look again at ``due_at``; ``noticed`` may set who is gone since when. Not part of the record."""
    return Change(replace(conversation, revision=conversation.revision + 1, due_at=due_at, **noticed))  # type: ignore[arg-type]


def why_read(conversation: Conversation, officer: Officer, said: str, known: frozenset[str]) -> str:
    """Why an officer reads a conversation, as the audit holds it: ``own``, ``waiting`` (nobody's), ``supervision`` (a
    colleague's that is open), or for a closed one that was not hers what she ``said``.

    Raises
    ------
    Invalid
        ``reason_needed``: it is closed, was not hers, and she did not say a reason that the force knows.
    """
    if conversation.owner and conversation.owner.collar == officer.collar:
        return "own"
    if conversation.open:
        return "supervision" if conversation.owner else "waiting"
    if said not in known:
        raise Invalid("reason_needed", "Say why you read a conversation that was not yours.", field="why")
    return said


def may_return(conversation: Conversation, now: datetime) -> bool:
    """Whether the visitor's page may come back to it: while it is open, and to see its end."""
    return conversation.closed_at is None or now - conversation.closed_at < END_SHOWN


def must_have_room(tail: Tail, timing: Timing) -> None:
    """Raise unless a message may be added. It may still be left and closed.

    Raises
    ------
    Conflict
        ``conversation_full``.
    """
    if is_full(tail.last, timing):
        raise Conflict("conversation_full", "This conversation is full, and is kept. Another one can be started.")


def is_full(last: Entry, timing: Timing) -> bool:
    """Whether no message may follow ``last``."""
    return last.weight >= timing.full_at


def must_own(conversation: Conversation, officer: Officer) -> None:
    """Raise unless ``officer`` owns the conversation.

    Raises
    ------
    Forbidden
        ``not_owner``.
    """
    if conversation.owner is None or conversation.owner.collar != officer.collar:
        raise Forbidden("not_owner", "Another officer, or nobody, owns this conversation.")


def _must_be_open(conversation: Conversation) -> Conversation:
    """Nothing follows the end of a record."""
    if not conversation.open:
        raise Conflict("closed", "This conversation has ended.")
    return conversation


def _moved(conversation: Conversation, state: State, now: datetime, timing: Timing) -> Conversation:
    return replace(
        conversation,
        revision=conversation.revision + 1,
        state=state,
        since=now,
        due_at=_due(state, now, timing),
    )


def _due(state: State, now: datetime, timing: Timing) -> datetime:
    """When to look again if nothing happens before."""
    match state:
        case State.WAITING | State.ACTIVE:
            return now + timing.unanswered
        case State.PAUSED:
            # What she sent as she left may be stored a moment after: it must not wait a day to be found.
            return now + timing.drop_grace
        case State.CLOSED:
            return now + timing.seal_retry
