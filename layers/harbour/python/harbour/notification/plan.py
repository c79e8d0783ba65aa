"""Whom an event concerns, what they are sent, when, and what becomes a task instead. Pure.

Keep it simple (mission, part C): one message at once; what follows within minutes joins one "several updates". Never
more in a day than the force allows, never in quiet hours unless a rule says so, never near the networks' limits (20
identical or 100 texts per hour and number). But what the law wants by a time is never dropped: what cannot be sent by
then becomes an officer's task.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from harbour.contact.gate import LONDON, allowed, next_allowed
from harbour.contact.model import Channel, Link, Person
from harbour.crime.link import Reason, TaskWanted
from harbour.crime.model import CrimeEvent
from harbour.notification.model import MessageType, Notification, NotificationId, State

SEVERAL: Final = "several_updates"

ALONE: Final = frozenset({"officer_message", "portal_invitation"})
"""An answer, and the way in: never held back for others, and never a reason to hold others back."""

Deadline = Callable[[str, datetime, bool], datetime | None]
"""(time limit, when it happened, enhanced rights) → by when the law wants it told; none without a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What a force chooses.

    Attributes
    ----------
    merge
        After a message, further ones join one for so long: whoever types several things into the crime system at once
        makes one message more, not several. What somebody waits for (`ALONE`) neither joins nor holds up others.
    per_day
        Messages to one person by one channel in a day, statutory ones not counted out.
    same_per_hour, any_per_hour
        Below what the networks allow (20 and 100).
    """

    merge: timedelta = timedelta(seconds=30)
    per_day: int = 10
    same_per_hour: int = 15
    any_per_hour: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What follows from an event for one person: messages to create, messages that others join, tasks."""

    create: tuple[Notification, ...] = ()
    change: tuple[Notification, ...] = ()
    tasks: tuple[TaskWanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why somebody is told: an event, its message type, and what is known of who is to be told."""

    person: Person
    link: Link
    event: CrimeEvent
    type: MessageType
    values: Mapping[str, str]
    recent: Sequence[Notification] = field(default_factory=tuple)


def plan(occasion: Occasion, now: datetime, rules: PlanRules, deadline: Deadline) -> Planned:
    """What one person is told of one event."""
    person, link, kind = occasion.person, occasion.link, occasion.type
    by_law = deadline(kind.limit, occasion.event.occurred_at, link.enhanced) if kind.limit else None
    verdict = allowed(person, link)
    channels = verdict.channels & kind.channels
    if not channels:
        return Planned(tasks=(_by_hand(occasion, verdict.reason or "no_details", by_law),))
    create: list[Notification] = []
    change: list[Notification] = []
    tasks: list[TaskWanted] = []
    for channel in sorted(channels):
        made = _one(occasion, channel, now, rules, by_law)
        (change if any(made.id == old.id for old in occasion.recent) else create).append(made)
        if by_law is not None and made.due_at > by_law:
            tasks.append(_late(occasion, by_law))
    return Planned(create=tuple(create), change=tuple(change), tasks=tuple(dict.fromkeys(tasks)))


def cancelled(recent: Iterable[Notification], event: str) -> tuple[Notification, ...]:
    """Messages that are not sent any more because what they tell of was taken back or overtaken.

    One that tells of other events, too, keeps telling of those.
    """
    found = []
    for message in recent:
        if message.state is State.CREATED and event in message.causes:
            rest = tuple(cause for cause in message.causes if cause != event)
            found.append(
                replace(message, causes=rest) if rest else replace(message, state=State.CANCELLED, reason="withdrawn")
            )
    return tuple(found)


def ident(person: str, event: str, kind: str, channel: Channel) -> NotificationId:
    """The same cause by the same channel is the same message."""
    return NotificationId(hashlib.sha256(f"{person}#{event}#{kind}#{channel.value}".encode()).hexdigest()[:32])


def _one(
    occasion: Occasion, channel: Channel, now: datetime, rules: PlanRules, by_law: datetime | None
) -> Notification:
    person, kind = occasion.person, occasion.type
    mine = [message for message in occasion.recent if message.channel is channel]
    due = now if kind.pierces_quiet_hours else next_allowed(person.plan.hours, now)
    held = next((message for message in mine if message.type == SEVERAL and message.state is State.CREATED), None)
    after = _not_before(mine, kind.key, now, rules)
    if (
        held is not None
        and kind.key not in ALONE
        and not kind.pierces_quiet_hours
        and not (by_law and held.due_at > by_law)
    ):
        return _joined(held, occasion, by_law)
    made = Notification(
        id=ident(person.id, occasion.event.id, kind.key, channel),
        person=person.id,
        crime=occasion.link.crime,
        causes=(occasion.event.id,),
        type=kind.key,
        type_version=kind.version,
        channel=channel,
        language=person.plan.language,
        values=occasion.values,
        state=State.CREATED,
        created_at=now,
        due_at=due,
        deadline_at=by_law,
    )
    if after <= due or kind.pierces_quiet_hours:
        return made
    # Too soon after another one: this becomes the message that later ones join.
    later = next_allowed(person.plan.hours, after)
    if by_law is not None and later > by_law:
        return made
    return replace(made, id=ident(person.id, occasion.event.id, SEVERAL, channel), type=SEVERAL, due_at=later)


def _joined(held: Notification, occasion: Occasion, by_law: datetime | None) -> Notification:
    causes = held.causes if occasion.event.id in held.causes else (*held.causes, occasion.event.id)
    deadlines = [at for at in (held.deadline_at, by_law) if at is not None]
    return replace(
        held,
        causes=causes,
        values={**held.values, "count": str(len(causes))},
        deadline_at=min(deadlines) if deadlines else None,
    )


def _not_before(mine: Sequence[Notification], kind: str, now: datetime, rules: PlanRules) -> datetime:
    """When the next message may go, by merging and by every cap."""
    counted = [message for message in mine if message.state not in (State.CANCELLED, State.FAILED)]
    earliest = now
    close = [_when(message) for message in counted if message.type not in ALONE]
    if close and kind not in ALONE:
        earliest = max(earliest, max(close) + rules.merge)
    for window, limit, among in (
        (timedelta(days=1), rules.per_day, counted),
        (timedelta(hours=1), rules.any_per_hour, counted),
        (timedelta(hours=1), rules.same_per_hour, [message for message in counted if message.type == kind]),
    ):
        inside = sorted(_when(message) for message in among if _when(message) > now - window)
        if len(inside) >= limit:
            earliest = max(earliest, inside[-limit] + window)
    return earliest


def _when(message: Notification) -> datetime:
    return message.sent_at or max(message.due_at, message.created_at)


def _by_hand(occasion: Occasion, reason: str, by_law: datetime | None) -> TaskWanted:
    unsafe = reason in ("do_not_contact", "not_agreed", "blocked")
    why = {
        "do_not_contact": "The person's plan says that no message may be sent.",
        "not_agreed": "Nobody has agreed with the person yet how to contact them safely.",
        "blocked": "The contact details may not be used: see the data-quality tasks.",
        "no_details": "There is no number and no address that can be used.",
    }[reason]
    return TaskWanted(
        reason=Reason.UNSAFE_CONTACT if unsafe else Reason.NO_CONTACT_DETAILS,
        key=f"{occasion.person.id}-{occasion.event.id}",
        title="Tell the victim in person, safely",
        detail=f"{why} Update: {occasion.type.key.replace('_', ' ')}.",
        due_at=by_law,
    )


def _late(occasion: Occasion, by_law: datetime) -> TaskWanted:
    local = by_law.astimezone(LONDON)
    return TaskWanted(
        reason=Reason.BREACH_NEAR,
        key=f"{occasion.person.id}-{occasion.event.id}",
        title="Tell the victim in time",
        detail=f"The message waits for the person's hours, and the time limit ends on {local:%d %B at %H:%M}.",
        due_at=by_law,
    )
