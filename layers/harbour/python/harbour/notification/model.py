"""Message types and messages, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef, Kind, PersonId

CLAIM: Final = timedelta(seconds=90)
"""Longer than a function may run: a claim that is older belongs to one that died."""

ASKED: Final = timedelta(seconds=60)
"""Who creates a message that is due asks for it at once; it is looked for only when nothing came of that."""

SECRETS: Final = frozenset({"link", "code"})
"""Values that open something: not kept once a message has come to its end."""

NotificationId = NewType("NotificationId", str)
"""Made from person, event, type and channel: the same cause never makes a second message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One message type in one language. ``{{name}}`` stands for a value; SMS and subject never reveal the crime."""

    sms: str
    subject: str
    email: str
    portal_title: str
    portal: str
    portal_next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    """One of the catalogue.

    Attributes
    ----------
    right
        Right of the Victims' Code, 1 to 12; 0: none.
    limit
        Key of ``data/time_limits.json`` for the statutory clock; empty: no time limit.
    pierces_quiet_hours
        May arrive at night: only where a rule says so.
    texts
        By language: ``en`` and ``cy``.
    enhanced
        Texts for people with Enhanced Rights where they differ, by language.
    """

    key: str
    version: int
    stage: str
    trigger: Kind
    audience: str
    channels: frozenset[Channel]
    statutory: bool
    right: int
    limit: str
    pierces_quiet_hours: bool
    texts: Mapping[str, Texts]
    enhanced: Mapping[str, Texts]


class State(StrEnum):
    """How far a message has come."""

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The provider may have accepted it: its receipt decides before anything is sent again."""
    CANCELLED = "cancelled"
    """It was overtaken before it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message to one person by one channel.

    Attributes
    ----------
    causes
        Ids of the crime events that it tells of: more than one when it was merged.
    type, type_version, sha256
        What was sent, and the hash of its rendered text (empty until it was sent).
    due_at
        Not before this: quiet hours, merging.
    deadline_at
        By law; none when there is no limit.
    also
        Other crimes whose events it tells of, when it was merged.
    attempt
        Rises with every claim.
    unsure
        So many of them may have reached a provider without anybody knowing.
    """

    id: NotificationId
    person: PersonId
    crime: CrimeRef
    causes: tuple[str, ...]
    type: str
    type_version: int
    channel: Channel
    language: str
    values: Mapping[str, str]
    state: State
    created_at: datetime
    due_at: datetime
    deadline_at: datetime | None = None
    attempt: int = 0
    claimed_at: datetime | None = None
    provider: str = ""
    provider_id: str = ""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    reason: str = ""
    sha256: str = ""
    parts: int = 0
    also: tuple[CrimeRef, ...] = ()
    unsure: int = 0


def look_at(message: Notification) -> datetime | None:
    """When somebody must look at the message, whatever became of the queue; none: it has come to its end."""
    match message.state:
        case State.CREATED | State.SENDING if message.due_at <= message.created_at:
            return message.due_at + ASKED
        case State.CREATED | State.UNKNOWN | State.SENDING:
            # A claim moves nothing in the index, which costs two writes: who looks before it is over leaves it alone.
            return message.due_at
        case _:
            return None


def crimes_of(message: Notification) -> tuple[CrimeRef, ...]:
    """Every crime that it tells of: each one's officer must know when it did not arrive."""
    return (message.crime, *message.also)


def kept(message: Notification) -> Mapping[str, str]:
    """The values that stay with the record of what was sent."""
    return {name: value for name, value in message.values.items() if name not in SECRETS}
