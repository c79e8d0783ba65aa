"""One update, from the inbox to everything that follows from it: stored together, then asked for.

Nothing here is done twice, however often it is called: what follows from an update is written in one transaction with
the end of its waiting. A crash before it, and the queue brings the update again; a crash after it, and ``deadlines``
finds what was not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from harbour.contact.gate import DEAD, allowed
from harbour.contact.model import Channel, Consent, ContactPlan, Hours, Link, Person
from harbour.crime import link as outbound
from harbour.crime.kinds import kind_of
from harbour.crime.link import OutboundTask, Reason, TaskWanted
from harbour.crime.model import (
    Appointment,
    CrimeEvent,
    CrimeRef,
    Effect,
    Entry,
    EventId,
    Message,
    Party,
    PartyRole,
    PersonId,
    Problem,
    person_id,
)
from harbour.crime.ports import (
    Change,
    CrimeStore,
    Invitations,
    LinkAsker,
    NotifyAsker,
    PeopleReader,
    Raced,
    SentReader,
    Waiting,
)
from harbour.crime.progress import APPOINTMENTS, STANDS, CrimeState, Step, apply, appointment_of, follows, link_of
from harbour.crime.progress import key as in_order
from harbour.crime.quality import check, contacts, usable_email, usable_name, usable_phone
from harbour.notification.catalogue import for_trigger
from harbour.notification.clock import deadline
from harbour.notification.model import MessageType, Notification, State
from harbour.notification.plan import Occasion, PlanRules, cancelled, plan
from harbour.runtime.clock import Clock, parse
from harbour.runtime.errors import Unavailable
from harbour.runtime.london import LONDON
from harbour.runtime.telemetry import count, log

ATTEMPTS: Final = 5

INVITATION: Final = "portal_invitation"

SHARED: Final = "same_as_suspect"
"""Why a person is blocked whose number or address a suspect has, too."""

DETAILS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("given_name", "family_name"),
    "date_of_birth": ("date_of_birth",),
    "phone": ("phone",),
    "email": ("email",),
}
"""What a person's details are called where something is wrong with them, and which they are."""

_CONSENT: Final[Mapping[str, tuple[Consent, frozenset[Channel]]]] = {
    "do_not_contact": (Consent.DO_NOT_CONTACT, frozenset()),
    "safe_sms": (Consent.AGREED, frozenset({Channel.SMS})),
    "safe_email": (Consent.AGREED, frozenset({Channel.EMAIL})),
    "safe_both": (Consent.AGREED, frozenset({Channel.SMS, Channel.EMAIL})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRules:
    """What a force chooses. ``hours``: of those who chose none themselves."""

    force: str
    name: str
    hours: Hours = field(default_factory=Hours)
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
        earlier = () if follows(before, event) and _complete(event) else self._crimes.timeline(event.crime)
        step = apply(before, event, earlier)
        state = step.state
        # What was taken back before it came names nobody: it may be of another crime.
        named = () if step.effect is Effect.WITHDRAWN and not event.withdraws else event.parties
        problems = check(replace(event, parties=named), state.suspects)
        people = self._people_of(event, named, state, problems)
        mistaken = self._mistaken(event, step, earlier) if event.withdraws else frozenset()
        victims = {*state.victims, *(after.id for _, after in people)} - mistaken
        strangers = self._strangers(state.ref, mistaken)
        state = replace(state, victims=tuple(sorted(victims)))
        others, shared = self._others(event, state, [after.id for _, after in people])
        people += tuple((known, after) for known, after in others if known != after)
        told = {after.id: after for _, after in (*others, *people)}
        messages: list[tuple[Notification | None, Notification]] = []
        wanted: list[TaskWanted] = []
        for ident in state.victims:
            if ident in told:
                made, tasks = self._messages(told[ident], step, now)
                messages += made
                wanted += tasks
        for known, _ in strangers:
            messages += self._unsent(known, (entry.event for entry in earlier))
        problems += shared
        wanted += _of_quality(problems, event)
        wanted += [_contradiction(held) for held in step.held]
        return Change(
            source=event.source,
            event=event.id,
            state_before=before,
            state=replace(state, version=state.version + 1),
            entry=Entry(event=event, effect=step.effect, received_at=now),
            changed=step.changed,
            people=people,
            strangers=strangers,
            messages=tuple(messages),
            tasks=self._tasks(event, wanted, now),
            problems=problems,
            mended=self._mended(event.crime, people, problems),
            answer=_answer(event) if step.effect in STANDS else None,
            answers=event.details.get("in_reply_to", ""),
            unsaid=tuple(
                said
                for entry in step.changed
                if entry.effect is Effect.WITHDRAWN and (said := _answer(entry.event)) is not None
            ),
            appointments=_appointments(event, step, earlier),
        )

    def _people_of(
        self, event: CrimeEvent, named: Sequence[Party], state: CrimeState, problems: Sequence[Problem]
    ) -> tuple[tuple[Person | None, Person], ...]:
        """Victims as the event names them, over what was known."""
        found: dict[PersonId, tuple[Person | None, Person]] = {}
        suspected = _contacts_of(state.suspects)
        for party in named:
            if party.role not in (PartyRole.VICTIM, PartyRole.GUARDIAN):
                continue
            ident = person_id(self._rules.force, event.source, party.source_id)
            known, base = found[ident] if ident in found else (self._people.person(ident), None)
            base = base or known or self._somebody(ident, event.source, party.source_id)
            blocks = any(one.blocks and one.source_id == party.source_id for one in problems)
            after = _person(base, party, event.occurred_at, blocks=blocks, suspected=suspected)
            found[ident] = known, _linked(after, link_of(state, party))
        return tuple(found.values())

    def _somebody(self, ident: PersonId, source: str, source_id: str) -> Person:
        return Person(id=ident, source=source, source_id=source_id, plan=ContactPlan(hours=self._rules.hours))

    def _others(
        self, event: CrimeEvent, state: CrimeState, named: Sequence[PersonId]
    ) -> tuple[list[tuple[Person, Person]], tuple[Problem, ...]]:
        """Victims whom the event does not name: its offence and its suspects concern them all the same."""
        found: list[tuple[Person, Person]] = []
        problems: list[Problem] = []
        suspected = _contacts_of(state.suspects)
        for ident in state.victims:
            known = None if ident in named else self._people.person(ident)
            mine = next((one for one in known.links if one.crime == state.ref), None) if known else None
            if known is None or mine is None:
                continue
            party = Party(source_id=known.source_id, role=PartyRole(mine.role), phone=known.phone, email=known.email)
            after = _linked(known, link_of(state, party))
            if _contacts_of([party]) & suspected and SHARED not in known.blocked.split():
                after = replace(after, blocked=f"{known.blocked} {SHARED}".strip())
                again = check(replace(event, parties=(party,)), state.suspects)
                problems += [problem for problem in again if problem.blocks]
            found.append((known, after))
        return found, tuple(problems)

    def _mistaken(self, event: CrimeEvent, step: Step, earlier: Sequence[Entry]) -> frozenset[PersonId]:
        """Whom nothing but withdrawn events names: somebody else's crime, which is nobody else's business.

        As long as something stands, and nothing that stands says whose crime it is, they keep their part in it.
        """
        events = [*(entry.event for entry in earlier), event]
        withdrawn = {one.withdraws for one in events if one.withdraws}
        by_mistake = self._named(one for one in events if one.id in withdrawn)
        rightly = self._named(one for one in events if one.id not in withdrawn)
        now = {entry.event.id: entry.effect for entry in (*earlier, *step.changed)}
        stands = any(effect in STANDS or effect is Effect.HELD for effect in now.values())
        return by_mistake - rightly if rightly or not stands else frozenset()

    def _named(self, events: Iterable[CrimeEvent]) -> frozenset[PersonId]:
        return frozenset(
            person_id(self._rules.force, event.source, party.source_id)
            for event in events
            for party in event.parties
            if party.role in (PartyRole.VICTIM, PartyRole.GUARDIAN)
        )

    def _mended(
        self, crime: CrimeRef, people: Iterable[tuple[Person | None, Person]], found: Iterable[Problem]
    ) -> tuple[str, ...]:
        """Known problems of details that were replaced, where the new ones have them not."""
        replaced = {
            (after.source_id, field)
            for known, after in people
            if known is not None
            for field, names in DETAILS.items()
            if any(getattr(known, name) != getattr(after, name) for name in names)
        }
        if not replaced:
            return ()
        again = {one.id for one in found}
        return tuple(
            one.id
            for one in self._crimes.open_problems(crime)
            if (one.source_id, one.field) in replaced and one.id not in again
        )

    def _strangers(self, crime: CrimeRef, mistaken: Iterable[PersonId]) -> tuple[tuple[Person, Person], ...]:
        known = [person for ident in sorted(mistaken) if (person := self._people.person(ident)) is not None]
        parted = [(one, replace(one, links=tuple(link for link in one.links if link.crime != crime))) for one in known]
        return tuple((before, after) for before, after in parted if before != after)

    def _unsent(self, someone: Person, events: Iterable[CrimeEvent]) -> list[tuple[Notification | None, Notification]]:
        """A person's messages that tell of some events, without them."""
        stored = {message.id: message for message in self._sent.recent(someone.id)}
        recent = dict(stored)
        for event in events:
            recent |= {one.id: one for one in cancelled(tuple(recent.values()), event.id)}
        return [(stored[one.id], one) for one in recent.values() if one != stored[one.id]]

    def _messages(
        self, someone: Person, step: Step, now: datetime
    ) -> tuple[list[tuple[Notification | None, Notification]], list[TaskWanted]]:
        """What one person is told, and what they are not told any more."""
        stored = {message.id: message for message in self._sent.recent(someone.id)}
        recent = dict(stored)
        for entry in step.changed:
            if entry.effect not in STANDS:
                # What was taken back joins nothing, and nothing joins it.
                recent |= {one.id: one for one in cancelled(tuple(recent.values()), entry.event.id)}
        tasks: list[TaskWanted] = []
        link = next(link for link in someone.links if link.crime == step.state.ref)
        for event in step.tell:
            if kind_of(event.kind).silent:
                continue
            own = for_trigger(event.kind, self._rules.force)
            if own is None:
                # Switched off: it is not in the portal either, and nobody is invited to read nothing.
                continue
            kind = self._way_in(tuple(recent.values())) or own
            occasion = Occasion(
                person=someone,
                link=link,
                event=event,
                type=kind,
                values=self._values(event, someone, link, kind),
                recent=tuple(recent.values()),
                limit=own.limit,
            )
            planned = plan(occasion, now, self._rules.plan, _deadline)
            recent |= {one.id: one for one in (*planned.create, *planned.change)}
            tasks += planned.tasks
        return [(stored.get(one.id), one) for one in recent.values() if one != stored.get(one.id)], tasks

    def _way_in(self, recent: Sequence[Notification]) -> MessageType | None:
        """Whoever was not invited yet gets the way in, which leads to the news, and not two messages at once."""
        invited = any(one.type == INVITATION and one.state not in (State.CANCELLED, State.FAILED) for one in recent)
        return None if invited else for_trigger(INVITATION, self._rules.force)

    def _values(self, event: CrimeEvent, someone: Person, link: Link, kind: MessageType) -> dict[str, str]:
        """What messages may say: names and neutral dates. What happened is said in the portal only."""
        name = usable_name(someone.given_name, someone.family_name)
        values = {"name": name, "force": self._rules.name, "count": "1"}
        if kind.key == INVITATION and allowed(someone, link).channels & kind.channels:
            # A way in is made only for somebody to whom it may go.
            values["link"] = self._invitations.invite(someone.id)
        return values | {name: text for name, text in portal_values(event).items() if name in ("by", "when")}

    def _tasks(self, event: CrimeEvent, wanted: Sequence[TaskWanted], now: datetime) -> tuple[OutboundTask, ...]:
        """Each task once: what an officer was given before is not given again."""
        made = {one.id: one for one in (outbound.task(event.crime, event.source, one, now) for one in wanted)}
        known = self._crimes.known_tasks(event.crime, made) if made else frozenset()
        return tuple(one for one in made.values() if one.id not in known)

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


def _complete(event: CrimeEvent) -> bool:
    """Whether an event says all of an appointment: a change may name only what is new."""
    return not appointment_of(event) or {"appointment_at", "what", "where"} <= event.details.keys()


def _person(known: Person, party: Party, at: datetime, *, blocks: bool, suspected: frozenset[str]) -> Person:
    """The person after the crime system named them.

    What the person chose themselves is never overwritten, and what is newer is not by what comes late. A block ends
    only with the details that it is about.
    """
    as_of = dict(known.as_of)

    def newest(detail: str, given: bool) -> bool:
        if not given or (detail in as_of and at < as_of[detail]):
            return False
        as_of[detail] = at
        return True

    after = known
    for name in ("given_name", "family_name", "date_of_birth"):
        if newest(name, bool(getattr(party, name))):
            after = replace(after, **{name: getattr(party, name)})
    if newest("contact", bool(party.phone or party.email)):
        after = replace(after, phone=usable_phone(party.phone), email=usable_email(party.email))
        after = replace(after, blocked=_blocked(known, after, shared=blocks))
    if _contacts_of([replace(party, phone=after.phone, email=after.email)]) & suspected:
        after = replace(after, blocked=_blocked(after, after, shared=True))
    plan = known.plan
    if plan.changed_by != "person":
        if newest("language", bool(party.language)):
            plan = replace(plan, language=party.language)
        if newest("consent", party.contact in _CONSENT):
            consent, channels = _CONSENT[party.contact]
            plan = replace(plan, consent=consent, channels=channels)
    return replace(after, plan=plan, as_of=as_of)


def _blocked(known: Person, after: Person, *, shared: bool) -> str:
    """Why nothing may be sent, once the details are those of ``after``."""
    same = {
        channel
        for channel, before, now in (
            (Channel.SMS, known.phone, after.phone),
            (Channel.EMAIL, known.email, after.email),
        )
        if before == now
    }
    stays = [one for one in known.blocked.split() if DEAD.get(one, frozenset(Channel)) <= same]
    return " ".join(dict.fromkeys([*stays, SHARED] if shared else stays))


def _contacts_of(parties: Iterable[Party]) -> frozenset[str]:
    return frozenset(contact for party in parties for contact in contacts(party))


def _linked(person: Person, link: Link) -> Person:
    """The person with their part in a crime. Rights and care only grow: one that was sensitive once stays so."""
    before = next((one for one in person.links if one.crime == link.crime), link)
    link = replace(link, enhanced=link.enhanced or before.enhanced, sensitive=link.sensitive or before.sensitive)
    links = (*(one for one in person.links if one.crime != link.crime), link)
    return replace(person, links=tuple(sorted(links, key=lambda one: one.crime)))


def _of_quality(problems: Sequence[Problem], event: CrimeEvent) -> list[TaskWanted]:
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
        detail=(
            f"Held back, and not in the victim's timeline: {event.kind.replace('_', ' ')}. Something that happened "
            "before says the opposite. Correct or withdraw one of the two."
        ),
    )


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


def _appointments(event: CrimeEvent, step: Step, earlier: Sequence[Entry]) -> tuple[Appointment, ...]:
    """Appointments that the event touched, by the last word that stands of each."""
    effects = {entry.event.id: entry.effect for entry in (*earlier, *step.changed)} | {event.id: step.effect}
    events = {one.id: one for one in (*(entry.event for entry in earlier), event)}
    touched = {appointment_of(one) for one in (event, *(entry.event for entry in step.changed))} - {""}
    found: list[Appointment] = []
    for ident in sorted(touched):
        mine = sorted((one for one in events.values() if appointment_of(one) == ident), key=in_order)
        standing = [one for one in mine if effects[one.id] in STANDS]
        if appointment := _appointment(ident, standing or mine, kept=bool(standing)):
            found.append(appointment)
    return tuple(found)


def _appointment(ident: str, events: Sequence[CrimeEvent], *, kept: bool) -> Appointment | None:
    """Later events say what is new; what they leave out stays."""
    details: dict[str, str] = {}
    for event in events:
        details |= {name: text for name, text in event.details.items() if text}
    at = _instant(details.get("appointment_at", ""))
    if at is None:
        return None
    return Appointment(
        id=ident,
        at=at.astimezone(events[-1].occurred_at.tzinfo),
        what=details.get("what", ""),
        where=details.get("where", ""),
        state=APPOINTMENTS[events[-1].kind] if kept else "cancelled",
    )
