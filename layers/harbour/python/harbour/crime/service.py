"""One update, from the inbox to everything that follows from it: stored together, then asked for.

Nothing here is done twice, however often it is called: what follows from an update is written in one transaction with
the end of its waiting. A crash before it, and the queue brings the update again; a crash after it, and ``deadlines``
finds what was not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from harbour.contact.gate import LONDON
from harbour.contact.model import Channel, Consent, ContactPlan, Link, Person
from harbour.crime import link as outbound
from harbour.crime.kinds import kind_of
from harbour.crime.link import OutboundTask, Reason, TaskWanted
from harbour.crime.model import CrimeEvent, Effect, EventId, Party, PartyRole, person_id
from harbour.crime.ports import (
    Appointment,
    Change,
    CrimeStore,
    Entry,
    Invitations,
    LinkAsker,
    Message,
    NotifyAsker,
    PeopleReader,
    Raced,
    SentReader,
    Waiting,
)
from harbour.crime.progress import CrimeState, apply, link_of
from harbour.crime.quality import Problem, check, usable_email, usable_phone
from harbour.notification.catalogue import for_trigger
from harbour.notification.clock import deadline
from harbour.notification.model import MessageType, Notification, State
from harbour.notification.plan import Occasion, PlanRules, cancelled, plan
from harbour.runtime.clock import Clock, parse
from harbour.runtime.errors import Unavailable
from harbour.runtime.telemetry import count, log

ATTEMPTS: Final = 5

INVITATION: Final = "portal_invitation"

_APPOINTMENTS: Final[Mapping[str, str]] = {
    "appointment_made": "booked",
    "video_appointment_made": "booked",
    "appointment_changed": "changed",
    "attendance_rescheduled": "changed",
    "appointment_cancelled": "cancelled",
    "appointment_change_refused": "booked",
}

_CONSENT: Final[Mapping[str, tuple[Consent, frozenset[Channel]]]] = {
    "do_not_contact": (Consent.DO_NOT_CONTACT, frozenset()),
    "safe_sms": (Consent.AGREED, frozenset({Channel.SMS})),
    "safe_email": (Consent.AGREED, frozenset({Channel.EMAIL})),
    "safe_both": (Consent.AGREED, frozenset({Channel.SMS, Channel.EMAIL})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRules:
    """What a force chooses."""

    force: str
    name: str
    plan: PlanRules = field(default_factory=PlanRules)


class UpdateService:
    """Does updates."""

    def __init__(
        self,
        *,
        waiting: Waiting,
        crimes: CrimeStore,
        people: PeopleReader,
        sent: SentReader,
        notify: NotifyAsker,
        links: LinkAsker,
        invitations: Invitations,
        clock: Clock,
        rules: UpdateRules,
    ) -> None:
        self._waiting = waiting
        self._crimes = crimes
        self._people = people
        self._sent = sent
        self._notify = notify
        self._links = links
        self._invitations = invitations
        self._clock = clock
        self._rules = rules

    def handle(self, source: str, ident: EventId) -> Effect | None:
        """Do one update; what it did to its crime, none when it was done before.

        Raises
        ------
        Unavailable
            Others changed the same crime or person again and again; the queue brings it once more.
        """
        for _ in range(ATTEMPTS):
            event = self._waiting.waiting(source, ident)
            if event is None:
                return None
            now = self._clock.now()
            change = self._change(event, now)
            try:
                self._crimes.commit(change)
            except Raced:
                continue
            self._ask(change, now)
            log("update", kind=event.kind, outcome=change.entry.effect.value, count=len(change.messages))
            if change.problems:
                count("QualityProblem", len(change.problems))
            if any(problem.blocks for problem in change.problems):
                count("ContactBlocked")
            return change.entry.effect
        raise Unavailable("try_again", "This crime changes too quickly.")

    # -- what follows ----------------------------------------------------------------------------------------------

    def _change(self, event: CrimeEvent, now: datetime) -> Change:
        before = self._crimes.state(event.crime)
        state, effect = apply(before, event)
        problems = check(event, state.suspects)
        people = self._people_of(event, state, problems)
        state = replace(state, victims=tuple(sorted({*state.victims, *(after.id for _, after in people)})))
        told = self._told(state, [after for _, after in people])
        gone = self._gone(event, effect)
        messages: list[tuple[Notification | None, Notification]] = []
        wanted: list[TaskWanted] = []
        for someone in told:
            made, tasks = self._messages(someone, event, effect, now, gone)
            messages += made
            wanted += tasks
        wanted += _of_quality(problems, event, before)
        if effect is Effect.HELD:
            wanted.append(_contradiction(event))
        return Change(
            source=event.source,
            event=event.id,
            state_before=before,
            state=replace(state, version=state.version + 1),
            entry=Entry(event=event, effect=effect, received_at=now),
            gone=gone,
            people=people,
            messages=tuple(messages),
            tasks=_tasks(event, wanted, now),
            problems=problems,
            answer=_answer(event),
            appointment=_appointment(event) if effect in (Effect.APPLIED, Effect.CORRECTED) else None,
        )

    def _people_of(
        self, event: CrimeEvent, state: CrimeState, problems: Sequence[Problem]
    ) -> tuple[tuple[Person | None, Person], ...]:
        """Victims as the event names them, over what was known."""
        found: list[tuple[Person | None, Person]] = []
        for party in event.parties:
            if party.role not in (PartyRole.VICTIM, PartyRole.GUARDIAN):
                continue
            ident = person_id(self._rules.force, event.source, party.source_id)
            known = self._people.person(ident)
            base = known or Person(id=ident, source=event.source, source_id=party.source_id)
            blocks = any(one.blocks and one.source_id == party.source_id for one in problems)
            after = _person(base, party, link_of(state, party), blocked=blocks)
            found.append((known, after))
        return tuple(found)

    def _told(self, state: CrimeState, named: Sequence[Person]) -> list[Person]:
        """Everybody to tell: as the event names them, or as they were known."""
        now = {person.id: person for person in named}
        found = (now.get(ident) or self._people.person(ident) for ident in state.victims)
        return [person for person in found if person is not None]

    def _gone(self, event: CrimeEvent, effect: Effect) -> tuple[Entry, ...]:
        """The event that this one corrects or withdraws."""
        taken = event.withdraws or (event.corrects if effect is Effect.CORRECTED else None)
        if taken is None:
            return ()
        return tuple(entry for entry in self._crimes.timeline(event.crime) if entry.event.id == taken)

    def _messages(
        self,
        someone: Person,
        event: CrimeEvent,
        effect: Effect,
        now: datetime,
        gone: Sequence[Entry],
    ) -> tuple[list[tuple[Notification | None, Notification]], list[TaskWanted]]:
        recent = list(self._sent.recent(someone.id))
        by_id = {message.id: message for message in recent}
        changed: list[tuple[Notification | None, Notification]] = [
            (by_id[one.id], one) for entry in gone for one in cancelled(recent, entry.event.id)
        ]
        # What was taken back joins nothing, and nothing joins it.
        since = {one.id: one for _, one in changed}
        recent = [since.get(one.id, one) for one in recent]
        if effect not in (Effect.APPLIED, Effect.CORRECTED) or kind_of(event.kind).silent:
            return changed, []
        link = next(link for link in someone.links if link.crime == event.crime)
        made = list(changed)
        tasks: list[TaskWanted] = []
        own = for_trigger(event.kind, self._rules.force)
        for kind in self._kinds(event, recent):
            occasion = Occasion(
                person=someone,
                link=link,
                event=event,
                type=kind,
                values=self._values(event, someone, kind),
                recent=recent,
                limit=own.limit if own else None,
            )
            planned = plan(occasion, now, self._rules.plan, _deadline)
            made += [(None, one) for one in planned.create] + [(by_id[one.id], one) for one in planned.change]
            tasks += planned.tasks
        return made, tasks

    def _kinds(self, event: CrimeEvent, recent: Sequence[Notification]) -> list[MessageType]:
        """Whoever was not invited yet gets the way in, which leads to the news, and not two messages at once."""
        force = self._rules.force
        invited = any(one.type == INVITATION and one.state not in (State.CANCELLED, State.FAILED) for one in recent)
        found = (None if invited else for_trigger(INVITATION, force)) or for_trigger(event.kind, force)
        return [found] if found else []

    def _values(self, event: CrimeEvent, someone: Person, kind: MessageType) -> dict[str, str]:
        """What messages may say: names and neutral dates. What happened is said in the portal only."""
        values = {"name": someone.given_name, "force": self._rules.name, "count": "1"}
        if kind.key == INVITATION:
            values["link"] = self._invitations.invite(someone.id)
        return values | {name: text for name, text in portal_values(event).items() if name in ("by", "when")}

    def _ask(self, change: Change, now: datetime) -> None:
        """What is due is asked for at once; what this loses in a crash, ``deadlines`` finds."""
        due = [
            (after.person, after.id)
            for _, after in change.messages
            if after.state is State.CREATED and after.due_at <= now
        ]
        if due:
            self._notify.ask(due)
        for task in change.tasks:
            self._links.ask(task.crime, task.id)


def portal_values(event: CrimeEvent) -> dict[str, str]:
    """The values of an event for the portal's texts, dates in words."""
    details = event.details
    values = {name: details[name] for name in ("where", "what", "outcome", "court", "text") if details.get(name)}
    for name in ("when", "hearing_at", "appointment_at", "at"):
        if at := _instant(details.get(name, "")):
            local = at.astimezone(LONDON)
            hour = f"{local:%I:%M %p}".lstrip("0").lower()
            values["when"] = f"{local:%A} {local.day} {local:%B %Y} at {hour}"
    for name in ("by", "until", "answer_by"):
        if day := _day(details.get(name, "")):
            values["by"] = f"{day:%A} {day.day} {day:%B %Y}"
    if event.officer:
        values |= {"officer": event.officer.name, "collar": event.officer.collar}
        if event.officer.station:
            values["station"] = event.officer.station
    return values


def _instant(text: str) -> datetime | None:
    try:
        at = parse(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=LONDON)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _deadline(limit: str, happened_at: datetime, enhanced: bool) -> datetime | None:
    return deadline(limit, happened_at, enhanced=enhanced)


def _person(known: Person, party: Party, link: Link, *, blocked: bool) -> Person:
    """The person after the crime system named them. What the person chose themselves is never overwritten."""
    phone, email = usable_phone(party.phone), usable_email(party.email)
    links = (*(one for one in known.links if one.crime != link.crime), _joined(known, link))
    new_details = (phone, email) != (known.phone, known.email)
    return replace(
        known,
        given_name=party.given_name or known.given_name,
        family_name=party.family_name or known.family_name,
        date_of_birth=party.date_of_birth or known.date_of_birth,
        phone=phone if party.phone or party.email else known.phone,
        email=email if party.phone or party.email else known.email,
        plan=_plan(known.plan, party),
        blocked="same_as_suspect" if blocked else ("" if new_details else known.blocked),
        links=tuple(sorted(links, key=lambda one: one.crime)),
    )


def _joined(known: Person, link: Link) -> Link:
    """Rights and care only grow: a crime that was sensitive once stays so for the person."""
    before = next((one for one in known.links if one.crime == link.crime), None)
    if before is None:
        return link
    return replace(link, enhanced=link.enhanced or before.enhanced, sensitive=link.sensitive or before.sensitive)


def _plan(known: ContactPlan, party: Party) -> ContactPlan:
    if known.changed_by == "person":
        return known
    language = party.language or known.language
    if party.contact not in _CONSENT:
        return replace(known, language=language)
    consent, channels = _CONSENT[party.contact]
    return replace(known, consent=consent, channels=channels, language=language)


def _of_quality(problems: Sequence[Problem], event: CrimeEvent, before: CrimeState | None) -> list[TaskWanted]:
    del before
    return [
        TaskWanted(
            reason=Reason.QUALITY,
            key=f"{problem.id}-{event.id}" if problem.blocks else problem.id,
            title="Contact details need mending" if not problem.blocks else "Do not contact: the suspect has the same",
            detail=f"{problem.field.replace('_', ' ')} of person {problem.source_id}: {problem.fix}",
        )
        for problem in problems
    ]


def _contradiction(event: CrimeEvent) -> TaskWanted:
    return TaskWanted(
        reason=Reason.CONTRADICTION,
        key=event.id,
        title="An update contradicts what is known",
        detail=f"The victim was not told of: {event.kind.replace('_', ' ')}. Correct or withdraw one of the two.",
    )


def _tasks(event: CrimeEvent, wanted: Sequence[TaskWanted], now: datetime) -> tuple[OutboundTask, ...]:
    made = (outbound.task(event.crime, event.source, one, now) for one in wanted)
    return tuple({one.id: one for one in made}.values())


def _answer(event: CrimeEvent) -> Message | None:
    """An officer's message, as the victim sees it."""
    if event.kind != "officer_message" or not event.details.get("text"):
        return None
    return Message(
        id=event.id,
        at=event.occurred_at,
        by="officer",
        text=event.details["text"],
        name=event.officer.name if event.officer else "",
    )


def _appointment(event: CrimeEvent) -> Appointment | None:
    state = _APPOINTMENTS.get(event.kind)
    at = _instant(event.details.get("appointment_at", ""))
    if state is None or at is None:
        return None
    return Appointment(
        id=event.details.get("appointment_id", event.id),
        at=at.astimezone(event.occurred_at.tzinfo),
        what=event.details.get("what", ""),
        where=event.details.get("where", ""),
        state=state,
    )
