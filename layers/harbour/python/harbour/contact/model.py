"""A person's contact plan. Unknown means no: for domestic abuse nobody is contacted before it was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from harbour.crime.model import CrimeId, CrimeRef, PersonId

OWN: Final = frozenset({"victim", "guardian"})
"""Roles of those whose crime it is. A suspect or a witness who is linked by mistake sees nothing."""


class Channel(StrEnum):
    """A way to reach somebody."""

    SMS = "sms"
    EMAIL = "email"


class Consent(StrEnum):
    """Whether the person may be contacted at all."""

    UNKNOWN = "unknown"
    """Nobody has asked: messages go for ordinary crimes, never for sensitive ones."""
    AGREED = "agreed"
    DO_NOT_CONTACT = "do_not_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a message may arrive, Europe/London. ``days``: 1 is Monday."""

    start: time = time(8, 0)
    end: time = time(20, 0)
    days: frozenset[int] = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPlan:
    """What was agreed.

    Attributes
    ----------
    channels
        Empty: neither.
    code_word
        Asked for after a gap; never sent.
    changed_by
        ``crime_system``, ``officer`` or ``person``.
    """

    consent: Consent = Consent.UNKNOWN
    channels: frozenset[Channel] = frozenset()
    hours: Hours = field(default_factory=Hours)
    language: str = "en"
    code_word: str = ""
    changed_at: datetime | None = None
    changed_by: str = "crime_system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A person's part in a crime.

    Attributes
    ----------
    enhanced
        Enhanced Rights under the Victims' Code.
    sensitive
        Domestic abuse and the like: the default is not to contact.
    """

    crime: CrimeRef
    id: CrimeId
    role: str
    enhanced: bool
    sensitive: bool
    offence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may be told something.

    Attributes
    ----------
    phone
        E.164, checked; empty: none that can be used.
    email
        Normalised, checked; empty: none that can be used.
    blocked
        Why nothing may go to the phone or e-mail whatever the plan says, several in words: ``same_as_suspect`` closes
        both, ``dead_number`` or ``hard_bounce`` one (:data:`harbour.contact.gate.DEAD`).
    version
        Rises with each change; a write names the one it read.
    as_of
        When what the crime system said of each detail happened: what comes late does not overwrite what is newer.
    """

    id: PersonId
    source: str
    source_id: str
    given_name: str = ""
    family_name: str = ""
    date_of_birth: str = ""
    phone: str = ""
    email: str = ""
    plan: ContactPlan = field(default_factory=ContactPlan)
    blocked: str = ""
    links: tuple[Link, ...] = ()
    version: int = 0
    as_of: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def own_links(self) -> list[Link]:
        """Their part in each crime in which they are more than named."""
        return [link for link in self.links if link.role in OWN]
