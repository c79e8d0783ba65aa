"""Crimes in the table ``cases``: state, timeline, messages, appointments; and an update's whole change at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harbour.aws import cases, notifications, people
from harbour.aws.clients import code_of
from harbour.aws.tasks import task_item
from harbour.contact.model import Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import (
    Appointment,
    CrimeRef,
    Effect,
    Entry,
    EventId,
    Message,
    OfficerInCharge,
    Party,
    PartyRole,
    PersonId,
    Problem,
)
from harbour.crime.ports import Change, Raced
from harbour.crime.progress import CrimeState, Mark
from harbour.crime.record import event_from_json, event_to_json
from harbour.identity.victims.model import proof_key
from harbour.runtime.clock import Clock, parse, rfc3339
from harbour.runtime.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

    from harbour.aws.cases import Item

_ANSWERED_AT_ONCE: Final = 20
"""A transaction holds at most 100 writes."""

DONE_KEPT: Final = timedelta(days=30)
"""A done update stays so long as the replay store; signatures are refused after five minutes."""


class CrimeTable:
    """See :class:`harbour.crime.ports.CrimeStore`."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Clock) -> None:
        self._db = client
        self._table = table
        self._clock = clock

    # -- updates ---------------------------------------------------------------------------------------------------

    def state(self, crime: CrimeRef) -> CrimeState | None:
        """One strongly consistent read."""
        key = cases.key(cases.crime(crime))
        item = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return state_of(item) if item else None

    def timeline(self, crime: CrimeRef) -> Sequence[Entry]:
        """All events, oldest first."""
        return [entry_of(item) for item in self._query(crime, cases.EVENT)]

    def known_tasks(self, crime: CrimeRef, idents: Iterable[str]) -> frozenset[str]:
        """One strongly consistent read for each: tasks are rare."""
        return frozenset(
            ident
            for ident in idents
            if "Item"
            in self._db.get_item(
                TableName=self._table,
                Key=cases.key(cases.crime(crime), f"{cases.TASK}{ident}"),
                ProjectionExpression="pk",
                ConsistentRead=True,
            )
        )

    def open_problems(self, crime: CrimeRef) -> Sequence[Problem]:
        """One query."""
        return [cases.problem_of(item) for item in self._query(crime, cases.QUALITY) if "due" in item]

    def commit(self, change: Change) -> None:
        """One transaction: all that follows from an update, and the end of its waiting."""
        crime = change.state.ref
        writes = [self._done(change), self._state(change), self._plain(entry_item(change.entry))]
        writes += [self._plain(entry_item(entry)) for entry in change.changed]
        for before, after in change.people:
            writes += self._person(crime, before, after)
        for before, after in change.strangers:
            saved = replace(after, version=before.version + 1)
            writes.append({"Put": {"TableName": self._table, **people.guarded(saved, before.version)}})
            writes.append(self._gone(cases.person(after.id), f"{cases.LINK}{crime}"))
            if before.date_of_birth:
                writes.append(self._gone(f"lookup#{proof_key(crime, before.date_of_birth)}", f"P#{after.id}"))
        writes += [
            {"Put": {"TableName": self._table, **notifications.guarded(before, after)}}
            for before, after in change.messages
        ]
        writes += [self._new(task_item(task)) for task in change.tasks]
        found_at = change.entry.received_at
        writes += [cases.list_problem(self._table, crime, problem, found_at) for problem in change.problems]
        writes += [cases.unlist_problem(self._table, crime, ident) for ident in change.mended]
        writes += [self._gone(cases.crime(crime), cases.timed(cases.MESSAGE, one.at, one.id)) for one in change.unsaid]
        if change.answer:
            writes.append(self._plain(message_item(crime, change.answer)))
            writes += self._answered(crime, change.answer, change.answers)
        writes += [self._plain(appointment_item(crime, appointment)) for appointment in change.appointments]
        try:
            # botocore gives each call a token of its own: its own second try of a write that was done does nothing.
            self._db.transact_write_items(TransactItems=_once(writes))  # type: ignore[arg-type]
        except ClientError as error:
            if notifications.raced(error):
                raise Raced from None
            raise

    def _person(self, crime: CrimeRef, before: Person | None, after: Person) -> list[dict[str, Any]]:
        """A person over the one that was read, their part in the crime, and how their date of birth finds them."""
        version = before.version if before else 0
        saved = replace(after, version=version + 1)
        writes = [{"Put": {"TableName": self._table, **people.guarded(saved, version)}}]
        writes += [self._plain(people.link_item(after.id, link)) for link in after.links if link.crime == crime]
        if before and before.date_of_birth and before.date_of_birth != after.date_of_birth:
            # A date that was wrong opens nothing any more.
            writes += [
                self._gone(f"lookup#{proof_key(link.crime, before.date_of_birth)}", f"P#{after.id}")
                for link in before.links
            ]
        if after.date_of_birth:
            writes += [
                self._plain(lookup_item(link.crime, after.date_of_birth, after.id))
                for link in after.links
                if link.crime == crime or (before and before.date_of_birth != after.date_of_birth)
            ]
        return writes

    def _done(self, change: Change) -> dict[str, Any]:
        expires = self._clock.now() + DONE_KEPT
        return {
            "Update": {
                "TableName": self._table,
                "Key": cases.key(cases.inbox(change.source, change.event)),
                # the words of the update now stand in the timeline
                "UpdateExpression": "SET #state = :done, expires = :expires REMOVE due, due_at, body",
                "ConditionExpression": "#state = :new",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {
                    ":done": {"S": "done"},
                    ":new": {"S": "new"},
                    ":expires": {"N": str(int(expires.timestamp()))},
                },
            }
        }

    def _state(self, change: Change) -> dict[str, Any]:
        put: dict[str, Any] = {"TableName": self._table, "Item": state_item(change.state)}
        if change.state_before is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "version = :version"
            put["ExpressionAttributeValues"] = {":version": {"N": str(change.state_before.version)}}
        return {"Put": put}

    def _plain(self, item: Item) -> dict[str, Any]:
        return {"Put": {"TableName": self._table, "Item": item}}

    def _new(self, item: Item) -> dict[str, Any]:
        return {
            "Put": {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"},
        }

    def _gone(self, pk: str, sk: str) -> dict[str, Any]:
        return {"Delete": {"TableName": self._table, "Key": cases.key(pk, sk)}}

    def _answered(self, crime: CrimeRef, answer: Message, answers: str) -> list[dict[str, Any]]:
        """The victim's messages that the officer's answers: the one that it names, and what that person wrote before;
        otherwise all that were written before it.
        """
        known = self.messages(crime)
        named = next((one for one in known if one.id == answers and one.by == "victim"), None)
        until, person = (named.at, named.person) if named else (answer.at, None)
        return [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": cases.key(cases.crime(crime), cases.timed(cases.MESSAGE, one.at, one.id)),
                    "UpdateExpression": "SET #state = :answered",
                    "ExpressionAttributeNames": {"#state": "state"},
                    "ExpressionAttributeValues": {":answered": {"S": "answered"}},
                }
            }
            for one in [
                one
                for one in known
                if one.by == "victim"
                and one.state != "answered"
                and one.at <= until
                and (person is None or one.person == person)
            ][-_ANSWERED_AT_ONCE:]
        ]

    # -- what the portal shows and changes -------------------------------------------------------------------------

    def messages(self, crime: CrimeRef) -> list[Message]:
        """Messages both ways, oldest first."""
        return [message_of(item) for item in self._query(crime, cases.MESSAGE)]

    def appointments(self, crime: CrimeRef) -> list[Appointment]:
        """Appointments, by time."""
        return sorted((appointment_of(item) for item in self._query(crime, cases.APPOINTMENT)), key=lambda one: one.at)

    def tell(self, crime: CrimeRef, message: Message, task: OutboundTask) -> Message:
        """Store a victim's message with what takes it to the officer; the one that is there when it was sent before."""
        item = message_item(crime, message)
        once: Item = {
            **cases.key(cases.crime(crime), f"O#{message.id}"),
            "at": {"S": rfc3339(message.at)},
        }
        try:
            self._db.transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": self._table,
                            "Item": once,
                            "ConditionExpression": "attribute_not_exists(pk)",
                        }
                    },
                    {"Put": {"TableName": self._table, "Item": item}},
                    {"Put": {"TableName": self._table, "Item": task_item(task)}},
                ]
            )
        except ClientError as error:
            if not notifications.raced(error):
                raise
            found = next((one for one in self.messages(crime) if one.id == message.id), None)
            if found is None:
                raise Unavailable("try_again", "This was changed at the same time. Try again.") from None
            return found
        return message

    def reached(self, crime: CrimeRef, message: str) -> None:
        """The officer has the message as a task now."""
        for one in self.messages(crime):
            if one.id == message and one.state == "sent":
                self._reached(crime, one)

    def _reached(self, crime: CrimeRef, message: Message) -> None:
        try:
            self._db.update_item(
                TableName=self._table,
                Key=cases.key(cases.crime(crime), cases.timed(cases.MESSAGE, message.at, message.id)),
                UpdateExpression="SET #state = :reached",
                ConditionExpression="#state = :sent",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues={":reached": {"S": "reached"}, ":sent": {"S": "sent"}},
            )
        except ClientError as error:
            # Answered meanwhile, which is more.
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def request_change(
        self, crime: CrimeRef, appointment: str, reason: str, wishes: str, task: OutboundTask
    ) -> Appointment:
        """Note that the victim asks for another time, and tell the officer.

        Raises
        ------
        NotFound, Conflict
            ``no_appointment``; ``cancelled``, ``changed_meanwhile``.
        """
        found = next((one for one in self.appointments(crime) if one.id == appointment), None)
        if found is None:
            raise NotFound("no_appointment", "There is no such appointment.")
        if found.state == "cancelled":
            raise Conflict("cancelled", "This appointment was cancelled.")
        asked = replace(found, state="change_requested", reason=reason, wishes=wishes)
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": appointment_item(crime, asked),
            # An officer may have moved or cancelled it a moment ago.
            "ConditionExpression": "body = :body",
            "ExpressionAttributeValues": {":body": appointment_item(crime, found)["body"]},
        }
        try:
            self._db.transact_write_items(
                TransactItems=[{"Put": put}, {"Put": {"TableName": self._table, "Item": task_item(task)}}]
            )
        except ClientError as error:
            if not notifications.raced(error):
                raise
            raise Conflict("changed_meanwhile", "This appointment was changed at the same time. Look again.") from None
        return asked

    def _query(self, crime: CrimeRef, prefix: str) -> Iterator[Item]:
        start: dict[str, Any] = {}
        while True:
            answer = self._db.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
                ExpressionAttributeValues={":pk": {"S": cases.crime(crime)}, ":sk": {"S": prefix}},
                ConsistentRead=True,
                **start,
            )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def state_item(state: CrimeState) -> Item:
    """The crime's state."""
    body = {
        "source": state.source,
        "offence": state.offence,
        "area": state.area,
        "officer": asdict(state.officer) if state.officer else None,
        "opened_at": rfc3339(state.opened_at),
        "last_at": rfc3339(state.last_at),
        "tracks": {track: _mark(mark) for track, mark in state.tracks.items()},
        "revised": state.revised,
        "suspects": [asdict(party) | {"role": party.role.value} for party in state.suspects],
        "victims": list(state.victims),
        "closed": state.closed,
    }
    return {
        **cases.key(cases.crime(state.ref)),
        "body": {"S": json.dumps(body, ensure_ascii=False)},
        "source_name": {"S": state.source},
        "version": {"N": str(state.version)},
    }


def state_of(item: Item) -> CrimeState:
    """What :func:`state_item` wrote."""
    body = json.loads(item["body"]["S"])
    return CrimeState(
        ref=CrimeRef(item["pk"]["S"].partition("#")[2]),
        source=body["source"],
        offence=body["offence"],
        area=body["area"],
        officer=OfficerInCharge(**body["officer"]) if body["officer"] else None,
        opened_at=parse(body["opened_at"]),
        last_at=parse(body["last_at"]),
        tracks={track: _mark_of(mark) for track, mark in body["tracks"].items()},
        # from before there was this: worked out anew, once
        revised=body.get("revised", True),
        suspects=tuple(Party(**party | {"role": PartyRole(party["role"])}) for party in body["suspects"]),
        victims=tuple(PersonId(victim) for victim in body["victims"]),
        closed=body["closed"],
        version=int(item["version"]["N"]),
    )


def entry_item(entry: Entry) -> Item:
    """An event in the timeline."""
    event = entry.event
    return {
        **cases.key(cases.crime(event.crime), cases.timed(cases.EVENT, event.occurred_at, event.id)),
        "body": {"S": event_to_json(event)},
        "effect": {"S": entry.effect.value},
        "received_at": {"S": rfc3339(entry.received_at)},
    }


def entry_of(item: Item) -> Entry:
    """What :func:`entry_item` wrote."""
    return Entry(
        event=event_from_json(item["body"]["S"]),
        effect=Effect(item["effect"]["S"]),
        received_at=parse(item["received_at"]["S"]),
    )


def message_item(crime: CrimeRef, message: Message) -> Item:
    """A message between victim and officer."""
    return {
        **cases.key(cases.crime(crime), cases.timed(cases.MESSAGE, message.at, message.id)),
        "id": {"S": message.id},
        "at": {"S": rfc3339(message.at)},
        "by": {"S": message.by},
        "text": {"S": message.text},
        "person": {"S": message.person},
        "name": {"S": message.name},
        "state": {"S": message.state},
    }


def message_of(item: Item) -> Message:
    """What :func:`message_item` wrote."""
    return Message(
        id=item["id"]["S"],
        at=parse(item["at"]["S"]),
        by=item["by"]["S"],
        text=item["text"]["S"],
        person=item["person"]["S"],
        name=item["name"]["S"],
        state=item["state"]["S"],
    )


def appointment_item(crime: CrimeRef, appointment: Appointment) -> Item:
    """An appointment; its latest state only."""
    return {
        **cases.key(cases.crime(crime), f"{cases.APPOINTMENT}{appointment.id}"),
        "body": {"S": json.dumps(asdict(appointment) | {"at": rfc3339(appointment.at)}, ensure_ascii=False)},
    }


def appointment_of(item: Item) -> Appointment:
    """What :func:`appointment_item` wrote."""
    body = json.loads(item["body"]["S"])
    return Appointment(**body | {"at": parse(body["at"])})


def lookup_item(crime: CrimeRef, date_of_birth: str, person: PersonId) -> Item:
    """From what only the person knows to the person."""
    return {
        **cases.key(f"lookup#{proof_key(crime, date_of_birth)}", f"P#{person}"),
        "person": {"S": person},
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {"rank": mark.rank, "at": rfc3339(mark.at), "version": mark.version, "event": mark.event}


def _mark_of(body: dict[str, Any]) -> Mark:
    return Mark(rank=body["rank"], at=parse(body["at"]), version=body["version"], event=EventId(body["event"]))


def _once(writes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """DynamoDB takes each item once in a transaction; of two writes of one the later counts."""
    found: dict[str, dict[str, Any]] = {}
    for write in writes:
        ((_, one),) = write.items()
        key = one.get("Key") or {name: one["Item"][name] for name in ("pk", "sk")}
        found[json.dumps(key, sort_keys=True)] = write
    return list(found.values())
