"""The ``conversations`` table behind the ports of conversation, identity and evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from harbour.aws import items
from harbour.aws.clients import code_of
from harbour.conversation.model import (
    ClientId,
    ConnectionId,
    Conversation,
    ConversationId,
    Entry,
    Presence,
    State,
    Tail,
)
from harbour.conversation.ports import Moved, Note, OnDuty
from harbour.evidence.model import Sealed
from harbour.identity.model import Officer, Ticket
from harbour.runtime.clock import Clock, rfc3339
from harbour.runtime.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef as Value

TAIL = 5
"""Items of the first reverse page: state, up to three sockets, last entry. More sockets only cost another page."""

TAIL_ATTEMPTS = 5

_ABSENT = "attribute_not_exists(pk)"


class ConversationTable:
    """Reads and writes the table. Every read that decides something is strongly consistent."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        self._db = client
        self._table = table
        self._clock = clock

    # -- the record ------------------------------------------------------------------------------------------------

    def open(self, conversation: Conversation, first: Entry) -> None:
        """See :class:`harbour.conversation.ports.ConversationStore`."""
        self._together(
            self._put(items.conversation_item(conversation), _ABSENT),
            self._put(items.entry_item(first), _ABSENT),
        )

    def tail(self, conversation: ConversationId) -> Tail | None:
        """One reverse Query: the state sorts last, then the sockets, then the newest entry.

        Read again where a step was stored while the query ran. Raises ``Unavailable`` if that happens again and again.
        """
        for _ in range(TAIL_ATTEMPTS):
            tail = self._tail(conversation)
            if tail is None or tail.consistent:
                return tail
        raise Unavailable("try_again", "This conversation changes too quickly to be read. Try again.")

    def _tail(self, conversation: ConversationId) -> Tail | None:
        state: Conversation | None = None
        presences: list[Presence] = []
        for item in self._query(conversation, reverse=True, limit=TAIL):
            sk = item["sk"]["S"]
            if sk == items.STATE:
                state = items.conversation_of(item)
            elif sk.startswith(items.PRESENCE):
                presences.append(items.presence_of(item))
            elif sk.startswith(items.EVENT) and state is not None:
                return Tail(state, tuple(presences), items.entry_of(item))
        return None

    def append(self, entry: Entry) -> None:
        """One conditional Put: the hot path's only write."""
        try:
            self._db.put_item(TableName=self._table, Item=items.entry_item(entry), ConditionExpression=_ABSENT)
        except ClientError as error:
            raise _moved(error) from error

    def change(self, conversation: Conversation, entry: Entry | None) -> None:
        """The state over its last revision and, in one transaction, the entry that says so."""
        put = self._put(items.conversation_item(conversation), "revision = :before")
        put["ExpressionAttributeValues"] = {":before": {"N": str(conversation.revision - 1)}}
        if entry is not None:
            self._together(put, self._put(items.entry_item(entry), _ABSENT))
            return
        try:
            self._db.put_item(**put)
        except ClientError as error:
            raise _moved(error) from error

    def events(self, conversation: ConversationId, after: int = 0) -> Iterator[Entry]:
        """Pages of the record, oldest first."""
        between = (items.event_key(after + 1), items.EVENT + "~")
        for item in self._query(conversation, between=between):
            yield items.entry_of(item)

    def said(self, conversation: ConversationId, client: ClientId, n: int) -> Entry | None:
        """Reads the whole record: only for a resend, or a page that speaks again after four others have."""
        for entry in self.events(conversation):
            counter = entry.counters.get(client)
            if counter and counter.seq == entry.seq and counter.n == n:
                return entry
        return None

    def last_said(self, conversation: ConversationId, client: ClientId) -> int:
        """Reads the whole record, like :meth:`said`."""
        return max((e.counters[client].n for e in self.events(conversation) if client in e.counters), default=0)

    # -- who is present --------------------------------------------------------------------------------------------

    def join(self, conversation: ConversationId, presence: Presence) -> None:
        """One Put."""
        item = items.presence_item(conversation, presence, self._clock.now())
        self._db.put_item(TableName=self._table, Item=item)

    def leave(self, conversation: ConversationId, connection: ConnectionId) -> None:
        """One Delete."""
        self._db.delete_item(TableName=self._table, Key=items.key(conversation, items.PRESENCE + connection))

    # -- lists -----------------------------------------------------------------------------------------------------

    def due(self, now: datetime, limit: int) -> Sequence[ConversationId]:
        """From the sparse index of timers."""
        found = self._db.query(
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due = :due AND due_at <= :now",
            ExpressionAttributeValues={":due": {"S": "due"}, ":now": {"N": items.epoch(now)}},
            Limit=limit,
        )
        return [ConversationId(item["pk"]["S"]) for item in found["Items"]]

    def listed(self, work: str, limit: int | None = None, *, newest_first: bool = False) -> Sequence[Conversation]:
        """From the sparse index of work lists: all of them, in as many pages as it takes, unless there is a limit."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "work",
            "KeyConditionExpression": "#work = :work",
            "ExpressionAttributeNames": {"#work": "work"},
            "ExpressionAttributeValues": {":work": {"S": work}},
            "ScanIndexForward": not newest_first,
        }
        if limit is not None:
            request["Limit"] = limit
        return [items.conversation_of(item) for item in islice(self._pages(request), limit)]

    # -- notes -----------------------------------------------------------------------------------------------------

    def add(self, conversation: ConversationId, note: Note) -> None:
        """One Put."""
        self._db.put_item(TableName=self._table, Item=items.note_item(conversation, note))

    def notes(self, conversation: ConversationId) -> Sequence[Note]:
        """All notes, oldest first."""
        between = (items.NOTE, items.NOTE + "~")
        return [items.note_of(item) for item in self._query(conversation, between=between)]

    # -- sealing ---------------------------------------------------------------------------------------------------

    def conversation(self, conversation: ConversationId) -> Conversation:
        """The state alone. Raises ``NotFound``."""
        found = self._db.get_item(TableName=self._table, Key=items.key(conversation, items.STATE), ConsistentRead=True)
        if "Item" not in found:
            raise NotFound("no_conversation", "There is no such conversation.")
        return items.conversation_of(found["Item"])

    def mark_sealed(self, conversation: str, sealed: Sealed) -> None:
        """Note where the package is and stop the timer. Again with the same package does nothing.

        Raises
        ------
        Conflict
            ``not_closed``: only a closed conversation is sealed.
        """
        while True:
            before = self.conversation(ConversationId(conversation))
            if before.sealed is not None:
                return
            if before.state is not State.CLOSED:
                raise Conflict("not_closed", "Only a closed conversation is sealed.")
            try:
                self.change(replace(before, revision=before.revision + 1, sealed=sealed, due_at=None), None)
            except Moved:
                continue
            return

    # -- requests --------------------------------------------------------------------------------------------------

    def _query(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None = None,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Iterator[Mapping[str, Value]]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": True,
            "ScanIndexForward": not reverse,
        }
        if between is not None:
            request["KeyConditionExpression"] += " AND sk BETWEEN :from AND :to"
            request["ExpressionAttributeValues"] |= {":from": {"S": between[0]}, ":to": {"S": between[1]}}
        if limit is not None:
            request["Limit"] = limit
        return self._pages(request)

    def _pages(self, request: dict[str, Any]) -> Iterator[Mapping[str, Value]]:
        while True:
            page = self._db.query(**request)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _put(self, item: Mapping[str, Value], condition: str) -> dict[str, Any]:
        return {"TableName": self._table, "Item": item, "ConditionExpression": condition}

    def _together(self, *puts: dict[str, Any]) -> None:
        try:
            self._db.transact_write_items(TransactItems=[{"Put": put} for put in puts])  # type: ignore[typeddict-item]
        except ClientError as error:
            raise _moved(error) from error


class DutyTable:
    """Officers' sessions: the partition ``duty``."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def all(self) -> Sequence[OnDuty]:
        """One Query; a force has tens of officers here, not thousands."""
        found = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "duty"}},
            ConsistentRead=True,
        )
        return [items.session_of(item) for item in found["Items"]]

    def get(self, collar: str) -> OnDuty | None:
        """One Get."""
        found = self._db.get_item(TableName=self._table, Key=items.key("duty", "D#" + collar), ConsistentRead=True)
        return items.session_of(found["Item"]) if "Item" in found else None

    def set_duty(self, officer: Officer, language: str, *, on_duty: bool, at: datetime) -> OnDuty:
        """One Update that leaves the socket as it is."""
        return self._update(officer, items.session_duty(language, on_duty=on_duty), {}, at)

    def connected(self, officer: Officer, connection: ConnectionId, language: str, at: datetime) -> OnDuty:
        """One Update that leaves duty and language as they are, and sets them only for a new session."""
        first = items.session_duty(language, on_duty=False)
        return self._update(officer, items.session_socket(connection), first, at)

    def _update(
        self, officer: Officer, changes: Mapping[str, Value], first: Mapping[str, Value], at: datetime
    ) -> OnDuty:
        always = {**changes, **items.session_always(officer, at)}
        sets = [f"#{name} = :{name}" for name in always]
        sets += [f"#{name} = if_not_exists(#{name}, :{name})" for name in first]
        stored = self._db.update_item(
            TableName=self._table,
            Key=items.key("duty", "D#" + officer.collar),
            UpdateExpression="SET " + ", ".join(sets),
            ExpressionAttributeNames={f"#{name}": name for name in (*always, *first)},
            ExpressionAttributeValues={f":{name}": value for name, value in (always | dict(first)).items()},
            ReturnValues="ALL_NEW",
        )
        return items.session_of(stored["Attributes"])

    def drop(self, collar: str, connection: ConnectionId, at: datetime) -> None:
        """One Update, only if the socket is still that session's."""
        try:
            self._db.update_item(
                TableName=self._table,
                Key=items.key("duty", "D#" + collar),
                UpdateExpression="REMOVE #connection SET seen_at = :at",
                ConditionExpression="#connection = :was",
                ExpressionAttributeNames={"#connection": "connection"},
                ExpressionAttributeValues={":was": {"S": connection}, ":at": {"S": rfc3339(at)}},
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise


class TicketTable:
    """Tickets: one partition each, gone with the first use."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def put(self, ticket: Ticket) -> None:
        """One Put."""
        self._db.put_item(TableName=self._table, Item=items.ticket_item(ticket))

    def look(self, ticket_hash: str) -> Ticket | None:
        """One consistent Get."""
        found = self._db.get_item(
            TableName=self._table, Key=items.key("ticket#" + ticket_hash, "T#"), ConsistentRead=True
        )
        return items.ticket_of(found["Item"]) if found.get("Item") else None

    def take(self, ticket_hash: str) -> Ticket | None:
        """One Delete that returns what it deleted: of two callers one gets it."""
        found = self._db.delete_item(
            TableName=self._table, Key=items.key("ticket#" + ticket_hash, "T#"), ReturnValues="ALL_OLD"
        )
        return items.ticket_of(found["Attributes"]) if found.get("Attributes") else None


def _moved(error: ClientError) -> Exception:
    """:class:`Moved` where another writer won; otherwise the error itself."""
    code = code_of(error)
    if code in ("ConditionalCheckFailedException", "TransactionConflictException"):
        return Moved()
    if code == "TransactionCanceledException":
        reasons = {r.get("Code") for r in error.response.get("CancellationReasons", ())}
        if reasons & {"ConditionalCheckFailed", "TransactionConflict"}:
            return Moved()
    return error
