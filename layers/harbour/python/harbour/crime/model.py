"""Crimes and what happens to them, as values. Pure: no I/O, no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

CrimeRef = NewType("CrimeRef", str)
"""The crime system's reference, as people write it on letters. Never part of an address or a log."""

CrimeId = NewType("CrimeId", str)
"""Stands for a crime where its reference must not be seen: 32 hexadecimal digits."""

PersonId = NewType("PersonId", str)
"""32 hexadecimal digits; says nothing about the person."""

EventId = NewType("EventId", str)
"""Unique per source: the ``webhook-id`` with which the event came."""

Kind = NewType("Kind", str)
"""What happened, by a key of ``data/kinds.json``: also the trigger of a message type."""


class PartyRole(StrEnum):
    """What somebody is in a crime."""

    VICTIM = "victim"
    SUSPECT = "suspect"
    WITNESS = "witness"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody in a crime, as the crime system has them: nothing here is checked yet.

    Attributes
    ----------
    source_id
        The person's id in the source.
    date_of_birth
        ``YYYY-MM-DD`` or empty.
    contact
        What the crime system says of contacting them: ``do_not_contact``, ``safe_sms``, ``safe_email``, ``safe_both``,
        or empty: nothing is known.
    """

    source_id: str
    role: PartyRole
    given_name: str = ""
    family_name: str = ""
    date_of_birth: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""
    contact: str = ""
    vulnerable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerInCharge:
    """Who deals with the crime."""

    name: str
    collar: str
    station: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrimeEvent:
    """Something that happened to a crime, as an adapter read it from a payload.

    Attributes
    ----------
    version
        The source's own version of its record, rising; 0 when it has none.
    corrects
        An earlier event that this one replaces.
    withdraws
        An earlier event that never happened; ``kind`` is then ``withdrawn``.
    offence
        Category by ``data/kinds.json``: ``domestic_abuse``, ``burglary``, …; empty: unchanged.
    details
        What the kind needs: ``hearing_at``, ``court``, ``appointment_at``, ``what``, ``where``, ``text``, …
    parties
        Only when the payload carries them.
    unknown
        Fields that the adapter does not know: kept as they came.
    """

    source: str
    id: EventId
    crime: CrimeRef
    kind: Kind
    occurred_at: datetime
    version: int = 0
    corrects: EventId | None = None
    withdraws: EventId | None = None
    offence: str = ""
    area: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    parties: tuple[Party, ...] = ()
    officer: OfficerInCharge | None = None
    unknown: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """An accepted update that is not done."""

    crime: CrimeRef
    since: datetime


class Effect(StrEnum):
    """What an event did to its crime."""

    APPLIED = "applied"
    STALE = "stale"
    """Older than what is known: it belongs into the timeline, and nobody is sent a message about it."""
    HELD = "held"
    """It contradicts what is known: a person decides."""
    CORRECTED = "corrected"
    """It replaced an earlier one."""
    WITHDRAWN = "withdrawn"
    """It took an earlier one back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event in the timeline, with what it did."""

    event: CrimeEvent
    effect: Effect
    received_at: datetime


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
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    id
        The same problem of the same person has the same id.
    check
        Which check found it: a key of ``fixes`` in the data.
    fix
        What somebody should do, in words; repeats nothing of the data.
    blocks
        Nothing may be sent to this person before it is mended.
    """

    id: str
    crime: CrimeRef
    source_id: str
    role: PartyRole
    field: str
    check: str
    fix: str
    blocks: bool


def crime_id(reference: CrimeRef) -> CrimeId:
    """What stands for ``reference`` in addresses."""
    return CrimeId(hashlib.sha256(f"crime{reference}".encode()).hexdigest()[:32])


def person_id(force: str, source: str, source_id: str) -> PersonId:
    """What stands for the person whom ``source`` calls ``source_id``."""
    return PersonId(hashlib.sha256(f"person{force}{source}{source_id}".encode()).hexdigest()[:32])
