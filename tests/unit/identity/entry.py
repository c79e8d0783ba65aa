"""A small world to sign in to: people, a store in memory that counts what it is asked, a clock, codes that arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Any, cast

from harbour.aws.victim_pool import VictimPool
from harbour.contact.model import Channel, Consent, ContactPlan, Link, Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import CrimeId, CrimeRef, PersonId
from harbour.identity.one_login import OneLogin, OneLoginSettings
from harbour.identity.victims.codes import TaskOfficers
from harbour.identity.victims.model import LINK_LIFETIME, Away, Device, Invitation, Linked, SignIn, Step, proof_key
from harbour.identity.victims.one_login import OneLoginService
from harbour.identity.victims.ports import Stale
from harbour.identity.victims.service import (
    Caller,
    ConfirmationService,
    InvitationService,
    ProofService,
    SessionService,
    SignInService,
)
from tests.unit.functions.doors import door
from tests.unit.identity.cognito import UserPool
from tests.unit.identity.one_login.simulator import AFTER_LOGOUT, BASE, CLIENT, REDIRECT, Simulator, pem, rsa_key

START = datetime(2026, 11, 24, 12, 1, tzinfo=UTC)
REFERENCE = "42/12345/26"
BORN = "1990-03-07"
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
AT_HOME = Caller(address="203.0.113.9", source="203.0.113.9", user_agent=PHONE)
ELSEWHERE = Caller(address="198.51.100.7", source="198.51.100.7", user_agent=LAPTOP)


ONE_LOGIN = OneLoginSettings(
    discovery=BASE,
    client_id=CLIENT,
    redirect_uri=REDIRECT,
    post_logout_uri=AFTER_LOGOUT,
    private_key=pem(rsa_key("ours")),
)


def link(reference: str = REFERENCE, *, sensitive: bool = False) -> Link:
    return Link(
        crime=CrimeRef(reference),
        id=CrimeId("c" * 32),
        role="victim",
        enhanced=False,
        sensitive=sensitive,
        offence="burglary",
    )


DANA = Person(
    id=PersonId("da" * 16),
    source="athena",
    source_id="P1",
    given_name="Dana",
    family_name="Quill",
    date_of_birth=BORN,
    phone="+447700900123",
    email="dana@example.org",
    plan=ContactPlan(consent=Consent.AGREED, channels=frozenset({Channel.SMS})),
    links=(link(),),
)


@dataclass
class StoppedClock:
    """Tells the time that the test sets."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def after(self, **time: float) -> None:
        self.at += timedelta(**time)


class MemorySignIns:
    """`SignInStore` in memory. ``asked`` counts every operation; ``between`` runs before the next conditional write."""

    def __init__(self) -> None:
        self.invitations: dict[str, Invitation] = {}
        self.sign_ins: dict[str, SignIn] = {}
        self.lookup: dict[str, list[PersonId]] = {}
        self.counters: Counter[tuple[str, str]] = Counter()
        self.salts: dict[date, str] = {}
        self.known: dict[PersonId, dict[str, Device]] = {}
        self.ended: dict[PersonId, datetime] = {}
        self.tasks: dict[str, OutboundTask] = {}
        self.away: dict[str, Away] = {}
        self.accounts: dict[str, tuple[Linked, datetime]] = {}
        self.asked: Counter[str] = Counter()
        self.between: Callable[[], object] | None = None
        self._one = Lock()

    def put_lookup(self, reference: str, date_of_birth: str, person: PersonId) -> None:
        """What the writer of people does."""
        self.lookup.setdefault(proof_key(reference, date_of_birth), []).append(person)

    def put_invitation(self, invitation: Invitation) -> None:
        self.asked["put_invitation"] += 1
        self.invitations[invitation.hash] = invitation

    def take_invitation(self, hashed: str, now: datetime) -> PersonId | None:
        self.asked["take_invitation"] += 1
        taken = self.invitations.pop(hashed, None)
        return taken.person if taken and taken.expires_at > now else None

    def begin(self, sign_in: SignIn) -> None:
        self.asked["begin"] += 1
        self.sign_ins[sign_in.hash] = sign_in

    def get(self, hashed: str) -> SignIn | None:
        self.asked["get"] += 1
        return self.sign_ins.get(hashed)

    def put(self, sign_in: SignIn) -> SignIn:
        self.asked["put"] += 1
        meanwhile, self.between = self.between, None
        if meanwhile:
            meanwhile()
        kept = replace(sign_in, version=sign_in.version + 1)
        with self._one:
            if self.sign_ins[sign_in.hash].version != sign_in.version:
                raise Stale
            self.sign_ins[sign_in.hash] = kept
        return kept

    def close(self, sign_in: SignIn) -> None:
        self.asked["close"] += 1
        found = self.sign_ins.get(sign_in.hash)
        if found is None or found.version != sign_in.version:
            raise Stale
        self.sign_ins[sign_in.hash] = replace(
            found, step=Step.DEAD, proof_hash="", proof_expires_at=None, version=found.version + 1
        )

    def put_away(self, away: Away) -> None:
        self.asked["put_away"] += 1
        self.away[away.hash] = away

    def take_away(self, hashed: str, now: datetime) -> Away | None:
        self.asked["take_away"] += 1
        taken = self.away.pop(hashed, None)
        return taken if taken and taken.expires_at > now else None

    def link(self, account: str, linked: Linked, now: datetime) -> None:
        self.asked["link"] += 1
        self.accounts[account] = linked, now + LINK_LIFETIME

    def linked(self, account: str, now: datetime) -> Linked | None:
        self.asked["linked"] += 1
        linked, until = self.accounts.get(account, (None, now))
        return linked if until > now else None

    def known_by(self, proof: str) -> tuple[PersonId, ...]:
        self.asked["known_by"] += 1
        return tuple(self.lookup.get(proof, ()))

    def count(self, what: str, key: str, until: datetime) -> int:
        self.asked["count"] += 1
        self.counters[what, key] += 1
        return self.counters[what, key]

    def salt(self, day: date) -> str:
        return self.salts.setdefault(day, f"salt of {day}")

    def seen(self, person: PersonId, device: Device) -> None:
        self.asked["seen"] += 1
        mine = self.known.setdefault(person, {})
        known = mine.get(device.hash)
        first = known.first_at if known and known.not_me_at is None else device.first_at
        mine[device.hash] = replace(device, first_at=first)

    def devices(self, person: PersonId) -> tuple[Device, ...]:
        self.asked["devices"] += 1
        return tuple(sorted(self.known.get(person, {}).values(), key=lambda one: one.last_at, reverse=True))

    def not_me(self, person: PersonId, devices: Sequence[Device], tasks: Sequence[OutboundTask], at: datetime) -> None:
        self.asked["not_me"] += 1
        meanwhile, self.between = self.between, None
        if meanwhile:
            meanwhile()
        mine = self.known.get(person, {})
        if any(mine.get(one.hash) != one or one.not_me_at for one in devices):
            raise Stale
        mine |= {one.hash: replace(one, not_me_at=at) for one in devices}
        self.ended[person] = at
        self.tasks |= {one.id: one for one in tasks}

    def end_sessions(self, person: PersonId, at: datetime) -> None:
        self.asked["end_sessions"] += 1
        self.ended[person] = at

    def sessions_ended(self, person: PersonId) -> datetime | None:
        self.asked["sessions_ended"] += 1
        return self.ended.get(person)


@dataclass
class Phone:
    """Where codes arrive."""

    got: list[tuple[PersonId, Channel, str]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    works: bool = True

    def send(self, person: Person, channel: Channel, code: str, reference: str) -> bool:
        if self.works:
            self.got.append((person.id, channel, code))
            self.references.append(reference)
        return self.works

    @property
    def code(self) -> str:
        """The latest."""
        return self.got[-1][2]


@dataclass
class Desk:
    """Officers who were asked to help."""

    clock: StoppedClock
    tasks: list[tuple[PersonId, str, str]] = field(default_factory=list)
    told: list[tuple[CrimeRef, str]] = field(default_factory=list)
    works: bool = True

    def help_to_sign_in(self, person: Person, crime: CrimeRef, why: str) -> None:
        self.tasks.append((person.id, crime, why))

    def of_somebody_else(self, person: Person, devices: Sequence[Device], at: datetime) -> Sequence[OutboundTask]:
        return self._real.of_somebody_else(person, devices, at)

    def ask(self, tasks: Sequence[OutboundTask]) -> None:
        self._real.ask(tasks)

    @property
    def _real(self) -> TaskOfficers:
        def create(_: OutboundTask) -> None:
            raise AssertionError("tasks are stored with what they tell of")

        def ask(crime: CrimeRef, task: str) -> None:
            if not self.works:
                raise ConnectionError
            self.told.append((crime, task))

        return TaskOfficers(create, ask, self.clock)


@dataclass
class NoWait:
    """Does the work; notes that it was asked to wait."""

    waited: int = 0

    def begin(self) -> float:
        return 0.0

    def finish(self, began: float, work: Callable[[], None] | None) -> None:
        self.waited += 1
        if work:
            work()


class Entry:
    """All of it together, with the real trigger of the real door behind the pool."""

    def __init__(self, *people: Person) -> None:
        self.clock = StoppedClock()
        self.store = MemorySignIns()
        self.people: dict[PersonId, Person] = {}
        self.reads = 0
        self.phone = Phone()
        self.desk = Desk(self.clock)
        self.pace = NoWait()
        self.proofs = ProofService(self.store, self.clock)
        self.sessions = SessionService(self.store)
        self.confirmations = ConfirmationService(self.store, self.clock)
        self.cognito = UserPool(lambda event, context: cast("dict[str, Any]", door("sign_in").trigger(event, context)))
        self.pool = VictimPool(cast("Any", self.cognito), "pool", "client")
        self.invitations = InvitationService(self.store, self.clock, "https://portal.example/portal/")
        self.service = self.serve()
        self.away = Simulator(self.clock)
        client = OneLogin(ONE_LOGIN, self.away, self.clock)
        self.one_login = OneLoginService(client, self.store, self.service, self.clock)
        for person in people or (DANA,):
            self.add(person)

    def serve(self) -> SignInService:
        """Another warm function on the same store."""
        return SignInService(
            store=self.store,
            people=self.person,
            codes=self.phone,
            officers=self.desk,
            pool=self.pool,
            pace=self.pace,
            clock=self.clock,
        )

    def add(self, person: Person) -> None:
        self.people[person.id] = person
        for one in person.links:
            self.store.put_lookup(one.crime, person.date_of_birth, person.id)

    def person(self, ident: PersonId) -> Person | None:
        self.reads += 1
        return self.people.get(ident)

    def begin(self, caller: Caller = AT_HOME) -> str:
        return self.service.start(None, caller)

    def code_sent(self, caller: Caller = AT_HOME) -> tuple[str, str]:
        """Handle and code of somebody who said the right thing."""
        handle = self.begin(caller)
        self.service.prove(handle, REFERENCE, BORN)
        return handle, self.phone.code

    def wrong(self, code: str) -> str:
        """Another code."""
        return f"{(int(code) + 1) % 1_000_000:06}"
