"""Keys of the table ``cases`` (docs/data-model.md). Pure; the adapters of each subject read and write with them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from harbour.crime.model import CrimeRef, PersonId
from harbour.runtime.clock import rfc3339

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef as Value

    from harbour.crime.quality import Problem

    Item = dict[str, Value]

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


def problem(crime_ref: CrimeRef, found: Problem, at: datetime) -> Item:
    """A problem of a crime's data; in the list of what is to be mended until somebody says that it is."""
    return {
        **key(crime(crime_ref), f"{QUALITY}{found.id}"),
        "body": {"S": json.dumps(asdict(replace(found, crime=crime_ref)) | {"role": found.role.value})},
        "found_at": {"S": rfc3339(at)},
        **due("quality", at),
    }


def timed(prefix: str, at: datetime, ident: str) -> str:
    """Sort key of what is listed by time: the same instant never hides another."""
    return f"{prefix}{rfc3339(at)}#{ident}"


def due(list_name: str, at: datetime) -> Item:
    """Attributes that put an item into the index ``due`` (epoch seconds) until they are removed."""
    return {"due": {"S": list_name}, "due_at": {"N": str(int(at.timestamp()))}}
