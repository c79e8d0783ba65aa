"""Message types and messages, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef, Kind, PersonId

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
    attempt
        Rises with every claim.
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
