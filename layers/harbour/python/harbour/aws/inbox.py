"""Accepted updates in the table ``cases``, the queue that hands them on in order, and the senders' keys."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Waits
from harbour.crime.record import event_from_json, event_to_json
from harbour.runtime.clock import parse, rfc3339
from harbour.runtime.telemetry import alarm
from harbour.webhook.model import Key, SourceKeys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

    from harbour.aws.cases import Item

PATIENCE: Final = timedelta(seconds=60)
"""An update that is stored and not done after this is asked for again."""

REFUSED_KEPT: Final = timedelta(days=30)
"""So long an update that could not be read stays in the list of data problems."""

KEYS_SECONDS: Final = 300
"""How long a function remembers keys: a new key works, and an old one ends, after so long at most."""


class InboxTable:
    """See :class:`harbour.crime.ports.Inbox`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def put(self, event: CrimeEvent, at: datetime) -> bool:
        """One conditional write; false when it was there."""
        item = {
            **cases.key(cases.inbox(event.source, event.id)),
            "body": {"S": event_to_json(event)},
            "crime": {"S": event.crime},
            "received_at": {"S": rfc3339(at)},
            "state": {"S": "new"},
            **cases.due("inbox", at + PATIENCE),
        }
        try:
            self._db.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def put_refused(
        self, source: str, ident: EventId, crime: CrimeRef | None, problem: Mapping[str, object], at: datetime
    ) -> None:
        """Kept under a key of its own, so that the mended update may come with the same id.

        A sender that tries again and again has one entry, which says what is wrong now.
        """
        item: Item = {
            **cases.key(f"refused#{source}#{ident}"),
            "crime": {"S": crime or ""},
            "problem": {"S": json.dumps(problem)},
            "received_at": {"S": rfc3339(at)},
            "expires": {"N": str(int((at + REFUSED_KEPT).timestamp()))},
            **cases.due("refused", at),
        }
        self._db.put_item(TableName=self._table, Item=item)

    def waiting(self, source: str, ident: EventId) -> CrimeEvent | None:
        """The update if it is still to be done."""
        found = self._new(source, ident)
        return event_from_json(found["body"]["S"]) if found else None

    def waits(self, source: str, ident: EventId) -> Waits | None:
        """Of which crime an update is that is still to be done, and since when; its words are not read."""
        found = self._new(source, ident)
        if found is None:
            return None
        return Waits(crime=CrimeRef(found["crime"]["S"]), since=parse(found["received_at"]["S"]))

    def postpone(self, source: str, ident: EventId, until: datetime) -> None:
        """Look at it later; one that is done meanwhile stays done."""
        try:
            self._db.update_item(
                TableName=self._table,
                Key=cases.key(cases.inbox(source, ident)),
                UpdateExpression="SET due_at = :until",
                ConditionExpression="#state = :new",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":until": cases.due("inbox", until)["due_at"], ":new": {"S": "new"}},
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def _new(self, source: str, ident: EventId) -> Item | None:
        key = cases.key(cases.inbox(source, ident))
        found = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return found if found and found["state"]["S"] == "new" else None


class UpdatesFifo:
    """See :class:`harbour.crime.ports.UpdatesQueue`: one group for each crime."""

    def __init__(self, client: Callable[[], SQSClient], queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def ask(self, event: CrimeEvent) -> None:
        """One message; the queue itself drops one of the same update within five minutes."""
        self.ask_again(event.source, event.id, event.crime, "")

    def ask_again(self, source: str, ident: EventId, crime: CrimeRef, once: str) -> None:
        """The same; with another ``once`` the queue takes it for another message."""
        self._client().send_message(
            QueueUrl=self._queue_url,
            MessageBody=json.dumps({"source": source, "id": ident}),
            MessageGroupId=hashed("crime", crime),
            MessageDeduplicationId=hashed(source, ident, once),
        )


class SecretKeyRing:
    """See :class:`harbour.crime.ports.KeyRing`: one secret for each source."""

    def __init__(
        self,
        client: Callable[[], SecretsManagerClient],
        prefix: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, SourceKeys]] = {}

    def of(self, source: str) -> SourceKeys:
        """Its keys, at most `KEYS_SECONDS` old."""
        now = self._monotonic()
        at, keys = self._known.get(source, (now - KEYS_SECONDS, SourceKeys()))
        if now - at >= KEYS_SECONDS:
            keys = self._read(source)
            self._known[source] = (now, keys)
        return keys

    def signing(self, source: str) -> Key | None:
        """The key to sign with towards ``source``: the first active one that can sign."""
        able = (key for key in self.of(source).keys if key.active and not key.secret.startswith("whpk_"))
        return next(able, None)

    def _read(self, source: str) -> SourceKeys:
        try:
            text = self._client().get_secret_value(SecretId=f"{self._prefix}{source}")["SecretString"]
        except ClientError as error:
            match code_of(error):
                case "ResourceNotFoundException":
                    return SourceKeys()
                case "AccessDeniedException":
                    # Refused like any that is not proven, and tried again by its sender; but somebody must hear of it.
                    alarm("the keys of a crime system may not be read", target=source)
                    return SourceKeys()
            raise
        return keys_of(json.loads(text))


def keys_of(document: Mapping[str, Any]) -> SourceKeys:
    """A source's secret: ``{"keys": [{id, secret | public, active}], "header": {name, value}, "certificate": …}``."""
    header = document.get("header") or {}
    return SourceKeys(
        keys=tuple(
            Key(id=key["id"], secret=key.get("secret") or key["public"], active=bool(key.get("active", True)))
            for key in document.get("keys", ())
        ),
        header_name=header.get("name", ""),
        header_value=header.get("value", ""),
        certificate=document.get("certificate", ""),
    )


def hashed(*parts: str) -> str:
    """Parts as one id that says nothing and fits every queue."""
    return hashlib.sha256("#".join(parts).encode()).hexdigest()
