"""Crimes and their people in memory, obeying the portal's ports, and a small catalogue of messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from harbour.contact.model import Channel, Consent, ContactPlan, Link, Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import (
    Appointment,
    CrimeEvent,
    CrimeRef,
    Effect,
    Entry,
    EventId,
    Kind,
    Message,
    OfficerInCharge,
    PersonId,
    crime_id,
    person_id,
)
from harbour.crime.progress import CrimeState
from harbour.directory.service import force_profile
from harbour.identity.victims.model import Device
from harbour.notification.model import MessageType, Notification, NotificationId, State, Texts
from harbour.notification.render import render
from harbour.portal import service as portal
from harbour.portal.contact_plan import ContactPlanService
from harbour.portal.model import Confirmation, Part
from harbour.portal.ports import Moved
from harbour.portal.service import PortalService
from harbour.runtime.errors import Conflict, Forbidden, NotFound

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FORCE = "eastshire"
REF = CrimeRef("37/4821/26")
ID = crime_id(REF)
OTHER_REF = CrimeRef("37/0001/26")
OTHER_ID = crime_id(OTHER_REF)
AMINA = person_id(FORCE, "athena", "P1")
BEN = person_id(FORCE, "athena", "P2")
HART = OfficerInCharge(name="Amelia Hart", collar="4417", station="Northgate")


def texts(key: str) -> Texts:
    return Texts(
        sms="Hello {{name}}, there is news at {{portal}}",
        subject="News for you",
        email="Hello {{name}}\n\nThere is news at {{portal}}",
        portal_title=f"{key}: title",
        portal=f"{key} happened. It is at {{{{where}}}} on {{{{when}}}}.",
        portal_next=f"{key}: next. Until {{{{by}}}}.",
    )


def a_type(key: str, *, right: int = 6, limit: str = "") -> MessageType:
    return MessageType(
        key=key,
        version=3,
        stage="investigation",
        trigger=Kind(key),
        audience="victim",
        channels=frozenset(Channel),
        statutory=bool(limit),
        right=right,
        limit=limit,
        pierces_quiet_hours=False,
        texts=MappingProxyType({"en": texts(key), "cy": replace(texts(key), portal_title=f"{key}: teitl")}),
        enhanced=MappingProxyType({"en": replace(texts(key), portal_title=f"{key}: enhanced title")}),
    )


CATALOGUE = {
    key: a_type(key, right=right)
    for key, right in {
        "report_received": 3,
        "crime_allocated": 6,
        "suspect_arrested": 6,
        "charged": 6,
        "hearing_listed": 8,
        "officer_message": 0,
        "closed_no_suspect": 6,
        "portal_invitation": 3,
    }.items()
}


def event(
    kind: str,
    ident: str = "",
    *,
    crime: CrimeRef = REF,
    days: float = 0,
    officer: OfficerInCharge | None = HART,
    **details: str,
) -> CrimeEvent:
    return CrimeEvent(
        source="athena",
        id=EventId(ident or f"ev-{kind}"),
        crime=crime,
        kind=Kind(kind),
        occurred_at=NOW - timedelta(days=10 - days),
        officer=officer,
        details=details,
    )


class MemoryCases:
    """All stores of the portal. What the table refuses, this refuses."""

    def __init__(self) -> None:
        self.people: dict[PersonId, Person] = {}
        self.states: dict[CrimeRef, CrimeState] = {}
        self.entries: dict[CrimeRef, list[Entry]] = defaultdict(list)
        self.letters: dict[CrimeRef, list[Message]] = defaultdict(list)
        self.meetings: dict[CrimeRef, list[Appointment]] = defaultdict(list)
        self.notifications: dict[PersonId, list[Notification]] = defaultdict(list)
        self.tasks: dict[str, OutboundTask] = {}
        self.asked: list[tuple[CrimeRef, str]] = []
        self.known: dict[PersonId, list[Device]] = defaultdict(list)
        self.reads: list[tuple[str, str, str]] = []
        self.marks: dict[tuple[PersonId, CrimeRef, Part], datetime] = {}
        self.race = 0
        self.meanwhile: Callable[[], object] | None = None

    def person(self, person: PersonId) -> Person | None:
        return self.people.get(person)

    def save_plan(self, before: Person, after: Person, tasks: Sequence[OutboundTask]) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        if self.race:
            self.race -= 1
            stored = self.people[before.id]
            self.people[before.id] = replace(stored, version=stored.version + 1)
        if self.people[before.id].version != before.version:
            raise Moved
        self.people[before.id] = replace(after, version=before.version + 1)
        self.tasks |= {task.id: task for task in tasks}

    def read_until(self, person: PersonId) -> Mapping[tuple[CrimeRef, Part], datetime]:
        return {(crime, part): at for (who, crime, part), at in self.marks.items() if who == person}

    def mark_read(self, person: PersonId, crime: CrimeRef, part: Part, at: datetime) -> None:
        self.marks[person, crime, part] = at

    def state(self, crime: CrimeRef) -> CrimeState | None:
        return self.states.get(crime)

    def timeline(self, crime: CrimeRef) -> Sequence[Entry]:
        return sorted(self.entries[crime], key=lambda one: one.event.occurred_at)

    def messages(self, crime: CrimeRef) -> Sequence[Message]:
        return sorted(self.letters[crime], key=lambda one: one.at)

    def appointments(self, crime: CrimeRef) -> Sequence[Appointment]:
        return sorted(self.meetings[crime], key=lambda one: one.at)

    def tell(self, crime: CrimeRef, message: Message, task: OutboundTask) -> Message:
        before = next((one for one in self.letters[crime] if one.id == message.id), None)
        if before:
            return before
        self.letters[crime].append(message)
        self.tasks[task.id] = task
        return message

    def request_change(
        self, crime: CrimeRef, appointment: str, reason: str, wishes: str, task: OutboundTask
    ) -> Appointment:
        found = next((one for one in self.meetings[crime] if one.id == appointment), None)
        if found is None:
            raise NotFound("no_appointment", "There is no such appointment.")
        if found.state == "cancelled":
            raise Conflict("cancelled", "This appointment was cancelled.")
        asked = replace(found, state="change_requested", reason=reason, wishes=wishes)
        self.meetings[crime] = [asked if one.id == appointment else one for one in self.meetings[crime]]
        self.tasks[task.id] = task
        return asked

    def recent(self, person: PersonId) -> Sequence[Notification]:
        return self.notifications[person]

    def ask(self, crime: CrimeRef, task: str) -> None:
        assert task in self.tasks, "asked for before it was stored"
        self.asked.append((crime, task))

    def devices(self, person: PersonId) -> Sequence[Device]:
        return self.known[person]

    def read(self, person: PersonId, what: str, crime: str) -> None:
        self.reads.append((person, what, crime))


@dataclass
class Code:
    """The one code that was sent to somebody who is signed in."""

    person: PersonId = AMINA
    handle: str = "h" * 43
    code: str = "482913"
    good: bool = True

    def accept(self, person: PersonId, handle: str, code: str) -> None:
        if (person, handle) != (self.person, self.handle) or not self.good:
            raise Forbidden("expired", "Begin again.")
        if code != self.code:
            raise Forbidden("wrong_code", "This code is not right.", left=4)
        self.good = False


CONFIRMED = Confirmation(handle="h" * 43, code="482913")


class Tagging:
    """Translates by marking; ``only`` limits what it manages in time."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.only: int | None = None

    def into(self, language: str, texts: Iterable[str]) -> Mapping[str, str]:
        wanted = list(dict.fromkeys(text for text in texts if text))
        self.asked.append((language, wanted))
        return {text: f"[{language}] {text}" for text in wanted[: self.only]}


@dataclass
class Cases:
    """The portal on memory: Amina has one crime, Ben another."""

    now: datetime = NOW
    store: MemoryCases = field(default_factory=MemoryCases)
    translate: Tagging = field(default_factory=Tagging)
    code: Code = field(default_factory=Code)

    def __post_init__(self) -> None:
        world = self

        class _Clock:
            def now(self) -> datetime:
                return world.now

        self.service = PortalService(
            people=self.store,
            bookmarks=self.store,
            crimes=self.store,
            sent=self.store,
            links=self.store,
            devices=self.store,
            audit=self.store,
            translate=self.translate,
            clock=_Clock(),
            force=force_profile(FORCE),
            portal_url="https://account.eastshire.example/portal/",
        )
        self.plans = ContactPlanService(
            people=self.store, plans=self.store, links=self.store, confirmations=self.code, clock=_Clock()
        )
        self.a_person(AMINA, "P1", REF, given_name="Amina")
        self.a_person(BEN, "P2", OTHER_REF, given_name="Ben")
        for ref, who in ((REF, AMINA), (OTHER_REF, BEN)):
            self.store.states[ref] = CrimeState(
                ref=ref,
                source="athena",
                offence="burglary",
                area="Northgate",
                officer=HART,
                opened_at=NOW - timedelta(days=12),
                last_at=NOW,
                victims=(who,),
            )
            self.happened(event("report_received", f"first-{ref}", crime=ref, days=-1))

    def a_person(self, ident: PersonId, source_id: str, *refs: CrimeRef, role: str = "victim", **more: Any) -> Person:
        sensitive = bool(more.pop("sensitive", False))
        enhanced = bool(more.pop("enhanced", False))
        values: dict[str, Any] = {
            "phone": "+447700900123",
            "email": "amina@example.org",
            "plan": ContactPlan(consent=Consent.AGREED, channels=frozenset({Channel.SMS})),
            "version": 1,
        } | more
        person = Person(
            id=ident,
            source="athena",
            source_id=source_id,
            links=tuple(
                Link(crime=ref, id=crime_id(ref), role=role, enhanced=enhanced, sensitive=sensitive, offence="burglary")
                for ref in refs
            ),
            **values,
        )
        self.store.people[ident] = person
        return person

    def happened(self, what: CrimeEvent, effect: Effect = Effect.APPLIED) -> None:
        self.store.entries[what.crime].append(Entry(event=what, effect=effect, received_at=self.now))
        if what.kind == "officer_message":
            name = what.officer.name if what.officer else ""
            self.store.letters[what.crime].append(
                Message(id=what.id, at=what.occurred_at, by="officer", text=what.details["text"], name=name)
            )

    def was_sent(self, who: PersonId, crime: CrimeRef, kind: str, channel: Channel = Channel.SMS) -> Notification:
        values = {"name": "Amina", "portal": "https://account.eastshire.example/portal/"}
        made = render(CATALOGUE[kind], channel, "en", values)
        one = Notification(
            id=NotificationId(f"n{len(self.store.notifications[who])}"),
            person=who,
            crime=crime,
            causes=(f"ev-{kind}",),
            type=kind,
            type_version=3,
            channel=channel,
            language="en",
            values=values,
            state=State.DELIVERED,
            created_at=self.now,
            due_at=self.now,
            sent_at=self.now,
            sha256=made.sha256,
        )
        self.store.notifications[who].append(one)
        return one

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


def small_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few message types whose words a test can know."""
    monkeypatch.setattr(portal, "message_types", lambda _force="": CATALOGUE)
    monkeypatch.setattr(portal, "for_trigger", lambda kind, _force="": CATALOGUE.get(kind))
