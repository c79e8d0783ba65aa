"""Keys of the table ``cases`` (docs/data-model.md). Pure; the adapters of each subject read and write with them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from harbour.crime.model import CrimeRef, PartyRole, PersonId, Problem
from harbour.runtime.clock import rfc3339

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef as Value

    Item = dict[str, Value]
    Write = dict[str, Any]

STATE = "S#"
EVENT = "E#"
MESSAGE = "M#"
APPOINTMENT = "A#"
QUALITY = "Q#"
TASK = "T#"
LINK = "C#"
NOTIFICATION = "N#"
DEVICE = "V#"

DUE_INDEX = "due"


def key(pk: str, sk: str = STATE) -> Item:
    """A primary key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def inbox(source: str, webhook_id: str) -> str:
    """Partition of an accepted webhook."""
    return f"inbox#{source}#{webhook_id}"


def crime(reference: CrimeRef) -> str:
    """Partition of a crime."""
    return f"crime#{reference}"


def person(person: PersonId) -> str:
    """Partition of a person."""
    return f"person#{person}"


def provider(name: str, message_id: str) -> str:
    """Partition that leads from a provider's receipt to the message."""
    return f"provider#{name}#{message_id}"


def statistics(force: str, day: date) -> str:
    """Partition of a day's counts."""
    return f"stats#{force}#{day.isoformat()}"


def list_problem(table: str, crime_ref: CrimeRef, found: Problem, at: datetime) -> Write:
    """Puts a problem into the list of what is to be mended. One that is there keeps its place: it is no newer for
    having been found again.
    """
    place = due("quality", at)
    return {
        "Update": {
            "TableName": table,
            "Key": key(crime(crime_ref), f"{QUALITY}{found.id}"),
            "UpdateExpression": (
                "SET body = :body, found_at = if_not_exists(found_at, :found), due = :due, "
                "due_at = if_not_exists(due_at, :at)"
            ),
            "ExpressionAttributeValues": {
                ":body": {"S": json.dumps(asdict(replace(found, crime=crime_ref)) | {"role": found.role.value})},
                ":found": {"S": rfc3339(at)},
                ":due": place["due"],
                ":at": place["due_at"],
            },
        }
    }


def unlist_problem(table: str, crime_ref: CrimeRef, ident: str) -> Write:
    """Takes a problem off that list; it stays with the crime."""
    return {
        "Update": {
            "TableName": table,
            "Key": key(crime(crime_ref), f"{QUALITY}{ident}"),
            "UpdateExpression": "REMOVE due, due_at, found_at",
            "ConditionExpression": "attribute_exists(due)",
        }
    }


def problem_of(item: Item) -> Problem:
    """The other way round."""
    body = json.loads(item["body"]["S"])
    return Problem(**body | {"role": PartyRole(body["role"]), "crime": CrimeRef(body["crime"])})


def timed(prefix: str, at: datetime, ident: str) -> str:
    """Sort key of what is listed by time: the same instant never hides another."""
    return f"{prefix}{rfc3339(at)}#{ident}"


def due(list_name: str, at: datetime) -> Item:
    """Attributes that put an item into the index ``due`` (epoch seconds) until they are removed."""
    return {"due": {"S": list_name}, "due_at": {"N": str(int(at.timestamp()))}}
