"""The queues' doors of updates and of the link, and the minute's: what failed comes again, and in order."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from harbour import casework
from harbour.crime.model import CrimeRef, EventId
from tests.unit.crime.casebook import CRIME, OTHER_CRIME, Casebook, records, update, victim
from tests.unit.functions.doors import door


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Casebook:
    made = Casebook()
    monkeypatch.setattr(casework, "updates", lambda: made.updates)
    monkeypatch.setattr(casework, "deadlines", lambda: made.deadlines)
    return made


def work(book: Casebook) -> list[str]:
    """One batch as Lambda hands it over; the bodies of those that are delivered again."""
    batch = book.fifo.receive()
    if not batch:
        return []
    answer = door("updates").handler(records(batch), None)
    failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    book.fifo.done(batch, failed)
    return [one.body for one in batch if str(id(one)) in failed]


def refuse(book: Casebook, which: Callable[[int], bool]) -> None:
    """Let the table refuse some transactions."""
    commits = 0

    def busy(name: str) -> None:
        nonlocal commits
        if name == "commit":
            commits += 1
            if which(commits):
                raise RuntimeError("ThrottlingException")

    book.on_step = busy


def test_a_batch_is_done_in_order_and_nothing_comes_again(book: Casebook) -> None:
    for number in range(5):
        book.accept(update(f"e{number}", "officer_message", number, text="T"))
    assert work(book) == []
    assert book.store.commits == [f"e{number}" for number in range(5)]
    assert book.fifo.queue == []


def test_one_that_fails_takes_back_with_it_what_came_after_in_its_crime(book: Casebook) -> None:
    """A later update must not overtake an earlier one; another crime's is no matter of it."""
    for ident, crime in (("a1", CRIME), ("b1", OTHER_CRIME), ("a2", CRIME), ("b2", OTHER_CRIME), ("a3", CRIME)):
        book.accept(update(ident, "officer_message", crime=crime, text="T"))
    refuse(book, lambda commit: commit == 1)
    assert [json.loads(body)["id"] for body in work(book)] == ["a1", "a2", "a3"]
    assert book.store.commits == ["b1", "b2"]
    book.on_step = None
    assert work(book) == []
    assert book.store.commits == ["b1", "b2", "a1", "a2", "a3"]


def test_a_table_that_refuses_everything_loses_nothing(book: Casebook) -> None:
    for number in range(3):
        book.accept(update(f"e{number}", "officer_message", number, text="T"))
    refuse(book, lambda _: True)
    assert len(work(book)) == 3
    assert book.store.commits == []
    book.on_step = None
    assert work(book) == []
    assert book.store.commits == ["e0", "e1", "e2"]


def test_one_batch_does_not_remember_what_failed_in_another(book: Casebook) -> None:
    book.accept(update("a"))
    refuse(book, lambda commit: commit == 1)
    assert len(work(book)) == 1
    book.on_step = None
    book.accept(update("b", "safety_plan_made", 1))
    assert work(book) == []


def test_a_message_that_can_never_be_read_takes_others_with_it_and_the_minute_brings_those_back(book: Casebook) -> None:
    """Whatever stood behind it in its crime was handed out with it as often, and died with it."""
    book.fifo.ask_again("athena", EventId("x"), CRIME, "1")
    book.fifo.queue[0].body = "{"
    book.accept(update("a"))
    for _ in range(book.fifo.RECEIVES):
        assert len(work(book)) == 2
        assert book.store.commits == []
    assert work(book) == []
    assert len(book.fifo.dead) == 2
    book.wait(minutes=1)
    assert door("deadlines").handler({}, None)["inbox"] == 1
    assert work(book) == []
    assert book.store.commits == ["a"]


def test_an_update_whose_message_died_is_found_by_the_minute(book: Casebook) -> None:
    book.accept(update("a", parties=[victim()]))
    refuse(book, lambda _: True)
    for _ in range(book.fifo.RECEIVES):
        assert len(work(book)) == 1
    work(book)
    book.wait(minutes=1)
    assert [len(book.fifo.queue), len(book.fifo.dead)] == [0, 1]
    book.on_step = None
    assert door("deadlines").handler({}, None)["inbox"] == 1
    assert work(book) == []
    assert book.store.commits == ["a"]


def test_a_failure_is_an_alarm_that_says_nothing_of_the_crime(book: Casebook, caplog: pytest.LogCaptureFixture) -> None:
    book.accept(update("a", parties=[victim()]))
    refuse(book, lambda _: True)
    work(book)
    (line,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert (line.getMessage(), line.__dict__["attempts"]) == ("update failed", 1)
    for secret in (CRIME, "Amina", "07700", "Throttling"):
        assert secret not in str(line.__dict__)


# -- the link ------------------------------------------------------------------------------------------------------


class Link:
    """Remembers what it was to deliver."""

    def __init__(self) -> None:
        self.asked: list[tuple[CrimeRef, str]] = []
        self.fails: set[str] = set()

    def deliver(self, crime: CrimeRef, ident: str) -> None:
        self.asked.append((crime, ident))
        if ident in self.fails:
            raise RuntimeError("ThrottlingException")


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> Link:
    made = Link()
    monkeypatch.setattr(casework, "link", lambda: made)
    return made


def asked(*idents: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": ident,
                "receiptHandle": "r",
                "body": json.dumps({"crime": CRIME, "task": ident}),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-2:1:link",
                "awsRegion": "eu-west-2",
            }
            for ident in idents
        ]
    }


def test_each_task_of_a_batch_is_delivered(link: Link) -> None:
    assert door("link").handler(asked("t1", "t2"), None) == {"batchItemFailures": []}
    assert link.asked == [(CRIME, "t1"), (CRIME, "t2")]


def test_a_task_whose_delivery_broke_comes_again_and_no_other(link: Link) -> None:
    link.fails = {"t1"}
    assert door("link").handler(asked("t1", "t2"), None) == {"batchItemFailures": [{"itemIdentifier": "t1"}]}
    assert link.asked == [(CRIME, "t1"), (CRIME, "t2")]


# -- the minute ----------------------------------------------------------------------------------------------------


def test_the_minute_says_how_much_was_due_and_nothing_when_nothing_was(
    book: Casebook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert door("deadlines").handler({}, None) == {"inbox": 0, "notify": 0, "link": 0, "breach": 0}
    assert caplog.records == []
    book.store.put(update("a"), book.now())
    book.wait(minutes=2)
    assert door("deadlines").handler({}, None)["inbox"] == 1
    assert [one.getMessage() for one in caplog.records] == ["deadlines"]
