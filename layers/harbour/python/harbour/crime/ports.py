"""What handling an update needs from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from harbour.contact.model import Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import CrimeEvent, CrimeRef, Effect, EventId, PersonId
from harbour.crime.progress import CrimeState
from harbour.crime.quality import Problem
from harbour.notification.model import Notification, NotificationId


class Raced(Exception):
    """What was read is not what is there any more: read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message between a victim and the officer in charge.

    Attributes
    ----------
    by
        ``victim`` or ``officer``.
    state
        Of a victim's: ``sent``, ``reached`` (it is a task of the officer), ``answered``. Of an officer's: empty.
    """

    id: str
    at: datetime
    by: str
    text: str
    person: str = ""
    name: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Something that was agreed.

    Attributes
    ----------
    state
        ``booked``, ``changed``, ``cancelled`` or ``change_requested``.
    """

    id: str
    at: datetime
    what: str
    where: str
    state: str
    reason: str = ""
    wishes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event in the timeline, with what it did."""

    event: CrimeEvent
    effect: Effect
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that follows from one update: it is stored together, or not at all.

    Attributes
    ----------
    state_before, state
        The crime; the write fails when it is not ``state_before`` any more.
    changed
        Earlier entries, as they are now.
    people
        (before, after) of each person that changed; before is none for a new one.
    strangers
        (before, after) of each person who was named by mistake: they have no part in the crime any more.
    messages
        (before, after) of each message to a person; before is none for a new one.
    tasks
        Such as were not there before.
    mended
        Problems that are none any more.
    answer, answers
        An officer's message, and the id of the victim's message that it answers, where it names one.
    unsaid
        Officers' messages that were taken back.
    appointments
        As they are now.
    """

    source: str
    event: EventId
    state_before: CrimeState | None
    state: CrimeState
    entry: Entry
    changed: tuple[Entry, ...] = ()
    people: tuple[tuple[Person | None, Person], ...] = ()
    strangers: tuple[tuple[Person, Person], ...] = ()
    messages: tuple[tuple[Notification | None, Notification], ...] = ()
    tasks: tuple[OutboundTask, ...] = ()
    problems: tuple[Problem, ...] = ()
    mended: tuple[str, ...] = ()
    answer: Message | None = None
    answers: str = ""
    unsaid: tuple[Message, ...] = ()
    appointments: tuple[Appointment, ...] = ()


class CrimeStore(Protocol):
    """Crimes."""

    def state(self, crime: CrimeRef) -> CrimeState | None:
        """What is known of a crime."""
        ...

    def timeline(self, crime: CrimeRef) -> Sequence[Entry]:
        """Its events, oldest first."""
        ...

    def known_tasks(self, crime: CrimeRef, idents: Iterable[str]) -> frozenset[str]:
        """Those tasks that were made before."""
        ...

    def open_problems(self, crime: CrimeRef) -> Sequence[Problem]:
        """What is to be mended in its data."""
        ...

    def commit(self, change: Change) -> None:
        """Store a change, all of it or nothing.

        Raises
        ------
        Raced
            The update was done, or the crime, a person, a message, a task or a problem changed since it was read.
        """
        ...


class Waiting(Protocol):
    """Updates that are to be done."""

    def waiting(self, source: str, ident: EventId) -> CrimeEvent | None:
        """The update, if it is still to be done."""
        ...


class PeopleReader(Protocol):
    """People and what was sent to them."""

    def person(self, person: PersonId) -> Person | None:
        """One person with their links."""
        ...


class SentReader(Protocol):
    """What was sent to a person."""

    def recent(self, person: PersonId) -> Sequence[Notification]:
        """All messages, newest state."""
        ...


class NotifyAsker(Protocol):
    """Asks for messages to be sent."""

    def ask(self, wanted: Sequence[tuple[PersonId, NotificationId]]) -> None:
        """Asking twice does no harm."""
        ...


class LinkAsker(Protocol):
    """Asks for tasks to be told to the crime system."""

    def ask(self, crime: CrimeRef, task: str) -> None:
        """Asking twice does no harm."""
        ...


class Invitations(Protocol):
    """Ways in to the portal."""

    def invite(self, person: PersonId) -> str:
        """The address of a single-use invitation."""
        ...
