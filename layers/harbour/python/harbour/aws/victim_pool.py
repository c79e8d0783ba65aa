"""The victims' Cognito user pool: names that say nothing, no password that anybody knows, one question of our own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from harbour.aws.clients import code_of
from harbour.crime.model import PersonId
from harbour.identity.victims.model import CHALLENGE
from harbour.runtime.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_NO_TOKEN: Final = frozenset(
    {
        "InvalidParameterException",
        "NotAuthorizedException",
        "PasswordResetRequiredException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)
"""What Cognito says of an access token that is no good."""


class VictimPool:
    """See :class:`harbour.identity.victims.ports.Pool`."""

    def __init__(self, client: CognitoIdentityProviderClient, pool: str, client_id: str) -> None:
        self._cognito = client
        self._pool = pool
        self._client_id = client_id

    def sign_in(self, person: PersonId, handle_hash: str, proof: str) -> dict[str, str | int]:
        """Custom authentication, whose one question our own trigger asks and answers. Makes the user when it is new.

        The refresh token stays here: nobody gets it.
        """
        try:
            self._ensure(person)
            asked = self._cognito.admin_initiate_auth(
                UserPoolId=self._pool,
                ClientId=self._client_id,
                AuthFlow="CUSTOM_AUTH",
                AuthParameters={"USERNAME": person},
            )
            answered = self._cognito.admin_respond_to_auth_challenge(
                UserPoolId=self._pool,
                ClientId=self._client_id,
                ChallengeName=CHALLENGE,
                ChallengeResponses={"USERNAME": person, "ANSWER": f"{handle_hash}.{proof}"},
                Session=asked["Session"],
            )
            result = answered["AuthenticationResult"]
            return {
                "id_token": result["IdToken"],
                "access_token": result["AccessToken"],
                "expires_in": result["ExpiresIn"],
            }
        except (ClientError, BotoCoreError, KeyError):
            raise Unavailable("sign_in_failed", "Signing in did not work. Send the same again.") from None

    def who(self, access_token: str) -> PersonId | None:
        """Cognito itself says: the token may have been revoked."""
        try:
            return PersonId(self._cognito.get_user(AccessToken=access_token)["Username"])
        except ClientError as error:
            if code_of(error) in _NO_TOKEN:
                return None
            raise

    def sign_out(self, person: PersonId) -> None:
        """Revoke everything."""
        self._cognito.admin_user_global_sign_out(UserPoolId=self._pool, Username=person)

    def _ensure(self, person: PersonId) -> None:
        """The user is there and confirmed, also after a crash between the two steps that make it so."""
        try:
            found = self._cognito.admin_get_user(UserPoolId=self._pool, Username=person)
        except ClientError as error:
            if code_of(error) != "UserNotFoundException":
                raise
            self._create(person)
        else:
            if found["UserStatus"] == "CONFIRMED":
                return
        # Nobody knows it and nothing asks for it: without one Cognito would want it changed at the first sign-in.
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=person, Password=f"{secrets.token_urlsafe(60)}aA1!", Permanent=True
        )

    def _create(self, person: PersonId) -> None:
        try:
            self._cognito.admin_create_user(UserPoolId=self._pool, Username=person, MessageAction="SUPPRESS")
        except ClientError as error:
            # Two sign-ins of the same person at once.
            if code_of(error) != "UsernameExistsException":
                raise
