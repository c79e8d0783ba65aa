"""The sweep of every minute: finds what nobody asked for, and nothing that fails is in another's way."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from harbour.crime import deadlines
from harbour.crime.deadlines import AT_ONCE, BREACH_AHEAD, GIVE_UP
from harbour.crime.link import Progress, Reason, TaskWanted, task
from harbour.crime.ports import Due
from harbour.notification.model import State
from tests.unit.crime.casebook import AMINA, CRIME, OTHER_CRIME, Casebook, update, victim
from tests.unit.notification.post_office import message


class Refused(Exception):
    """Something does not answer."""


def alarms(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(one.getMessage(), one.__dict__["list"]) for one in caplog.records if one.levelno == logging.ERROR]


# -- updates -------------------------------------------------------------------------------------------------------


def test_an_update_that_was_stored_and_not_queued_is_asked_for_after_a_minute(book: Casebook) -> None:
    book.store.put(update("a"), book.now())
    book.wait(seconds=59)
    assert book.deadlines.run()["inbox"] == 0
    book.wait(seconds=1)
    assert book.deadlines.run()["inbox"] == 1
    assert [one.body for one in book.fifo.queue] == ['{"source": "athena", "id": "a"}']
    assert [one.group for one in book.fifo.queue] == [CRIME]


def test_an_update_that_is_done_is_not_asked_for(book: Casebook) -> None:
    book.take(update("a", parties=[victim()]))
    book.fifo.queue.clear()
    book.wait(minutes=5)
    assert book.deadlines.run()["inbox"] == 0
    assert book.fifo.queue == []


def test_one_that_can_never_be_done_is_asked_for_ever_more_seldom(book: Casebook) -> None:
    book.store.put(update("a"), book.now())
    asked: list[datetime] = []
    for _ in range(12 * 60):
        book.wait(minutes=1)
        if book.deadlines.run()["inbox"]:
            asked.append(book.now())
    minutes = [int((later - earlier).total_seconds() / 60) for earlier, later in itertools.pairwise(asked)]
    assert minutes[:6] == [1, 2, 4, 8, 16, 32]
    assert set(minutes[6:]) == {60}


def test_the_queue_does_not_take_asking_again_for_the_first_asking(book: Casebook) -> None:
    """Its memory is five minutes: the sweep comes sooner."""
    book.accept(update("a"))
    book.fifo.queue.clear()
    book.wait(minutes=1)
    book.deadlines.run()
    assert len(book.fifo.queue) == 1


# -- messages and tasks --------------------------------------------------------------------------------------------


def test_a_message_that_was_asked_for_a_moment_ago_is_not_asked_for_again(book: Casebook) -> None:
    book.take(update("a", parties=[victim()]))
    assert len(book.notify.asked) == 1
    book.wait(seconds=59)
    assert book.deadlines.run()["notify"] == 0
    book.wait(seconds=1)
    assert book.deadlines.run()["notify"] == 1
    assert len(set(book.notify.asked)) == 1


def test_a_message_that_nobody_knows_of_is_settled_when_its_time_has_come(book: Casebook) -> None:
    unknown = replace(message(), state=State.UNKNOWN, due_at=book.now() + timedelta(minutes=15))
    book.store.sent[unknown.person][unknown.id] = unknown
    book.wait(minutes=14)
    assert book.deadlines.run()["notify"] == 0
    book.wait(minutes=1)
    assert book.deadlines.run()["notify"] == 1
    assert book.notify.asked == [(unknown.person, unknown.id)]


def test_a_task_is_looked_for_only_when_nothing_came_of_asking(book: Casebook) -> None:
    made = task(CRIME, "athena", TaskWanted(reason=Reason.QUALITY, key="1", title="T", detail="D"), book.now())
    book.store.create(made)
    book.wait(seconds=59)
    assert book.deadlines.run()["link"] == 0
    book.wait(seconds=1)
    assert book.deadlines.run()["link"] == 1
    assert book.link.asked == [(CRIME, made.id)]


def test_what_arrived_or_is_given_up_is_not_asked_for(book: Casebook) -> None:
    for number, progress in enumerate((Progress.DELIVERED, Progress.STOPPED, Progress.DEAD)):
        wanted = TaskWanted(reason=Reason.QUALITY, key=str(number), title="T", detail="D")
        book.store.create(replace(task(CRIME, "athena", wanted, book.now()), progress=progress))
    book.wait(days=1)
    assert book.deadlines.run()["link"] == 0


# -- the law's time limits -----------------------------------------------------------------------------------------


def waiting(book: Casebook, deadline: timedelta, *, state: State = State.CREATED) -> None:
    one = replace(
        message(due_at=book.now() + timedelta(days=7)),
        person=AMINA,
        state=state,
        deadline_at=book.now() + deadline,
        also=(OTHER_CRIME,),
    )
    book.store.sent[AMINA][one.id] = one


@pytest.mark.parametrize("state", [State.CREATED, State.UNKNOWN])
def test_an_officer_is_told_once_before_a_time_limit_ends(book: Casebook, state: State) -> None:
    waiting(book, BREACH_AHEAD + timedelta(minutes=2), state=state)
    book.deadlines.run()
    assert book.reasons() == []
    for _ in range(5):
        book.wait(minutes=1)
        book.deadlines.run()
    assert book.reasons() == ["breach_near"]
    assert max(book.store.written.values()) == 1
    (task,) = [one for (crime, _), one in book.store.tasks.items() if crime == CRIME]
    assert '"due_at": "2026-11-24T10:02:00.000Z"' in task.body


def test_each_officer_of_a_message_about_several_crimes_is_told(book: Casebook) -> None:
    waiting(book, timedelta(hours=1))
    book.deadlines.run()
    assert book.reasons(CRIME) == book.reasons(OTHER_CRIME) == ["breach_near"]


def test_the_officers_task_goes_out_without_anybody_asking(book: Casebook) -> None:
    waiting(book, timedelta(hours=1))
    book.deadlines.run()
    book.wait(minutes=1)
    book.deadlines.run()
    assert {crime for crime, _ in book.link.asked} == {CRIME, OTHER_CRIME}


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.DELIVERED, State.CANCELLED, State.FAILED])
def test_what_was_sent_in_time_or_is_not_sent_at_all_is_no_breach(book: Casebook, state: State) -> None:
    waiting(book, timedelta(hours=1), state=state)
    book.deadlines.run()
    assert book.reasons() == []


# -- what fails ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["due inbox", "due notify", "due link", "queue", "notify", "link", "waits"])
def test_what_fails_in_one_list_is_no_matter_of_the_others(
    book: Casebook, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    book.take(update("a", "charged", 5, parties=[victim()]))
    book.take(update("b", "released_without_charge", 6))
    book.store.put(update("c", "safety_plan_made", 7), book.now())
    book.wait(minutes=2)
    before = (len(book.fifo.queue), len(book.notify.asked), len(book.link.asked))

    def fail(name: str) -> None:
        if name == broken:
            raise Refused

    book.on_step = fail
    book.deadlines.run()
    after = (len(book.fifo.queue), len(book.notify.asked), len(book.link.asked))
    went = [now > then for then, now in zip(before, after, strict=True)]
    expected = {
        "due inbox": [False, True, True],
        "queue": [False, True, True],
        "waits": [False, True, True],
        "due notify": [True, False, True],
        "notify": [True, False, True],
        "due link": [True, True, False],
        "link": [True, True, False],
    }[broken]
    assert went == expected
    assert {text for text, _ in alarms(caplog)} == {"what is due was not asked for"}
    book.on_step = None
    book.wait(minutes=2)
    book.deadlines.run()
    assert all((book.fifo.queue, book.notify.asked, book.link.asked))


def test_one_that_cannot_be_read_keeps_nobody_behind_it_waiting(book: Casebook) -> None:
    for number in range(3):
        book.store.put(update(f"e{number}", minutes=number), book.now())
        book.wait(seconds=1)
    book.wait(minutes=2)
    left = 1

    def fail(name: str) -> None:
        nonlocal left
        if name == "waits" and left:
            left -= 1
            raise Refused

    book.on_step = fail
    assert book.deadlines.run()["inbox"] == 2


def test_a_queue_that_does_not_answer_is_not_asked_two_thousand_times(book: Casebook) -> None:
    for number in range(GIVE_UP * 3):
        book.store.put(update(f"e{number}"), book.now())
    book.wait(minutes=2)
    asked = 0

    def fail(name: str) -> None:
        nonlocal asked
        if name == "queue":
            asked += 1
            raise Refused

    book.on_step = fail
    book.deadlines.run()
    assert asked == GIVE_UP


def test_a_list_that_is_slow_leaves_time_for_the_others(book: Casebook) -> None:
    """The function may run for 50 seconds: whatever the inbox takes, messages and tasks are asked for."""
    book.take(update("a", "charged", 5, parties=[victim()]))
    book.take(update("b", "released_without_charge", 6))
    for number in range(100):
        book.store.put(update(f"e{number}"), book.now())
    book.wait(minutes=2)
    began = book.now()

    def slow(name: str) -> None:
        if name == "queue":
            book.wait(seconds=1)

    book.on_step = slow
    found = book.deadlines.run()
    assert found["inbox"] == 10
    assert (found["notify"], found["link"]) == (1, 1)
    assert book.now() - began < timedelta(seconds=50)
    assert book.deadlines.run()["inbox"] == 10, "the next ones"
    assert len({one.body for one in book.fifo.queue}) == 22


def test_a_run_takes_no_more_than_it_can_do_and_the_next_goes_on(
    book: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[int] = []
    original = book.store.due

    def due(name: str, until: datetime, most: int) -> Iterator[Due]:
        wanted.append(most)
        return original(name, until, most)

    monkeypatch.setattr(book.store, "due", due)
    monkeypatch.setattr(deadlines, "AT_ONCE", 4)
    for number in range(10):
        book.store.put(update(f"e{number}"), book.now())
    book.wait(minutes=2)
    found = []
    for _ in range(4):
        found.append(book.deadlines.run()["inbox"])
        book.wait(seconds=1)
    assert found == [4, 4, 2, 0]
    assert set(wanted) == {4}
    assert AT_ONCE <= 2_000
