"""REST for a visitor without an account: what force this is, who else helps, a ticket for the socket, the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field

from harbour import bootstrap
from harbour.conversation.entrance import Admission
from harbour.conversation.model import ConversationId
from harbour.rest import answering, body_of
from harbour.runtime.clock import rfc3339
from harbour.runtime.settings import load

if TYPE_CHECKING:
    from harbour.directory.model import ForceProfile, Nation

app = Chalice("visitor", configure_logs=False)

CORS = {"Access-Control-Allow-Origin": "*"}
"""The chat runs in an opaque origin; nothing here rests on cookies, so any page may ask."""

TEXT_OR_JSON = ["application/json", "text/plain"]


FIRST_HELPLINES = 3
"""So many come at once when nobody is on duty, the others as soon as one can write."""


class Tickets(BaseModel):
    """A ticket for a new conversation, or with both fields for one that the page has."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    conversation: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    resume: Annotated[str, Field(min_length=20, max_length=100)] | None = None


class Exit(BaseModel):
    """The quick exit without a socket."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    conversation: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    resume: Annotated[str, Field(min_length=20, max_length=100)]


@app.route("/force", methods=["GET"])
@answering(app, headers=CORS)
def force() -> dict[str, Any]:
    """Which force answers, and whether somebody is there now; if not, when, and the first who help elsewhere.

    Nobody can write before this has come, so it says no more.
    """
    from harbour.directory.service import force_profile

    profile = force_profile(load(bootstrap.ConversationSettings).force)
    on_duty = bootstrap.desk().anybody_on_duty()
    return {
        "name": profile.name,
        "answering": profile.answering,
        "on_duty": on_duty,
        "exit_url": profile.exit_url,
        "emergency": profile.emergency,
        **({} if on_duty else _nobody_here(profile)),
    }


def _nobody_here(profile: ForceProfile) -> dict[str, Any]:
    from harbour.directory.opening import next_open

    opening = next_open(profile.hours, bootstrap.CLOCK.now())
    return {
        "opens": dict(zip(("from", "to"), map(rfc3339, opening), strict=True)) if opening else None,
        "helplines": _helplines(profile.nation)[:FIRST_HELPLINES],
    }


@app.route("/help", methods=["GET"])
@answering(app, headers=CORS)
def help_elsewhere() -> dict[str, Any]:
    """How soon somebody answers, and everybody else who helps where this force is."""
    from harbour.directory.service import force_profile

    profile = force_profile(load(bootstrap.ConversationSettings).force)
    return {"reply_within": profile.reply_within, "helplines": _helplines(profile.nation)}


@app.route("/tickets", methods=["POST"], content_types=TEXT_OR_JSON)
@answering(app, status=201, headers=CORS)
def tickets() -> dict[str, Any]:
    """A ticket that opens the socket once, within 30 seconds."""
    asked = body_of(app, Tickets)
    entrance = bootstrap.entrance()
    if asked.conversation and asked.resume:
        admission = entrance.readmit(ConversationId(asked.conversation), asked.resume)
    else:
        admission = entrance.admit()
    return _shown(admission)


@app.route("/exit", methods=["POST"], content_types=TEXT_OR_JSON)
@answering(app, headers=CORS)
def leave() -> None:
    """Pause the conversation: the page has gone. Plain text is taken, too, so that a browser need not ask first."""
    asked = body_of(app, Exit)
    bootstrap.entrance().exit(ConversationId(asked.conversation), asked.resume)


def _helplines(nation: Nation) -> list[dict[str, str]]:
    from harbour.directory.service import helplines

    return [line.as_listed() for line in helplines(nation, bootstrap.CLOCK.now().date())]


def _shown(admission: Admission) -> dict[str, Any]:
    return {
        "ticket": admission.ticket,
        "conversation": admission.conversation,
        "resume": admission.resume,
    }
