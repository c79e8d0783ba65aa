"""Messages to people in the table ``cases``: beside the person, and a way back from a provider's receipt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.aws.tasks import task_item
from harbour.contact.model import Channel
from harbour.crime.link import TaskWanted, task
from harbour.crime.model import CrimeRef, PersonId
from harbour.notification.model import Notification, NotificationId, State
from harbour.notification.ports import Moved
from harbour.notification.service import CLAIM
from harbour.runtime.clock import Clock, parse, rfc3339

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

    from harbour.aws.cases import Item

RECEIPTS_KEPT: Final = timedelta(days=30)

_TIMES: Final = ("created_at", "due_at", "deadline_at", "claimed_at", "sent_at", "delivered_at")
_WATCHED: Final = {State.CREATED: timedelta(), State.SENDING: CLAIM, State.UNKNOWN: timedelta()}
"""States in which a message is looked at again, and how long after its time."""


class NotificationTable:
    """See :class:`harbour.notification.ports.NotificationStore`."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        self._db = client
        self._table = table
        self._clock = clock

    def get(self, person: PersonId, ident: NotificationId) -> Notification | None:
        """One strongly consistent read."""
        key = cases.key(cases.person(person), f"{cases.NOTIFICATION}{ident}")
        item = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return notification_of(item) if item else None

    def recent(self, person: PersonId) -> list[Notification]:
        """All messages of a person, newest state."""
        answer = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={
                ":pk": {"S": cases.person(person)},
                ":sk": {"S": cases.NOTIFICATION},
            },
            ConsistentRead=True,
        )
        return [notification_of(item) for item in answer["Items"]]

    def put(self, before: Notification, after: Notification, tasks: Sequence[TaskWanted] = ()) -> None:
        """One conditional Put, or with a receipt's way back or tasks one transaction."""
        change = guarded(before, after)
        more: list[dict[str, Any]] = []
        if after.provider_id and after.provider_id != before.provider_id:
            more.append({"Put": {"TableName": self._table, "Item": self._way_back(after)}})
        now = self._clock.now()
        more += [
            {"Put": {"TableName": self._table, "Item": task_item(task(after.crime, "", wanted, now))}}
            for wanted in tasks
        ]
        try:
            if more:
                put: Any = {"Put": {"TableName": self._table, **change}}
                self._db.transact_write_items(TransactItems=[put, *more])  # type: ignore[list-item]
            else:
                self._db.put_item(TableName=self._table, **change)
        except ClientError as error:
            if code_of(error) in ("ConditionalCheckFailedException", "TransactionCanceledException"):
                raise Moved from None
            raise

    def by_receipt(self, provider: str, provider_id: str) -> Notification | None:
        """Two reads: the way back, and the message."""
        key = cases.key(cases.provider(provider, provider_id))
        item = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return self.get(PersonId(item["person"]["S"]), NotificationId(item["notification"]["S"]))

    def _way_back(self, message: Notification) -> Item:
        expires = self._clock.now() + RECEIPTS_KEPT
        return {
            **cases.key(cases.provider(message.provider, message.provider_id)),
            "person": {"S": message.person},
            "notification": {"S": message.id},
            "expires": {"N": str(int(expires.timestamp()))},
        }


class NotifyQueue:
    """Asks for messages to be sent."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._sqs = client
        self._queue_url = queue_url

    def ask(self, wanted: Sequence[tuple[PersonId, NotificationId]]) -> None:
        """Ten in one call. What the queue does not take is found by ``deadlines``."""
        for start in range(0, len(wanted), 10):
            self._sqs.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {"Id": str(number), "MessageBody": json.dumps({"person": person, "notification": ident})}
                    for number, (person, ident) in enumerate(wanted[start : start + 10])
                ],
            )


def guarded(before: Notification | None, after: Notification) -> dict[str, Any]:
    """The parameters of a Put that succeeds only over ``before`` (none: there is no such message yet)."""
    if before is None:
        return {"Item": notification_item(after), "ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "Item": notification_item(after),
        "ConditionExpression": "mark = :mark",
        "ExpressionAttributeValues": {":mark": {"S": _mark(before)}},
    }


def notification_item(message: Notification) -> Item:
    """The message; in the index ``due`` for as long as it is to be looked at."""
    body = {
        "crime": message.crime,
        "causes": list(message.causes),
        "type": message.type,
        "type_version": message.type_version,
        "channel": message.channel.value,
        "language": message.language,
        "values": dict(message.values),
        "state": message.state.value,
        "attempt": message.attempt,
        "provider": message.provider,
        "provider_id": message.provider_id,
        "reason": message.reason,
        "sha256": message.sha256,
        "parts": message.parts,
        **{name: rfc3339(at) if (at := getattr(message, name)) else None for name in _TIMES},
    }
    item: Item = {
        **cases.key(cases.person(message.person), f"{cases.NOTIFICATION}{message.id}"),
        "body": {"S": json.dumps(body, ensure_ascii=False)},
        "mark": {"S": _mark(message)},
    }
    if message.state in _WATCHED:
        item |= cases.due("notify", (message.claimed_at or message.due_at) + _WATCHED[message.state])
    return item


def notification_of(item: Item) -> Notification:
    """What :func:`notification_item` wrote."""
    body = json.loads(item["body"]["S"])
    times: dict[str, Any] = {name: parse(body[name]) if body[name] else None for name in _TIMES}
    for name in _TIMES:
        del body[name]
    return Notification(
        id=NotificationId(item["sk"]["S"].removeprefix(cases.NOTIFICATION)),
        person=PersonId(item["pk"]["S"].partition("#")[2]),
        **body
        | {
            "crime": CrimeRef(body["crime"]),
            "causes": tuple(body["causes"]),
            "channel": Channel(body["channel"]),
            "state": State(body["state"]),
        },
        **times,
    )


def _mark(message: Notification) -> str:
    """Changes with every change that another writer must not overwrite."""
    return f"{message.state.value}/{message.attempt}/{len(message.causes)}/{rfc3339(message.due_at)}/{message.reason}"
