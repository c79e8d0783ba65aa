"""Messages to people in the table ``cases``: beside the person, and a way back from a provider's receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.aws.tasks import task_item
from harbour.contact.model import Channel
from harbour.crime.link import TaskWanted, task
from harbour.crime.model import CrimeRef, PersonId, Problem
from harbour.notification import statistics
from harbour.notification.model import Notification, NotificationId, State, crimes_of, look_at
from harbour.notification.ports import Moved
from harbour.runtime.clock import Clock, parse, rfc3339
from harbour.runtime.telemetry import failure, log

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

    from harbour.aws.cases import Item

RECEIPTS_KEPT: Final = timedelta(days=30)

_TIMES: Final = ("created_at", "due_at", "deadline_at", "claimed_at", "sent_at", "delivered_at")
_RACED: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
"""Why a transaction did not happen, where somebody else's did."""


class NotificationTable:
    """See :class:`harbour.notification.ports.NotificationStore`. ``force``: whose days are counted; empty: nobody's."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock, force: str = "") -> None:
        self._db = client
        self._table = table
        self._clock = clock
        self._force = force

    def get(self, person: PersonId, ident: NotificationId) -> Notification | None:
        """One strongly consistent read."""
        key = cases.key(cases.person(person), f"{cases.NOTIFICATION}{ident}")
        item = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return notification_of(item) if item else None

    def recent(self, person: PersonId) -> list[Notification]:
        """All messages of a person, newest state."""
        return list(self._all(person))

    def put(
        self,
        before: Notification,
        after: Notification,
        tasks: Sequence[TaskWanted] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        """One conditional Put; with tasks or problems one transaction. A receipt's way back is written before it: it is
        true whatever becomes of the record, and a receipt then settles what a crash in between leaves open.
        """
        # Receipts of e-mails, and all of GOV.UK Notify, bring our reference: only SNS knows nothing but its own id.
        if after.channel is Channel.SMS and after.provider_id and after.provider_id != before.provider_id:
            self._db.put_item(TableName=self._table, Item=self._way_back(after))
        put: Any = {"TableName": self._table, **guarded(before, after)}
        beside: list[Any] = list(self._beside(after, tasks, problems))
        try:
            if beside:
                self._db.transact_write_items(TransactItems=[{"Put": put}, *beside])
            else:
                self._db.put_item(**put)
        except ClientError as error:
            if raced(error):
                raise Moved from None
            raise
        self._count(before, after)

    def _count(self, before: Notification, after: Notification) -> None:
        """After the message's own record, and never instead of it: see :mod:`harbour.notification.statistics`."""
        counted = statistics.change(before, after)
        if counted is None or not self._force:
            return
        at, more = counted
        day = statistics.day_of(at)
        try:
            self._db.update_item(
                TableName=self._table,
                Key=cases.key(
                    cases.statistics(self._force, day), f"D#{after.channel.value}#{after.provider}#{after.type}"
                ),
                UpdateExpression="ADD " + ", ".join(f"#{name} :{name}" for name in more),
                ExpressionAttributeNames={f"#{name}": name for name in more},
                ExpressionAttributeValues={f":{name}": {"N": str(number)} for name, number in more.items()},
            )
        except (ClientError, BotoCoreError) as error:
            log("not counted", **failure(error))

    def by_receipt(self, provider: str, provider_id: str) -> Notification | None:
        """Two reads: the way back, and the message."""
        key = cases.key(cases.provider(provider, provider_id))
        item = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return self.get(PersonId(item["person"]["S"]), NotificationId(item["notification"]["S"]))

    def _all(self, person: PersonId) -> Iterator[Notification]:
        start: dict[str, Any] = {}
        while True:
            answer = self._db.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
                ExpressionAttributeValues={
                    ":pk": {"S": cases.person(person)},
                    ":sk": {"S": cases.NOTIFICATION},
                },
                ConsistentRead=True,
                **start,
            )
            yield from map(notification_of, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _beside(
        self, after: Notification, tasks: Sequence[TaskWanted], problems: Sequence[Problem]
    ) -> Iterator[dict[str, Any]]:
        now = self._clock.now()
        for crime in crimes_of(after):
            for wanted in tasks:
                yield {"Put": {"TableName": self._table, "Item": task_item(task(crime, "", wanted, now))}}
            for problem in problems:
                yield cases.list_problem(self._table, crime, problem, now)

    def _way_back(self, message: Notification) -> Item:
        return {
            **cases.key(cases.provider(message.provider, message.provider_id)),
            "person": {"S": message.person},
            "notification": {"S": message.id},
            "expires": {"N": str(int((self._clock.now() + RECEIPTS_KEPT).timestamp()))},
        }


class NumberCounts:
    """See :class:`harbour.notification.ports.NumberLimits`: one item for each number and hour by the clock.

    Two hours that follow each other hold at most twice the limits between them, so half of what the networks allow in
    any 60 minutes (100 texts, 20 of them the same) is never exceeded.
    """

    ANY: Final = 50
    SAME: Final = 10

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def take(self, number: str, sha256: str, at: datetime) -> datetime | None:
        """One conditional Update."""
        hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        after = hour + timedelta(hours=1)
        key = hashlib.sha256(f"{number}#{rfc3339(hour)}".encode()).hexdigest()[:32]
        try:
            self._db.update_item(
                TableName=self._table,
                Key=cases.key(f"limit#sms#{key}"),
                UpdateExpression="SET expires = :expires ADD #every :one, #same :one",
                ConditionExpression=(
                    "(attribute_not_exists(#every) OR #every < :any) AND (attribute_not_exists(#same) OR #same < :same)"
                ),
                ExpressionAttributeNames={"#every": "every", "#same": f"t{sha256[:16]}"},
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":any": {"N": str(self.ANY)},
                    ":same": {"N": str(self.SAME)},
                    ":expires": {"N": str(int((after + timedelta(hours=1)).timestamp()))},
                },
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return after
            raise
        return None


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
        "ExpressionAttributeValues": {":mark": {"S": _mark(_body(before))}},
    }


def notification_item(message: Notification) -> Item:
    """The message; in the index ``due`` for as long as it is to be looked at."""
    return _item(message, _body(message))


def _body(message: Notification) -> str:
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
        "also": list(message.also),
        "unsure": message.unsure,
        **{name: rfc3339(at) if (at := getattr(message, name)) else None for name in _TIMES},
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _item(message: Notification, body: str) -> Item:
    item: Item = {
        **cases.key(cases.person(message.person), f"{cases.NOTIFICATION}{message.id}"),
        "body": {"S": body},
        "mark": {"S": _mark(body)},
    }
    if at := look_at(message):
        item |= cases.due("notify", at)
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
            "also": tuple(body.get("also", ())),
            "channel": Channel(body["channel"]),
            "state": State(body["state"]),
        },
        **times,
    )


def _mark(body: str) -> str:
    """Changes with every change: nobody overwrites what they have not read."""
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def raced(error: ClientError) -> bool:
    """Whether somebody else wrote first; not a table that has no room, which is another matter."""
    if code_of(error) != "TransactionCanceledException":
        return code_of(error) in ("ConditionalCheckFailedException", "TransactionConflictException")
    reasons = error.response.get("CancellationReasons", ())
    return not reasons or any(reason.get("Code") in _RACED for reason in reasons)
