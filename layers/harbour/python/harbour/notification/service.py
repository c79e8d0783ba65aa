"""Sends one message: claimed, checked once more, handed over, recorded. Once, over retries and crashes.

The one moment that nobody can know is a crash after the provider took the message and before that was recorded. Which
provider may have it is written down *before* it is called, so that moment has a name: a message that is found claimed
and not recorded is ``unknown``. It is asked for at the provider, where that is possible, and otherwise waits for the
provider's receipt (`SETTLE`); only when neither knows of it is it sent again, once. See ADR 0017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from harbour.contact.gate import allowed, next_allowed, person_for
from harbour.contact.model import Channel, Link, Person
from harbour.crime.link import Reason, TaskWanted, ident_of
from harbour.crime.model import PersonId
from harbour.notification.catalogue import message_types
from harbour.notification.model import MessageType, Notification, NotificationId, State
from harbour.notification.ports import (
    LinkQueue,
    NotificationStore,
    NotTaken,
    People,
    Provider,
    Recent,
    Unsure,
)
from harbour.notification.render import Rendered, UnknownPlaceholder, render
from harbour.runtime.clock import Clock
from harbour.runtime.telemetry import alarm, count, failure, log

CLAIM: Final = timedelta(seconds=90)
"""Longer than a function may run: a claim that is older belongs to one that died."""

SETTLE: Final = timedelta(minutes=15)
"""So long a receipt may take (networks answer in seconds, mail servers in minutes)."""

BACK_OFF: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
MOST_SENDINGS: Final = 2
"""A message that may have been taken is sent again once at most."""


class NotificationService:
    """Sends messages.

    Parameters
    ----------
    providers
        In the order in which they are preferred.
    values
        What every message may say besides its own values: the portal's address, the force's name.
    """

    def __init__(
        self,
        store: NotificationStore,
        people: People,
        providers: Sequence[Provider],
        recent: Recent,
        links: LinkQueue,
        clock: Clock,
        *,
        force: str,
        values: Mapping[str, str],
    ) -> None:
        self._store = store
        self._people = people
        self._providers = providers
        self._recent = recent
        self._links = links
        self._clock = clock
        self._force = force
        self._values = values

    def send(self, person: PersonId, ident: NotificationId) -> State | None:
        """Bring one message further; the state that it has then, none when there is no such message.

        May be called at any time and any number of times.

        Raises
        ------
        Moved
            Somebody else is at it; call again later.
        """
        message = self._store.get(person, ident)
        if message is None:
            return None
        now = self._clock.now()
        match message.state:
            case State.CREATED if message.due_at <= now:
                return self._try(message, now)
            case State.SENDING if message.claimed_at is not None and message.claimed_at + CLAIM <= now:
                return self._lost(message, now)
            case State.UNKNOWN if message.due_at <= now:
                return self._settle(message, now)
            case _:
                return message.state

    # -- a message that is due -------------------------------------------------------------------------------------

    def _try(self, message: Notification, now: datetime) -> State:
        someone = self._people.person(message.person)
        link = person_for(someone.links, message.crime) if someone else None
        if someone is None or link is None:
            return self._end(message, State.CANCELLED, "no_person", ())
        verdict = allowed(someone, link)
        if message.channel not in verdict.channels:
            # The plan changed since the message was made: the newest word of the person counts.
            task = _by_hand(message, "The contact plan changed before the message was sent.")
            return self._end(message, State.CANCELLED, verdict.reason or "channel", (task,))
        kind = message_types(self._force).get(message.type)
        if kind is None:
            return self._end(message, State.CANCELLED, "switched_off", ())
        later = now if kind.pierces_quiet_hours else next_allowed(someone.plan.hours, now)
        if later > now:
            self._put(message, replace(message, due_at=later))
            return State.CREATED
        return self._hand_over(message, someone, link, kind, now)

    def _hand_over(self, message: Notification, someone: Person, link: Link, kind: MessageType, now: datetime) -> State:
        provider = self._choose(message.channel, now)
        try:
            rendered = render(
                kind, message.channel, message.language, {**self._values, **message.values}, enhanced=link.enhanced
            )
        except UnknownPlaceholder:
            alarm("a message lacks a value", kind=kind.key)
            task = _by_hand(message, "The message could not be written: a detail was missing.")
            return self._end(message, State.FAILED, "missing_value", (task,))
        claimed = replace(
            message,
            state=State.SENDING,
            attempt=message.attempt + 1,
            claimed_at=now,
            provider=provider.name,
            type_version=kind.version,
            sha256=rendered.sha256,
            parts=_parts(message.channel, rendered),
        )
        self._put(message, claimed)
        to = someone.phone if message.channel is Channel.SMS else someone.email
        return self._call(claimed, provider, to, rendered)

    def _call(self, claimed: Notification, provider: Provider, to: str, rendered: Rendered) -> State:
        try:
            provider_id = provider.send(to, rendered, reference_of(claimed))
        except NotTaken as refused:
            now = self._clock.now()
            if not refused.for_good:
                self._recent.failed(provider.name, now)
            return self._not_taken(claimed, refused, now)
        except Unsure as unsure:
            now = self._clock.now()
            self._recent.failed(provider.name, now)
            log("provider did not answer", kind=claimed.type, **failure(unsure))
            self._put(claimed, replace(claimed, state=State.UNKNOWN, due_at=now + SETTLE))
            return State.UNKNOWN
        now = self._clock.now()
        self._put(claimed, replace(claimed, state=State.SENT, provider_id=provider_id, sent_at=now))
        return State.SENT

    def _not_taken(self, claimed: Notification, refused: NotTaken, now: datetime) -> State:
        log("not taken", kind=claimed.type, reason=refused.reason, attempts=claimed.attempt)
        if not refused.for_good and claimed.attempt <= len(BACK_OFF):
            again = replace(claimed, state=State.CREATED, due_at=now + BACK_OFF[claimed.attempt - 1], claimed_at=None)
            self._put(claimed, again)
            return State.CREATED
        if refused.reason in ("dead_number", "bad_address"):
            self._people.block(claimed.person, refused.reason)
            count("HardBounce")
        return self._end(claimed, State.FAILED, refused.reason, (_not_delivered(claimed),))

    # -- a message that nobody knows of ----------------------------------------------------------------------------

    def _lost(self, message: Notification, now: datetime) -> State:
        """A claim without an end: the function died between claiming and recording."""
        found = self._asked(message)
        if found is not None:
            self._put(message, replace(message, state=State.SENT, provider_id=found, sent_at=message.claimed_at))
            return State.SENT
        self._put(message, replace(message, state=State.UNKNOWN, due_at=now + SETTLE))
        count("Unknowable")
        return State.UNKNOWN

    def _settle(self, message: Notification, now: datetime) -> State:
        """No receipt came in time. Asked once more; then sent again, or given to a person."""
        found = self._asked(message)
        if found is not None:
            self._put(message, replace(message, state=State.SENT, provider_id=found, sent_at=message.claimed_at))
            return State.SENT
        if message.attempt >= MOST_SENDINGS:
            return self._end(message, State.FAILED, "unknown", (_not_delivered(message),))
        again = replace(message, state=State.CREATED, due_at=now, claimed_at=None)
        self._put(message, again)
        return self._try(again, now)

    def _asked(self, message: Notification) -> str | None:
        provider = next((one for one in self._providers if one.name == message.provider), None)
        return provider.find(reference_of(message)) if provider else None

    # -- means -----------------------------------------------------------------------------------------------------

    def _choose(self, channel: Channel, now: datetime) -> Provider:
        """The first provider of the channel that does well; when none does, the first."""
        able = [provider for provider in self._providers if channel in provider.channels]
        return next((one for one in able if not self._recent.failing(one.name, now)), able[0])

    def _end(self, message: Notification, state: State, reason: str, tasks: Sequence[TaskWanted]) -> State:
        self._put(message, replace(message, state=state, reason=reason), tasks)
        for task in tasks:
            self._links.ask(message.crime, ident_of(message.crime, task.reason, task.key))
        return state

    def _put(self, before: Notification, after: Notification, tasks: Sequence[TaskWanted] = ()) -> None:
        self._store.put(before, after, tasks)


class ErrorWindow:
    """Counts failed calls in this warm function: many at once, and another provider is preferred for a while."""

    LIMIT: Final = 5
    SECONDS: Final = 60

    def __init__(self) -> None:
        self._failed: dict[str, list[datetime]] = {}

    def failed(self, provider: str, at: datetime) -> None:
        """One call failed."""
        self._failed.setdefault(provider, []).append(at)

    def failing(self, provider: str, at: datetime) -> bool:
        """Whether so many failed in the last minute."""
        recent = [when for when in self._failed.get(provider, ()) if at - when < timedelta(seconds=self.SECONDS)]
        self._failed[provider] = recent
        return len(recent) >= self.LIMIT


def _parts(channel: Channel, rendered: Rendered) -> int:
    if channel is not Channel.SMS:
        return 0
    from harbour.notification.cost import parts

    return parts(rendered.text)


def _by_hand(message: Notification, why: str) -> TaskWanted:
    return TaskWanted(
        reason=Reason.UNSAFE_CONTACT,
        key=f"{message.person}-{message.id}",
        title="Tell the victim in person, safely",
        detail=f"{why} Update: {message.type.replace('_', ' ')}.",
        due_at=message.deadline_at,
    )


def _not_delivered(message: Notification) -> TaskWanted:
    return TaskWanted(
        reason=Reason.NOT_DELIVERED,
        key=f"{message.person}-{message.id}",
        title="A message did not reach the victim",
        detail=f"By {message.channel.value}. Check the contact details. Update: {message.type.replace('_', ' ')}.",
        due_at=message.deadline_at,
    )


def reference_of(message: Notification) -> str:
    """What providers are given as ours, and give back with receipts."""
    return f"{message.person}.{message.id}"
