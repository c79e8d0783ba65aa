"""A small world for tests: in-memory adapters that obey the ports, people with sockets, a clock that stands still.

:class:`MemoryStore` runs the same contract suite as the table (``tests/integration/test_store_contract.py``).
Every call of a port passes :meth:`World.step`, where a test may stop, crash or switch to another writer.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from harbour.conversation.delivery import Delivery
from harbour.conversation.desk import Desk
from harbour.conversation.entrance import Entrance
from harbour.conversation.late import LateTranslationService
from harbour.conversation.model import (
    ClientId,
    ConnectionId,
    Conversation,
    ConversationId,
    Entry,
    Presence,
    State,
    Tail,
    Timing,
    work_list,
)
from harbour.conversation.muster import Muster
from harbour.conversation.pace import Pace
from harbour.conversation.ports import Moved, Note, OnDuty, Posted
from harbour.conversation.service import Caller, ConversationService, ForceSettings
from harbour.conversation.transition import Transitions
from harbour.conversation.watch import WatchService
from harbour.evidence.model import Sealed
from harbour.identity.model import Grant, Officer, Role, Ticket
from harbour.identity.service import TicketService
from harbour.translation.model import Outcome, Translation, Untranslated

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
AMELIA = Officer("4417", "Amelia Hart")
TOM = Officer("2093", "Tom Okafor")


_numbers = itertools.count(1)
"""Names pages and sockets in the order in which they come, so that a schedule that failed can be run again."""


class Crash(BaseException):
    """The machine stops here."""


class MemoryStore:
    """The table, in memory: the same conditions, the same answers."""

    def __init__(self, step: Callable[[str], None]) -> None:
        self._step = step
        self.states: dict[ConversationId, Conversation] = {}
        self.records: dict[ConversationId, list[Entry]] = defaultdict(list)
        self.sockets: dict[ConversationId, dict[ConnectionId, Presence]] = defaultdict(dict)
        self.noted: dict[ConversationId, list[Note]] = defaultdict(list)

    def open(self, conversation: Conversation, first: Entry) -> None:
        self._step("open")
        if conversation.id in self.states:
            raise Moved
        self.states[conversation.id] = conversation
        self.records[conversation.id].append(first)
        self._step("open done")

    def tail(self, conversation: ConversationId) -> Tail | None:
        self._step("tail")
        if conversation not in self.states:
            return None
        sockets = tuple(sorted(self.sockets[conversation].values(), key=lambda p: p.connection, reverse=True))
        return Tail(self.states[conversation], sockets, self.records[conversation][-1])

    def append(self, entry: Entry) -> None:
        self._step("append")
        record = self.records[ConversationId(entry.event.head.conv)]
        if entry.seq <= len(record):
            raise Moved
        assert entry.seq == len(record) + 1, "a gap in the record"
        record.append(entry)
        self._step("append done")

    def change(self, conversation: Conversation, entry: Entry | None) -> None:
        self._step("change")
        stored = self.states.get(conversation.id)
        if stored is None or stored.revision != conversation.revision - 1:
            raise Moved
        if entry is not None:
            if entry.seq <= len(self.records[conversation.id]):
                raise Moved
            self.records[conversation.id].append(entry)
        self.states[conversation.id] = conversation
        self._step("change done")

    def events(self, conversation: ConversationId, after: int = 0) -> Iterator[Entry]:
        self._step("events")
        yield from [e for e in self.records[conversation] if e.seq > after]

    def said(self, conversation: ConversationId, client: ClientId, n: int) -> Entry | None:
        for entry in self.events(conversation):
            counter = entry.counters.get(client)
            if counter and counter.seq == entry.seq and counter.n == n:
                return entry
        return None

    def last_said(self, conversation: ConversationId, client: ClientId) -> int:
        return max((e.counters[client].n for e in self.events(conversation) if client in e.counters), default=0)

    def join(self, conversation: ConversationId, presence: Presence) -> None:
        self._step("join")
        self.sockets[conversation][presence.connection] = presence
        self._step("join done")

    def leave(self, conversation: ConversationId, connection: ConnectionId) -> None:
        self._step("leave")
        self.sockets[conversation].pop(connection, None)

    def due(self, now: datetime, limit: int) -> Sequence[ConversationId]:
        self._step("due")
        waiting = [c for c in self.states.values() if c.due_at and c.due_at <= now]
        return [c.id for c in sorted(waiting, key=lambda c: c.due_at or now)][:limit]

    def listed(self, work: str, limit: int | None = None, *, newest_first: bool = False) -> Sequence[Conversation]:
        self._step("listed")
        found = [c for c in self.states.values() if work_list(c) == work]
        return sorted(found, key=lambda c: c.since, reverse=newest_first)[:limit]

    def add(self, conversation: ConversationId, note: Note) -> None:
        self.noted[conversation].append(note)

    def notes(self, conversation: ConversationId) -> Sequence[Note]:
        return self.noted[conversation]

    def mark_sealed(self, conversation: ConversationId, sealed: Sealed) -> None:
        before = self.states[conversation]
        assert before.state is State.CLOSED
        self.states[conversation] = replace(before, revision=before.revision + 1, sealed=sealed, due_at=None)


class MemoryRoster:
    """Officers' sessions."""

    def __init__(self, step: Callable[[str], None]) -> None:
        self._step = step
        self.sessions: dict[str, OnDuty] = {}

    def all(self) -> Sequence[OnDuty]:
        self._step("roster")
        return list(self.sessions.values())

    def get(self, collar: str) -> OnDuty | None:
        return self.sessions.get(collar)

    def set_duty(self, officer: Officer, language: str, *, on_duty: bool, at: datetime) -> OnDuty:
        self._step("roster put")
        before = self.sessions.get(officer.collar)
        session = OnDuty(officer, language, on_duty, before.connection if before else None, at)
        self.sessions[officer.collar] = session
        return session

    def connected(self, officer: Officer, connection: ConnectionId, language: str, at: datetime) -> OnDuty:
        self._step("roster put")
        before = self.sessions.get(officer.collar)
        session = OnDuty(
            officer, before.language if before else language, before.on_duty if before else False, connection, at
        )
        self.sessions[officer.collar] = session
        return session

    def drop(self, collar: str, connection: ConnectionId, at: datetime) -> None:
        session = self.sessions.get(collar)
        if session and session.connection == connection:
            self.sessions[collar] = replace(session, connection=None, seen_at=at)


class MemorySockets:
    """Sockets that keep what they are sent; a dead one answers ``GONE``."""

    def __init__(self, step: Callable[[str], None]) -> None:
        self._step = step
        self.sent: dict[ConnectionId, list[dict[str, Any]]] = defaultdict(list)
        self.dead: set[ConnectionId] = set()
        self.unreachable: set[ConnectionId] = set()

    def post(self, frames: Sequence[tuple[ConnectionId, bytes]]) -> Sequence[Posted]:
        results = []
        for connection, frame in frames:
            self._step("post")
            assert len(frame) <= 32 * 1024, "larger than a frame may be"
            if connection in self.dead:
                results.append(Posted.GONE)
            elif connection in self.unreachable:
                self.dead.add(connection)
                results.append(Posted.UNREACHABLE)
            else:
                self.sent[connection].append(json.loads(frame))
                results.append(Posted.SENT)
        return results

    def hang_up(self, connection: ConnectionId) -> None:
        self._step("hang up")
        self.dead.add(connection)


class MemoryAccounts:
    """Whose account allows what: everybody's that this world knows, until it is taken away."""

    def __init__(self) -> None:
        self.enabled = {AMELIA.collar, TOM.collar}

    def who_may(self, action: str) -> frozenset[str]:
        assert action == "converse"
        return frozenset(self.enabled)


class MemoryBus:
    """Domain events, in order."""

    def __init__(self, step: Callable[[str], None]) -> None:
        self._step = step
        self.published: list[tuple[str, str]] = []
        self.reads: list[dict[str, str]] = []

    def publish(self, detail_type: str, conversation: Conversation, **ids: str) -> None:
        self._step("publish")
        self.published.append((detail_type, conversation.id))
        if detail_type in ("TranscriptRead", "NotesRead"):
            self.reads.append({"what": detail_type, **ids})


class MemoryLate:
    """Late translations asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[ConversationId, int, tuple[str, ...]]] = []

    def ask(self, conversation: ConversationId, seq: int, languages: Iterable[str]) -> None:
        self.asked.append((conversation, seq, tuple(languages)))


class MemoryTickets:
    """Tickets."""

    def __init__(self) -> None:
        self.kept: dict[str, Ticket] = {}

    def put(self, ticket: Ticket) -> None:
        self.kept[ticket.hash] = ticket

    def look(self, ticket_hash: str) -> Ticket | None:
        return self.kept.get(ticket_hash)

    def take(self, ticket_hash: str) -> Ticket | None:
        return self.kept.pop(ticket_hash, None)


class TaggingTranslation:
    """Marks each text with its direction, so that a test sees who got which; ``fail`` makes it unavailable."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, tuple[str, ...]]] = []
        self.fail: str | None = None
        self.detects: str | None = None

    def translate_message(self, text: str, source: str, targets: Iterable[str]) -> Outcome:
        wanted = tuple(sorted(targets))
        self.calls.append((text, source, wanted))
        if self.fail:
            return Outcome((), tuple(Untranslated(to, self.fail) for to in wanted), None)  # type: ignore[arg-type]
        found = self.detects if source == "auto" else None
        from_ = found or source
        return Outcome(tuple(Translation(to, from_, f"[{from_}>{to}] {text}", "test") for to in wanted), (), found)


@dataclass
class World:
    """Everything wired together, as the composition root does it."""

    now: datetime = START
    timing: Timing = field(default_factory=Timing)
    steps: list[str] = field(default_factory=list)
    on_step: Callable[[str], None] | None = None

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.step)
        self.roster = MemoryRoster(self.step)
        self.sockets = MemorySockets(self.step)
        self.bus = MemoryBus(self.step)
        self.late = MemoryLate()
        self.translation = TaggingTranslation()
        self.prepared: dict[tuple[str, str], Translation] = {}
        clock = _Clock(self)
        self.tickets = TicketService(MemoryTickets(), clock)
        self.pace = Pace(clock)
        self.delivery = Delivery(self.sockets, self.store, self.roster, clock)
        self.transitions = Transitions(self.store, clock, sleep=lambda _: None)
        force = ForceSettings("eastshire", "en", frozenset({"safety_plan", "advice_given"}), self.timing)
        self.service = ConversationService(
            store=self.store,
            duty=self.roster,
            delivery=self.delivery,
            transitions=self.transitions,
            translation=lambda: self.translation,  # type: ignore[arg-type,return-value]
            prepared=lambda text, language: self.prepared.get((text, language)),
            late=self.late,
            events=self.bus,
            clock=clock,
            force=force,
        )
        self.desk = Desk(
            store=self.store,
            notes=self.store,
            duty=self.roster,
            delivery=self.delivery,
            transitions=self.transitions,
            events=self.bus,
            clock=clock,
            timing=self.timing,
        )
        self.watch = WatchService(self.store, self.transitions, self.delivery, self.bus, clock, self.timing)
        self.accounts = MemoryAccounts()
        self.muster = Muster(
            accounts=self.accounts,
            store=self.store,
            duty=self.roster,
            delivery=self.delivery,
            transitions=self.transitions,
            events=self.bus,
            clock=clock,
            timing=self.timing,
        )
        self.entrance = Entrance(self.store, self.tickets, self.service, clock)
        self.later = LateTranslationService(
            self.store,
            self.transitions,
            self.delivery,
            self.translation,  # type: ignore[arg-type]
        )

    def step(self, name: str) -> None:
        """Every call of a port passes here."""
        self.steps.append(name)
        if self.on_step:
            self.on_step(name)

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    def visitor(self, language: str = "es") -> Person:
        """A visitor whose page has a ticket and an open socket, and has said hello."""
        admission = self.entrance.admit()
        person = Person(self, Role.VISITOR, conversation=admission.conversation, resume=admission.resume)
        person.grant = self._redeem(admission.ticket)
        person.language = language
        person.connect()
        return person

    def officer(self, who: Officer = AMELIA, *, on_duty: bool = True, language: str = "en") -> Person:
        """An officer with an open socket."""
        person = Person(self, Role.OFFICER, officer=who)
        person.grant = Grant(role=Role.OFFICER, officer=who)
        person.connect()
        self.desk.set_duty(who, language, on_duty=on_duty)
        return person

    def _redeem(self, ticket: str) -> Grant:
        grant = self.tickets.redeem(ticket)
        assert grant is not None
        return grant

    def state(self, conversation: ConversationId) -> Conversation:
        return self.store.states[conversation]

    def record(self, conversation: ConversationId) -> list[Entry]:
        return self.store.records[conversation]

    def texts(self, conversation: ConversationId) -> list[str]:
        return [str(e.event.body["text"]) for e in self.record(conversation) if e.kind == "message"]

    def snapshot(self) -> Any:
        return copy.deepcopy((self.store.states, dict(self.store.records)))


class _Clock:
    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.now


@dataclass
class Person:
    """A page with a socket, and its counter of messages."""

    world: World
    role: Role
    conversation: ConversationId = field(default_factory=lambda: ConversationId(""))
    resume: str = ""
    officer: Officer | None = None
    grant: Grant = field(default_factory=lambda: Grant(role=Role.VISITOR))
    language: str = "en"
    client: ClientId = field(default_factory=lambda: ClientId(f"{next(_numbers):012x}"))
    connection: ConnectionId = field(default_factory=lambda: ConnectionId(""))
    n: int = 0

    @property
    def caller(self) -> Caller:
        return Caller(self.connection, self.grant)

    def connect(self, last: int = 0) -> None:
        self.connection = ConnectionId(f"{next(_numbers):08x}")
        if self.role is Role.VISITOR:
            self.world.service.visitor_hello(self.caller, self.client, self.language, last)
        else:
            self.world.service.officer_hello(self.caller)

    def join(self, conversation: ConversationId, last: int = 0) -> None:
        self.world.service.officer_resume(self.caller, conversation, self.client, last)

    def take(self, conversation: ConversationId) -> None:
        assert self.officer
        self.world.desk.accept(self.officer, conversation)
        self.conversation = conversation
        self.join(conversation)

    def say(self, text: str, n: int | None = None) -> None:
        self.n = n or self.n + 1
        self.world.service.send(self.caller, self.conversation, self.n, text, self.client)

    def lose_socket(self, *, noticed: bool = True) -> None:
        self.world.sockets.dead.add(self.connection)
        if noticed:
            self.world.service.disconnected(self.caller)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return self.world.sockets.sent[self.connection]

    def got(self, kind: str) -> list[dict[str, Any]]:
        return [f for f in self.frames if f["type"] == kind]

    def seen_texts(self) -> list[str]:
        """Message texts in the order shown, each event once."""
        shown: dict[int, str] = {}
        for frame in self.frames:
            events = frame.get("events") or ([frame["event"]] if "event" in frame else [])
            shown |= {e["seq"]: e["body"]["text"] for e in events if e["type"] == "message"}
        return [shown[seq] for seq in sorted(shown)]
