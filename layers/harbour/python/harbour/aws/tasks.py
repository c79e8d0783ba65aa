"""What goes to the crime system, in the table ``cases`` and its queue."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.crime.link import OutboundTask, Progress
from harbour.crime.model import CrimeRef
from harbour.runtime.clock import parse, rfc3339

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

    from harbour.aws.cases import Item


ASKED: Final = timedelta(seconds=60)


class TaskTable:
    """Keeps what goes out until it has arrived, and after."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def get(self, crime: CrimeRef, ident: str) -> OutboundTask | None:
        """One task, with the source of its crime."""
        key = cases.key(cases.crime(crime), f"{cases.TASK}{ident}")
        item = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        found = task_of(item)
        return found if found.source else replace(found, source=self._source(crime))

    def create(self, made: OutboundTask) -> None:
        """Store it once: the same task again changes nothing."""
        try:
            self._db.put_item(
                TableName=self._table, Item=task_item(made), ConditionExpression="attribute_not_exists(pk)"
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def put(self, before: OutboundTask, after: OutboundTask) -> bool:
        """Replace ``before``; false when somebody else did."""
        change: dict[str, Any] = {
            "TableName": self._table,
            "Item": task_item(after),
            "ConditionExpression": "failures = :failures AND progress = :progress",
            "ExpressionAttributeValues": {
                ":failures": {"N": str(before.failures)},
                ":progress": {"S": before.progress.value},
            },
        }
        try:
            self._db.put_item(**change)
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _source(self, crime: CrimeRef) -> str:
        item = self._db.get_item(
            TableName=self._table, Key=cases.key(cases.crime(crime)), ProjectionExpression="source_name"
        ).get("Item")
        return item["source_name"]["S"] if item else ""


class LinkFifo:
    """See :class:`harbour.notification.ports.LinkQueue`."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._sqs = client
        self._queue_url = queue_url

    def ask(self, crime: CrimeRef, task: str) -> None:
        """One message."""
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps({"crime": crime, "task": task}))


def task_item(made: OutboundTask) -> Item:
    """The task; in the index ``due`` while it is to be delivered."""
    item: Item = {
        **cases.key(cases.crime(made.crime), f"{cases.TASK}{made.id}"),
        "body": {"S": made.body},
        "source_name": {"S": made.source},
        "created_at": {"S": rfc3339(made.created_at)},
        "progress": {"S": made.progress.value},
        "failures": {"N": str(made.failures)},
        "message": {"S": made.message},
    }
    if made.progress is Progress.WAITING and made.next_at:
        # Who makes a task asks for it at once; it is looked for only when nothing came of that.
        look_at = made.next_at if made.failures else made.next_at + ASKED
        item |= {**cases.due("link", look_at), "next_at": {"S": rfc3339(made.next_at)}}
    return item


def task_of(item: Item) -> OutboundTask:
    """What :func:`task_item` wrote."""
    return OutboundTask(
        id=item["sk"]["S"].removeprefix(cases.TASK),
        crime=CrimeRef(item["pk"]["S"].partition("#")[2]),
        source=item["source_name"]["S"],
        body=item["body"]["S"],
        created_at=parse(item["created_at"]["S"]),
        progress=Progress(item["progress"]["S"]),
        failures=int(item["failures"]["N"]),
        next_at=parse(item["next_at"]["S"]) if "next_at" in item else None,
        message=item["message"]["S"],
    )
