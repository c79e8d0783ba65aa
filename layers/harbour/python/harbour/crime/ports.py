"""What handling an update needs from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from harbour.contact.model import Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import Appointment, CrimeEvent, CrimeRef, Entry, EventId, Message, PersonId, Problem, Waits
from harbour.crime.progress import CrimeState
from harbour.notification.model import Notification, NotificationId
from harbour.webhook.model import SourceKeys


class Raced(Exception):
    """What was read is not what is there any more: read again."""


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


# -- what comes in ---------------------------------------------------------------------------------------------------


class KeyRing(Protocol):
    """Keys of the senders."""

    def of(self, source: str) -> SourceKeys:
        """The keys of ``source``; an empty `SourceKeys` when there are none."""
        ...


class Inbox(Protocol):
    """Accepted updates, before anything is done with them. It is the replay store, too."""

    def put(self, event: CrimeEvent, at: datetime) -> bool:
        """Store an update that is to be done. False: it is there already, and nothing changed."""
        ...

    def put_refused(
        self, source: str, ident: EventId, crime: CrimeRef | None, problem: Mapping[str, object], at: datetime
    ) -> None:
        """Keep that an authentic update could not be read, so that a person sees it; once for each update.

        Parameters
        ----------
        crime
            What it is about, where that much could be read.
        """
        ...


class UpdatesQueue(Protocol):
    """Updates to do, in order for each crime."""

    def ask(self, event: CrimeEvent) -> None:
        """Have the update done. Asking twice does no harm."""
        ...


# -- what is due -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """One item of the index: which list, and its key."""

    pk: str
    sk: str


class DueIndex(Protocol):
    """The index ``due``."""

    def due(self, name: str, until: datetime, most: int) -> Iterable[Due]:
        """Items of a list whose time has come, oldest first."""
        ...


class InboxAsker(Protocol):
    """Asks for updates to be done once more."""

    def ask_again(self, source: str, ident: EventId, crime: CrimeRef, once: str) -> None:
        """See `harbour.aws.inbox.UpdatesFifo`."""
        ...


class Looker(Protocol):
    """Reads what the index points at."""

    def waits(self, source: str, ident: EventId) -> Waits | None:
        """An update, if it is still to be done."""
        ...

    def postpone(self, source: str, ident: EventId, until: datetime) -> None:
        """Look at an update not before ``until``; nothing happens if it is done."""
        ...

    def message(self, person: PersonId, ident: NotificationId) -> Notification | None:
        """A message."""
        ...


class TaskMaker(Protocol):
    """Keeps tasks."""

    def create(self, made: OutboundTask) -> None:
        """Store it once: the same task again changes nothing."""
        ...


# -- what goes back --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the crime system answered; status 0: nothing."""

    status: int
    retry_after: timedelta | None = None


class OutboundTasks(Protocol):
    """Where what goes out is kept."""

    def get(self, crime: CrimeRef, ident: str) -> OutboundTask | None:
        """One task."""
        ...

    def put(self, before: OutboundTask, after: OutboundTask) -> bool:
        """Replace ``before``; false when somebody else did."""
        ...


class Post(Protocol):
    """One HTTP request, without redirects."""

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer; never raises for what the other side does."""
        ...
