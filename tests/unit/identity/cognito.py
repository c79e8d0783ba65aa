# ruff: noqa: N803 - the names of parameters are botocore's
"""A user pool that behaves as Cognito's documents say, where it matters to us: it calls the three triggers, it knows
users, challenges and tokens, and it speaks botocore's language, so that our adapter runs on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

Trigger = Callable[[dict[str, Any], Any], dict[str, Any]]


def refused(code: str, operation: str = "Operation") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "in words"}}, operation)


@dataclass
class Round:
    """A sign-in that Cognito has under way."""

    user: str
    rounds: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class UserPool:
    """``PreventUserExistenceErrors`` is on; a new user must change their password."""

    trigger: Trigger
    users: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Round] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    """Operations that answer like an overloaded service."""
    seen: list[dict[str, Any]] = field(default_factory=list)
    """Every event that a trigger got."""

    # -- what our adapter calls ------------------------------------------------------------------------------------

    def admin_get_user(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:
        self._called("admin_get_user")
        if Username not in self.users:
            raise refused("UserNotFoundException")
        return {"Username": Username, "UserStatus": self.users[Username]}

    def admin_create_user(self, *, UserPoolId: str, Username: str, MessageAction: str) -> dict[str, Any]:
        self._called("admin_create_user")
        assert MessageAction == "SUPPRESS", "Cognito must write to nobody"
        if Username in self.users:
            raise refused("UsernameExistsException")
        self.users[Username] = "FORCE_CHANGE_PASSWORD"
        return {}

    def admin_set_user_password(self, *, UserPoolId: str, Username: str, Password: str, Permanent: bool) -> None:
        self._called("admin_set_user_password")
        assert len(Password) >= 64
        assert Permanent
        self.users[Username] = "CONFIRMED"

    def admin_initiate_auth(
        self, *, UserPoolId: str, ClientId: str, AuthFlow: str, AuthParameters: dict[str, str]
    ) -> dict[str, Any]:
        self._called("admin_initiate_auth")
        return self.initiate_auth(ClientId=ClientId, AuthFlow=AuthFlow, AuthParameters=AuthParameters)

    def admin_respond_to_auth_challenge(
        self, *, UserPoolId: str, ClientId: str, ChallengeName: str, ChallengeResponses: dict[str, str], Session: str
    ) -> dict[str, Any]:
        self._called("admin_respond_to_auth_challenge")
        return self.respond_to_auth_challenge(
            ClientId=ClientId, ChallengeName=ChallengeName, ChallengeResponses=ChallengeResponses, Session=Session
        )

    def get_user(self, *, AccessToken: str) -> dict[str, Any]:
        self._called("get_user")
        if AccessToken not in self.tokens:
            raise refused("NotAuthorizedException")
        return {"Username": self.tokens[AccessToken]}

    def admin_user_global_sign_out(self, *, UserPoolId: str, Username: str) -> None:
        self._called("admin_user_global_sign_out")
        self.tokens = {token: user for token, user in self.tokens.items() if user != Username}

    # -- what anybody may call who knows the client's id -----------------------------------------------------------

    def initiate_auth(self, *, ClientId: str, AuthFlow: str, AuthParameters: dict[str, str]) -> dict[str, Any]:
        assert AuthFlow == "CUSTOM_AUTH"
        under_way = Round(AuthParameters["USERNAME"])
        if AuthParameters.get("CHALLENGE_NAME") == "SRP_A":
            # Cognito takes this round as passed before it asks anybody.
            under_way.rounds.append({"challengeName": "SRP_A", "challengeResult": True})
        return self._next(under_way)

    def respond_to_auth_challenge(
        self, *, ClientId: str, ChallengeName: str, ChallengeResponses: dict[str, str], Session: str
    ) -> dict[str, Any]:
        under_way = self.sessions.pop(Session, None)
        if under_way is None or under_way.user != ChallengeResponses["USERNAME"]:
            raise refused("NotAuthorizedException")
        verified = self._ask(
            "VerifyAuthChallengeResponse",
            under_way,
            {"challengeAnswer": ChallengeResponses["ANSWER"], "privateChallengeParameters": {}},
            {"answerCorrect": None},
        )
        under_way.rounds.append({"challengeName": ChallengeName, "challengeResult": bool(verified["answerCorrect"])})
        return self._next(under_way)

    # -- means -----------------------------------------------------------------------------------------------------

    def _next(self, under_way: Round) -> dict[str, Any]:
        answer = self._ask(
            "DefineAuthChallenge",
            under_way,
            {},
            {"challengeName": None, "issueTokens": False, "failAuthentication": False},
        )
        if answer["failAuthentication"]:
            raise refused("NotAuthorizedException")
        if answer["issueTokens"]:
            return self._issue(under_way.user)
        assert answer["challengeName"] == "CUSTOM_CHALLENGE"
        created = self._ask(
            "CreateAuthChallenge",
            under_way,
            {"challengeName": "CUSTOM_CHALLENGE"},
            {"publicChallengeParameters": None, "privateChallengeParameters": None, "challengeMetadata": None},
        )
        session = uuid4().hex
        self.sessions[session] = under_way
        return {
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": session,
            "ChallengeParameters": created["publicChallengeParameters"],
        }

    def _issue(self, user: str) -> dict[str, Any]:
        if self.users.get(user) != "CONFIRMED":
            return {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": uuid4().hex}
        access = f"access-{uuid4().hex}"
        self.tokens[access] = user
        return {
            "AuthenticationResult": {
                "IdToken": f"id-{uuid4().hex}",
                "AccessToken": access,
                "RefreshToken": f"refresh-{uuid4().hex}",
                "ExpiresIn": 3_600,
            }
        }

    def _ask(self, name: str, under_way: Round, request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
        event = {
            "version": "1",
            "triggerSource": f"{name}_Authentication",
            "userName": under_way.user,
            "request": {
                "userAttributes": {},
                "session": [dict(one) for one in under_way.rounds],
                "userNotFound": under_way.user not in self.users,
                **request,
            },
            "response": response,
        }
        self.seen.append(event)
        answer: dict[str, Any] = self.trigger(event, None)["response"]
        return answer

    def _called(self, operation: str) -> None:
        self.calls.append(operation)
        if operation in self.failing:
            raise refused("TooManyRequestsException", operation)
