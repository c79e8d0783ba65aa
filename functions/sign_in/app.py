"""Signing in to the portal: REST for the page, and Cognito's three questions (`trigger`)."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field

from harbour import casework
from harbour.crime.model import PersonId
from harbour.identity.victims.model import CODE_LIFETIME, RESENDS, Device
from harbour.identity.victims.service import ASKS, Caller
from harbour.rest import answering, body_of, request_of
from harbour.runtime.clock import rfc3339

app = Chalice("sign_in", configure_logs=False)

Handle = Annotated[str, Field(min_length=40, max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Start(_Body):
    """The first step; with an invitation, or without one."""

    invitation: Annotated[str, Field(max_length=100)] | None = None


class Proof(_Body):
    """What only the person knows."""

    handle: Handle
    reference: Annotated[str, Field(min_length=1, max_length=60)]
    date_of_birth: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class Again(_Body):
    """Another code, please."""

    handle: Handle


class Code(_Body):
    """The code that came."""

    handle: Handle
    code: Annotated[str, Field(pattern=r"^\s*\d{3}\s?\d{3}\s*$")]


class SignOut(_Body):
    """End every session."""

    access_token: Annotated[str, Field(min_length=20, max_length=4_000)]


@app.route("/start", methods=["POST"])
@answering(app, status=201)
def start() -> dict[str, Any]:
    """Begin. A wrong invitation is answered like none."""
    asked = body_of(app, Start)
    return {"handle": casework.sign_in().start(asked.invitation, _caller()), "asks": list(ASKS)}


@app.route("/prove", methods=["POST"])
@answering(app)
def prove() -> dict[str, Any]:
    """Right or wrong, the same answer; right sends a code."""
    asked = body_of(app, Proof)
    casework.sign_in().prove(asked.handle, asked.reference, asked.date_of_birth)
    return _sent()


@app.route("/resend", methods=["POST"])
@answering(app)
def resend() -> dict[str, Any]:
    """Another code; the one before stops working."""
    casework.sign_in().resend(body_of(app, Again).handle)
    return _sent()


@app.route("/code", methods=["POST"])
@answering(app)
def code() -> dict[str, Any]:
    """The tokens, for the memory of the page only."""
    asked = body_of(app, Code)
    done = casework.sign_in().finish(asked.handle, "".join(asked.code.split()), _caller())
    return {
        **done.tokens,
        "new_device": done.new_device,
        "last_visit": _device(done.last) if done.last else None,
    }


@app.route("/sign-out", methods=["POST"])
@answering(app)
def sign_out() -> None:
    """End every session of whoever the token belongs to, on every device."""
    person = casework.victim_pool().who(body_of(app, SignOut).access_token)
    if person:
        casework.sign_in().sign_out(PersonId(person))


def trigger(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Cognito asks. The one question is answered by a sign-in that just came through here, and by nothing else.

    Cognito asks the same way for a user who does not exist; the answer is the same, too.
    """
    request, response = event["request"], event["response"]
    match event["triggerSource"].partition("_")[0]:
        case "DefineAuthChallenge":
            session = request.get("session") or []
            right = bool(session) and session[-1].get("challengeResult") is True and not request.get("userNotFound")
            response["issueTokens"] = right
            response["failAuthentication"] = bool(session) and not right
            if not session:
                response["challengeName"] = "CUSTOM_CHALLENGE"
        case "CreateAuthChallenge":
            response["publicChallengeParameters"] = {}
            response["privateChallengeParameters"] = {"by": "sign-in"}
            response["challengeMetadata"] = "SIGN_IN"
        case "VerifyAuthChallengeResponse":
            handle, _, proof = str(request.get("challengeAnswer", "")).partition(".")
            response["answerCorrect"] = casework.sign_in_check().accepts(event.get("userName", ""), handle, proof)
    return event


def _sent() -> dict[str, Any]:
    return {"code_expires_in": int(CODE_LIFETIME.total_seconds()), "resends": RESENDS}


def _device(device: Device) -> dict[str, Any]:
    return {"label": device.label, "at": rfc3339(device.last_at)}


def _caller() -> Caller:
    request = request_of(app)
    # CloudFront puts the caller's own address first; nobody can call us but through it without their own in its place.
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[0].strip()
    source = str((request.context.get("identity") or {}).get("sourceIp", ""))
    return Caller(address=forwarded or source, user_agent=request.headers.get("user-agent", "")[:400])
