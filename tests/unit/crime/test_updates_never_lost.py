"""Whatever crashes, refuses or overtakes whatever: each accepted update is done once, with all that follows from it.

Each round chooses what happens at once: crime systems post, workers take batches from the queue, the clock's sweep
looks for what is due, the notifier sends. Hypothesis chooses who goes on at every call of a port, which of them stops
for good at which call, before or after what it does, and which calls are refused for the moment (a throttled table, a
queue that does not answer). Then nobody crashes any more, and only the queue and the sweep run.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour import casework
from harbour.crime.link import Progress
from harbour.crime.model import CrimeEvent, CrimeRef, EventId
from harbour.notification.model import State
from tests.unit.conversation.interleaving import Interleaving
from tests.unit.conversation.world import Crash, World
from tests.unit.crime.casebook import CRIME, OTHER_CRIME, Casebook, records, suspect, update, victim
from tests.unit.crime.test_progress import after
from tests.unit.functions.doors import door

PEOPLE = [
    (),
    (victim(),),
    (victim("P2", given_name="Ben", phone="07700 900555", email=""),),
    (victim(), victim("P2", given_name="Ben", phone="07700 900555", email="")),
    (victim(contact="do_not_contact"),),
    (victim(given_name="test"), suspect(phone="07700 900555")),
]
KINDS = [
    "crime_recorded",
    "suspect_arrested",
    "charged",
    "released_without_charge",
    "hearing_listed",
    "hearing_changed",
    "officer_message",
    "safety_plan_made",
]
ACTIONS = ["post", "post", "post", "work", "work", "overrun", "sweep", "send"]
BUSY = [
    "waiting",
    "state",
    "person",
    "recent",
    "commit",
    "notify",
    "link",
    "queue",
    "invite",
    "due inbox",
    "known tasks",
]


class Throttled(Exception):
    """A service refuses for the moment, as botocore says it."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Story:
    """One run: its book, and what was promised to whom."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        self.book = Casebook()
        self.promised: dict[EventId, CrimeEvent] = {}
        self.posted: list[CrimeEvent] = []
        self.refusals: set[int] = set()
        self.calls = 0

    # -- what may happen

    def event(self) -> CrimeEvent:
        if self.posted and self.draw(st.integers(0, 4)) == 0:
            return self.draw(st.sampled_from(self.posted))  # type: ignore[no-any-return]
        number = len(self.posted)
        of_same = [one.id for one in self.posted]
        takes = self.draw(st.sampled_from(["", "", "", "corrects", "withdraws"])) if of_same else ""
        taken = self.draw(st.sampled_from(of_same)) if takes else ""
        kind = "withdrawn" if takes == "withdraws" else self.draw(st.sampled_from(KINDS))
        made = update(
            f"e{number}",
            kind,
            self.draw(st.integers(-600, 5)),
            crime=self.draw(st.sampled_from([CRIME, CRIME, OTHER_CRIME])),
            parties=self.draw(st.sampled_from(PEOPLE)),
            version=self.draw(st.integers(0, 2)),
            corrects=taken if takes == "corrects" else "",
            withdraws=taken if takes == "withdraws" else "",
            **({"text": "We have news."} if kind == "officer_message" else {}),
        )
        self.posted.append(made)
        return made

    def operation(self, action: str) -> Callable[[], None]:
        if action == "post":
            event = self.event()
            return lambda: self.post(event)
        if action in ("work", "overrun"):
            return lambda: self.work(overrun=action == "overrun")
        if action == "sweep":
            return lambda: void(self.book.deadlines.run())
        return self.book.send_all

    def post(self, event: CrimeEvent) -> None:
        """As the webhook door: the crime system is promised something only when both were done."""
        try:
            self.book.accept(event)
        except Throttled:
            return  # 503: it posts again, or not
        self.promised.setdefault(event.id, event)

    def work(self, *, overrun: bool = False) -> None:
        """As Lambda does it: one batch, through the door. A batch whose worker died comes again."""
        batch = self.book.fifo.receive(overrun=overrun)
        if batch:
            answer = door("updates").handler(records(batch), None)
            self.book.fifo.done(batch, (one["itemIdentifier"] for one in answer["batchItemFailures"]))

    def round(self, actions: Sequence[str], crash: int | None, refusals: set[int], seconds: int) -> None:
        self.book.wait(seconds=seconds)
        operations = [self.operation(action) for action in actions]
        crash_at = {self.draw(st.integers(0, len(operations) - 1)): crash} if crash else {}
        # It uses of a world what a casebook has, too: `on_step`.
        running = Interleaving(cast("World", self.book), lambda alive: self.draw(st.sampled_from(alive)), crash_at)
        switch = running._at

        def at(name: str) -> None:
            self.calls += 1
            if name in BUSY and self.calls in refusals:
                raise Throttled
            switch(name)

        running._at = at  # type: ignore[assignment,method-assign]
        self.calls = 0
        running.run(operations)
        self.holds()

    # -- what must be true

    def holds(self) -> None:
        """At any time: nothing was done twice."""
        store = self.book.store
        assert max(Counter(store.commits).values(), default=0) <= 1, "an update was done twice"
        assert max(store.written.values(), default=0) <= 1, "a message or a task was made twice"
        for person, sent in store.sent.items():
            causes = Counter(
                (one.channel, cause)
                for one in sent.values()
                if one.state is not State.CANCELLED
                for cause in one.causes
            )
            assert max(causes.values(), default=0) <= 1, f"{person} is told twice of the same"

    def settle(self) -> None:
        """Nothing crashes any more; only the queue and the sweep run."""
        for _ in range(150):
            self.book.wait(minutes=1)
            for _ in range(8):
                self.work()
            self.book.deadlines.run()
            self.holds()
            if not self.book.fifo.queue and all(one.done for one in self.book.store.inbox.values()):
                break
        self.book.wait(minutes=2)
        self.book.deadlines.run()
        store = self.book.store
        for event in self.promised.values():
            assert store.commits.count(event.id) == 1, "an accepted update is lost"
        accepted = [one.event for one in store.inbox.values()]
        for crime in (CRIME, OTHER_CRIME):
            self.as_it_happened(crime, [one for one in accepted if one.crime == crime])
        self.asked_for()

    def as_it_happened(self, crime: CrimeRef, accepted: list[CrimeEvent]) -> None:
        """The crime is what it would be if all had come in order, and nobody had crashed."""
        if not accepted:
            assert crime not in self.book.store.states
            return
        expected = after(*sorted(accepted, key=lambda one: (one.occurred_at, one.version, one.id)))
        found = self.book.store.states[crime]
        assert (found.tracks, found.closed, found.last_at) == (
            expected.state.tracks,  # type: ignore[union-attr]
            expected.state.closed,  # type: ignore[union-attr]
            expected.state.last_at,  # type: ignore[union-attr]
        )
        assert {ident: effect.value for ident, effect in self.book.timeline(crime).items() if is_gone(effect)} == {
            ident: place for ident, place in expected.timeline.items() if place != "stands"
        }
        assert found.version == len(accepted), "a version for each, none skipped"

    def asked_for(self) -> None:
        """Whatever is to be sent or delivered was asked for: by who made it, or by the sweep."""
        for sent in self.book.store.sent.values():
            for one in sent.values():
                if one.state is State.CREATED and one.due_at <= self.book.now() - timedelta(minutes=2):
                    assert (one.person, one.id) in self.book.notify.asked, "nobody asked for a message"
        for (crime, ident), task in self.book.store.tasks.items():
            assert task.progress is Progress.WAITING
            assert (crime, ident) in self.book.link.asked, "nobody asked for a task"


def is_gone(effect: object) -> bool:
    return effect in ("held", "withdrawn")


def void(_: object) -> None:
    """An operation's answer that nobody needs."""


ROUND = st.tuples(
    st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4),
    st.none() | st.integers(1, 25),
    st.sets(st.integers(1, 40), max_size=3),
    st.sampled_from([0, 1, 30, 61, 200, 3600]),
)


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(st.data(), st.lists(ROUND, min_size=1, max_size=6))
def test_no_update_is_lost_and_nothing_that_follows_from_it_is_done_twice(
    data: st.DataObject, rounds: list[tuple[list[str], int | None, set[int], int]]
) -> None:
    story = Story(data.draw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(casework, "updates", lambda: story.book.updates)
        for one in rounds:
            story.round(*one)
        story.settle()


FIRST = update("a", "charged", 10, parties=[victim(given_name="test")])
SECOND = update("b", "released_without_charge", 20, parties=[victim()])


def work(book: Casebook) -> None:
    """One batch, through the door; nothing of it fails."""
    if batch := book.fifo.receive():
        assert door("updates").handler(records(batch), None) == {"batchItemFailures": []}
        book.fifo.done(batch, [])


def two_updates(book: Casebook) -> None:
    """A crime system posts each until it is answered; a machine that stops leaves everything as it is."""
    for event in (FIRST, SECOND):
        for _ in range(2):
            try:
                book.accept(event)
                break
            except Crash:
                continue
        with contextlib.suppress(Crash):
            work(book)


def steps_of_two_updates() -> int:
    with pytest.MonkeyPatch.context() as patch:
        book = Casebook()
        patch.setattr(casework, "updates", lambda: book.updates)
        two_updates(book)
        return len(book.steps)


@pytest.mark.parametrize("at", range(1, steps_of_two_updates() + 1))
def test_a_crash_at_any_single_step_loses_nothing_and_keeps_the_order(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Every place there is, one after the other: before and after each effect."""
    book = Casebook()
    monkeypatch.setattr(casework, "updates", lambda: book.updates)

    def crash(_: str) -> None:
        if len(book.steps) == at:
            raise Crash

    book.on_step = crash
    two_updates(book)
    book.on_step = None
    for _ in range(8):
        book.wait(minutes=2)
        work(book)
        book.deadlines.run()
    assert book.store.commits == ["a", "b"]
    assert book.reasons() == ["contradiction", "quality"]
    assert [one.causes for one in book.messages()] == [("a",)]
    assert set(book.store.written.values()) == {1}
    assert {(one.person, one.id) for one in book.messages()} <= set(book.notify.asked)
    assert set(book.store.tasks) <= set(book.link.asked)
