"""People and their contact plans in the table ``cases``."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.contact.model import Channel, Consent, ContactPlan, Hours, Link, Person
from harbour.crime.model import CrimeId, CrimeRef, PersonId
from harbour.runtime.clock import parse, rfc3339
from harbour.runtime.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from harbour.aws.cases import Item


class PeopleTable:
    """See :class:`harbour.notification.ports.People`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def person(self, person: PersonId) -> Person | None:
        """Two strongly consistent reads: the links and the state. The messages between them are not wanted here."""
        answer = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :from AND :to",
            ExpressionAttributeValues={
                ":pk": {"S": cases.person(person)},
                ":from": {"S": cases.LINK},
                ":to": {"S": f"{cases.LINK}\uffff"},
            },
            ConsistentRead=True,
        )
        links = [link_of(item) for item in answer["Items"]]
        state = self._db.get_item(TableName=self._table, Key=cases.key(cases.person(person)), ConsistentRead=True).get(
            "Item"
        )
        found = person_of(state) if state else None
        return replace(found, links=tuple(links)) if found else None

    def block(self, person: PersonId, reason: str) -> None:
        """Add why something may not be sent. Whoever changes the person meanwhile reads it again."""
        for _ in range(5):
            before = self.person(person)
            if before is None or reason in before.blocked.split():
                return
            try:
                self.save(before, replace(before, blocked=f"{before.blocked} {reason}".strip()))
            except Conflict:
                continue
            return

    def save(self, before: Person, after: Person) -> Person:
        """Write a changed person. Raises ``Conflict`` ``try_again`` when somebody else did in between."""
        saved = replace(after, version=before.version + 1)
        try:
            self._db.put_item(TableName=self._table, **guarded(saved, before.version))
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                raise Conflict("changed_meanwhile", "This was changed at the same time. Try again.") from None
            raise
        return saved


def guarded(person: Person, version: int) -> dict[str, Any]:
    """The parameters of a Put that succeeds only over ``version`` (0: there is nobody yet)."""
    if version == 0:
        return {"Item": person_item(person), "ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "Item": person_item(person),
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {":version": {"N": str(version)}},
    }


def person_item(person: Person) -> Item:
    """The person without their links."""
    plan = person.plan
    body = {
        "source": person.source,
        "source_id": person.source_id,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "date_of_birth": person.date_of_birth,
        "phone": person.phone,
        "email": person.email,
        "blocked": person.blocked,
        "as_of": {detail: rfc3339(at) for detail, at in person.as_of.items()},
        "plan": {
            "consent": plan.consent.value,
            "channels": sorted(channel.value for channel in plan.channels),
            "start": plan.hours.start.isoformat("minutes"),
            "end": plan.hours.end.isoformat("minutes"),
            "days": sorted(plan.hours.days),
            "language": plan.language,
            "code_word": plan.code_word,
            "changed_at": rfc3339(plan.changed_at) if plan.changed_at else None,
            "changed_by": plan.changed_by,
        },
    }
    return {
        **cases.key(cases.person(person.id)),
        "body": {"S": json.dumps(body, ensure_ascii=False)},
        "version": {"N": str(person.version)},
    }


def person_of(item: Item) -> Person:
    """What :func:`person_item` wrote."""
    body = json.loads(item["body"]["S"])
    plan = body.pop("plan")
    as_of = body.pop("as_of", {})
    changed = plan["changed_at"]
    return Person(
        id=PersonId(item["pk"]["S"].partition("#")[2]),
        version=int(item["version"]["N"]),
        plan=ContactPlan(
            consent=Consent(plan["consent"]),
            channels=frozenset(Channel(channel) for channel in plan["channels"]),
            hours=Hours(
                start=time.fromisoformat(plan["start"]),
                end=time.fromisoformat(plan["end"]),
                days=frozenset(plan["days"]),
            ),
            language=plan["language"],
            code_word=plan["code_word"],
            changed_at=parse(changed) if changed else None,
            changed_by=plan["changed_by"],
        ),
        as_of={detail: parse(at) for detail, at in as_of.items()},
        **body,
    )


def link_item(person: PersonId, link: Link) -> Item:
    """A person's part in a crime."""
    return {
        **cases.key(cases.person(person), f"{cases.LINK}{link.crime}"),
        "body": {"S": json.dumps(asdict(link), ensure_ascii=False)},
    }


def link_of(item: Item) -> Link:
    """What :func:`link_item` wrote."""
    body = json.loads(item["body"]["S"])
    return Link(**body | {"crime": CrimeRef(body["crime"]), "id": CrimeId(body["id"])})
