"""Sends one message: claimed, checked once more, handed over, recorded. Once, over retries and crashes.

The one moment that nobody can know is a crash after the provider took the message and before that was recorded. Which
provider may have it is written down *before* it is called, so that moment has a name: a message that is found claimed
and not recorded is ``unknown``. It is asked for at the provider, where that is possible, and otherwise waits for the
provider's receipt (`SETTLE`); only when neither knows of it is it sent again, once. A provider that certainly did not
take it is followed by the next one at once. See ADR 0017.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from harbour.contact.gate import DEAD, allowed, next_allowed, person_for
from harbour.contact.model import Channel, Link
from harbour.crime.link import Reason, TaskWanted, ident_of
from harbour.crime.model import PersonId, Problem
from harbour.notification.catalogue import PLACEHOLDER, message_types, texts
from harbour.notification.dead import mend, problems_of
from harbour.notification.model import CLAIM, MessageType, Notification, NotificationId, State, crimes_of, kept
from harbour.notification.ports import (
    LinkQueue,
    Moved,
    NotificationStore,
    NotTaken,
    NumberLimits,
    People,
    Provider,
    Recent,
    Unsure,
)
from harbour.notification.render import Rendered, UnknownPlaceholder, render
from harbour.runtime.clock import Clock
from harbour.runtime.telemetry import alarm, count, failure, log

SETTLE: Final = timedelta(minutes=15)
"""So long a receipt may take (networks answer in seconds, mail servers in minutes)."""

LONGEST_DOUBT: Final = timedelta(hours=4)
"""So long a provider that could say, and does not answer, is asked; then an officer is."""

BACK_OFF: Final = (
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
)
"""After every provider refused for the moment: nearly four hours, as long as GOV.UK Notify tries."""

MOST_UNSURE: Final = 2
"""A message that may have been taken is sent again once at most."""

READINGS: Final = 3
"""So often a message is read again when somebody else changed it: an update joins one that waits."""


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
        limits: NumberLimits,
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
        self._limits = limits
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
        for _ in range(READINGS):
            message = self._store.get(person, ident)
            if message is None:
                return None
            try:
                return self._step(message, self._clock.now())
            except Moved:
                continue
        raise Moved

    def _step(self, message: Notification, now: datetime) -> State:
        match message.state:
            case State.CREATED if message.due_at <= now:
                return self._try(message, now)
            case State.SENDING if message.claimed_at is not None and message.claimed_at + CLAIM <= now:
                return self._lost(message)
            case State.UNKNOWN if message.due_at <= now:
                return self._settle(message, now)
            case _:
                return message.state

    # -- a message that is due -------------------------------------------------------------------------------------

    def _try(self, message: Notification, now: datetime) -> State:
        someone = self._people.person(message.person)
        link = person_for(someone.links, message.crime) if someone else None
        if someone is None or link is None:
            return self._by_hand(message, "no_person", "The person is not in this crime any more.")
        verdict = allowed(someone, link)
        if message.channel not in verdict.channels:
            # The newest word of the person counts, not the one when the message was made.
            why = "The contact plan changed before the message was sent."
            return self._by_hand(message, verdict.reason or "channel", why)
        kind = message_types(self._force).get(message.type)
        if kind is None:
            return self._switched_off(message)
        later = now if kind.pierces_quiet_hours else next_allowed(someone.plan.hours, now)
        if later > now:
            return self._wait(message, later)
        try:
            rendered, values = self._rendered(message, kind, link)
        except UnknownPlaceholder:
            alarm("a message lacks a value", kind=kind.key)
            task = _task(message, Reason.UNSAFE_CONTACT, "The message could not be written: a detail was missing.")
            return self._end(message, State.FAILED, "missing_value", (task,))
        to = someone.phone if message.channel is Channel.SMS else someone.email
        if message.channel is Channel.SMS and (room := self._limits.take(to, rendered.sha256, now)):
            count("NumberLimit")
            return self._wait(message, room)
        ready = replace(
            message,
            type_version=kind.version,
            values=values,
            sha256=rendered.sha256,
            parts=_parts(message.channel, rendered),
        )
        return self._hand_over(message, ready, to, rendered)

    def _rendered(self, message: Notification, kind: MessageType, link: Link) -> tuple[Rendered, Mapping[str, str]]:
        """The words, and the values that are in them: with these the record can show what was said."""
        everything = {**self._values, **message.values}
        rendered = render(kind, message.channel, message.language, everything, enhanced=link.enhanced)
        words = texts(kind, message.language, enhanced=link.enhanced)
        said = words.sms if message.channel is Channel.SMS else words.subject + words.email
        named = set(PLACEHOLDER.findall(said))
        return rendered, {name: value for name, value in everything.items() if name in named}

    def _hand_over(self, message: Notification, ready: Notification, to: str, rendered: Rendered) -> State:
        """Each provider in turn, until one took it, may have taken it, or no other may try."""
        stored, refused = message, NotTaken("no_provider", for_good=True)
        providers = self._in_order(message, self._clock.now())
        for provider in providers:
            now = self._clock.now()
            claimed = replace(
                ready,
                state=State.SENDING,
                attempt=stored.attempt + 1,
                claimed_at=now,
                provider=provider.name,
                reason=stored.reason,
            )
            self._store.put(stored, claimed)
            stored = claimed
            try:
                provider_id = provider.send(to, rendered, reference_of(claimed))
            except NotTaken as no:
                refused = no
                log("provider refused", target=provider.name, reason=no.reason, kind=claimed.type)
                if no.for_good:
                    break
                self._recent.failed(provider.name, self._clock.now())
            except Unsure as unsure:
                self._recent.failed(provider.name, self._clock.now())
                log("provider did not answer", target=provider.name, kind=claimed.type, **failure(unsure))
                count("Unknowable")
                return self._record(claimed, self._doubtful)
            else:
                return self._record(claimed, partial(_sent, provider_id=provider_id, at=self._clock.now()))
        return self._refused(stored, refused, len(providers))

    def _refused(self, claimed: Notification, refused: NotTaken, providers: int) -> State:
        """Nobody has it, for certain."""
        tried = (claimed.attempt - 1) // max(providers, 1)
        if not refused.for_good and tried < len(BACK_OFF):
            due = self._clock.now() + BACK_OFF[tried]
            return self._record(
                claimed,
                lambda found: replace(
                    found,
                    state=State.CREATED,
                    due_at=due,
                    claimed_at=None,
                    reason=refused.reason,
                    unsure=claimed.unsure,
                ),
            )
        problems: tuple[Problem, ...] = ()
        if refused.reason in DEAD:
            self._people.block(claimed.person, refused.reason)
            problems = problems_of(claimed, self._people.person(claimed.person), refused.reason)
        if not refused.for_good or not providers:
            alarm("a message was refused by every provider", reason=refused.reason, kind=claimed.type)
        tasks = (_not_delivered(claimed), *((mend(claimed, refused.reason),) if problems else ()))
        return self._end(claimed, State.FAILED, refused.reason, tasks, problems)

    # -- a message that nobody knows of ----------------------------------------------------------------------------

    def _lost(self, message: Notification) -> State:
        """A claim without an end: the function died between claiming and recording."""
        found = self._asked(message)
        if found:
            return self._put(message, _sent(message, found, message.claimed_at))
        count("Unknowable")
        return self._put(message, self._doubtful(message))

    def _settle(self, message: Notification, now: datetime) -> State:
        """No receipt came in time. Asked once more; then sent again, or given to a person."""
        found = self._asked(message)
        if found:
            return self._put(message, _sent(message, found, message.claimed_at))
        if found is None and now < (message.claimed_at or now) + LONGEST_DOUBT:
            return self._put(message, replace(message, due_at=now + SETTLE))
        if found is None or message.unsure >= MOST_UNSURE:
            return self._end(message, State.FAILED, "unknown", (_not_delivered(message),))
        again = replace(message, state=State.CREATED, due_at=now, claimed_at=None)
        self._store.put(message, again)
        return self._try(again, now)

    def _asked(self, message: Notification) -> str | None:
        """The provider's id; empty when it has none or cannot be asked; none when it does not answer."""
        provider = next((one for one in self._providers if one.name == message.provider), None)
        if provider is None:
            return ""
        try:
            return provider.find(reference_of(message)) or ""
        except Unsure:
            return None

    # -- records ---------------------------------------------------------------------------------------------------

    def _record(self, claimed: Notification, change: Callable[[Notification], Notification]) -> State:
        """Write down what a provider said, even if this took so long that others gave the claim up."""
        found: Notification | None = claimed
        for _ in range(READINGS):
            if found is None or found.attempt != claimed.attempt or found.state not in (State.SENDING, State.UNKNOWN):
                # A receipt was quicker: it knows more.
                return found.state if found else State.UNKNOWN
            try:
                return self._put(found, change(found))
            except Moved:
                found = self._store.get(claimed.person, claimed.id)
        return State.UNKNOWN

    def _doubtful(self, message: Notification) -> Notification:
        if message.state is State.UNKNOWN:
            return message
        due = self._clock.now() + SETTLE
        return replace(message, state=State.UNKNOWN, due_at=due, unsure=message.unsure + 1)

    def _wait(self, message: Notification, until: datetime) -> State:
        return self._put(message, replace(message, due_at=until))

    def _switched_off(self, message: Notification) -> State:
        """The force does not send this any more; what the law wants told, somebody tells."""
        why = "This message is switched off, and the law wants the victim told."
        tasks = (_task(message, Reason.BREACH_NEAR, why),) if message.deadline_at else ()
        return self._end(message, State.CANCELLED, "switched_off", tasks)

    def _by_hand(self, message: Notification, reason: str, why: str) -> State:
        return self._end(message, State.CANCELLED, reason, (_task(message, Reason.UNSAFE_CONTACT, why),))

    def _end(
        self,
        message: Notification,
        state: State,
        reason: str,
        tasks: Sequence[TaskWanted],
        problems: Sequence[Problem] = (),
    ) -> State:
        self._store.put(message, replace(message, state=state, reason=reason, values=kept(message)), tasks, problems)
        if problems:
            count("HardBounce")
        for crime in crimes_of(message):
            for task in tasks:
                self._links.ask(crime, ident_of(crime, task.reason, task.key))
        return state

    def _put(self, before: Notification, after: Notification) -> State:
        if after != before:
            self._store.put(before, after)
        return after.state

    def _in_order(self, message: Notification, now: datetime) -> Sequence[Provider]:
        """Those that do well first; the one that had it last time, and did not send it, after the others."""
        able = [provider for provider in self._providers if message.channel in provider.channels]
        return sorted(able, key=lambda one: (self._recent.failing(one.name, now), one.name == message.provider))


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


def _sent(message: Notification, provider_id: str, at: datetime | None) -> Notification:
    return replace(message, state=State.SENT, provider_id=provider_id, sent_at=at, reason="", values=kept(message))


def _parts(channel: Channel, rendered: Rendered) -> int:
    if channel is not Channel.SMS:
        return 0
    from harbour.notification.cost import parts

    return parts(rendered.text)


def _task(message: Notification, reason: Reason, why: str) -> TaskWanted:
    return TaskWanted(
        reason=reason,
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
    """What providers are given as ours, and give back with receipts: letters SES allows in a tag, no full stop."""
    return f"{message.person}_{message.id}"
