"""A burst of crime updates, all the way: accepted, done in order, told, taken by a provider, and heard of again.

Everything between a webhook and a receipt is the product's own code with its own adapters; what is behind botocore is
:mod:`tests.bench.in_memory`. The workers are threads, as functions run side by side, and the queues are as unkind as
SQS may be: what was done comes again, what was not done too, senders repeat themselves, and the five minutes in which
a FIFO queue knows its own messages pass in the middle.

Time is that of this machine, put into the morning of a working day: no quiet hours. Only where nothing is left to do
but to wait for the next minute, it is put forward to that minute.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from harbour.aws.crimes import CrimeTable
from harbour.aws.due import DueTable
from harbour.aws.inbox import InboxTable, SecretKeyRing, UpdatesFifo
from harbour.aws.notifications import NotificationTable, NotifyQueue, NumberCounts, notification_of
from harbour.aws.people import PeopleTable
from harbour.aws.sign_ins import SignInTable
from harbour.aws.tasks import LinkFifo, TaskTable
from harbour.aws.texts import Aws
from harbour.crime.deadlines import DeadlineService
from harbour.crime.intake import Arrived, IntakeService
from harbour.crime.model import EventId, PersonId, person_id
from harbour.crime.service import UpdateRules, UpdateService
from harbour.identity.victims.service import InvitationService
from harbour.notification.model import Notification, NotificationId, State
from harbour.notification.ports import Moved
from harbour.notification.receipts import ReceiptService, read_mail_event, read_text_log
from harbour.notification.service import ErrorWindow, NotificationService
from harbour.runtime.clock import rfc3339
from harbour.runtime.errors import Unavailable
from harbour.webhook.model import sign
from infra.config.settings import SIZING
from tests.bench.in_memory import Cloud, Posts, Table, Taken

FORCE: Final = "eastshire"
MORNING: Final = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""A Tuesday in winter: London has the same hour."""

STORY: Final = ("CRIME_RECORDED", "CRIME_ALLOCATED", "INVESTIGATION_STARTED", "STATEMENT_TAKEN", "SUSPECT_ARRESTED")
"""What happens to each crime, in this order."""

SENT_AGAIN: Final = 0.05
"""Share of updates that their sender posts twice."""
LOST_AFTER: Final = 0.03
"""Share of queue messages whose work was done, and that come again all the same."""
LOST_BEFORE: Final = 0.02
"""Share whose worker died before it began."""
WORKERS: Final = 2
"""At updates. For each, so many send messages as in a deployment (`Sizing.batches`)."""
RECEIPT_AFTER: Final = 1.0
"""Seconds until a provider tells what became of a message."""
MINUTE: Final = 60

_BATCHES: Final = {name: size.batches or 1 for name, size in SIZING.items()}
_SECRET: Final = "whsec_" + "c2VjcmV0LW9mLXRoZS1idXJzdC1vbmx5"
_AREAS: Final = (212, 213, 305, 312, 404, 415, 503, 512, 602, 617)
_HOST: Final = "https://sqs.eu-west-2.amazonaws.com/000000000000"
UPDATES, NOTIFY, LINK, RECEIPTS, LOG = (
    f"{_HOST}/{name}" for name in ("updates.fifo", "notify", "link", "receipts", "log")
)


class Clock:
    """The machine's, in the morning; `skip` puts it forward."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._skipped = 0.0

    def seconds(self) -> float:
        """Of the run."""
        return time.monotonic() - self._began + self._skipped

    def skip(self, seconds: float) -> None:
        """Nothing happens for so long."""
        self._skipped += seconds

    @property
    def skipped(self) -> float:
        """Seconds that were not waited for."""
        return self._skipped

    def now(self) -> datetime:
        """The instant."""
        return MORNING + timedelta(seconds=self.seconds())


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook."""

    crime: str
    ident: str
    body: bytes

    def headers(self, now: datetime) -> Mapping[str, str]:
        """As its sender signs it when it goes out."""
        at = int(now.timestamp())
        signature = sign(_SECRET, self.ident, at, self.body)
        return {"webhook-id": self.ident, "webhook-timestamp": str(at), "webhook-signature": signature}


@dataclass
class Ran:
    """What a burst left behind.

    Attributes
    ----------
    seconds
        From the first post until the last update was done, by the machine's clock.
    accepted
        By crime, ids in the order in which they were first accepted.
    """

    cloud: Cloud
    clock: Clock
    seconds: float = 0.0
    accepted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    sample: list[tuple[str, Mapping[str, Any], Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def messages(self) -> list[Notification]:
        """All messages to people, as they are stored."""
        return [notification_of(item) for item in self.cloud.table.all() if item["sk"]["S"].startswith("N#")]

    def done(self) -> dict[str, list[str]]:
        """By crime, ids of the updates in its timeline, in the order in which they were done."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for item in self.cloud.table.all():
            if item["sk"]["S"].startswith("E#"):
                ident = item["sk"]["S"].split("#")[2]
                found[item["pk"]["S"].removeprefix("crime#")].append((item["received_at"]["S"], ident))
        return {crime: [ident for _, ident in sorted(entries)] for crime, entries in found.items()}


def victim(number: int) -> tuple[str, str]:
    """Channel and address of a crime's victim: numbers and domains that nobody has.

    Ofcom's thousand mobile numbers for drama, then the ones that North America keeps for it, then e-mail.
    """
    if number % 2:
        return "email", f"victim{number}@mail.harbour-test.uk"
    half = number // 2
    if half < 1000:
        return "sms", f"+447700900{half:03d}"
    area, line = divmod(half - 1000, 100)
    return "sms", f"+1{_AREAS[area]}55501{line:02d}"


def posts(crimes: int, chance: random.Random) -> list[Post]:
    """Every update of every crime, each crime's in order, mixed with all others'; some are posted twice."""
    waiting = [number for number in range(crimes) for _ in STORY]
    chance.shuffle(waiting)
    step: Counter[int] = Counter()
    made: list[Post] = []
    for number in waiting:
        made.append(_post(number, step[number]))
        step[number] += 1
    for again in chance.sample(made, int(len(made) * SENT_AGAIN)):
        # Later than the first, wherever that is.
        made.insert(chance.randint(made.index(again) + 1, len(made)), again)
    return made


def _post(number: int, step: int) -> Post:
    crime, ident = f"42/{number:06d}/26", f"evt-{number}-{step}"
    channel, to = victim(number)
    person = {
        "PersonId": f"P{number}",
        "Role": "VIC",
        "Forename": "Amina",
        "Surname": "Rahman",
        "DateOfBirth": "1990-04-12",
        "SafeContact": "SMS" if channel == "sms" else "EMAIL",
        "Mobile" if channel == "sms" else "Email": to,
    }
    document = {
        "EventType": STORY[step],
        "EventDateTime": rfc3339(MORNING - timedelta(hours=1) + timedelta(minutes=step)),
        "RecordVersion": step + 1,
        "Investigation": {
            "URN": crime,
            "Classification": "BURG",
            "OfficerInCase": {"Name": "Jo Marsh", "CollarNumber": "4127", "Station": "Eastport"},
            # A system names its people when it opens the crime; later updates only tell what happened.
            "Persons": [person] if step == 0 else [],
        },
        "Details": {},
    }
    body = json.dumps(document).encode()
    return Post(crime, ident, body)


class Burst:
    """The whole of the portal's sending side on one :class:`Cloud`."""

    def __init__(self, crimes: int, seed: str, *, sample: int = 0) -> None:
        self._chance = random.Random(seed)
        self._posts = posts(crimes, self._chance)
        self.clock = Clock()
        self._coming: deque[tuple[float, str, str]] = deque()
        self.cloud = Cloud(posts=Posts(now=self.clock.seconds, took=self._took))
        self.cloud.queues.unbilled.add(LOG)
        self.cloud.secrets["harbour/bench/source/athena"] = json.dumps({"keys": [{"id": "k1", "secret": _SECRET}]})
        self.ran = Ran(self.cloud, self.clock)
        self._sampled = sample
        self._all_in = threading.Event()
        self._over = threading.Event()
        self._build()

    def _build(self) -> None:
        clock, client = self.clock, self.cloud.client
        db, sqs, sns, ses, secrets = map(client, ("dynamodb", "sqs", "sns", "sesv2", "secretsmanager"))
        inbox, crimes = InboxTable(db, "cases"), CrimeTable(db, "cases", clock)
        people, sent = PeopleTable(db, "cases"), NotificationTable(db, "cases", clock, FORCE)
        tasks, index = TaskTable(db, "cases"), DueTable(db, "cases", inbox, sent)
        fifo, notify, links = UpdatesFifo(lambda: sqs, UPDATES), NotifyQueue(sqs, NOTIFY), LinkFifo(sqs, LINK)
        invitations = InvitationService(SignInTable(db, "cases"), clock, "https://portal.harbour-test.uk/")
        provider = Aws(
            lambda: sns,
            lambda: ses,
            sms_sender="Eastshire",
            email_from="updates@eastshire.harbour-test.uk",
            configuration_set="harbour",
        )
        self.intake = IntakeService(
            SecretKeyRing(lambda: secrets, "harbour/bench/source/"), inbox, fifo, tasks, links, clock
        )
        self.updates = UpdateService(
            waiting=inbox,
            crimes=crimes,
            people=people,
            sent=sent,
            notify=notify,
            links=links,
            invitations=invitations,
            clock=clock,
            rules=UpdateRules(force=FORCE, name="Eastshire Police"),
        )
        self.notifications = NotificationService(
            sent,
            people,
            (provider,),
            ErrorWindow(),
            NumberCounts(db, "cases"),
            links,
            clock,
            force=FORCE,
            values={"portal": "https://portal.harbour-test.uk/", "force": "Eastshire Police"},
        )
        self.receipts = ReceiptService(sent, people, links, clock)
        self.deadlines = DeadlineService(index, index, fifo, notify, links, tasks, clock)

    # -- the run ---------------------------------------------------------------------------------------------------

    def run(self) -> Ran:
        """Everything, until nothing is left to do."""
        if self._sampled:
            self.cloud.table.heard = self._hear
        workers = [
            threading.Thread(target=self._guarded(work), name=f"{name} {number}")
            for name, work, several in (
                ("posts", self._accept, 1),
                ("updates", self._update, WORKERS),
                ("notifier", self._notify, WORKERS * _BATCHES["notifier"] // _BATCHES["updates"]),
                ("receipts", self._receive, 1),
            )
            for number in range(several)
        ]
        with _quiet():
            began = time.monotonic()
            for worker in workers:
                worker.start()
            self._minutes(began)
            for worker in workers:
                worker.join()
        return self.ran

    def _minutes(self, began: float) -> None:
        """What runs every minute; and the end, when nothing waits any more."""
        tick = float(MINUTE)
        while not self.ran.broken:
            if self._all_in.is_set() and not self.ran.seconds and self._updated():
                self.ran.seconds = time.monotonic() - began
            if self.clock.seconds() >= tick:
                self.deadlines.run()
                self.ran.counts["minutes"] += 1
                tick += MINUTE
            elif self._all_in.is_set() and self._idle():
                if not self.cloud.table.due.get("notify"):
                    break
                self.clock.skip(max(0.0, tick - self.clock.seconds()))
            time.sleep(0.02)
        self._over.set()

    def _updated(self) -> bool:
        return not self.cloud.table.due.get("inbox")

    def _idle(self) -> bool:
        return self.cloud.queues.idle() and not self._coming

    def _accept(self) -> None:
        half = len(self._posts) // 2
        for number, post in enumerate(self._posts):
            if number == half:
                self.cloud.queues.forget_seen()
            found = self.intake.accept(Arrived(source="athena", headers=post.headers(self.clock.now()), body=post.body))
            self.ran.counts["accepted again" if found.again else "accepted"] += 1
            if not found.again:
                self.ran.accepted[post.crime].append(post.ident)
        self._all_in.set()

    def _update(self) -> None:
        chance = random.Random(self._chance.random())
        self._work(UPDATES, chance, lambda asked: self.updates.handle(asked["source"], EventId(asked["id"])))

    def _notify(self) -> None:
        chance = random.Random(self._chance.random())

        def send(asked: dict[str, str]) -> None:
            # As the door does: who meets somebody else at the message leaves it to them.
            with contextlib.suppress(Moved):
                self.notifications.send(PersonId(asked["person"]), NotificationId(asked["notification"]))

        self._work(NOTIFY, chance, send)

    def _receive(self) -> None:
        chance = random.Random(self._chance.random())

        def come() -> None:
            while self._coming and self._coming[0][0] + RECEIPT_AFTER <= time.monotonic():
                _, url, body = self._coming.popleft()
                self.cloud.queues.put(url, body)

        def text(line: dict[str, Any]) -> None:
            if receipt := read_text_log(json.dumps(line)):
                self.receipts.take(receipt)

        def mail(event: dict[str, Any]) -> None:
            if receipt := read_mail_event(json.dumps(event)):
                self.receipts.take(receipt)

        while not self._over.is_set():
            come()
            if not self._batch(LOG, chance, text) + self._batch(RECEIPTS, chance, mail):
                time.sleep(0.01)

    def _work(self, url: str, chance: random.Random, do: Callable[[Any], object]) -> None:
        while not self._over.is_set():
            if not self._batch(url, chance, do):
                time.sleep(0.005)

    def _batch(self, url: str, chance: random.Random, do: Callable[[Any], object]) -> int:
        batch = self.cloud.queues.take(url)
        again = []
        for message in batch:
            if chance.random() < LOST_BEFORE:
                again.append(message)
                continue
            try:
                do(json.loads(message["body"]))
            except Unavailable:
                self.ran.counts["came too early"] += 1
                again.append(message)
                continue
            if chance.random() < LOST_AFTER:
                again.append(message)
        self.ran.counts[f"again {url.rpartition('/')[2]}"] += len(again)
        if batch:
            self.cloud.queues.done(url, batch, again)
        return len(batch)

    def _guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                self.ran.broken.append(f"{type(error).__name__}: {error}")
                self._over.set()
                raise

        return run

    def _took(self, one: Taken) -> None:
        at = rfc3339(self.clock.now())
        if one.channel == "sms":
            line = {
                "notification": {"messageId": one.provider_id, "timestamp": at},
                "delivery": {"dwellTimeMs": 400, "providerResponse": "Message has been accepted by phone"},
                "status": "SUCCESS",
            }
            self._coming.append((time.monotonic(), LOG, json.dumps(line)))
            return
        event = {
            "eventType": "Delivery",
            "mail": {"messageId": one.provider_id, "timestamp": at, "tags": {"notification": [one.reference]}},
            "delivery": {"timestamp": at},
        }
        self._coming.append((time.monotonic(), RECEIPTS, json.dumps(event)))

    def _hear(self, operation: str, asked: Mapping[str, Any], answered: Any) -> None:
        """The first calls, as they were: to be made once more, elsewhere."""
        self.ran.sample.append((operation, asked, answered))
        if len(self.ran.sample) >= self._sampled:
            self.cloud.table.heard = None


def wrong(ran: Ran, crimes: int) -> str:
    """Why the run means nothing: something was lost, doubled, or out of order. Empty when all is as it must be."""
    try:
        assert not ran.broken, ran.broken[0]
        assert ran.counts["accepted"] == crimes * len(STORY), "not every update was accepted once"
        assert ran.counts["accepted again"] > 0, "nobody sent anything again"
        assert ran.counts["again updates.fifo"] > 0, "nothing came again from the queue of updates"
        assert not ran.cloud.table.due.get("inbox"), "an accepted update was not done"
        done = ran.done()
        assert len(done) == crimes, "a crime is missing"
        for crime, entries in done.items():
            assert entries == ran.accepted[crime], "a crime's updates are not those accepted, in their order"
        assert _effects(ran) == Counter({"applied": crimes * len(STORY)}), "an update overtook another"
        _told(ran, crimes)
    except AssertionError as why:
        return str(why)
    return ""


def _effects(ran: Ran) -> Counter[str]:
    return Counter(item["effect"]["S"] for item in ran.cloud.table.all() if item["sk"]["S"].startswith("E#"))


def _told(ran: Ran, crimes: int) -> None:
    """Each person was told of each update once, by the one channel that is theirs.

    Not in an order: the way in and the news behind it go side by side, and the queue of messages keeps none.
    """
    by_person: dict[str, list[Notification]] = defaultdict(list)
    for message in ran.messages():
        assert message.state is State.DELIVERED, f"a message ended as {message.state.value}"
        by_person[message.person].append(message)
    taken = Counter(one.to for one in ran.cloud.posts.taken)
    ids = Counter(one.provider_id for one in ran.cloud.posts.taken)
    assert len(by_person) == crimes, "somebody was told nothing"
    for number in range(crimes):
        channel, to = victim(number)
        messages = by_person[person_id(FORCE, "athena", f"P{number}")]
        causes = [cause for message in messages for cause in message.causes]
        assert sorted(causes) == sorted(ran.accepted[f"42/{number:06d}/26"]), "told twice, or not told"
        assert {message.channel.value for message in messages} == {channel}, "told by another channel"
        assert taken[to] == len(messages), "a provider took more or less than is recorded"
        assert all(ids[message.provider_id] == 1 for message in messages), "recorded under another id"


def again(ran: Ran) -> float:
    """Calls of the table in one second when the run's own are made once more by nobody but botocore."""
    cloud = Cloud(table=Table())
    client = cloud.client("dynamodb")
    methods = {
        "GetItem": client.get_item,
        "PutItem": client.put_item,
        "UpdateItem": client.update_item,
        "Query": client.query,
        "TransactWriteItems": client.transact_write_items,
    }
    began = time.perf_counter()
    for operation, asked, _ in ran.sample:
        with contextlib.suppress(client.exceptions.ClientError):
            methods[operation](**asked)
    return len(ran.sample) / (time.perf_counter() - began)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The services' log lines, one for each update and message, are no part of what is shown."""
    os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Harbour")
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "bench")
    with contextlib.redirect_stdout(io.StringIO()):
        yield
