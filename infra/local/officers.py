"""The demonstration officers: enrolled in the user pool with password and authenticator, as real ones are.

Their secrets are made here, once for each instance, and kept in its home.
"""

from __future__ import annotations

import json
import secrets
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import pyotp
from botocore.exceptions import ClientError

from infra.local.instance import Instance

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

CODE_SECONDS: Final = 30
"""How long a code of an authenticator is shown (RFC 6238)."""


@dataclass(frozen=True, slots=True)
class Person:
    """An invented officer."""

    username: str
    name: str
    collar: str
    groups: tuple[str, ...]


PEOPLE: Final = (
    Person("amelia.hart", "PC Amelia Hart", "4417", ("officer",)),
    Person("tom.okafor", "PC Tom Okafor", "2093", ("officer",)),
    Person("priya.nair", "Sgt Priya Nair", "1180", ("officer", "supervisor")),
)


@dataclass(frozen=True, slots=True)
class Secret:
    """What one of them signs in with.

    Attributes
    ----------
    totp_secret
        Base32, as an authenticator takes it.
    """

    username: str
    password: str
    totp_secret: str

    def code(self) -> str:
        """The authenticator's code of this moment."""
        return pyotp.TOTP(self.totp_secret).now()


def enrol(cognito: CognitoIdentityProviderClient, instance: Instance, pool: str, client: str, force: str) -> int:
    """Make sure that every demonstration officer can sign in; returns how many had to be enrolled.

    Those who can are left as they are; the others are made anew, with the password and the secret that they had.
    """
    known = {secret.username: secret for secret in read(instance)}
    enrolled = 0
    for person in PEOPLE:
        secret = known.get(person.username)
        if secret is not None and _can_sign_in(cognito, client, secret):
            continue
        password = secret.password if secret else _password()
        known[person.username] = _enrol(cognito, pool, client, force, person, password)
        enrolled += 1
        _write(instance, [known[one.username] for one in PEOPLE if one.username in known])
    return enrolled


def read(instance: Instance) -> list[Secret]:
    """What the demonstration officers of this instance sign in with; empty before they are enrolled."""
    try:
        return [Secret(**entry) for entry in json.loads(instance.officers_json.read_text("utf-8"))]
    except OSError:
        return []


def seconds_left() -> int:
    """How long the codes of this moment are still shown."""
    return CODE_SECONDS - int(time.time()) % CODE_SECONDS


def _write(instance: Instance, officers: list[Secret]) -> None:
    instance.officers_json.touch(mode=0o600)
    instance.officers_json.write_text(json.dumps([asdict(one) for one in officers], indent=1) + "\n", "utf-8")


def _can_sign_in(cognito: CognitoIdentityProviderClient, client: str, secret: Secret) -> bool:
    try:
        asked = cognito.initiate_auth(
            ClientId=client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": secret.username, "PASSWORD": secret.password},
        )
        if asked.get("ChallengeName") != "SOFTWARE_TOKEN_MFA":
            return False
        answered = cognito.respond_to_auth_challenge(
            ClientId=client,
            ChallengeName="SOFTWARE_TOKEN_MFA",
            Session=asked["Session"],
            ChallengeResponses={"USERNAME": secret.username, "SOFTWARE_TOKEN_MFA_CODE": secret.code()},
        )
    except ClientError:
        return False
    return "AuthenticationResult" in answered


def _enrol(
    cognito: CognitoIdentityProviderClient, pool: str, client: str, force: str, person: Person, password: str
) -> Secret:
    attributes: list[AttributeTypeTypeDef] = [
        {"Name": "name", "Value": person.name},
        {"Name": "custom:collar", "Value": person.collar},
        {"Name": "custom:force", "Value": force},
    ]
    with suppress(cognito.exceptions.UserNotFoundException):
        cognito.admin_delete_user(UserPoolId=pool, Username=person.username)
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=person.username,
        UserAttributes=attributes,
        TemporaryPassword=password,
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(UserPoolId=pool, Username=person.username, Password=password, Permanent=True)
    for group in person.groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=person.username, GroupName=group)
    secret = Secret(person.username, password, _authenticator(cognito, client, person.username, password))
    cognito.admin_set_user_mfa_preference(
        UserPoolId=pool,
        Username=person.username,
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
    )
    return secret


def _authenticator(cognito: CognitoIdentityProviderClient, client: str, username: str, password: str) -> str:
    """Sign in for the first time and enrol an authenticator; its secret."""
    asked = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    # AWS answers a challenge here; the embedded cloud gives a person without authenticator the tokens at once.
    if asked.get("ChallengeName") == "MFA_SETUP":
        made = cognito.associate_software_token(Session=asked["Session"])
        code = pyotp.TOTP(made["SecretCode"]).now()
        verified = cognito.verify_software_token(Session=made["Session"], UserCode=code)
    else:
        token = asked["AuthenticationResult"]["AccessToken"]
        made = cognito.associate_software_token(AccessToken=token)
        code = pyotp.TOTP(made["SecretCode"]).now()
        verified = cognito.verify_software_token(AccessToken=token, UserCode=code)
    if verified.get("Status") != "SUCCESS":
        raise RuntimeError(f"the authenticator of {username} was not accepted")
    return made["SecretCode"]


def _password() -> str:
    """One that a person can type: three words of the sea, each with three digits, as the pool's policy wants."""
    words = (
        "Anchor",
        "Beacon",
        "Bollard",
        "Capstan",
        "Estuary",
        "Lantern",
        "Mooring",
        "Pennant",
        "Shingle",
        "Spinnaker",
    )
    return "-".join(f"{secrets.choice(words)}{secrets.randbelow(900) + 100}" for _ in range(3))
