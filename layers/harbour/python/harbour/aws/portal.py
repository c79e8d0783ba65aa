"""What only the portal writes in the table ``cases``: contact plans that a person changed, how far they have read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.aws.people import guarded
from harbour.aws.tasks import task_item
from harbour.contact.model import Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import CrimeRef, PersonId
from harbour.portal.model import Part
from harbour.portal.ports import Moved
from harbour.runtime.clock import parse, rfc3339

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READ: Final = "R#"
"""Sort key, with a part and a crime's reference: until when the person has read that."""


class PlanTable:
    """See :class:`harbour.portal.ports.Plans` and :class:`harbour.portal.ports.Bookmarks`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def save_plan(self, before: Person, after: Person, tasks: Sequence[OutboundTask]) -> None:
        """One transaction."""
        person = guarded(replace(after, version=before.version + 1), before.version)
        puts: list[Any] = [{"Put": {"TableName": self._table, **person}}]
        puts += [{"Put": {"TableName": self._table, "Item": task_item(task)}} for task in tasks]
        try:
            self._db.transact_write_items(TransactItems=puts)
        except ClientError as error:
            if code_of(error) in ("TransactionCanceledException", "TransactionConflictException"):
                raise Moved from None
            raise

    def read_until(self, person: PersonId) -> Mapping[tuple[CrimeRef, Part], datetime]:
        """One query; nobody has more crimes than a page holds."""
        answer = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": cases.person(person)}, ":sk": {"S": READ}},
        )
        found = {}
        for item in answer["Items"]:
            part, _, crime = item["sk"]["S"].removeprefix(READ).partition("#")
            found[CrimeRef(crime), Part(part)] = parse(item["at"]["S"])
        return found

    def mark_read(self, person: PersonId, crime: CrimeRef, part: Part, at: datetime) -> None:
        """One Put."""
        key = cases.key(cases.person(person), f"{READ}{part}#{crime}")
        self._db.put_item(TableName=self._table, Item={**key, "at": {"S": rfc3339(at)}})
