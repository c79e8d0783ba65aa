"""A burst of crime updates through the real services, in one process, over stores in memory.

The stores keep the same contract as the tables (``tests/integration/test_case_store.py``,
``tests/unit/notification/post_office.py``). The queue is as Amazon SQS FIFO: crimes in any order, one crime's
updates in theirs, now and then one delivered twice. What AWS adds in time is not in it.
"""

from __future__ import annotations

import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harbour.contact.model import Channel
from harbour.crime.link import TaskWanted
from harbour.crime.model import CrimeEvent, CrimeRef, PersonId
from harbour.crime.quality import Problem
from harbour.notification.clock import Told
from harbour.notification.model import Notification, NotificationId, State
from harbour.notification.ports import Moved
from harbour.notification.receipts import Receipt, ReceiptService
from harbour.notification.render import Rendered
from harbour.notification.service import ErrorWindow, NotificationService
from tests.unit.crime.casebook import MONDAY, Casebook, MemoryCases, update, victim

KINDS = ("crime_recorded", "crime_allocated", "suspect_identified", "suspect_arrested", "suspect_interviewed")
"""What happens to each crime, in this order."""

VALUES = {"portal": "https://account.eastshire.example/portal/", "force": "Eastshire Police"}
REDELIVERED = 0.05
"""So many updates come twice."""


class Clock:
    """Ten in the morning and the time that has really passed since, and what was waited for."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._waited = timedelta()

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=time.perf_counter() - self._began) + self._waited

    def wait(self, length: timedelta) -> None:
        self._waited += length


class Letters:
    """The messages of `MemoryCases` as the sending sees them."""

    def __init__(self, cases: MemoryCases) -> None:
        self._cases = cases
        self._ways: dict[tuple[str, str], tuple[PersonId, NotificationId]] = {}

    def get(self, person: PersonId, ident: NotificationId) -> Notification | None:
        return self._cases.sent[person].get(ident)

    def put(
        self,
        before: Notification,
        after: Notification,
        tasks: Sequence[TaskWanted] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        if self._cases.sent[before.person].get(before.id) != before:
            raise Moved
        self._cases.sent[before.person][before.id] = after
        if after.provider_id:
            self._ways[(after.provider, after.provider_id)] = (after.person, after.id)

    def by_receipt(self, provider: str, provider_id: str) -> Notification | None:
        way = self._ways.get((provider, provider_id))
        return self.get(*way) if way else None


class People:
    """The people of `MemoryCases`; nobody's number dies in a burst."""

    def __init__(self, cases: MemoryCases) -> None:
        self.person = cases.person

    def block(self, person: PersonId, reason: str) -> None:
        raise AssertionError(reason)


class Network:
    """A provider that takes everything and delivers it."""

    name = "aws"
    channels = frozenset(Channel)

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, to: str, rendered: Rendered, reference: str) -> str:
        self.taken.append(reference)
        return f"id-{len(self.taken)}"

    def find(self, reference: str) -> str | None:
        return None


class Room:
    """Phone networks with room."""

    def take(self, number: str, sha256: str, at: datetime) -> datetime | None:
        return None


@dataclass
class Burst:
    """What came of it.

    Attributes
    ----------
    seconds
        From the first update accepted to the last receipt taken, without what was waited for.
    delays
        Seconds from when each message might go to when the provider had it.
    wrong
        Why it does not count; empty when everything came out right.
    """

    updates: int
    seconds: float = 0.0
    messages: int = 0
    delays: list[float] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    wrong: str = ""


def events(crimes: int, each: int) -> list[list[CrimeEvent]]:
    """The updates of every crime, in order: a person of its own, who agreed to texts."""
    made = []
    for number in range(crimes):
        crime = CrimeRef(f"42/{number:06d}/26")
        who = victim(f"P{number}", phone=f"07700 900{number % 1000:03d}", email="")
        made.append(
            [
                update(f"e{number}-{at}", KINDS[at % len(KINDS)], at - 60, crime=crime, parties=[who], version=at + 1)
                for at in range(each)
            ]
        )
    return made


def run(crimes: int, each: int, seed: int) -> Burst:
    """Accept all of them at once, and do everything that follows."""
    chance = random.Random(seed)
    clock = Clock()
    book = Casebook()
    # The world of the crash models remembers each call, and has a clock of its own; here there would be millions.
    book.step = _unwatched  # type: ignore[method-assign]
    book.now = clock.now  # type: ignore[method-assign]
    book.__post_init__()
    network, letters = Network(), Letters(book.store)
    people = People(book.store)
    sending = NotificationService(
        letters, people, [network], ErrorWindow(), Room(), book.link, clock, force="", values=VALUES
    )
    receipts = ReceiptService(letters, people, book.link, clock)
    outcome = Burst(updates=crimes * each)
    groups = [deque(one) for one in events(crimes, each)]
    began = clock.now()
    for one in groups:
        for event in one:
            book.store.put(event, clock.now())
    waiting = list(groups)
    told = 0
    while waiting:
        at = chance.randrange(len(waiting))
        event = waiting[at][0]
        book.updates.handle(event.source, event.id)
        if chance.random() >= REDELIVERED:
            waiting[at].popleft()
        if not waiting[at]:
            waiting[at] = waiting[-1]
            waiting.pop()
        told = _send(book, sending, told)
    waited = _until_all_is_sent(book, sending, clock)
    _deliver(book, network, receipts)
    outcome.seconds = (clock.now() - began - waited).total_seconds()
    return _judged(outcome, book, network, crimes, each)


def _unwatched(name: str) -> None:
    """Nobody looks at the calls."""


def _send(book: Casebook, sending: NotificationService, told: int) -> int:
    """What the queue of messages asks for."""
    for person, ident in book.notify.asked[told:]:
        sending.send(person, ident)
    return len(book.notify.asked)


def _until_all_is_sent(book: Casebook, sending: NotificationService, clock: Clock) -> timedelta:
    """Updates that came close together are one message more, half a minute later."""
    waited = timedelta()
    while True:
        left = [one for mine in book.store.sent.values() for one in mine.values() if one.state is State.CREATED]
        if not left:
            return waited
        first = min(one.due_at for one in left)
        more = max(first - clock.now(), timedelta())
        clock.wait(more)
        waited += more
        for one in left:
            if one.due_at <= clock.now():
                sending.send(one.person, one.id)


def _deliver(book: Casebook, network: Network, receipts: ReceiptService) -> None:
    for mine in book.store.sent.values():
        for one in list(mine.values()):
            receipts.take(
                Receipt(
                    provider="aws",
                    provider_id=one.provider_id,
                    reference="",
                    delivered=True,
                    reason="",
                    at=one.sent_at,
                )
            )


def _judged(outcome: Burst, book: Casebook, network: Network, crimes: int, each: int) -> Burst:
    messages = [one for mine in book.store.sent.values() for one in mine.values()]
    outcome.messages = len(messages)
    for one in messages:
        if one.sent_at is not None:
            outcome.delays.append((one.sent_at - max(one.created_at, one.due_at)).total_seconds())
        if one.deadline_at is not None:
            outcome.told.append(Told(deadline_at=one.deadline_at, sent_at=one.sent_at))
    order: dict[CrimeRef, list[int]] = {}
    for ident in book.store.commits:
        number, _, place = ident.removeprefix("e").partition("-")
        order.setdefault(CrimeRef(number), []).append(int(place))
    causes = Counter(cause for one in messages for cause in one.causes)
    wrong = [
        (len(book.store.commits) != crimes * each, "an update was not done"),
        (len(set(book.store.commits)) != len(book.store.commits), "an update was done twice"),
        (any(found != sorted(found) for found in order.values()), "one crime's updates changed places"),
        (len(set(network.taken)) != len(network.taken), "a message was sent twice"),
        (len(network.taken) != len(messages), "a message was not sent"),
        (any(one.state is not State.DELIVERED for one in messages), "a message has not arrived"),
        (any(number > 1 for cause, number in causes.items()), "an update was told in two messages"),
    ]
    outcome.wrong = "; ".join(why for found, why in wrong if found)
    return outcome
