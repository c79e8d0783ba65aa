"""What is due: looked for every minute, so that nothing rests on one queue message having been sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from harbour.crime.link import OutboundTask, Reason, TaskWanted, task
from harbour.crime.model import CrimeRef, EventId, PersonId
from harbour.crime.ports import LinkAsker, NotifyAsker
from harbour.notification.model import Notification, NotificationId, State
from harbour.runtime.clock import Clock

BREACH_AHEAD: Final = timedelta(hours=24)
"""An officer is told so long before a time limit ends with the message still unsent."""

AT_ONCE: Final = 2_000
"""Items of one list in one run; the next minute goes on."""


@dataclass(frozen=True, slots=True)
class Due:
    """One item of the index: which list, and its key."""

    pk: str
    sk: str


class DueIndex(Protocol):
    """The index ``due``."""

    def due(self, name: str, until: datetime, most: int) -> Iterable[Due]:
        """Items of a list whose time has come, oldest first."""
        ...


class InboxAsker(Protocol):
    """Asks for updates to be done once more."""

    def ask_again(self, source: str, ident: EventId, crime: CrimeRef, once: str) -> None:
        """See `harbour.aws.inbox.UpdatesFifo`."""
        ...


class Looker(Protocol):
    """Reads what the index points at."""

    def crime_of(self, source: str, ident: EventId) -> CrimeRef | None:
        """The crime of an update that waits."""
        ...

    def message(self, person: PersonId, ident: NotificationId) -> Notification | None:
        """A message."""
        ...


class TaskMaker(Protocol):
    """Keeps tasks."""

    def create(self, made: OutboundTask) -> None:
        """Once."""
        ...


class DeadlineService:
    """Looks for what is due."""

    def __init__(
        self,
        index: DueIndex,
        looker: Looker,
        updates: InboxAsker,
        notify: NotifyAsker,
        links: LinkAsker,
        tasks: TaskMaker,
        clock: Clock,
    ) -> None:
        self._index = index
        self._looker = looker
        self._updates = updates
        self._notify = notify
        self._links = links
        self._tasks = tasks
        self._clock = clock

    def run(self) -> dict[str, int]:
        """Ask for everything that is due; how many of each list."""
        now = self._clock.now()
        return {
            "inbox": self._inbox(now),
            "notify": self._messages(now),
            "link": self._tasks_due(now),
            "breach": self._breaches(now),
        }

    def _inbox(self, now: datetime) -> int:
        found = 0
        for item in self._index.due("inbox", now, AT_ONCE):
            _, source, ident = item.pk.split("#", 2)
            crime = self._looker.crime_of(source, EventId(ident))
            if crime is not None:
                # The minute is part of the deduplication id: the queue must not take it for the first asking.
                self._updates.ask_again(source, EventId(ident), crime, f"{ident[:60]}-{now:%Y%m%d%H%M}")
                found += 1
        return found

    def _messages(self, now: datetime) -> int:
        wanted = [
            (PersonId(item.pk.partition("#")[2]), NotificationId(item.sk.removeprefix("N#")))
            for item in self._index.due("notify", now, AT_ONCE)
        ]
        if wanted:
            self._notify.ask(wanted)
        return len(wanted)

    def _tasks_due(self, now: datetime) -> int:
        found = 0
        for item in self._index.due("link", now, AT_ONCE):
            self._links.ask(CrimeRef(item.pk.partition("#")[2]), item.sk.removeprefix("T#"))
            found += 1
        return found

    def _breaches(self, now: datetime) -> int:
        """Messages that wait although their time limit is near: told to the officer once."""
        found = 0
        for item in self._index.due("notify", now + timedelta(days=8), AT_ONCE):
            message = self._looker.message(
                PersonId(item.pk.partition("#")[2]), NotificationId(item.sk.removeprefix("N#"))
            )
            if message is None or message.state not in (State.CREATED, State.UNKNOWN):
                continue
            if message.deadline_at is None or message.deadline_at - BREACH_AHEAD > now:
                continue
            wanted = TaskWanted(
                reason=Reason.BREACH_NEAR,
                key=f"{message.person}-{message.causes[0]}",
                title="Tell the victim in time",
                detail=f"A message still waits. Update: {message.type.replace('_', ' ')}.",
                due_at=message.deadline_at,
            )
            made = task(message.crime, "", wanted, now)
            self._tasks.create(made)
            found += 1
        return found
