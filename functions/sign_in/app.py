"""Signing in to the portal: REST for the page, and Cognito's three questions (`trigger`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field

from harbour import casework
from harbour.identity.victims.model import CHALLENGE, CODE_LIFETIME, Device, Visit, caller_address, define
from harbour.identity.victims.service import ASKS, Caller
from harbour.rest import answering, body_of, request_of
from harbour.runtime.clock import rfc3339
from harbour.runtime.errors import NotFound

if TYPE_CHECKING:
    from harbour.identity.victims.one_login import OneLoginService

app = Chalice("sign_in", configure_logs=False)

Handle = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Start(_Body):
    """The first step; with an invitation, or without one."""

    invitation: Annotated[str, Field(max_length=100)] | None = None


class Elsewhere(Start):
    """To GOV.UK One Login, which speaks two languages."""

    language: Literal["en", "cy"] = "en"


class Return(_Body):
    """What GOV.UK One Login put into the address."""

    code: Annotated[str, Field(min_length=1, max_length=1_000)]
    state: Handle


class Proof(_Body):
    """What only the person knows."""

    handle: Handle
    reference: Annotated[str, Field(min_length=1, max_length=60)]
    date_of_birth: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Again(_Body):
    """Another code, please."""

    handle: Handle


class NotMe(_Body):
    """Devices with which it was somebody else: when each came first, as `/code` or the portal's `/visits` said it."""

    devices: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}Z$")]],
        Field(min_length=1, max_length=50),
    ]


class Code(_Body):
    """The code that came; a space in the middle does no harm."""

    handle: Handle
    code: Annotated[str, Field(pattern=r"^ *[0-9]{3} ?[0-9]{3} *$", max_length=20)]


@app.route("/options", methods=["GET"])
@answering(app)
def options() -> dict[str, Any]:
    """Which ways in there are beside the force's own."""
    return {"one_login": casework.one_login_offered()}


@app.route("/start", methods=["POST"])
@answering(app, status=201)
def start() -> dict[str, Any]:
    """Begin. A wrong or used invitation is answered like none."""
    asked = body_of(app, Start)
    return {"handle": casework.sign_in().start(asked.invitation, _caller()), "asks": list(ASKS)}


@app.route("/one-login", methods=["POST"])
@answering(app)
def one_login() -> dict[str, Any]:
    """Where the browser goes to sign in with GOV.UK One Login. It comes back to the portal's own address."""
    asked = body_of(app, Elsewhere)
    return {"address": _one_login().leave(asked.invitation, asked.language, _caller())}


@app.route("/one-login/return", methods=["POST"])
@answering(app, status=201)
def one_login_return() -> dict[str, Any]:
    """Back from there. Whether that account was used here before, and so a code is on its way, is not to be seen."""
    asked = body_of(app, Return)
    handle, codes_left = _one_login().come_back(asked.code, asked.state)
    return {"handle": handle, "asks": list(ASKS), **_sent(codes_left)}


@app.route("/prove", methods=["POST"])
@answering(app)
def prove() -> dict[str, Any]:
    """Say what only the person knows. Right or wrong, the same answer after the same time; right sends a code."""
    asked = body_of(app, Proof)
    return _sent(casework.sign_in().prove(asked.handle, asked.reference, asked.date_of_birth))


@app.route("/resend", methods=["POST"])
@answering(app)
def resend() -> dict[str, Any]:
    """Another code; the one before stops working."""
    return _sent(casework.sign_in().resend(body_of(app, Again).handle))


@app.route("/code", methods=["POST"])
@answering(app)
def code() -> dict[str, Any]:
    """The tokens, for the memory of the page only."""
    asked = body_of(app, Code)
    done = casework.sign_in().finish(asked.handle, asked.code.replace(" ", ""), _caller())
    return {**done.tokens, "new_device": done.visit.new_device, "last_visit": _last(done.visit)}


@app.route("/confirm", methods=["POST"])
@answering(app, status=201)
def confirm() -> dict[str, Any]:
    """A code for whoever the access token in `Authorization` belongs to: what the portal's API wants to see before it
    changes what a stranger at an open page must not change. It signs nobody in.
    """
    handle, codes_left = casework.sign_in().confirm(_bearer())
    return {"handle": handle, **_sent(codes_left)}


@app.route("/not-me", methods=["POST"])
@answering(app)
def not_me() -> dict[str, Any]:
    """Somebody else signed in: end every session of whoever the access token in `Authorization` belongs to, and tell
    the officers in charge. Said again it tells them no second time.
    """
    return {"officer_told": casework.sign_in().not_me(_bearer(), body_of(app, NotMe).devices)}


@app.route("/sign-out", methods=["POST"])
@answering(app)
def sign_out() -> None:
    """End every session of whoever the access token in `Authorization` belongs to, on every device."""
    if token := _bearer():
        casework.sign_in().sign_out(token)


def trigger(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Cognito asks. The one question is answered by a sign-in that just came through here, and by nothing else.

    Cognito asks the same way for a user who does not exist (`userNotFound`), and is answered the same way.
    """
    request, response = event["request"], event["response"]
    match event["triggerSource"].partition("_")[0]:
        case "DefineAuthChallenge":
            then = define(request.get("session") or [])
            response["issueTokens"] = then.issue and not request.get("userNotFound")
            response["failAuthentication"] = not then.ask and not response["issueTokens"]
            if then.ask:
                response["challengeName"] = CHALLENGE
        case "CreateAuthChallenge":
            response["publicChallengeParameters"] = {"by": "sign-in"}
            response["privateChallengeParameters"] = {"by": "sign-in"}
            response["challengeMetadata"] = "SIGN_IN"
        case "VerifyAuthChallengeResponse":
            answer = str(request.get("challengeAnswer") or "")
            right = casework.proofs().accepts(str(event.get("userName") or ""), answer)
            response["answerCorrect"] = right and not request.get("userNotFound")
    return event


def _bearer() -> str:
    """The access token; empty: none."""
    scheme, _, token = request_of(app).headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _one_login() -> OneLoginService:
    if not casework.one_login_offered():
        raise NotFound("no_one_login", "This force does not use GOV.UK One Login.")
    return casework.one_login()


def _sent(codes_left: int) -> dict[str, Any]:
    return {"code_expires_in": int(CODE_LIFETIME.total_seconds()), "resends": codes_left}


def _last(visit: Visit) -> dict[str, Any] | None:
    if visit.last is None:
        return None
    return {
        **_device(visit.last),
        "at": rfc3339(visit.last.last_at),
        "new_devices": [{**_device(one), "at": rfc3339(one.first_at)} for one in visit.since],
    }


def _device(device: Device) -> dict[str, Any]:
    return {"label": device.label}


def _caller() -> Caller:
    request = request_of(app)
    source = str((request.context.get("identity") or {}).get("sourceIp", ""))
    return Caller(
        address=caller_address(request.headers.get("x-forwarded-for", ""), source),
        source=source,
        user_agent=request.headers.get("user-agent", "")[:400],
    )
