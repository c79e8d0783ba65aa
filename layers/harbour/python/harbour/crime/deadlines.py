"""What is due: looked for every minute, so that nothing rests on one queue message having been sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

from harbour.crime.link import Reason, TaskWanted, task
from harbour.crime.model import CrimeRef, EventId, PersonId
from harbour.crime.ports import Due, DueIndex, InboxAsker, LinkAsker, Looker, NotifyAsker, TaskMaker
from harbour.notification.model import NotificationId, State, crimes_of
from harbour.runtime.clock import Clock
from harbour.runtime.telemetry import alarm, failure, log

_T = TypeVar("_T")

BREACH_AHEAD: Final = timedelta(hours=24)
"""An officer is told so long before a time limit ends with the message still unsent."""

LOOK_AHEAD: Final = timedelta(days=8)
"""So long a message may wait for somebody's hours."""

SOONEST: Final = timedelta(minutes=1)
SELDOM: Final = timedelta(hours=1)
"""An update that cannot be done is asked for again after as long as it has waited, between these two."""

GIVE_UP: Final = 10
"""So many of one list that cannot be asked for: the queue itself does not answer."""

PATIENCE: Final = timedelta(seconds=10)
"""For one list in one run: all four end before the function must, however slow one is."""

AT_ONCE: Final = 2_000
"""Items of one list in one run; the next minute goes on."""


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
        """Ask for everything that is due; how many of each list. What fails in one list is no matter of the others."""
        now = self._clock.now()
        return {
            "inbox": self._each("inbox", self._index.due("inbox", now, AT_ONCE), lambda item: self._inbox(item, now)),
            "notify": self._each("notify", self._messages_due(now), self._messages),
            "link": self._each("link", self._index.due("link", now, AT_ONCE), self._link),
            "breach": self._each(
                "breach",
                self._index.due("notify", now + LOOK_AHEAD, AT_ONCE),
                lambda item: self._breach(item, now),
            ),
        }

    def _each(self, name: str, items: Iterable[_T], do: Callable[[_T], int | None]) -> int:
        """Do something with each; how many needed it. One that cannot be done keeps nobody else waiting."""
        found = failed = 0
        until = self._clock.now() + PATIENCE
        try:
            for item in items:
                try:
                    done = do(item)
                    found += 1 if done is None else done
                except Exception as error:  # noqa: BLE001 - told below, and the next minute tries again
                    failed += 1
                    log("not asked for", list=name, **failure(error))
                if failed == GIVE_UP or self._clock.now() >= until:
                    break
        except Exception as error:  # noqa: BLE001 - the list itself could not be read
            failed += 1
            log("a list could not be read", list=name, **failure(error))
        if failed:
            alarm("what is due was not asked for", list=name, failed=failed)
        return found

    def _inbox(self, item: Due, now: datetime) -> int:
        _, source, ident = item.pk.split("#", 2)
        waits = self._looker.waits(source, EventId(ident))
        if waits is None:
            return 0
        # The minute is part of what makes it one message: the queue must not take it for the first asking.
        self._updates.ask_again(source, EventId(ident), waits.crime, f"{now:%Y%m%d%H%M}")
        # One that can never be done is looked at ever more seldom, and is not in the way of the others.
        again = min(max(now - waits.since, SOONEST), SELDOM)
        self._looker.postpone(source, EventId(ident), now + again)
        return 1

    def _messages_due(self, now: datetime) -> Iterator[list[tuple[PersonId, NotificationId]]]:
        """Ten at a time, as the queue takes them."""
        found = map(_message, self._index.due("notify", now, AT_ONCE))
        while ten := list(islice(found, 10)):
            yield ten

    def _messages(self, ten: list[tuple[PersonId, NotificationId]]) -> int:
        self._notify.ask(ten)
        return len(ten)

    def _link(self, item: Due) -> None:
        self._links.ask(CrimeRef(item.pk.partition("#")[2]), item.sk.removeprefix("T#"))

    def _breach(self, item: Due, now: datetime) -> int:
        """A message that waits although its time limit is near: told to the officer once."""
        message = self._looker.message(*_message(item))
        if message is None or message.state not in (State.CREATED, State.UNKNOWN):
            return 0
        if message.deadline_at is None or message.deadline_at - BREACH_AHEAD > now:
            return 0
        wanted = TaskWanted(
            reason=Reason.BREACH_NEAR,
            key=f"{message.person}-{message.causes[0]}",
            title="Tell the victim in time",
            detail=f"A message still waits. Update: {message.type.replace('_', ' ')}.",
            due_at=message.deadline_at,
        )
        for crime in crimes_of(message):
            # The next run finds a new one in the list of what goes out.
            self._tasks.create(task(crime, "", wanted, now))
        return 1


def _message(item: Due) -> tuple[PersonId, NotificationId]:
    return PersonId(item.pk.partition("#")[2]), NotificationId(item.sk.removeprefix("N#"))
