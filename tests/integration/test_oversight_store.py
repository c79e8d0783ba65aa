"""What a force sees of its messages, read from the table as the other adapters write it (moto)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from harbour.aws import cases
from harbour.aws.inbox import InboxTable
from harbour.aws.notifications import NotificationTable, notification_item
from harbour.aws.oversight import TOGETHER, OversightTable
from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef, EventId, Problem
from harbour.notification.model import State
from harbour.oversight.model import Place
from harbour.oversight.ports import Listed
from tests.unit.functions.test_oversight_door import NOW, problem, waiting


class Clock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def table(dynamodb_cases: Any) -> OversightTable:
    return OversightTable(dynamodb_cases, "cases", "eastshire")


@pytest.fixture
def sent(table: OversightTable) -> NotificationTable:
    return NotificationTable(table._db, "cases", Clock(), "eastshire")


def test_problems_are_listed_newest_first_until_they_are_mended(table: OversightTable) -> None:
    client = table._db
    for number, ident in enumerate(("b2", "a1")):
        found = problem(ident, blocks=ident == "a1").problem
        put(client, found, NOW + timedelta(hours=number))
    assert [(one.problem.id, one.problem.blocks) for one in listed(table)] == [("a1", True), ("b2", False)]
    assert listed(table)[0].problem == problem("a1", blocks=True).problem
    assert table.mended(CrimeRef("42/104417/26"), "a1") is True
    assert table.mended(CrimeRef("42/104417/26"), "a1") is False
    assert table.mended(CrimeRef("42/104417/26"), "zz") is False
    assert [one.problem.id for one in listed(table)] == ["b2"]


def listed(table: OversightTable) -> list[Listed]:
    found, more = table.open(10, None)
    assert more is None
    return found


def store(table: OversightTable, ident: str, at: datetime, check: str = "phone_unusable") -> None:
    found = problem(ident, check=check).problem
    put(table._db, found, at)


def put(client: Any, found: Problem, at: datetime) -> None:
    client.transact_write_items(TransactItems=[cases.list_problem("cases", found.crime, found, at)])


def pages(table: OversightTable, most: int) -> list[list[str]]:
    found: list[list[str]] = []
    after: Place | None = None
    while not found or after:
        page, after = table.open(most, after)
        found.append([one.problem.id for one in page])
    return found


def test_pages_show_each_problem_once_also_those_of_one_second(table: OversightTable) -> None:
    idents = [f"P{number}-phone-phone_unusable" for number in range(12)]
    for number, ident in enumerate(idents):
        store(table, ident, NOW + timedelta(seconds=number // 5))
    found = pages(table, 3)
    assert [len(page) for page in found] == [3, 3, 3, 3]
    assert sorted(ident for page in found for ident in page) == sorted(idents)
    assert pages(table, 12) == [[ident for page in found for ident in page]]


def test_a_problem_that_is_mended_between_two_pages_hides_no_other(table: OversightTable) -> None:
    for number in range(4):
        store(table, f"P{number}-phone-phone_unusable", NOW + timedelta(seconds=number // 2))
    page, after = table.open(1, None)
    assert table.mended(CrimeRef("42/104417/26"), page[0].problem.id)
    left = {one.problem.id for one in listed(table)}
    assert {one.problem.id for one in table.open(10, after)[0]} == left
    assert len(left) == 3


def test_a_problem_that_is_found_again_keeps_its_day_and_one_that_was_mended_starts_anew(
    table: OversightTable,
) -> None:
    later = NOW + timedelta(days=3)
    store(table, "a1", NOW)
    store(table, "a1", later, check="email_typo")
    (again,) = listed(table)
    assert (again.since, again.problem.check) == (NOW, "email_typo")
    assert table.mended(CrimeRef("42/104417/26"), "a1")
    store(table, "a1", later)
    assert [one.since for one in listed(table)] == [later]


def test_problems_are_counted_by_check_from_their_keys(table: OversightTable) -> None:
    store(table, "N88/1-2-phone-phone_unusable", NOW)
    store(table, "N88/1-2-email-wrong_field", NOW)
    store(table, "N88/3-phone-phone_unusable", NOW)
    store(table, f"hard_bounce-{'0' * 32}", NOW)
    InboxTable(table._db, "cases").put_refused("niche", EventId("evt#1"), None, {"detail": "No."}, NOW)
    tally = table.tally(4)
    assert tally.checks == {"phone_unusable": 2, "wrong_field": 1, "hard_bounce": 1}
    assert (tally.refused, tally.complete) == (1, True)
    assert table.tally(3).complete is False
    assert sum(table.tally(3).checks.values()) == 3


def test_more_than_one_read_takes_is_read_in_order(table: OversightTable) -> None:
    for number in range(TOGETHER + 5):
        due = timedelta(seconds=number + 1)
        table._db.put_item(TableName="cases", Item=notification_item(waiting(f"n{number}", deadline=None, due=due)))
    assert [one.id for one in table.waiting(500)] == [f"n{number}" for number in range(TOGETHER + 5)]
    assert [one.id for one in table.waiting(2)] == ["n0", "n1"]


def test_what_the_table_leaves_for_later_is_asked_for_again(
    table: OversightTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB may answer a part and name the rest; moto never does."""
    idents = [f"P{number}-phone-phone_unusable" for number in range(3)]
    for number, ident in enumerate(idents):
        store(table, ident, NOW + timedelta(seconds=number))
    whole = table._db.batch_get_item

    def one_at_a_time(**asked: Any) -> Any:
        first, *rest = asked["RequestItems"]["cases"]["Keys"]
        answer = whole(RequestItems={"cases": {"Keys": [first]}})
        return answer | {"UnprocessedKeys": {"cases": {"Keys": rest}} if rest else {}}

    monkeypatch.setattr(table._db, "batch_get_item", one_at_a_time)
    assert [one.problem.id for one in listed(table)] == idents[::-1]


def test_updates_that_could_not_be_read_are_listed_with_their_field(table: OversightTable) -> None:
    told = {"code": "bad_field", "field": "updateTime", "detail": "This field is missing."}
    inbox = InboxTable(table._db, "cases")
    inbox.put_refused("niche", EventId("evt#1"), CrimeRef("44/1"), told | {"field": "oicName"}, NOW)
    inbox.put_refused("niche", EventId("evt#1"), CrimeRef("44/1"), told, NOW)
    inbox.put_refused("storm", EventId("evt#1"), None, {"code": "bad_body", "detail": "No object."}, NOW)
    found = {(one.source, one.crime, one.since, one.field, one.detail) for one in table.refused(10)}
    assert found == {
        ("niche", "44/1", NOW, "updateTime", told["detail"]),
        ("storm", "", NOW, "", "No object."),
    }


def test_a_dead_number_is_listed_once_for_each_crime_that_the_message_tells_of(
    table: OversightTable, sent: NotificationTable
) -> None:
    made = replace(waiting("n1", deadline=None), also=(CrimeRef("42/9/26"),))
    table._db.put_item(TableName="cases", Item=notification_item(made))
    found = problem(f"invalid_number-{'0' * 32}", check="invalid_number", blocks=True).problem
    gone = replace(made, state=State.SENT, sent_at=NOW, provider="aws", provider_id="m1", parts=1)
    failed = replace(gone, state=State.FAILED)
    sent.put(made, gone)
    sent.put(gone, failed, problems=[found])
    sent.put(failed, replace(failed, attempt=2), problems=[found])
    assert {one.problem.crime for one in listed(table)} == {made.crime, *made.also}
    assert {one.problem.blocks for one in listed(table)} == {True}
    assert table.tally(10).checks == {"invalid_number": 2}


def test_messages_that_wait_are_found_and_what_went_is_counted_by_day(
    table: OversightTable, sent: NotificationTable
) -> None:
    made = waiting("n1", deadline=timedelta(hours=2))
    table._db.put_item(TableName="cases", Item=notification_item(made))
    assert [one.id for one in table.waiting(10)] == ["n1"]
    claimed = replace(made, state=State.SENDING, attempt=1, claimed_at=NOW)
    gone = replace(claimed, state=State.SENT, sent_at=NOW, provider="aws", provider_id="m1", parts=2)
    sent.put(made, claimed)
    sent.put(claimed, gone)
    sent.put(gone, replace(gone, state=State.DELIVERED, delivered_at=NOW))
    assert table.waiting(10) == []
    (count,) = table.days(date(2026, 11, 20), date(2026, 11, 24))
    assert (count.day, count.type, count.channel, count.provider) == (
        date(2026, 11, 24),
        "suspect_arrested",
        Channel.SMS,
        "aws",
    )
    assert (count.sent, count.parts, count.on_time, count.delivered, count.late) == (1, 2, 1, 1, 0)
    assert table.days(date(2026, 11, 25), date(2026, 11, 26)) == []


def test_a_night_of_summer_belongs_to_londons_day(table: OversightTable, sent: NotificationTable) -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    made = waiting("n2", deadline=None)
    table._db.put_item(TableName="cases", Item=notification_item(made))
    sent.put(made, replace(made, state=State.SENT, sent_at=late, provider="aws", provider_id="m2", parts=1))
    assert [one.day for one in table.days(date(2026, 7, 1), date(2026, 7, 3))] == [date(2026, 7, 2)]
