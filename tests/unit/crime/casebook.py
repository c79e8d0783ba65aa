"""A small world for tests of updates: inbox, queues, crimes, people and a clock, in memory.

:class:`MemoryCases` and the tables run one contract suite: ``tests/integration/test_case_store.py``. Every call of a
port passes :meth:`Casebook.step`, before and after what it does: there a test may stop, crash, refuse for the moment,
or switch to another worker.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from harbour.contact.model import Link, Person
from harbour.crime.deadlines import DeadlineService
from harbour.crime.link import OutboundTask, Progress
from harbour.crime.model import (
    Appointment,
    CrimeEvent,
    CrimeRef,
    Effect,
    Entry,
    EventId,
    Kind,
    Message,
    Party,
    PartyRole,
    PersonId,
    Problem,
    Waits,
    person_id,
)
from harbour.crime.ports import Change, Due, Raced
from harbour.crime.progress import CrimeState
from harbour.crime.service import UpdateRules, UpdateService
from harbour.notification.model import Notification, NotificationId, State, look_at

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""Ten in the morning, in winter: London has the same hour."""

FORCE = "eastshire"
RULES = UpdateRules(force=FORCE, name="Eastshire Police")
CRIME = CrimeRef("42/123456/26")
OTHER_CRIME = CrimeRef("42/777777/26")
AMINA = person_id(FORCE, "athena", "P1")
BEN = person_id(FORCE, "athena", "P2")
PHONE, EMAIL = "07700 900123", "amina@harbour-test.uk"

Step = Callable[[str], None]


def victim(source_id: str = "P1", **more: Any) -> Party:
    values: dict[str, Any] = {
        "given_name": "Amina",
        "family_name": "Rahman",
        "date_of_birth": "1990-04-12",
        "phone": PHONE,
        "email": EMAIL,
        "contact": "safe_sms",
    } | more
    return Party(source_id=source_id, role=PartyRole.VICTIM, **values)


def suspect(source_id: str = "S1", **more: Any) -> Party:
    return Party(source_id=source_id, role=PartyRole.SUSPECT, given_name="Carl", family_name="Doe", **more)


def update(
    ident: str,
    kind: str = "suspect_arrested",
    minutes: float = 0,
    *,
    crime: CrimeRef = CRIME,
    parties: Sequence[Party] = (),
    offence: str = "burglary",
    version: int = 0,
    corrects: str = "",
    withdraws: str = "",
    **details: str,
) -> CrimeEvent:
    return CrimeEvent(
        source="athena",
        id=EventId(ident),
        crime=crime,
        kind=Kind(kind),
        occurred_at=MONDAY + timedelta(minutes=minutes),
        version=version,
        corrects=EventId(corrects) if corrects else None,
        withdraws=EventId(withdraws) if withdraws else None,
        offence=offence,
        parties=tuple(parties),
        details=details,
    )


@dataclass
class _Waiting:
    event: CrimeEvent
    received_at: datetime
    due_at: datetime
    done: bool = False


class MemoryCases:
    """The table ``cases``, in memory: the same conditions, the same answers."""

    def __init__(self, step: Step = lambda _: None, now: Callable[[], datetime] = lambda: MONDAY) -> None:
        self._step = step
        self._now = now
        self.inbox: dict[tuple[str, EventId], _Waiting] = {}
        self.refused: dict[tuple[str, EventId], tuple[CrimeRef | None, Mapping[str, object]]] = {}
        self.states: dict[CrimeRef, CrimeState] = {}
        self.entries: dict[CrimeRef, dict[EventId, Entry]] = defaultdict(dict)
        self.letters: dict[CrimeRef, dict[str, Message]] = defaultdict(dict)
        self.agreed: dict[CrimeRef, dict[str, Appointment]] = defaultdict(dict)
        self.people: dict[PersonId, Person] = {}
        self.sent: dict[PersonId, dict[NotificationId, Notification]] = defaultdict(dict)
        self.tasks: dict[tuple[CrimeRef, str], OutboundTask] = {}
        self.problems: dict[tuple[CrimeRef, str], Problem] = {}
        self.commits: list[EventId] = []
        self.written: Counter[str] = Counter()

    # -- inbox

    def put(self, event: CrimeEvent, at: datetime) -> bool:
        self._step("put")
        if (event.source, event.id) in self.inbox:
            return False
        self.inbox[(event.source, event.id)] = _Waiting(event, at, at + timedelta(seconds=60))
        self._step("put done")
        return True

    def put_refused(
        self, source: str, ident: EventId, crime: CrimeRef | None, problem: Mapping[str, object], at: datetime
    ) -> None:
        self._step("refuse")
        self.refused[(source, ident)] = (crime, problem)
        self._step("refuse done")

    def waiting(self, source: str, ident: EventId) -> CrimeEvent | None:
        self._step("waiting")
        found = self.inbox.get((source, ident))
        return found.event if found and not found.done else None

    def waits(self, source: str, ident: EventId) -> Waits | None:
        self._step("waits")
        found = self.inbox.get((source, ident))
        return Waits(crime=found.event.crime, since=found.received_at) if found and not found.done else None

    def postpone(self, source: str, ident: EventId, until: datetime) -> None:
        self._step("postpone")
        found = self.inbox.get((source, ident))
        if found and not found.done:
            found.due_at = until

    # -- crimes

    def state(self, crime: CrimeRef) -> CrimeState | None:
        self._step("state")
        return self.states.get(crime)

    def timeline(self, crime: CrimeRef) -> Sequence[Entry]:
        self._step("timeline")
        return sorted(self.entries[crime].values(), key=lambda one: (one.event.occurred_at, one.event.id))

    def known_tasks(self, crime: CrimeRef, idents: Iterable[str]) -> frozenset[str]:
        self._step("known tasks")
        return frozenset(ident for ident in idents if (crime, ident) in self.tasks)

    def open_problems(self, crime: CrimeRef) -> Sequence[Problem]:
        self._step("open problems")
        return [problem for (ref, _), problem in sorted(self.problems.items()) if ref == crime]

    def commit(self, change: Change) -> None:
        self._step("commit")
        ref = change.state.ref
        waiting = self.inbox.get((change.source, change.event))
        if waiting is None or waiting.done or self._version(ref) != _version(change.state_before):
            raise Raced
        for before, after in (*change.people, *change.strangers):
            if _person_version(self.people.get(after.id)) != _person_version(before):
                raise Raced
        for was, message in change.messages:
            if self.sent[message.person].get(message.id) != was:
                raise Raced
        mended = {(ref, ident) for ident in change.mended}
        if any((ref, task.id) in self.tasks for task in change.tasks) or not mended <= self.problems.keys():
            raise Raced
        waiting.done = True
        self.commits.append(change.event)
        self.states[ref] = change.state
        for entry in (change.entry, *change.changed):
            self.entries[ref][entry.event.id] = entry
        for before, after in (*change.people, *change.strangers):
            self.people[after.id] = replace(after, version=_person_version(before) + 1)
        for was, message in change.messages:
            self.sent[message.person][message.id] = message
            self.written[message.id] += was is None
        for task in change.tasks:
            self.tasks[(ref, task.id)] = task
            self.written[task.id] += 1
        left = {key: problem for key, problem in self.problems.items() if key not in mended}
        self.problems = left | {(ref, problem.id): problem for problem in change.problems}
        for gone in change.unsaid:
            self.letters[ref].pop(gone.id, None)
        if change.answer:
            self._answer(ref, change.answer, change.answers)
        self.agreed[ref] |= {one.id: one for one in change.appointments}
        self._step("commit done")

    def _version(self, crime: CrimeRef) -> int:
        return _version(self.states.get(crime))

    def _answer(self, crime: CrimeRef, answer: Message, answers: str) -> None:
        named = self.letters[crime].get(answers)
        until = named.at if named else answer.at
        for one in self.letters[crime].values():
            if one.by == "victim" and one.at <= until and (named is None or one.person == named.person):
                self.letters[crime][one.id] = replace(one, state="answered")
        self.letters[crime][answer.id] = answer

    def messages(self, crime: CrimeRef) -> list[Message]:
        return sorted(self.letters[crime].values(), key=lambda one: (one.at, one.id))

    def appointments(self, crime: CrimeRef) -> list[Appointment]:
        return sorted(self.agreed[crime].values(), key=lambda one: one.at)

    def tell(self, crime: CrimeRef, message: Message, task: OutboundTask) -> Message:
        if message.id not in self.letters[crime]:
            self.letters[crime][message.id] = message
            self.tasks[(crime, task.id)] = task
        return self.letters[crime][message.id]

    def reached(self, crime: CrimeRef, message: str) -> None:
        self._step("reached")
        found = self.letters[crime].get(message)
        if found and found.state == "sent":
            self.letters[crime][message] = replace(found, state="reached")
        self._step("reached done")

    # -- people

    def person(self, person: PersonId) -> Person | None:
        self._step("person")
        return self.people.get(person)

    def recent(self, person: PersonId) -> Sequence[Notification]:
        self._step("recent")
        return list(self.sent[person].values())

    def message(self, person: PersonId, ident: NotificationId) -> Notification | None:
        self._step("message")
        return self.sent[person].get(ident)

    # -- tasks

    def create(self, made: OutboundTask) -> None:
        self._step("create")
        if (made.crime, made.id) not in self.tasks:
            self.tasks[(made.crime, made.id)] = made
            self.written[made.id] += 1
        self._step("create done")

    def get(self, crime: CrimeRef, ident: str) -> OutboundTask | None:
        self._step("get")
        found = self.tasks.get((crime, ident))
        if found is None or found.source:
            return found
        state = self.states.get(crime)
        return replace(found, source=state.source if state else "")

    def replace_task(self, before: OutboundTask, after: OutboundTask) -> bool:
        self._step("replace")
        stored = self.tasks.get((before.crime, before.id))
        if stored is None or (stored.failures, stored.progress) != (before.failures, before.progress):
            return False
        self.tasks[(after.crime, after.id)] = after
        self._step("replace done")
        return True

    # -- the index

    def due(self, name: str, until: datetime, most: int) -> Iterator[Due]:
        self._step(f"due {name}")
        for _, pk, sk in sorted(one for one in self._listed(name) if one[0] <= until)[:most]:
            yield Due(pk, sk)

    def _listed(self, name: str) -> Iterator[tuple[datetime, str, str]]:
        if name == "inbox":
            for (source, ident), one in self.inbox.items():
                if not one.done:
                    yield one.due_at, f"inbox#{source}#{ident}", "S#"
        elif name == "notify":
            for message in (one for sent in self.sent.values() for one in sent.values()):
                if at := look_at(message):
                    yield at, f"person#{message.person}", f"N#{message.id}"
        else:
            for task in self.tasks.values():
                if task.progress is Progress.WAITING and task.next_at:
                    grace = timedelta() if task.failures else timedelta(seconds=60)
                    yield task.next_at + grace, f"crime#{task.crime}", f"T#{task.id}"


def _version(state: CrimeState | None) -> int:
    return state.version if state else 0


def _person_version(person: Person | None) -> int:
    return person.version if person else 0


@dataclass
class _Asked:
    """One message of the FIFO queue."""

    group: str
    body: str
    received: int = 0
    hidden_until: datetime = MONDAY


class MemoryFifo:
    """Amazon SQS FIFO: one group for each crime, five minutes of deduplication, dead after so many receives.

    While a message of a group is in flight, no other of that group is given out.
    """

    RECEIVES = 5

    def __init__(self, step: Step, now: Callable[[], datetime]) -> None:
        self._step = step
        self._now = now
        self.visibility = timedelta(minutes=3)
        self.queue: list[_Asked] = []
        self.dead: list[_Asked] = []
        self._seen: dict[str, datetime] = {}

    def ask(self, event: CrimeEvent) -> None:
        self.ask_again(event.source, event.id, event.crime, "")

    def ask_again(self, source: str, ident: EventId, crime: CrimeRef, once: str) -> None:
        self._step("queue")
        known = f"{source}#{ident}#{once}"
        if known not in self._seen or self._seen[known] + timedelta(minutes=5) <= self._now():
            self._seen[known] = self._now()
            self.queue.append(_Asked(crime, json.dumps({"source": source, "id": ident})))
        self._step("queue done")

    def receive(self, most: int = 10, *, overrun: bool = False) -> list[_Asked]:
        """A batch. ``overrun``: whoever has messages in flight takes longer than the queue waits for them."""
        busy = {one.group for one in self.queue if one.hidden_until > self._now() and not overrun}
        for one in [one for one in self.queue if one.group not in busy and one.received >= self.RECEIVES]:
            self.queue.remove(one)
            self.dead.append(one)
        found = [one for one in self.queue if one.group not in busy][:most]
        for one in found:
            one.received += 1
            one.hidden_until = self._now() + self.visibility
        return found

    def done(self, batch: Sequence[_Asked], failed: Iterable[str]) -> None:
        failures = set(failed)
        for one in batch:
            if str(id(one)) in failures:
                one.hidden_until = self._now()
            elif one in self.queue:
                self.queue.remove(one)


def records(batch: Sequence[_Asked]) -> dict[str, Any]:
    """A batch as Lambda gets it."""
    return {
        "Records": [
            {
                "messageId": str(id(one)),
                "receiptHandle": "r",
                "body": one.body,
                "attributes": {"ApproximateReceiveCount": str(one.received), "MessageGroupId": one.group},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-2:1:updates.fifo",
                "awsRegion": "eu-west-2",
            }
            for one in batch
        ]
    }


class MemoryNotifyQueue:
    """Remembers which messages were asked for."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.asked: list[tuple[PersonId, NotificationId]] = []

    def ask(self, wanted: Sequence[tuple[PersonId, NotificationId]]) -> None:
        self._step("notify")
        self.asked += wanted
        self._step("notify done")


class MemoryLinkQueue:
    """Remembers which tasks were asked for."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.asked: list[tuple[CrimeRef, str]] = []

    def ask(self, crime: CrimeRef, task: str) -> None:
        self._step("link")
        self.asked.append((crime, task))
        self._step("link done")


class MemoryInvitations:
    """Ways in."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.made: list[PersonId] = []

    def invite(self, person: PersonId) -> str:
        self._step("invite")
        self.made.append(person)
        return f"https://account.eastshire.example/portal/#i={len(self.made)}"


@dataclass
class Casebook:
    """Everything together."""

    time: datetime = MONDAY
    on_step: Step | None = None
    steps: list[str] = field(default_factory=list)
    rules: UpdateRules = RULES

    def __post_init__(self) -> None:
        self.store = MemoryCases(self.step, self.now)
        self.fifo = MemoryFifo(self.step, self.now)
        self.notify = MemoryNotifyQueue(self.step)
        self.link = MemoryLinkQueue(self.step)
        self.invitations = MemoryInvitations(self.step)
        self.updates = UpdateService(
            waiting=self.store,
            crimes=self.store,
            people=self.store,
            sent=self.store,
            notify=self.notify,
            links=self.link,
            invitations=self.invitations,
            clock=self,
            rules=self.rules,
        )
        self.deadlines = DeadlineService(self.store, self.store, self.fifo, self.notify, self.link, self.store, self)

    def now(self) -> datetime:
        return self.time

    def step(self, name: str) -> None:
        self.steps.append(name)
        if self.on_step is not None:
            self.on_step(name)

    def wait(self, **length: float) -> None:
        self.time += timedelta(**length)

    def accept(self, event: CrimeEvent) -> None:
        """As the webhook door does it, once the signature was right."""
        self.store.put(event, self.now())
        self.fifo.ask(event)

    def take(self, event: CrimeEvent) -> Effect | None:
        """One update from end to end."""
        self.accept(event)
        return self.updates.handle(event.source, event.id)

    def known(self, person: PersonId = AMINA) -> Person:
        return self.store.people[person]

    def linked(self, person: PersonId = AMINA, crime: CrimeRef = CRIME) -> Link:
        return next(link for link in self.known(person).links if link.crime == crime)

    def messages(self, person: PersonId = AMINA) -> list[Notification]:
        return list(self.store.sent[person].values())

    def waiting_for(self, person: PersonId = AMINA) -> list[tuple[str, ...]]:
        """The causes of what is to be sent."""
        return [one.causes for one in self.messages(person) if one.state is State.CREATED]

    def send_all(self) -> None:
        """As the notifier does it when all goes well."""
        for sent in self.store.sent.values():
            for one in list(sent.values()):
                if one.state is State.CREATED and one.due_at <= self.time:
                    sent[one.id] = replace(one, state=State.SENT, sent_at=self.time)

    def reasons(self, crime: CrimeRef = CRIME) -> list[str]:
        """Why officers have tasks."""
        return sorted(
            json.loads(task.body)["data"].get("reason", "message")
            for (ref, _), task in self.store.tasks.items()
            if ref == crime
        )

    def timeline(self, crime: CrimeRef = CRIME) -> dict[str, Effect]:
        return {entry.event.id: entry.effect for entry in self.store.timeline(crime)}
