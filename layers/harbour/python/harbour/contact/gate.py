"""May this person be told something now, and how? Pure. Nothing is sent that did not pass here, twice: when it is
planned, and again at the moment of sending.

Default deny for domestic abuse and the like: as long as nobody has asked the person, nothing is sent to them (NNEDV's
guidance on safe contact; mission, part C). What may not be sent becomes a task for a person, never silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from harbour.contact.model import Channel, Consent, Hours, Link, Person
from harbour.runtime.london import LONDON

_LONGEST_WAIT_DAYS: Final = 8

DEAD: Final[Mapping[str, frozenset[Channel]]] = {
    "dead_number": frozenset({Channel.SMS}),
    "opted_out": frozenset({Channel.SMS}),
    "hard_bounce": frozenset({Channel.EMAIL}),
    "complaint": frozenset({Channel.EMAIL}),
}
"""Reasons that close one channel; every other reason to block closes both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is allowed.

    Attributes
    ----------
    channels
        Empty: nothing.
    reason
        Why nothing is allowed: ``do_not_contact``, ``not_agreed``, ``blocked``, ``no_details``; else empty.
    """

    channels: frozenset[Channel]
    reason: str = ""


def allowed(person: Person, link: Link) -> Verdict:
    """The channels by which the person may be told of this crime.

    One sensitive crime silences the others, too: who reads a message about a stolen bicycle at home reads that the
    police write.
    """
    plan = person.plan
    if plan.consent is Consent.DO_NOT_CONTACT:
        return Verdict(channels=frozenset(), reason="do_not_contact")
    closed = blocked(person)
    if closed == frozenset(Channel):
        return Verdict(channels=frozenset(), reason="blocked")
    if plan.consent is Consent.UNKNOWN and (link.sensitive or any(one.sensitive for one in person.links)):
        return Verdict(channels=frozenset(), reason="not_agreed")
    usable = reachable(person)
    wanted = plan.channels if plan.consent is Consent.AGREED else usable
    if not wanted and plan.consent is Consent.AGREED:
        return Verdict(channels=frozenset(), reason="do_not_contact")
    channels = (wanted & usable) - closed
    if channels:
        return Verdict(channels=channels)
    return Verdict(channels=frozenset(), reason="blocked" if wanted & usable else "no_details")


def reachable(person: Person) -> frozenset[Channel]:
    """The channels for which there is something to send to."""
    return frozenset(
        channel for channel, value in ((Channel.SMS, person.phone), (Channel.EMAIL, person.email)) if value
    )


def blocked(person: Person) -> frozenset[Channel]:
    """The channels by which nothing may be sent whatever the plan says: a dead number does not close the e-mail."""
    closed: frozenset[Channel] = frozenset()
    for reason in person.blocked.split():
        closed |= DEAD.get(reason, frozenset(Channel))
    return closed


def next_allowed(hours: Hours, at: datetime) -> datetime:
    """The first moment from ``at`` on that lies in the person's hours (Europe/London); ``at`` itself when it does.

    Hours without a day, or that end before they begin, are taken as the day's: 8 in the morning to 8 in the evening.
    """
    sound = hours if hours.days and hours.start < hours.end else Hours()
    local = at.astimezone(LONDON)
    for ahead in range(_LONGEST_WAIT_DAYS):
        day = local.date() + timedelta(days=ahead)
        if day.isoweekday() not in sound.days:
            continue
        begins = datetime.combine(day, sound.start, LONDON)
        ends = datetime.combine(day, sound.end, LONDON)
        if local < begins:
            return begins.astimezone(at.tzinfo)
        if begins <= local < ends:
            return at
    raise AssertionError("a week has every day")


def person_for(people: tuple[Link, ...], crime: str) -> Link | None:
    """A person's part in a crime."""
    return next((link for link in people if link.crime == crime), None)
