"""REST for a visitor without an account: what force this is, a ticket for the socket, and the way out."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field

from harbour import bootstrap
from harbour.conversation.entrance import Admission
from harbour.conversation.model import ConversationId
from harbour.identity.model import TICKET_LIFETIME
from harbour.rest import answering, body_of
from harbour.runtime.settings import load

app = Chalice("visitor", configure_logs=False)

CORS = {"Access-Control-Allow-Origin": "*"}
"""The chat runs in an opaque origin; nothing here rests on cookies, so any page may ask."""

TEXT_OR_JSON = ["application/json", "text/plain"]


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
    """Which force answers, whether somebody is there now, and who else helps."""
    from harbour.directory.service import force_profile, helplines

    profile = force_profile(load(bootstrap.ConversationSettings).force)
    today = bootstrap.CLOCK.now().date()
    return {
        "id": profile.id,
        "name": profile.name,
        "answering": profile.answering,
        "on_duty": bootstrap.desk().anybody_on_duty(),
        "exit_url": profile.exit_url,
        "emergency": profile.emergency,
        "reply_within": profile.reply_within,
        "hours": profile.hours,
        "helplines": [h.as_listed() for h in helplines(profile.nation, today)],
    }


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


def _shown(admission: Admission) -> dict[str, Any]:
    return {
        "ticket": admission.ticket,
        "conversation": admission.conversation,
        "resume": admission.resume,
        "expires_in": int(TICKET_LIFETIME.total_seconds()),
        "on_duty": bootstrap.desk().anybody_on_duty(),
    }
