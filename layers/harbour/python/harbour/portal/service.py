"""The portal: what a victim reads of their crimes, and what they say. A person sees what is linked to them, and nothing
else; for what is not, the answer is the same as for what does not exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from harbour.contact.model import Link, Person
from harbour.crime import link as outbound
from harbour.crime.kinds import kind_of
from harbour.crime.link import Reason, TaskWanted
from harbour.crime.model import Appointment, CrimeId, CrimeRef, Entry, Message, PersonId
from harbour.crime.progress import CrimeState
from harbour.directory.model import ForceProfile
from harbour.identity.victims.model import device_hash
from harbour.notification import clock as statutory
from harbour.notification.catalogue import for_trigger, message_types
from harbour.notification.model import MessageType, Notification
from harbour.notification.model import State as Fate
from harbour.notification.render import UnknownPlaceholder, portal_text, render
from harbour.portal import guidance, record
from harbour.portal.guidance import RightText, Support, Topic
from harbour.portal.model import (
    LONGEST_MESSAGE,
    NEWS,
    SHOWN,
    WRITTEN,
    Case,
    Letter,
    Meeting,
    Moment,
    Next,
    Officer,
    Overview,
    Part,
    Put,
    Sent,
    Status,
    Summary,
    Visit,
    answers,
    last_day,
    opaque,
    promised,
    values,
)
from harbour.portal.persons import known_language, person_of
from harbour.portal.ports import (
    Audit,
    Bookmarks,
    Crimes,
    Devices,
    LinkAsker,
    People,
    SentMessages,
    Translate,
)
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Conflict, Invalid, NotFound
from harbour.runtime.london import LONDON

ANSWER: Final = "officer_message"
"""Stands among the messages, not in the timeline."""

ANSWER_WORKING_DAYS: Final = 2
"""So soon an officer is asked to answer. No law: the force's promise."""

LONGEST_REASON: Final = 500

T = TypeVar("T")

_WENT: Final = frozenset({Fate.SENT, Fate.DELIVERED, Fate.FAILED, Fate.UNKNOWN})


@dataclass(frozen=True, slots=True)
class _Told:
    """An entry of the timeline with the words that its type has for it."""

    entry: Entry
    type: MessageType
    title: str
    text: str
    next: str


class PortalService:
    """What the portal's pages ask for."""

    def __init__(
        self,
        *,
        people: People,
        bookmarks: Bookmarks,
        crimes: Crimes,
        sent: SentMessages,
        links: LinkAsker,
        devices: Devices,
        audit: Audit,
        translate: Translate,
        clock: Clock,
        force: ForceProfile,
        portal_url: str,
    ) -> None:
        self._people = people
        self._bookmarks = bookmarks
        self._crimes = crimes
        self._sent = sent
        self._links = links
        self._devices = devices
        self._audit = audit
        self._translate = translate
        self._clock = clock
        self._force = force
        self._portal_url = portal_url

    # -- reading ---------------------------------------------------------------------------------------------------

    def overview(self, who: PersonId, language: str) -> Overview:
        """The person, and their crimes, the latest news first. Raises ``Forbidden`` for somebody unknown."""
        person = person_of(self._people, who)
        tag = guidance.written(self._language(person, language))
        read = self._bookmarks.read_until(who)
        found = [self._summary(person, link, read, tag) for link in person.own_links]
        self._audit.read(who, "list", "")
        return Overview(
            name=person.given_name,
            language=known_language(person.plan.language) or "en",
            crimes=sorted((one for one in found if one), key=lambda one: one.updated_at, reverse=True),
        )

    def case(self, who: PersonId, crime: CrimeId, language: str) -> Case:
        """One crime, in ``language`` (empty: the person's own).

        Raises
        ------
        NotFound
            ``no_crime``: it does not exist, or is not this person's.
        Invalid
            ``bad_field`` for a language that nobody knows.
        """
        person, link, state = self._opened(who, crime, "case")
        now = self._clock.now()
        shown = self._case(person, link, state, self._language(person, language))
        self._bookmarks.mark_read(who, link.crime, Part.NEWS, now)
        return shown

    def letters(self, who: PersonId, crime: CrimeId, language: str) -> Sequence[Letter]:
        """The messages of one crime, oldest first; none of them is unread any more. Raises like :meth:`case`."""
        person, link, _ = self._opened(who, crime, "messages")
        now, tag = self._clock.now(), self._language(person, language)
        found = _letters(self._own_messages(person, link)[0])
        put = self._translate.into(tag, _officers_words(found)) if tag != "en" else {}
        self._bookmarks.mark_read(who, link.crime, Part.MESSAGES, now)
        return _with_translations(found, put, tag)

    def record(self, who: PersonId, crime: CrimeId, language: str) -> tuple[str, str]:
        """Name and HTML of the whole record. Raises like :meth:`case`."""
        person, link, state = self._opened(who, crime, "record")
        tag = self._language(person, language)
        sent = sorted(self._went(person, link), key=lambda one: one.at)
        page = record.page(
            self._case(person, link, state, tag), sent, self._force.name, self._clock.now(), self._headings(tag)
        )
        return record.NAME, page

    def support(self, who: PersonId, crime: CrimeId, language: str) -> tuple[Support, bool]:
        """Who helps with this crime, where it happened, and whether a machine put it into the reader's language. Raises
        like :meth:`case`.
        """
        person, _, state = self._opened(who, crime, "support")
        tag, today = self._language(person, language), self._clock.now().date()
        found = guidance.support(state.offence, state.area, tag, self._force.nation, self._force.id, today)
        return self._in(tag, found, guidance.words_of_support, guidance.support_in)

    def rights(self, language: str) -> tuple[Sequence[RightText], bool]:
        """The rights of the Victims' Code, and whether a machine put them into the language. Raises ``Invalid`` for one
        that nobody knows.
        """
        tag = _language_of(language, "")
        return self._in(tag, guidance.rights(tag), guidance.words_of_rights, guidance.rights_in)

    def advice(self, language: str) -> tuple[Sequence[Topic], bool]:
        """How to be safer, by topic. Else like :meth:`rights`."""
        tag = _language_of(language, "")
        return self._in(tag, guidance.advice(tag), guidance.words_of_advice, guidance.advice_in)

    def visits(self, who: PersonId, user_agent: str, address: str) -> Sequence[Visit]:
        """Where the person signed in, latest first, and which of it is what asks now."""
        this = device_hash(who, user_agent, address)
        return [
            Visit(
                label=one.label,
                first=one.first_at,
                last=one.last_at,
                this=one.hash == this,
                not_me=one.not_me_at is not None,
            )
            for one in self._devices.devices(who)
        ]

    def reference(self, who: PersonId, crime: CrimeId) -> CrimeRef:
        """The reference of one's own crime, for a chat that is to know it. Raises ``NotFound``."""
        return self._opened(who, crime, "chat")[1].crime

    # -- saying ----------------------------------------------------------------------------------------------------

    def write(self, who: PersonId, crime: CrimeId, text: str, client: str) -> Letter:
        """A message to the officer in charge, word for word. ``client``, made by the page, makes it one.

        Raises
        ------
        NotFound, Invalid
            ``no_crime``; ``empty_text``, ``too_long``.
        """
        person, link, state = self._opened(who, crime, "message")
        if not text.strip():
            raise Invalid("empty_text", "Write something.", field="text")
        if len(text) > LONGEST_MESSAGE:
            raise Invalid("too_long", f"At most {LONGEST_MESSAGE} characters.", field="text")
        now = self._clock.now()
        ident = opaque("message", who, client)
        message = Message(id=ident, at=now, by="victim", text=text, person=who, state="sent")
        task = outbound.victims_message(
            link.crime, state.source, ident, text, person.source_id, _working_days(now, ANSWER_WORKING_DAYS), now
        )
        stored = self._crimes.tell(link.crime, message, task)
        self._links.ask(link.crime, task.id)
        return _mine(stored)

    def ask_for_change(self, who: PersonId, crime: CrimeId, appointment: str, reason: str, wishes: str) -> Meeting:
        """Ask for another time. Asking the same again changes nothing.

        Raises
        ------
        NotFound, Invalid, Conflict
            ``no_crime``, ``no_appointment``; ``too_long``; ``cancelled``, ``past``.
        """
        _, link, state = self._opened(who, crime, "appointment")
        for name, text in (("reason", reason), ("wishes", wishes)):
            if len(text) > LONGEST_REASON:
                raise Invalid("too_long", f"At most {LONGEST_REASON} characters.", field=name)
        if not (reason.strip() or wishes.strip()):
            raise Invalid("empty_text", "Say why, or when would be better.", field="wishes")
        now = self._clock.now()
        found = next(
            (one for one in self._crimes.appointments(link.crime) if _meeting_id(link.crime, one) == appointment), None
        )
        if found is None:
            raise NotFound("no_appointment", "There is no such appointment.")
        if found.state == "cancelled":
            raise Conflict("cancelled", "This appointment was cancelled.")
        if found.at <= now:
            raise Conflict("past", "This appointment has been.")
        if (found.state, found.reason, found.wishes) == ("change_requested", reason, wishes):
            return _meeting(link.crime, found, now)
        task = outbound.task(link.crime, state.source, _of_change(found, reason, wishes), now)
        asked = self._crimes.request_change(link.crime, found.id, reason, wishes, task)
        self._links.ask(link.crime, task.id)
        return _meeting(link.crime, asked, now)

    # -- who may see what ------------------------------------------------------------------------------------------

    def _opened(self, who: PersonId, crime: CrimeId, what: str) -> tuple[Person, Link, CrimeState]:
        """The person, their part in the crime, and the crime. Every time somebody gets in is an audit event."""
        person = person_of(self._people, who)
        link = next((one for one in person.own_links if one.id == crime), None)
        state = self._crimes.state(link.crime) if link else None
        if link is None or state is None:
            raise NotFound("no_crime", "There is no such crime here.")
        self._audit.read(who, what, crime)
        return person, link, state

    def _language(self, person: Person, asked: str) -> str:
        return _language_of(asked, person.plan.language)

    # -- one crime in words ----------------------------------------------------------------------------------------

    def _summary(
        self, person: Person, link: Link, read: Mapping[tuple[CrimeRef, Part], datetime], language: str
    ) -> Summary | None:
        state = self._crimes.state(link.crime)
        if state is None:
            return None
        messages, entries = self._own_messages(person, link)
        told = self._told(person, link, entries, language)
        letters = [one for one in messages if one.by == "officer"]
        return Summary(
            id=link.id,
            reference=link.crime,
            title=guidance.title(state.offence, language),
            status=guidance.status(self._phase(state, told), language).label,
            updated_at=max(
                (*(one.entry.event.occurred_at for one in told), *(one.at for one in letters)), default=state.opened_at
            ),
            unread=_since(read.get((link.crime, Part.NEWS)), (one.entry.received_at for one in told))
            + _since(read.get((link.crime, Part.MESSAGES)), _arrivals(letters, entries)),
        )

    def _case(self, person: Person, link: Link, state: CrimeState, language: str) -> Case:
        tag = guidance.written(language)
        messages, entries = self._own_messages(person, link)
        told = self._told(person, link, entries, tag)
        now = self._clock.now()
        following = self._next(told, link, tag)
        status = guidance.status(self._phase(state, told), tag)
        read = self._bookmarks.read_until(person.id).get((link.crime, Part.MESSAGES))
        shown = Case(
            id=link.id,
            reference=link.crime,
            language=language,
            title=guidance.title(state.offence, tag),
            reported_at=state.opened_at,
            status=status,
            next=following,
            timeline=[_moment(one, link, tag) for one in reversed(told)],
            officer=Officer(state.officer.name, state.officer.collar, state.officer.station) if state.officer else None,
            messages=_letters(messages),
            unread_messages=_since(read, _arrivals([one for one in messages if one.by == "officer"], entries)),
            appointments=[_meeting(link.crime, one, now) for one in self._crimes.appointments(link.crime)],
            translated_by_machine=False,
        )
        return shown if language == "en" else self._put(shown, language)

    def _put(self, case: Case, language: str) -> Case:
        """The case in a language in which nobody wrote our texts; in Welsh only what officers wrote needs a machine."""
        ours = language not in WRITTEN
        wanted: list[str] = []
        if ours:
            wanted += [case.status.label, case.status.text, case.title, *([case.next.text] if case.next else [])]
        letters = _officers_words(case.messages)
        wanted += letters[:1]
        if ours:
            wanted += [text for one in case.timeline for text in (one.title, one.text)]
        wanted += letters
        put = self._translate.into(language, wanted)
        case = replace(case, messages=_with_translations(case.messages, put, language))
        if not ours:
            return case
        timeline = [_in_language(one, put) for one in case.timeline]
        return replace(
            case,
            title=put.get(case.title, case.title),
            status=Status(put.get(case.status.label, case.status.label), put.get(case.status.text, case.status.text)),
            next=replace(case.next, text=put.get(case.next.text, case.next.text)) if case.next else None,
            timeline=timeline,
            translated_by_machine=bool(put),
        )

    def _in(
        self,
        language: str,
        found: T,
        words_of: Callable[[T], Iterable[str]],
        put_in: Callable[[T, Mapping[str, str]], T],
    ) -> tuple[T, bool]:
        """What people wrote for everybody, by a machine in a language in which they did not. What it did not manage in
        time stays English, and so does what came back with other numbers: some of them save lives.
        """
        put = {} if language in WRITTEN else self._translate.into(language, words_of(found))
        sound = {text: made for text, made in put.items() if guidance.keeps_numbers(text, made)}
        return put_in(found, sound), bool(sound)

    def _headings(self, language: str) -> Mapping[str, str]:
        """The record's own words; a machine's in a language in which nobody wrote them."""
        words = guidance.headings(language)
        if language in WRITTEN:
            return words
        put = self._translate.into(language, words.values())
        return {name: put.get(text, text) for name, text in words.items()}

    def _own_messages(self, person: Person, link: Link) -> tuple[list[Message], list[Entry]]:
        """Messages and events that this person may see: of what others wrote about the same crime, and of what was
        answered to them, nothing.
        """
        entries = [one for one in self._crimes.timeline(link.crime) if one.effect in SHOWN]
        messages = list(self._crimes.messages(link.crime))
        others = {one.id for one in messages if one.by == "victim" and one.person != person.id}
        to_others = {ident for ident, asked in answers(one.event for one in entries).items() if asked in others}
        return (
            [one for one in messages if one.id not in others | to_others and one.person in ("", person.id)],
            [one for one in entries if one.event.id not in to_others],
        )

    def _told(self, person: Person, link: Link, entries: Iterable[Entry], language: str) -> list[_Told]:
        """Entries that have words, oldest first."""
        told = []
        common = {
            "name": person.given_name,
            "force": self._force.name,
            "portal": self._portal_url,
            "reference": link.crime,
        }
        for entry in sorted(entries, key=lambda one: (one.event.occurred_at, one.event.version, one.event.id)):
            rule = kind_of(entry.event.kind)
            found = None if rule.silent or rule.key == ANSWER else for_trigger(rule.key, self._force.id)
            if found is None:
                continue
            known = common | values(entry.event, language)
            title, text, following = portal_text(found, language, known, enhanced=link.enhanced)
            told.append(_Told(entry, found, title, text, following))
        return told

    def _next(self, told: Sequence[_Told], link: Link, language: str) -> Next | None:
        """From the newest news that says what comes next."""
        news = [one for one in told if one.entry.effect in NEWS]
        if not news or not news[-1].next:
            return None
        newest = news[-1]
        event = newest.entry.event
        by = promised(event)
        if by is None and newest.type.limit:
            deadline = statutory.deadline(newest.type.limit, event.occurred_at, enhanced=link.enhanced)
            by = last_day(deadline) if deadline and deadline > self._clock.now() else None
        return Next(text=newest.next, by=by, right=guidance.right(newest.type.right, language))

    def _phase(self, state: CrimeState, told: Sequence[_Told]) -> str:
        kinds = [one.entry.event.kind for one in told if one.entry.effect in NEWS]
        return guidance.phase_of(kinds, closed=state.closed)

    def _went(self, person: Person, link: Link) -> list[Sent]:
        """What was sent to the person about this crime."""
        return [
            Sent(
                at=one.sent_at or one.created_at,
                channel=one.channel.value,
                type=one.type,
                version=one.type_version,
                state=one.state.value,
                sha256=one.sha256,
                text=self._words(one, link),
            )
            for one in self._sent.recent(person.id)
            if one.crime == link.crime and one.state in _WENT
        ]

    def _words(self, message: Notification, link: Link) -> str:
        """What a message said: made again, and shown only where its hash proves that it is the same."""
        found = message_types(self._force.id).get(message.type)
        if found is None or not message.sha256:
            return ""
        for enhanced in (link.enhanced, not link.enhanced):
            try:
                made = render(found, message.channel, message.language, message.values, enhanced=enhanced)
            except UnknownPlaceholder:
                continue
            if made.sha256 == message.sha256:
                return f"{made.subject}\n\n{made.text}" if made.subject else made.text
        return ""


def _language_of(asked: str, own: str) -> str:
    known = known_language(asked or own)
    if known:
        return known
    if asked:
        raise Invalid("bad_field", "Nobody here knows this language.", field="language")
    return "en"


def _moment(one: _Told, link: Link, language: str) -> Moment:
    event = one.entry.event
    return Moment(
        id=opaque("event", link.crime, event.id),
        at=event.occurred_at,
        title=one.title,
        text=one.text,
        right=guidance.right(one.type.right, language),
    )


def _in_language(one: Moment, put: Mapping[str, str]) -> Moment:
    """All of it or nothing: half an entry in one language and half in another is read by nobody."""
    if not all(text in put for text in (one.title, one.text) if text):
        return one
    return replace(one, title=put.get(one.title, ""), text=put.get(one.text, ""), translated=True)


def _arrivals(letters: Sequence[Message], entries: Sequence[Entry]) -> Iterable[datetime]:
    """When each came here: an officer may have written it long before."""
    came = {str(one.event.id): one.received_at for one in entries}
    return [came.get(one.id, one.at) for one in letters]


def _since(read: datetime | None, arrived: Iterable[datetime]) -> int:
    return sum(1 for at in arrived if read is None or at > read)


def _letters(messages: Iterable[Message]) -> list[Letter]:
    return [_mine(one) if one.by == "victim" else _officers(one) for one in messages]


def _officers_words(letters: Sequence[Letter]) -> list[str]:
    """What a machine is asked to put into the reader's language, the newest first."""
    return [one.text for one in reversed(letters) if not one.mine]


def _with_translations(letters: Sequence[Letter], put: Mapping[str, str], language: str) -> list[Letter]:
    return [
        replace(one, translation=Put(put[one.text], language)) if not one.mine and one.text in put else one
        for one in letters
    ]


def _mine(message: Message) -> Letter:
    return Letter(id=message.id, mine=True, at=message.at, text=message.text, state=message.state)


def _officers(message: Message) -> Letter:
    return Letter(
        id=opaque("answer", message.id), mine=False, at=message.at, text=message.text, name=message.name, state=""
    )


def _meeting_id(crime: CrimeRef, one: Appointment) -> str:
    return opaque("appointment", crime, one.id)


def _meeting(crime: CrimeRef, one: Appointment, now: datetime) -> Meeting:
    return Meeting(
        id=_meeting_id(crime, one),
        at=one.at,
        what=one.what,
        where=one.where,
        state=one.state,
        can_change=one.state in ("booked", "changed") and one.at > now,
    )


def _of_change(one: Appointment, reason: str, wishes: str) -> TaskWanted:
    said = "; ".join(
        f"{name}: {text.strip()}" for name, text in (("why", reason), ("when instead", wishes)) if text.strip()
    )
    return TaskWanted(
        reason=Reason.APPOINTMENT_CHANGE,
        key=hashlib.sha256(f"{one.id}\0{one.at.isoformat()}\0{reason}\0{wishes}".encode()).hexdigest(),
        title="The victim asks for another appointment",
        detail=f"{one.at:%Y-%m-%d %H:%M} UTC, {one.what or 'appointment'}. The victim says: {said}",
    )


def _working_days(now: datetime, days: int) -> datetime:
    day = now.astimezone(LONDON).date()
    for _ in range(days):
        day = statutory.next_working_day(day)
    end = datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(days=1)
    return end.astimezone(now.tzinfo)
