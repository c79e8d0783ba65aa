"""Invitations, sign-ins under way, counters and devices in the table ``cases``; and the victims' user pool."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.crime.model import PersonId
from harbour.identity.victims.model import Device, Invitation, SignIn, Step
from harbour.identity.victims.ports import Stale
from harbour.runtime.clock import parse, rfc3339
from harbour.runtime.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient

    from harbour.aws.cases import Item


class SignInTable:
    """See :class:`harbour.identity.victims.ports.SignInStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._db = client
        self._table = table

    def put_invitation(self, invitation: Invitation) -> None:
        """One write."""
        item: Item = {
            **cases.key(f"invite#{invitation.hash}"),
            "person": {"S": invitation.person},
            "expires": _epoch(invitation.expires_at),
        }
        self._db.put_item(TableName=self._table, Item=item)

    def take_invitation(self, hashed: str, now: datetime) -> PersonId | None:
        """Deleting it answers with it, once."""
        taken = self._db.delete_item(
            TableName=self._table, Key=cases.key(f"invite#{hashed}"), ReturnValues="ALL_OLD"
        ).get("Attributes")
        if not taken or int(taken["expires"]["N"]) <= now.timestamp():
            return None
        return PersonId(taken["person"]["S"])

    def begin(self, sign_in: SignIn) -> None:
        """One write."""
        self._db.put_item(TableName=self._table, Item=_sign_in_item(sign_in))

    def get(self, hashed: str) -> SignIn | None:
        """One strongly consistent read."""
        item = self._db.get_item(TableName=self._table, Key=cases.key(f"signin#{hashed}"), ConsistentRead=True).get(
            "Item"
        )
        return _sign_in_of(item) if item else None

    def put(self, sign_in: SignIn) -> SignIn:
        """One conditional write."""
        after = replace(sign_in, version=sign_in.version + 1)
        try:
            self._db.put_item(
                TableName=self._table,
                Item=_sign_in_item(after),
                ConditionExpression="version = :version",
                ExpressionAttributeValues={":version": {"N": str(sign_in.version)}},
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                raise Stale from None
            raise
        return after

    def known_by(self, proof: str) -> tuple[PersonId, ...]:
        """One query."""
        answer = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"lookup#{proof}"}},
        )
        return tuple(PersonId(item["person"]["S"]) for item in answer["Items"])

    def count(self, what: str, key: str, until: datetime) -> int:
        """One atomic update; the counter goes with its time."""
        answer = self._db.update_item(
            TableName=self._table,
            Key=cases.key(f"limit#{what}#{key}", f"{until:%Y-%m-%dT%H}"),
            UpdateExpression="ADD tries :one SET expires = :expires",
            ExpressionAttributeValues={":one": {"N": "1"}, ":expires": _epoch(until)},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["tries"]["N"])

    def seen(self, person: PersonId, device: Device) -> tuple[bool, Device | None]:
        """A query and a write."""
        known = self.devices(person)
        same = next((one for one in known if one.hash == device.hash), None)
        self._db.put_item(
            TableName=self._table,
            Item={
                **cases.key(cases.person(person), f"{cases.DEVICE}{device.hash}"),
                "label": {"S": device.label},
                "first_at": {"S": rfc3339(same.first_at if same else device.first_at)},
                "last_at": {"S": rfc3339(device.last_at)},
            },
        )
        # The very first visit is no surprise to anybody.
        return bool(known) and same is None, known[0] if known else None

    def devices(self, person: PersonId) -> tuple[Device, ...]:
        """One query."""
        answer = self._db.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": cases.person(person)}, ":sk": {"S": cases.DEVICE}},
        )
        found = [
            Device(
                hash=item["sk"]["S"].removeprefix(cases.DEVICE),
                label=item["label"]["S"],
                first_at=parse(item["first_at"]["S"]),
                last_at=parse(item["last_at"]["S"]),
            )
            for item in answer["Items"]
        ]
        return tuple(sorted(found, key=lambda one: one.last_at, reverse=True))


class VictimPool:
    """See :class:`harbour.identity.victims.ports.Pool`."""

    def __init__(self, client: CognitoIdentityProviderClient, pool: str, client_id: str) -> None:
        self._cognito = client
        self._pool = pool
        self._client_id = client_id

    def sign_in(self, person: PersonId, handle_hash: str, proof: str) -> dict[str, object]:
        """Custom authentication, whose one question our own trigger asks and answers. Makes the user when it is new."""
        self._make(person)
        asked = self._cognito.admin_initiate_auth(
            UserPoolId=self._pool,
            ClientId=self._client_id,
            AuthFlow="CUSTOM_AUTH",
            AuthParameters={"USERNAME": person},
        )
        answered = self._cognito.admin_respond_to_auth_challenge(
            UserPoolId=self._pool,
            ClientId=self._client_id,
            ChallengeName="CUSTOM_CHALLENGE",
            ChallengeResponses={"USERNAME": person, "ANSWER": f"{handle_hash}.{proof}"},
            Session=asked["Session"],
        )
        result = answered.get("AuthenticationResult")
        if not result:
            raise Unavailable("sign_in_failed", "Signing in did not work. Begin again.")
        return {
            "id_token": result["IdToken"],
            "access_token": result["AccessToken"],
            "expires_in": result["ExpiresIn"],
        }

    def who(self, access_token: str) -> str:
        """Whose token that is; empty for none that is valid."""
        try:
            return self._cognito.get_user(AccessToken=access_token)["Username"]
        except ClientError as error:
            if code_of(error) in ("NotAuthorizedException", "UserNotFoundException", "InvalidParameterException"):
                return ""
            raise

    def sign_out(self, person: PersonId) -> None:
        """Revoke everything."""
        self._cognito.admin_user_global_sign_out(UserPoolId=self._pool, Username=person)

    def _make(self, person: PersonId) -> None:
        try:
            self._cognito.admin_create_user(UserPoolId=self._pool, Username=person, MessageAction="SUPPRESS")
        except ClientError as error:
            if code_of(error) != "UsernameExistsException":
                raise
            return
        # Nobody knows it, and nothing asks for it: without one Cognito would want it changed at the first sign-in.
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=person, Password=f"{secrets.token_urlsafe(60)}aA1!", Permanent=True
        )


def _sign_in_item(sign_in: SignIn) -> Item:
    body: dict[str, Any] = asdict(sign_in) | {
        "expires_at": rfc3339(sign_in.expires_at),
        "code_expires_at": rfc3339(sign_in.code_expires_at) if sign_in.code_expires_at else None,
        "step": sign_in.step.value,
    }
    return {
        **cases.key(f"signin#{sign_in.hash}"),
        "body": {"S": json.dumps(body)},
        "version": {"N": str(sign_in.version)},
        "expires": _epoch(sign_in.expires_at),
    }


def _sign_in_of(item: Item) -> SignIn:
    body = json.loads(item["body"]["S"])
    code_expires = body["code_expires_at"]
    return SignIn(
        **body
        | {
            "expires_at": parse(body["expires_at"]),
            "code_expires_at": parse(code_expires) if code_expires else None,
            "step": Step(body["step"]),
        }
    )


def _epoch(at: datetime) -> Any:
    return {"N": str(int(at.timestamp()))}
