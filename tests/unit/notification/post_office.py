"""A small world for tests of sending: a store, people, providers and a clock, in memory.

:class:`MemoryNotifications` and the table run one contract suite: ``tests/integration/test_notification_store.py``.
Every call of a port passes :meth:`PostOffice.step`, before and after what it does: there a test may stop, crash or
switch to another worker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import Enum

from harbour.contact.model import Channel, Consent, ContactPlan, Hours, Link, Person
from harbour.crime.link import TaskWanted, ident_of
from harbour.crime.model import CrimeRef, PersonId, Problem, crime_id, person_id
from harbour.notification.model import Notification, NotificationId, State, crimes_of, look_at
from harbour.notification.plan import ident
from harbour.notification.ports import Moved, NotTaken, Unsure
from harbour.notification.receipts import Receipt, ReceiptService
from harbour.notification.render import Rendered
from harbour.notification.service import ErrorWindow, NotificationService

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""Ten in the morning, in winter: London has the same hour."""

CRIME = CrimeRef("42/123456/26")
OTHER_CRIME = CrimeRef("42/777777/26")
AMINA = person_id("eastshire", "athena", "p-1")
PHONE, EMAIL = "+447700900123", "amina@example.org"
EVENT = "msg_0"
VALUES = {"portal": "https://account.eastshire.example/portal/", "force": "Eastshire Police"}
ALWAYS = Hours(start=time(0, 0), end=time(23, 59), days=frozenset(range(1, 8)))

Step = Callable[[str], None]


def link(crime: CrimeRef = CRIME, *, sensitive: bool = False, enhanced: bool = False) -> Link:
    return Link(
        crime=crime, id=crime_id(crime), role="victim", enhanced=enhanced, sensitive=sensitive, offence="burglary"
    )


def person(
    *,
    consent: Consent = Consent.AGREED,
    channels: frozenset[Channel] = frozenset(Channel),
    hours: Hours | None = None,
    phone: str = PHONE,
    email: str = EMAIL,
    blocked: str = "",
    links: tuple[Link, ...] | None = None,
) -> Person:
    return Person(
        id=AMINA,
        source="athena",
        source_id="p-1",
        given_name="Amina",
        phone=phone,
        email=email,
        plan=ContactPlan(consent=consent, channels=channels, hours=hours or Hours()),
        blocked=blocked,
        links=(link(),) if links is None else links,
    )


def message(
    channel: Channel = Channel.SMS,
    *,
    at: datetime = MONDAY,
    due_at: datetime | None = None,
    kind: str = "suspect_arrested",
    event: str = EVENT,
    crime: CrimeRef = CRIME,
    deadline_at: datetime | None = None,
    values: Mapping[str, str] | None = None,
) -> Notification:
    return Notification(
        id=ident(AMINA, event, kind, channel),
        person=AMINA,
        crime=crime,
        causes=(event,),
        type=kind,
        type_version=1,
        channel=channel,
        language="en",
        values={"name": "Amina", **(values or {})},
        state=State.CREATED,
        created_at=at,
        due_at=due_at or at,
        deadline_at=deadline_at,
    )


class MemoryNotifications:
    """The table, in memory: the same conditions, the same answers."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.kept: dict[tuple[PersonId, NotificationId], Notification] = {}
        self.ways: dict[tuple[str, str], tuple[PersonId, NotificationId]] = {}
        self.tasks: dict[tuple[CrimeRef, str], TaskWanted] = {}
        self.problems: dict[tuple[CrimeRef, str], Problem] = {}

    def get(self, person: PersonId, ident: NotificationId) -> Notification | None:
        self._step("get")
        return self.kept.get((person, ident))

    def put(
        self,
        before: Notification,
        after: Notification,
        tasks: Sequence[TaskWanted] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        key = (before.person, before.id)
        if after.channel is Channel.SMS and after.provider_id and after.provider_id != before.provider_id:
            self._step("way back")
            self.ways[(after.provider, after.provider_id)] = key
            self._step("way back done")
        self._step("put")
        if self.kept.get(key) != before:
            raise Moved
        self.kept[key] = after
        for crime in crimes_of(after):
            self.tasks |= {(crime, ident_of(crime, one.reason, one.key)): one for one in tasks}
            self.problems |= {(crime, one.id): replace(one, crime=crime) for one in problems}
        self._step("put done")

    def by_receipt(self, provider: str, provider_id: str) -> Notification | None:
        self._step("by_receipt")
        key = self.ways.get((provider, provider_id))
        return self.kept[key] if key else None

    def create(self, made: Notification) -> Notification:
        self.kept[(made.person, made.id)] = made
        return made


class MemoryPeople:
    """People, in memory."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.known: dict[PersonId, Person] = {}

    def person(self, person: PersonId) -> Person | None:
        self._step("person")
        return self.known.get(person)

    def block(self, person: PersonId, reason: str) -> None:
        self._step("block")
        before = self.known[person]
        if reason not in before.blocked.split():
            self.known[person] = replace(before, blocked=f"{before.blocked} {reason}".strip())
        self._step("block done")


class Does(Enum):
    """What a provider does with one call."""

    TAKES = "takes"
    BUSY = "busy"
    REFUSES = "refuses for good"
    TAKES_SILENTLY = "takes it, and the answer is lost"
    SILENT = "does not take it, and does not answer"


@dataclass
class Taken:
    """What a provider took: it is on its way to the person."""

    at: datetime
    provider: str
    provider_id: str
    reference: str
    to: str
    rendered: Rendered


class FakeProvider:
    """Takes messages, or does not, as it is told."""

    channels = frozenset(Channel)

    def __init__(self, name: str, office: PostOffice, *, can_be_asked: bool = False) -> None:
        self.name = name
        self.can_be_asked = can_be_asked
        self.answers = True
        self._office = office
        self.does: Callable[[], Does] = lambda: Does.TAKES

    def send(self, to: str, rendered: Rendered, reference: str) -> str:
        self._office.step(f"{self.name} called")
        does = self.does()
        if does is Does.BUSY:
            raise NotTaken("throttled", for_good=False)
        if does is Does.REFUSES:
            raise NotTaken("opted_out", for_good=True)
        if does is Does.SILENT:
            raise Unsure("nothing")
        taken = Taken(
            at=self._office.now(),
            provider=self.name,
            provider_id=f"{self.name}-{len(self._office.taken)}",
            reference=reference,
            to=to,
            rendered=rendered,
        )
        self._office.taken.append(taken)
        self._office.step(f"{self.name} took it")
        if does is Does.TAKES_SILENTLY:
            raise Unsure("lost")
        return taken.provider_id

    def find(self, reference: str) -> str | None:
        self._office.step("find")
        if not self.can_be_asked:
            return None
        if not self.answers:
            raise Unsure("nothing")
        mine = (one for one in self._office.taken if one.provider == self.name and one.reference == reference)
        return next((one.provider_id for one in mine), None)


class MemoryLimits:
    """Has room, unless it is told otherwise."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.full_until: datetime | None = None
        self.counted: list[tuple[str, str]] = []

    def take(self, number: str, sha256: str, at: datetime) -> datetime | None:
        self._step("take")
        if self.full_until is not None and at < self.full_until:
            return self.full_until
        self.counted.append((number, sha256))
        return None


class MemoryLinks:
    """Remembers which tasks were asked for."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.asked: defaultdict[CrimeRef, list[str]] = defaultdict(list)

    def ask(self, crime: CrimeRef, task: str) -> None:
        self._step("ask")
        self.asked[crime].append(task)


class PostOffice:
    """Everything together."""

    def __init__(self, *providers: str, can_be_asked: bool = False, force: str = "") -> None:
        self.on_step: Step | None = None
        self.time = MONDAY
        self.taken: list[Taken] = []
        self.store = MemoryNotifications(self.step)
        self.people = MemoryPeople(self.step)
        self.links = MemoryLinks(self.step)
        self.limits = MemoryLimits(self.step)
        self.window = ErrorWindow()
        self.providers = [
            FakeProvider(name, self, can_be_asked=can_be_asked) for name in providers or ("aws", "notify")
        ]
        self.sending = NotificationService(
            self.store,
            self.people,
            self.providers,
            self.window,
            self.limits,
            self.links,
            self,
            force=force,
            values=VALUES,
        )
        self.receipts = ReceiptService(self.store, self.people, self.links, self)
        self.people.known[AMINA] = person()

    def now(self) -> datetime:
        return self.time

    def step(self, name: str) -> None:
        if self.on_step is not None:
            self.on_step(name)

    def wait(self, **length: float) -> None:
        self.time += timedelta(**length)

    def created(self, made: Notification | None = None) -> Notification:
        return self.store.create(made or message())

    def send(self, what: Notification) -> State | None:
        return self.sending.send(what.person, what.id)

    def state(self, what: Notification) -> Notification:
        return self.store.kept[(what.person, what.id)]

    def run_due(self) -> None:
        """As ``deadlines`` does every minute: everything that is to be looked at."""
        for one in list(self.store.kept.values()):
            at = look_at(one)
            if at is not None and at <= self.time:
                self.send(one)

    def arrived(self, taken: Taken, *, reason: str = "") -> str:
        return self.receipts.take(receipt_of(taken, self.state_of(taken).channel, reason=reason))

    def state_of(self, taken: Taken) -> Notification:
        ours, _, number = taken.reference.partition("_")
        return self.store.kept[(PersonId(ours), NotificationId(number))]

    def reasons(self, crime: CrimeRef = CRIME) -> list[str]:
        return sorted(task.reason.value for (ref, _), task in self.store.tasks.items() if ref == crime)


def receipt_of(taken: Taken, channel: Channel, *, reason: str = "", at: datetime | None = None) -> Receipt:
    """As the provider would tell: SNS knows nothing but its own id."""
    blind = taken.provider == "aws" and channel is Channel.SMS
    return Receipt(
        provider=taken.provider,
        provider_id=taken.provider_id,
        reference="" if blind else taken.reference,
        delivered=not reason,
        reason=reason,
        at=at or taken.at,
    )
