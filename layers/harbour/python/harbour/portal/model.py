"""What a victim sees of a crime, as values and pure rules: no I/O, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from harbour.contact.model import Hours
from harbour.crime.model import CrimeEvent, CrimeId, CrimeRef, Effect
from harbour.runtime.london import LONDON

WRITTEN: Final = ("en", "cy")
"""Languages in which people wrote the texts. Every other one is a machine's."""

LONGEST_MESSAGE: Final = 4_000
"""Characters (Unicode code points) of a message to the officer."""

SHOWN: Final = frozenset({Effect.APPLIED, Effect.CORRECTED, Effect.STALE})
"""What a victim sees. What is held waits for a person's decision; what was withdrawn never happened."""

NEWS: Final = SHOWN - {Effect.STALE}
"""Of these the newest says how things stand: a late story stands in its place, and is no news."""


class Choice(StrEnum):
    """How somebody wants to be told that there is news."""

    SMS = "sms"
    EMAIL = "email"
    BOTH = "both"
    NONE = "none"


class Part(StrEnum):
    """What of a crime is read by itself."""

    NEWS = "news"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Right:
    """A right of the Victims' Code."""

    number: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One entry of the timeline, in words.

    Attributes
    ----------
    translated
        A machine put it into the reader's language. False in English and Welsh, and where the machine could not.
    """

    id: str
    at: datetime
    title: str
    text: str
    right: Right | None = None
    translated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What comes next. ``by``: the day by which somebody promised it, or the law wants it."""

    text: str
    by: date | None = None
    right: Right | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Where a crime stands."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Put:
    """The same words in another language, by a machine."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message between the victim and the officer in charge.

    Attributes
    ----------
    mine
        Written by the reader; else by an officer, whose ``name`` it then has.
    state
        Of the reader's own: ``sent``, ``reached`` or ``answered``; else empty.
    """

    id: str
    mine: bool
    at: datetime
    text: str
    name: str = ""
    state: str = ""
    translation: Put | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An appointment as it is shown. ``id`` says nothing about the crime system's."""

    id: str
    at: datetime
    what: str
    where: str
    state: str
    can_change: bool


@dataclass(frozen=True, slots=True)
class Officer:
    """Who deals with the crime."""

    name: str
    collar: str
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A crime as its victim sees it; the timeline newest first, the messages oldest first. ``unread_messages``: of the
    officer, since the messages were last read.
    """

    id: CrimeId
    reference: CrimeRef
    language: str
    title: str
    reported_at: datetime
    status: Status
    next: Next | None
    timeline: Sequence[Moment]
    officer: Officer | None
    messages: Sequence[Letter]
    unread_messages: int
    appointments: Sequence[Meeting]
    translated_by_machine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A crime in a list. ``unread``: what came since its page was last read."""

    id: CrimeId
    reference: CrimeRef
    title: str
    status: str
    updated_at: datetime
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Who reads, and what is theirs."""

    name: str
    language: str
    crimes: Sequence[Summary]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message that went to the person's phone or e-mail, for the record.

    Attributes
    ----------
    text
        What it said, where the words can still be made and their hash is that of what was sent; else empty.
    """

    at: datetime
    channel: str
    type: str
    version: int
    state: str
    sha256: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person's contact plan as they see it: of numbers and addresses a hint only. When it was changed, and by whom
    (`ContactPlan`), shows them what somebody else did in their name.
    """

    channel: Choice
    phone_hint: str
    email_hint: str
    start: time
    end: time
    days: tuple[int, ...]
    language: str
    code_word: bool
    safe: bool
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What shows that somebody who is signed in holds the channel that was agreed."""

    handle: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWish:
    """What a person wants to be otherwise. What is None stays as it is by then: whoever changes the language on one
    device does not undo what was changed on another.

    Attributes
    ----------
    code_word
        Empty: none any more.
    safe
        That a message by this channel is safe. Without it nothing is sent, whatever the channel says.
    """

    safe: bool | None = None
    channel: Choice | None = None
    hours: Hours | None = None
    language: str | None = None
    code_word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A device that was used to sign in.

    Attributes
    ----------
    not_me
        The person said that it was not they, and it did not come again since.
    """

    label: str
    first: datetime
    last: datetime
    this: bool
    not_me: bool


def opaque(kind: str, *parts: str) -> str:
    """32 hexadecimal digits that stand for something whose own id must not be seen."""
    return hashlib.sha256("\0".join((kind, *parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def answers(events: Iterable[CrimeEvent]) -> Mapping[str, str]:
    """Officers' messages that answer one message: their ids, and the id of what they answer."""
    return {event.id: asked for event in events if (asked := event.details.get("in_reply_to", ""))}


# -- words -----------------------------------------------------------------------------------------------------------

_DAYS: Final = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "cy": ("dydd Llun", "dydd Mawrth", "dydd Mercher", "dydd Iau", "dydd Gwener", "dydd Sadwrn", "dydd Sul"),
}
_MONTHS: Final = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "cy": (
        "Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
        "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
    ),
}  # fmt: skip
_NOON: Final = 12
_EVENING: Final = 18


def day_in_words(day: date, language: str) -> str:
    """``Tuesday 8 December 2026``, ``dydd Mawrth 8 Rhagfyr 2026``."""
    tag = language if language in _DAYS else "en"
    return f"{_DAYS[tag][day.weekday()]} {day.day} {_MONTHS[tag][day.month - 1]} {day.year}"


def moment_in_words(at: datetime, language: str) -> str:
    """``Tuesday 8 December 2026 at 2:30 pm`` by the clock of London."""
    local = at.astimezone(LONDON)
    hour = f"{(local.hour - 1) % _NOON + 1}:{local.minute:02}"
    if language == "cy":
        part = "y bore" if local.hour < _NOON else "y prynhawn" if local.hour < _EVENING else "yr hwyr"
        return f"{day_in_words(local, 'cy')} am {hour} {part}"
    return f"{day_in_words(local, language)} at {hour} {'am' if local.hour < _NOON else 'pm'}"


def values(event: CrimeEvent, language: str) -> dict[str, str]:
    """What the portal's texts may say of an event, dates in words."""
    details = event.details
    found = {name: details[name] for name in ("where", "what", "outcome", "court", "text") if details.get(name)}
    for name in ("when", "hearing_at", "appointment_at", "at"):
        if words := _when(details.get(name, ""), language):
            found["when"] = words
    if day := promised(event):
        found["by"] = day_in_words(day, language)
    if event.officer:
        told = {"officer": event.officer.name, "collar": event.officer.collar, "station": event.officer.station}
        found |= {name: text for name, text in told.items() if text}
    return found


def promised(event: CrimeEvent) -> date | None:
    """The day that the event itself names for what comes next."""
    found = (_day(event.details.get(name, "")) for name in ("answer_by", "until", "by"))
    return next((day for day in found if day), None)


def last_day(deadline: datetime) -> date:
    """The last day on which something is still in time; ``deadline`` is its end."""
    return datetime.fromtimestamp(deadline.timestamp() - 1, LONDON).date()


def _when(text: str, language: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if "T" not in text and " " not in text:
        return day_in_words(at, language)
    return moment_in_words(at if at.tzinfo else at.replace(tzinfo=LONDON), language)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


# -- hints -----------------------------------------------------------------------------------------------------------

_DOT: Final = "•"
_KEPT: Final = 3


def phone_hint(phone: str) -> str:
    """``07•• ••• •123``: enough to know one's own number by, and nobody else's."""
    if not phone:
        return ""
    if phone.startswith("+44"):
        national = "0" + phone[3:]
        hidden = national[:2] + _DOT * (len(national) - 2 - _KEPT) + national[-_KEPT:]
        return f"{hidden[:4]} {hidden[4:7]} {hidden[7:]}"
    return f"{phone[:_KEPT]} {_DOT * 4} {_DOT}{phone[-_KEPT:]}"


def email_hint(email: str) -> str:
    """``a•••@e•••.example``."""
    name, at, host = email.rpartition("@")
    if not at:
        return ""
    label, dot, rest = host.partition(".")
    return f"{name[:1]}{_DOT * 3}@{label[:1]}{_DOT * 3}{dot}{rest}"
