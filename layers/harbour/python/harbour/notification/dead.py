"""A channel that turned out dead: what the list of bad data and the officer are told of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harbour.contact.gate import person_for
from harbour.contact.model import Channel, Person
from harbour.crime.link import Reason, TaskWanted
from harbour.crime.model import PartyRole, Problem
from harbour.notification.model import Notification

_FIX: Final[Mapping[str, str]] = {
    "dead_number": "The number does not exist any more: ask for the right one.",
    "opted_out": "The person answered STOP to our number: ask how they want to be reached.",
    "hard_bounce": "The e-mail address does not exist: ask for the right one.",
    "complaint": "Somebody who reads this e-mail marked it as unwanted: ask the person, safely, who reads it.",
}


def problems_of(message: Notification, someone: Person | None, reason: str) -> tuple[Problem, ...]:
    """The contact data are wrong: whoever reads the list of problems sees it beside the others."""
    if someone is None:
        return ()
    link = person_for(someone.links, message.crime)
    return (
        Problem(
            id=f"{reason}-{message.person}",
            crime=message.crime,
            source_id=someone.source_id,
            role=PartyRole(link.role) if link else PartyRole.VICTIM,
            field="phone" if message.channel is Channel.SMS else "email",
            check=reason,
            fix=_FIX[reason],
            blocks=True,
        ),
    )


def mend(message: Notification, reason: str) -> TaskWanted:
    """The task to ask for details that are right."""
    return TaskWanted(
        reason=Reason.QUALITY,
        key=f"{reason}-{message.person}-{message.id}",
        title="Contact details need mending",
        detail=_FIX[reason],
    )
