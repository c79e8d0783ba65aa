"""The index ``due`` of the table ``cases``, and what it points at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from harbour.aws import cases
from harbour.aws.inbox import InboxTable
from harbour.aws.notifications import NotificationTable
from harbour.crime.model import EventId, PersonId, Waits
from harbour.crime.ports import Due
from harbour.notification.model import Notification, NotificationId
from harbour.runtime.clock import Clock, rfc3339
from harbour.runtime.telemetry import alarm, count, failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient


class DueTable:
    """See :class:`harbour.crime.ports.DueIndex` and :class:`harbour.crime.ports.Looker`."""

    def __init__(self, client: DynamoDBClient, table: str, inbox: InboxTable, notifications: NotificationTable) -> None:
        self._db = client
        self._table = table
        self._inbox = inbox
        self._notifications = notifications

    def due(self, name: str, until: datetime, most: int) -> Iterator[Due]:
        """Pages of one query, oldest first."""
        start: dict[str, Any] = {}
        left = most
        while left > 0:
            answer = self._db.query(
                TableName=self._table,
                IndexName=cases.DUE_INDEX,
                KeyConditionExpression="due = :list AND due_at <= :until",
                ExpressionAttributeValues={":list": {"S": name}, ":until": {"N": str(int(until.timestamp()))}},
                Limit=min(left, 500),
                **start,
            )
            for item in answer["Items"]:
                yield Due(item["pk"]["S"], item["sk"]["S"])
            left -= len(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def waits(self, source: str, ident: EventId) -> Waits | None:
        """One read."""
        return self._inbox.waits(source, ident)

    def postpone(self, source: str, ident: EventId, until: datetime) -> None:
        """One conditional write."""
        self._inbox.postpone(source, ident, until)

    def message(self, person: PersonId, ident: NotificationId) -> Notification | None:
        """One read."""
        return self._notifications.get(person, ident)


class CaseAudit:
    """Who read what, to the force's bus: ids only. See :class:`harbour.portal.ports.Audit`."""

    def __init__(self, client: Callable[[], EventBridgeClient], bus: str, force: str, clock: Clock) -> None:
        self._client = client
        self._bus = bus
        self._force = force
        self._clock = clock

    def read(self, person: PersonId, what: str, crime: str) -> None:
        """One event. Never raises: the reader must not be told otherwise than they were."""
        detail = {
            "person": person,
            "what": what,
            "crime": crime,
            "force": self._force,
            "at": rfc3339(self._clock.now()),
        }
        try:
            answer = self._client().put_events(
                Entries=[
                    {
                        "Source": "harbour",
                        "DetailType": "CaseRead",
                        "Detail": json.dumps(detail),
                        "EventBusName": self._bus,
                    }
                ]
            )
        except (ClientError, BotoCoreError) as error:
            alarm("event lost", detail_type="CaseRead", **failure(error))
            count("EventLost")
            return
        if answer.get("FailedEntryCount", 0):
            alarm("event lost", detail_type="CaseRead")
            count("EventLost")
