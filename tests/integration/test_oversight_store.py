"""What a force sees of its messages, read from the table as the other adapters write it (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from harbour.aws import cases
from harbour.aws.inbox import InboxTable
from harbour.aws.notifications import NotificationTable, notification_item
from harbour.aws.oversight import OversightTable
from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef, EventId
from harbour.notification.model import State
from infra.config.table import CASES_INDEXES
from tests.unit.functions.test_oversight_door import NOW, problem, waiting


class Clock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[OversightTable]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-2")
        (due,) = CASES_INDEXES
        client.create_table(
            TableName="cases",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
                {"AttributeName": due.name, "AttributeType": "S"},
                {"AttributeName": due.sort_key, "AttributeType": "N"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": due.name,
                    "KeySchema": [
                        {"AttributeName": due.name, "KeyType": "HASH"},
                        {"AttributeName": due.sort_key, "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        yield OversightTable(client, "cases", "eastshire", NotificationTable(client, "cases", Clock(), "eastshire"))


def test_problems_are_listed_longest_known_first_until_they_are_mended(table: OversightTable) -> None:
    client = table._db
    for number, ident in enumerate(("b2", "a1")):
        found = problem(ident, blocks=ident == "a1").problem
        client.put_item(TableName="cases", Item=cases.problem(found.crime, found, NOW - timedelta(hours=number)))
    assert [(one.problem.id, one.problem.blocks) for one in table.open(10)] == [("a1", True), ("b2", False)]
    assert table.open(10)[0].problem == problem("a1", blocks=True).problem
    assert len(table.open(1)) == 1
    assert table.mended(CrimeRef("42/104417/26"), "a1") is True
    assert table.mended(CrimeRef("42/104417/26"), "a1") is False
    assert table.mended(CrimeRef("42/104417/26"), "zz") is False
    assert [one.problem.id for one in table.open(10)] == ["b2"]


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


def test_messages_that_wait_are_found_and_what_went_is_counted_by_day(table: OversightTable) -> None:
    made = waiting("n1", deadline=timedelta(hours=2))
    table._db.put_item(TableName="cases", Item=notification_item(made))
    assert [one.id for one in table.waiting(10)] == ["n1"]
    claimed = replace(made, state=State.SENDING, attempt=1, claimed_at=NOW)
    gone = replace(claimed, state=State.SENT, sent_at=NOW, provider="aws", provider_id="m1", parts=2)
    table._sent.put(made, claimed)
    table._sent.put(claimed, gone)
    table._sent.put(gone, replace(gone, state=State.DELIVERED, delivered_at=NOW))
    assert list(table.waiting(10)) == []
    (count,) = table.days(date(2026, 11, 20), date(2026, 11, 24))
    assert (count.day, count.type, count.channel, count.provider) == (
        date(2026, 11, 24),
        "suspect_arrested",
        Channel.SMS,
        "aws",
    )
    assert (count.sent, count.parts, count.on_time, count.delivered, count.late) == (1, 2, 1, 1, 0)
    assert table.days(date(2026, 11, 25), date(2026, 11, 26)) == []


def test_a_night_of_summer_belongs_to_londons_day(table: OversightTable) -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    made = waiting("n2", deadline=None)
    table._db.put_item(TableName="cases", Item=notification_item(made))
    table._sent.put(made, replace(made, state=State.SENT, sent_at=late, provider="aws", provider_id="m2", parts=1))
    assert [one.day for one in table.days(date(2026, 7, 1), date(2026, 7, 3))] == [date(2026, 7, 2)]
