"""What sending needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from harbour.contact.model import Channel, Person
from harbour.crime.link import TaskWanted
from harbour.crime.model import CrimeRef, PersonId, Problem
from harbour.notification.model import Notification, NotificationId
from harbour.notification.render import Rendered


class Moved(Exception):
    """Somebody else changed the message in the meantime: read it again."""


class NotTaken(Exception):
    """The provider certainly did not take the message.

    Attributes
    ----------
    reason
        ``opted_out``, ``throttled``, ``unavailable``, ``rejected``, …
    for_good
        No provider may try again: the person does not want it.
    """

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


class Unsure(Exception):
    """Nobody knows whether the provider took it: the answer was lost."""


class Provider(Protocol):
    """Somebody who sends."""

    name: str
    channels: frozenset[Channel]

    def send(self, to: str, rendered: Rendered, reference: str) -> str:
        """Hand one message over; the provider's own id of it.

        Raises
        ------
        NotTaken, Unsure
        """
        ...

    def find(self, reference: str) -> str | None:
        """The id of what was handed over with that reference, where the provider can say; else none.

        Raises
        ------
        Unsure
            The provider can say, and does not answer now.
        """
        ...


class NotificationStore(Protocol):
    """Messages, each written only by who read its last state."""

    def get(self, person: PersonId, ident: NotificationId) -> Notification | None:
        """One message."""
        ...

    def put(
        self,
        before: Notification,
        after: Notification,
        tasks: Sequence[TaskWanted] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        """Replace ``before`` by ``after``, with tasks for the crime system and problems of its data, all or nothing.

        Tasks and problems are for every crime that the message tells of. When ``after`` is a text message with a
        provider's id, a receipt that names it leads to the message from then on, also if ``after`` is not written: the
        provider has it. Receipts of e-mails bring our reference.

        Raises
        ------
        Moved
        """
        ...

    def by_receipt(self, provider: str, provider_id: str) -> Notification | None:
        """The message that a provider's receipt is about."""
        ...


class People(Protocol):
    """Who is told."""

    def person(self, person: PersonId) -> Person | None:
        """One person, with their links."""
        ...

    def block(self, person: PersonId, reason: str) -> None:
        """Close what ``reason`` closes (:data:`harbour.contact.gate.DEAD`), until the crime system sends new details.

        Doing it twice does no harm.
        """
        ...


class NumberLimits(Protocol):
    """What phone networks take for one number before they block: counted by number, whoever it belongs to."""

    def take(self, number: str, sha256: str, at: datetime) -> datetime | None:
        """Count one text message with that hash; none, or the moment from which there is room again."""
        ...


class Recent(Protocol):
    """How providers fared lately."""

    def failed(self, provider: str, at: datetime) -> None:
        """One call failed."""
        ...

    def failing(self, provider: str, at: datetime) -> bool:
        """Whether to prefer another."""
        ...


class LinkQueue(Protocol):
    """Asks for tasks to be told to the crime system."""

    def ask(self, crime: CrimeRef, task: str) -> None:
        """One task. Asking twice does no harm."""
        ...
