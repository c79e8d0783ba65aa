"""What a force sees of its messages, in the table ``cases``: no scan, only the index ``due`` and the counts of days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.aws.notifications import NotificationTable
from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef, PartyRole, PersonId
from harbour.crime.quality import Problem
from harbour.notification.model import Notification, NotificationId
from harbour.notification.statistics import DayCount
from harbour.oversight.ports import Listed, Refused
from harbour.runtime.clock import parse

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from harbour.aws.cases import Item


class OversightTable:
    """See :class:`harbour.oversight.ports.Problems`, ``Waits`` and ``Statistics``."""

    def __init__(self, client: DynamoDBClient, table: str, force: str, sent: NotificationTable) -> None:
        self._db = client
        self._table = table
        self._force = force
        self._sent = sent

    def open(self, most: int) -> list[Listed]:
        """One query of the index, and one read for each."""
        found = []
        for item in self._listed("quality", most):
            body: dict[str, Any] = json.loads(item["body"]["S"])
            problem = Problem(**body | {"role": PartyRole(body["role"]), "crime": CrimeRef(body["crime"])})
            found.append(Listed(problem=problem, since=parse(item["found_at"]["S"])))
        return found

    def refused(self, most: int) -> list[Refused]:
        """One query of the index, and one read for each."""
        found = []
        for item in self._listed("refused", most):
            problem: dict[str, Any] = json.loads(item["problem"]["S"])
            found.append(
                Refused(
                    source=item["pk"]["S"].split("#")[1],
                    crime=item["crime"]["S"] if "crime" in item else "",
                    since=parse(item["received_at"]["S"]),
                    field=problem.get("field", ""),
                    detail=problem.get("detail", ""),
                )
            )
        return found

    def mended(self, crime: CrimeRef, ident: str) -> bool:
        """One conditional update: the problem stays, and leaves the list."""
        try:
            self._db.update_item(
                TableName=self._table,
                Key=cases.key(cases.crime(crime), f"{cases.QUALITY}{ident}"),
                UpdateExpression="REMOVE due, due_at",
                ConditionExpression="attribute_exists(due)",
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def waiting(self, most: int) -> Iterator[Notification]:
        """One query of the index, and one read for each."""
        for pk, sk in self._keys("notify", most):
            person = PersonId(pk.partition("#")[2])
            found = self._sent.get(person, NotificationId(sk.removeprefix(cases.NOTIFICATION)))
            if found is not None:
                yield found

    def days(self, first: date, last: date) -> list[DayCount]:
        """One query for each day."""
        return [
            _count(item, day)
            for day in (first + timedelta(days=number) for number in range((last - first).days + 1))
            for item in self._db.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": cases.statistics(self._force, day)}},
            )["Items"]
        ]

    def _listed(self, name: str, most: int) -> Iterator[Item]:
        for pk, sk in self._keys(name, most):
            item = self._db.get_item(TableName=self._table, Key=cases.key(pk, sk)).get("Item")
            if item is not None and "due" in item:
                yield item

    def _keys(self, name: str, most: int) -> Iterator[tuple[str, str]]:
        answer = self._db.query(
            TableName=self._table,
            IndexName=cases.DUE_INDEX,
            KeyConditionExpression="due = :list",
            ExpressionAttributeValues={":list": {"S": name}},
            Limit=most,
        )
        for item in answer["Items"]:
            yield item["pk"]["S"], item["sk"]["S"]


def _count(item: Item, day: date) -> DayCount:
    _, channel, provider, type_ = item["sk"]["S"].split("#", 3)
    numbers = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    return DayCount(day=day, type=type_, channel=Channel(channel), provider=provider, **numbers)
