"""Whom an event concerns, what they are sent, when, and what becomes a task instead. Pure.

Keep it simple (mission, part C): one message at once; what follows within moments waits, and what comes while it waits
joins it as one "several updates". Never more in a day than the force allows, never in quiet hours unless a rule says
so, never near the networks' limits (20 identical or 100 texts per hour and number). But what the law wants by a time is
never dropped: it may go without waiting for others, and what cannot be sent by then becomes an officer's task, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from harbour.contact.gate import allowed, next_allowed
from harbour.contact.model import Channel, Hours, Link, Person
from harbour.crime.link import Reason, TaskWanted
from harbour.crime.model import CrimeEvent
from harbour.notification.catalogue import message_types
from harbour.notification.model import MessageType, Notification, NotificationId, State, crimes_of
from harbour.runtime.london import LONDON

SEVERAL: Final = "several_updates"

INVITATION: Final = "portal_invitation"
"""Holds the way in: others may join it, and it joins none."""

ALONE: Final = frozenset({INVITATION, "officer_message"})
"""What somebody waits for: it keeps nothing waiting, and an answer waits for nothing."""

Deadline = Callable[[str, datetime, bool], datetime | None]
"""(time limit, when it happened, enhanced rights) → by when the law wants it told; none without a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRules:
    """What a force chooses.

    Attributes
    ----------
    merge
        Between two messages to a person by one channel; what comes meanwhile joins the second. Short: an officer who
        types several things into the crime system makes two messages of them, and nobody waits longer for news.
    per_day
        Messages to a person by one channel in any 24 hours, statutory ones not left out.
    same_per_hour, any_per_hour
        In any 60 minutes: below what the networks allow (20 and 100).
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
    """Why somebody is told: an event, its message type, and what is known of who is to be told.

    Attributes
    ----------
    limit
        The event's own time limit, where another message stands in for its own: the invitation, which leads to the
        news. None: the type's.
    """

    person: Person
    link: Link
    event: CrimeEvent
    type: MessageType
    values: Mapping[str, str]
    recent: Sequence[Notification] = field(default_factory=tuple)
    limit: str | None = None


def plan(occasion: Occasion, now: datetime, rules: PlanRules, deadline: Deadline) -> Planned:
    """What one person is told of one event. Planned again, the same event makes nothing new."""
    person, link, kind = occasion.person, occasion.link, occasion.type
    limit = kind.limit if occasion.limit is None else occasion.limit
    by_law = deadline(limit, occasion.event.occurred_at, link.enhanced) if limit else None
    verdict = allowed(person, link)
    channels = verdict.channels & kind.channels
    if not channels:
        return Planned(tasks=(_by_hand(occasion, verdict.reason or "no_channel", by_law),))
    create: list[Notification] = []
    change: list[Notification] = []
    tasks: list[TaskWanted] = []
    for channel in sorted(channels):
        mine = [message for message in occasion.recent if message.channel is channel]
        if any(occasion.event.id in message.causes for message in mine if message.state is not State.CANCELLED):
            continue
        held = _held(occasion, mine, now, by_law)
        made = _joined(held, occasion, by_law) if held else _new(occasion, channel, mine, now, rules, by_law)
        (change if held else create).append(made)
        if by_law is not None and made.due_at > max(by_law, now):
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
                replace(message, causes=rest, values={**message.values, "count": str(len(rest))})
                if rest
                else replace(message, state=State.CANCELLED, reason="withdrawn")
            )
    return tuple(found)


def ident(person: str, event: str, kind: str, channel: Channel) -> NotificationId:
    """The same cause by the same channel is the same message."""
    return NotificationId(hashlib.sha256(f"{person}#{event}#{kind}#{channel.value}".encode()).hexdigest()[:32])


# -- one message -----------------------------------------------------------------------------------------------------


def _held(
    occasion: Occasion, mine: Sequence[Notification], now: datetime, by_law: datetime | None
) -> Notification | None:
    """A message that waits and that this event may join. One that was tried may have arrived: nothing joins it; nor one
    that may go at night: its words must stay its own.
    """
    if occasion.type.pierces_quiet_hours or occasion.type.key in ALONE:
        return None
    waiting = [
        one
        for one in mine
        if one.state is State.CREATED and one.attempt == 0 and one.due_at > now and not _at_night(one.type)
    ]
    first = min(waiting, key=lambda one: one.due_at, default=None)
    return None if first is None or (by_law is not None and by_law < first.due_at) else first


def _at_night(kind: str) -> bool:
    known = message_types().get(kind)
    return known is not None and known.pierces_quiet_hours


def _joined(held: Notification, occasion: Occasion, by_law: datetime | None) -> Notification:
    causes = (*held.causes, occasion.event.id)
    deadlines = [at for at in (held.deadline_at, by_law) if at is not None]
    crime = occasion.link.crime
    return replace(
        held,
        type=held.type if held.type == INVITATION else SEVERAL,
        causes=causes,
        values={**held.values, "count": str(len(causes))},
        deadline_at=min(deadlines) if deadlines else None,
        also=held.also if crime in crimes_of(held) else (*held.also, crime),
    )


def _new(
    occasion: Occasion,
    channel: Channel,
    mine: Sequence[Notification],
    now: datetime,
    rules: PlanRules,
    by_law: datetime | None,
) -> Notification:
    person, kind = occasion.person, occasion.type
    return Notification(
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
        due_at=_due(kind, person.plan.hours, mine, now, rules, by_law),
        deadline_at=by_law,
    )


def _due(
    kind: MessageType,
    hours: Hours,
    mine: Sequence[Notification],
    now: datetime,
    rules: PlanRules,
    by_law: datetime | None,
) -> datetime:
    """When the message may go: by the person's hours, apart from others, and within every cap."""
    counted = [message for message in mine if _counts(message)]
    every = sorted(_when(message) for message in counted)
    same = sorted(_when(message) for message in counted if message.type == kind.key)
    hour = timedelta(hours=1)
    networks = (_Cap(every, hour, rules.any_per_hour), _Cap(same, hour, rules.same_per_hour))
    if kind.pierces_quiet_hours:
        return _first(None, now, networks)
    caps = (*networks, _Cap(every, timedelta(days=1), rules.per_day))
    if kind.key in ALONE:
        return _first(hours, now, caps)
    apart = _Cap(sorted(_when(message) for message in counted if message.type not in ALONE), rules.merge, 1)
    due = _first(hours, now, (*caps, apart))
    if by_law is not None and due > by_law:
        # The law does not wait for others to join.
        return _first(hours, now, caps)
    return due


@dataclass(frozen=True, slots=True)
class _Cap:
    """At most ``most`` messages in any ``window``. ``times`` are those of the others, in order."""

    times: Sequence[datetime]
    window: timedelta
    most: int

    def holds(self, at: datetime) -> bool:
        near = sorted([*(one for one in self.times if abs(one - at) < self.window), at])
        return all(near[index + self.most] - near[index] >= self.window for index in range(len(near) - self.most))


def _first(hours: Hours | None, now: datetime, caps: Sequence[_Cap]) -> datetime:
    """The first moment that lies in the hours and within all caps: now, or when an earlier message drops out of one."""
    moments = sorted({now, *(one + cap.window for cap in caps for one in cap.times if one + cap.window > now)})
    for moment in moments:
        at = next_allowed(hours, moment) if hours else moment
        if all(cap.holds(at) for cap in caps):
            return at
    raise AssertionError("after the last message of all, with its window, nothing counts")


def _counts(message: Notification) -> bool:
    """Whether a network may have it, or will."""
    if message.state is State.FAILED:
        return message.sent_at is not None or message.unsure > 0
    return message.state is not State.CANCELLED


def _when(message: Notification) -> datetime:
    return message.sent_at or max(message.due_at, message.created_at)


# -- tasks instead ---------------------------------------------------------------------------------------------------


def _by_hand(occasion: Occasion, reason: str, by_law: datetime | None) -> TaskWanted:
    unsafe = reason in ("do_not_contact", "not_agreed", "blocked")
    why = {
        "do_not_contact": "The person's plan says that no message may be sent.",
        "not_agreed": "Nobody has agreed with the person yet how to contact them safely.",
        "blocked": "The contact details may not be used: see the data-quality tasks.",
        "no_details": "There is no number and no address that can be used.",
        "no_channel": "This is not sent by the channel that the person chose.",
    }[reason]
    return TaskWanted(
        reason=Reason.UNSAFE_CONTACT if unsafe else Reason.NO_CONTACT_DETAILS,
        key=f"{occasion.person.id}-{occasion.event.id}",
        title="Tell the victim in person, safely",
        detail=f"{why} Update: {occasion.event.kind.replace('_', ' ')}.",
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
