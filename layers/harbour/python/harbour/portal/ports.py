"""What the portal needs from outside. The adapters of crimes and people have more than is named here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from harbour.contact.model import Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import Appointment, CrimeRef, Entry, Message, PersonId
from harbour.crime.progress import CrimeState
from harbour.identity.victims.model import Device
from harbour.notification.model import Notification
from harbour.portal.model import Part


class Moved(Exception):
    """Somebody else changed it in between: read again."""


class People(Protocol):
    """Who reads."""

    def person(self, person: PersonId) -> Person | None:
        """One person, with their links."""
        ...


class Plans(Protocol):
    """Contact plans."""

    def save_plan(self, before: Person, after: Person, tasks: Sequence[OutboundTask]) -> None:
        """Store a changed person with the tasks that tell officers of it, all or nothing.

        Raises
        ------
        Moved
            ``before`` is not what is stored.
        """
        ...


class Bookmarks(Protocol):
    """How far somebody has read."""

    def read_until(self, person: PersonId) -> Mapping[tuple[CrimeRef, Part], datetime]:
        """When the person last read each part of each crime; what was never read is missing."""
        ...

    def mark_read(self, person: PersonId, crime: CrimeRef, part: Part, at: datetime) -> None:
        """The person has read that part up to ``at``."""
        ...


class Confirmations(Protocol):
    """Whether somebody who is signed in holds the channel that was agreed with them."""

    def accept(self, person: PersonId, handle: str, code: str) -> None:
        """Use the code up. Raises ``Forbidden`` (``wrong_code``, ``expired``)."""
        ...


class Crimes(Protocol):
    """What is known of crimes, and what a victim adds."""

    def state(self, crime: CrimeRef) -> CrimeState | None:
        """Its state."""
        ...

    def timeline(self, crime: CrimeRef) -> Sequence[Entry]:
        """Its events, oldest first."""
        ...

    def messages(self, crime: CrimeRef) -> Sequence[Message]:
        """Messages both ways, oldest first."""
        ...

    def appointments(self, crime: CrimeRef) -> Sequence[Appointment]:
        """Appointments, by time."""
        ...

    def tell(self, crime: CrimeRef, message: Message, task: OutboundTask) -> Message:
        """Store a victim's message with its task, both or none; the one that is there when it was stored before."""
        ...

    def request_change(
        self, crime: CrimeRef, appointment: str, reason: str, wishes: str, task: OutboundTask
    ) -> Appointment:
        """Note that the victim asks for another time, with its task.

        Raises
        ------
        NotFound, Conflict
            ``no_appointment``; ``cancelled``.
        """
        ...


class SentMessages(Protocol):
    """What was sent to somebody."""

    def recent(self, person: PersonId) -> Sequence[Notification]:
        """All of a person's messages."""
        ...


class LinkAsker(Protocol):
    """Asks for tasks to be told to the crime system."""

    def ask(self, crime: CrimeRef, task: str) -> None:
        """Asking twice does no harm; a task that nobody asked for is found by its time."""
        ...


class Devices(Protocol):
    """Where somebody signed in."""

    def devices(self, person: PersonId) -> Sequence[Device]:
        """All of a person's, latest first."""
        ...


class Audit(Protocol):
    """Who read what."""

    def read(self, person: PersonId, what: str, crime: str) -> None:
        """One read, ids only. Never raises: the reader has what was read."""
        ...


class Translate(Protocol):
    """A machine that translates."""

    def into(self, language: str, texts: Iterable[str]) -> Mapping[str, str]:
        """English texts in ``language``; those that could not be put into it in time are missing."""
        ...
