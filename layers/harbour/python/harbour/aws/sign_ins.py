"""Invitations, sign-ins under way, accounts, counters and devices in the table ``cases``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.aws.tasks import task_item
from harbour.crime.link import OutboundTask
from harbour.crime.model import CrimeRef, PersonId
from harbour.identity.victims.model import LINK_LIFETIME, Away, Device, Invitation, Linked, Purpose, SignIn, Step
from harbour.identity.victims.ports import Stale
from harbour.runtime.clock import parse, rfc3339

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef as Value

    from harbour.aws.cases import Item

SIGNED_OUT: Final = "O#"
"""When somebody last signed out everywhere."""

DEVICE_LIFETIME: Final = timedelta(days=400)
SESSION_LIFETIME: Final = timedelta(hours=2)
"""After this every token from before a sign-out has expired by itself."""


class SignInTable:
    """See :class:`harbour.identity.victims.ports.SignInStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    # -- invitations -----------------------------------------------------------------------------------------------

    def put_invitation(self, invitation: Invitation) -> None:
        """One write."""
        item: Item = {
            **cases.key(f"invite#{invitation.hash}"),
            "person": {"S": invitation.person},
            "until": {"S": rfc3339(invitation.expires_at)},
            "expires": _epoch(invitation.expires_at),
        }
        self._db.put_item(TableName=self._table, Item=item)

    def take_invitation(self, hashed: str, now: datetime) -> PersonId | None:
        """One write: deleting it answers with it, once."""
        taken = self._db.delete_item(
            TableName=self._table, Key=cases.key(f"invite#{hashed}"), ReturnValues="ALL_OLD"
        ).get("Attributes")
        # DynamoDB may delete what has expired days later.
        if not taken or parse(taken["until"]["S"]) <= now:
            return None
        return PersonId(taken["person"]["S"])

    # -- sign-ins --------------------------------------------------------------------------------------------------

    def begin(self, sign_in: SignIn) -> None:
        """One write."""
        self._db.put_item(TableName=self._table, Item=sign_in_item(sign_in))

    def get(self, hashed: str) -> SignIn | None:
        """One strongly consistent read."""
        item = self._db.get_item(TableName=self._table, Key=_key(hashed), ConsistentRead=True).get("Item")
        return sign_in_of(item) if item else None

    def put(self, sign_in: SignIn) -> SignIn:
        """One conditional write."""
        after = replace(sign_in, version=sign_in.version + 1)
        try:
            self._db.put_item(
                TableName=self._table,
                Item=sign_in_item(after),
                ConditionExpression="version = :version",
                ExpressionAttributeValues={":version": {"N": str(sign_in.version)}},
            )
        except ClientError as error:
            raise _stale(error) from None
        return after

    def close(self, sign_in: SignIn) -> None:
        """One conditional update: all that Cognito's trigger may do."""
        try:
            self._db.update_item(
                TableName=self._table,
                Key=_key(sign_in.hash),
                UpdateExpression="SET step = :dead, version = :next REMOVE proof_hash, proof_until",
                ConditionExpression="version = :version",
                ExpressionAttributeValues={
                    ":dead": {"S": Step.DEAD.value},
                    ":next": {"N": str(sign_in.version + 1)},
                    ":version": {"N": str(sign_in.version)},
                },
            )
        except ClientError as error:
            raise _stale(error) from None

    def known_by(self, proof: str) -> tuple[PersonId, ...]:
        """One strongly consistent query; the people's writer keeps these items (`harbour.aws.crimes.lookup_item`)."""
        answer = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"lookup#{proof}"}},
            ConsistentRead=True,
            Limit=10,
        )
        return tuple(PersonId(item["person"]["S"]) for item in answer["Items"])

    # -- GOV.UK One Login ------------------------------------------------------------------------------------------

    def put_away(self, away: Away) -> None:
        """One write."""
        item: Item = {
            **cases.key(f"away#{away.hash}"),
            "nonce": {"S": away.nonce},
            "verifier": {"S": away.verifier},
            "until": {"S": rfc3339(away.expires_at)},
            "expires": _epoch(away.expires_at),
            **({"invited": {"S": away.invited}} if away.invited else {}),
        }
        self._db.put_item(TableName=self._table, Item=item)

    def take_away(self, hashed: str, now: datetime) -> Away | None:
        """One write: deleting it answers with it, once."""
        taken = self._db.delete_item(
            TableName=self._table, Key=cases.key(f"away#{hashed}"), ReturnValues="ALL_OLD"
        ).get("Attributes")
        if not taken or parse(taken["until"]["S"]) <= now:
            return None
        return Away(
            hash=hashed,
            nonce=taken["nonce"]["S"],
            verifier=taken["verifier"]["S"],
            expires_at=parse(taken["until"]["S"]),
            invited=PersonId(taken["invited"]["S"]) if "invited" in taken else None,
        )

    def link(self, account: str, linked: Linked, now: datetime) -> None:
        """One write; each use lengthens it."""
        item: Item = {
            **cases.key(f"account#{account}"),
            "person": {"S": linked.person},
            "crime": {"S": linked.crime},
            "expires": _epoch(now + LINK_LIFETIME),
        }
        self._db.put_item(TableName=self._table, Item=item)

    def linked(self, account: str, now: datetime) -> Linked | None:
        """One strongly consistent read."""
        item = self._db.get_item(TableName=self._table, Key=cases.key(f"account#{account}"), ConsistentRead=True).get(
            "Item"
        )
        if not item or int(item["expires"]["N"]) <= now.timestamp():
            return None
        return Linked(person=PersonId(item["person"]["S"]), crime=CrimeRef(item["crime"]["S"]))

    # -- limits ----------------------------------------------------------------------------------------------------

    def count(self, what: str, key: str, until: datetime) -> int:
        """One atomic update; the counter goes with its time."""
        answer = self._db.update_item(
            TableName=self._table,
            Key=cases.key(f"limit#{what}#{key}"),
            UpdateExpression="ADD tries :one SET expires = :expires",
            ExpressionAttributeValues={":one": {"N": "1"}, ":expires": _epoch(until)},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["tries"]["N"])

    def salt(self, day: date) -> str:
        """One atomic update: whoever comes first makes it."""
        gone = datetime.combine(day, time(), UTC) + timedelta(days=2)
        answer = self._db.update_item(
            TableName=self._table,
            Key=cases.key(f"limit#salt#{day.isoformat()}"),
            UpdateExpression="SET salt = if_not_exists(salt, :new), expires = :expires",
            ExpressionAttributeValues={":new": {"S": secrets.token_hex(32)}, ":expires": _epoch(gone)},
            ReturnValues="ALL_NEW",
        )
        return answer["Attributes"]["salt"]["S"]

    # -- visits ----------------------------------------------------------------------------------------------------

    def seen(self, person: PersonId, device: Device) -> None:
        """One atomic update."""
        self._db.update_item(
            TableName=self._table,
            Key=cases.key(cases.person(person), f"{cases.DEVICE}{device.hash}"),
            UpdateExpression=(
                "SET label = :label, first_at = if_not_exists(first_at, :first), last_at = :last, expires = :expires "
                "REMOVE not_me_at, was_first_at"
            ),
            ExpressionAttributeValues={
                ":label": {"S": device.label},
                ":first": {"S": rfc3339(device.first_at)},
                ":last": {"S": rfc3339(device.last_at)},
                ":expires": _epoch(device.last_at + DEVICE_LIFETIME),
            },
        )

    def devices(self, person: PersonId) -> tuple[Device, ...]:
        """One strongly consistent query."""
        answer = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": cases.person(person)}, ":sk": {"S": cases.DEVICE}},
            ConsistentRead=True,
        )
        found = [
            Device(
                hash=item["sk"]["S"].removeprefix(cases.DEVICE),
                label=item["label"]["S"],
                first_at=parse(item["first_at" if "first_at" in item else "was_first_at"]["S"]),
                last_at=parse(item["last_at"]["S"]),
                not_me_at=parse(item["not_me_at"]["S"]) if "not_me_at" in item else None,
            )
            for item in answer["Items"]
        ]
        return tuple(sorted(found, key=lambda one: one.last_at, reverse=True))

    def not_me(self, person: PersonId, devices: Sequence[Device], tasks: Sequence[OutboundTask], at: datetime) -> None:
        """One transaction. Without ``first_at`` a device that comes again is a new one."""
        writes: list[Any] = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": cases.key(cases.person(person), f"{cases.DEVICE}{device.hash}"),
                    "UpdateExpression": "SET not_me_at = :at, was_first_at = first_at REMOVE first_at",
                    "ConditionExpression": "first_at = :first AND last_at = :last",
                    "ExpressionAttributeValues": {
                        ":at": {"S": rfc3339(at)},
                        ":first": {"S": rfc3339(device.first_at)},
                        ":last": {"S": rfc3339(device.last_at)},
                    },
                }
            }
            for device in devices
        ]
        items = [_signed_out(person, at), *(task_item(task) for task in tasks)]
        writes += [{"Put": {"TableName": self._table, "Item": item}} for item in items]
        try:
            self._db.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if code_of(error) in ("TransactionCanceledException", "TransactionConflictException"):
                raise Stale from None
            raise

    def end_sessions(self, person: PersonId, at: datetime) -> None:
        """One write."""
        self._db.put_item(TableName=self._table, Item=_signed_out(person, at))

    def sessions_ended(self, person: PersonId) -> datetime | None:
        """One strongly consistent read."""
        item = self._db.get_item(
            TableName=self._table, Key=cases.key(cases.person(person), SIGNED_OUT), ConsistentRead=True
        ).get("Item")
        return parse(item["at"]["S"]) if item else None


def sign_in_item(sign_in: SignIn) -> Item:
    """A sign-in under way: hashes and counts; of the person no more than the id."""
    written: dict[str, str] = {
        "step": sign_in.step.value,
        "purpose": sign_in.purpose.value,
        "until": rfc3339(sign_in.expires_at),
        "invited": sign_in.invited or "",
        "account": sign_in.account,
        "person": sign_in.person,
        "crime": sign_in.crime,
        "code_hash": sign_in.code_hash,
        "code_until": rfc3339(sign_in.code_expires_at) if sign_in.code_expires_at else "",
        "proof_hash": sign_in.proof_hash,
        "proof_until": rfc3339(sign_in.proof_expires_at) if sign_in.proof_expires_at else "",
    }
    item: Item = {**_key(sign_in.hash), **{name: {"S": text} for name, text in written.items() if text}}
    numbers = {"asked": sign_in.asked, "attempts": sign_in.attempts, "version": sign_in.version}
    return item | {name: {"N": str(value)} for name, value in numbers.items()} | {"expires": _epoch(sign_in.expires_at)}


def sign_in_of(item: Item) -> SignIn:
    """What :func:`sign_in_item` wrote."""

    def text(name: str) -> str:
        return item[name]["S"] if name in item else ""

    def instant(name: str) -> datetime | None:
        return parse(text(name)) if name in item else None

    return SignIn(
        hash=item["pk"]["S"].partition("#")[2],
        expires_at=parse(text("until")),
        # One that an older release wrote is for signing in.
        purpose=Purpose(text("purpose") or Purpose.SIGN_IN),
        step=Step(text("step")),
        invited=PersonId(text("invited")) if "invited" in item else None,
        account=text("account"),
        person=PersonId(text("person")),
        crime=CrimeRef(text("crime")),
        asked=int(item["asked"]["N"]),
        attempts=int(item["attempts"]["N"]),
        code_hash=text("code_hash"),
        code_expires_at=instant("code_until"),
        proof_hash=text("proof_hash"),
        proof_expires_at=instant("proof_until"),
        version=int(item["version"]["N"]),
    )


def _signed_out(person: PersonId, at: datetime) -> Item:
    return {
        **cases.key(cases.person(person), SIGNED_OUT),
        "at": {"S": rfc3339(at)},
        "expires": _epoch(at + SESSION_LIFETIME),
    }


def _key(hashed: str) -> Item:
    return cases.key(f"signin#{hashed}")


def _stale(error: ClientError) -> Exception:
    return Stale() if code_of(error) == "ConditionalCheckFailedException" else error


def _epoch(at: datetime) -> Value:
    return {"N": str(int(at.timestamp()))}
