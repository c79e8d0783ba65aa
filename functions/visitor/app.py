"""REST for a visitor without an account: what force this is, who else helps, a ticket for the socket, the way out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field

from harbour import bootstrap
from harbour.conversation.entrance import Admission
from harbour.conversation.model import ClientId, ConversationId
from harbour.conversation.protocol import Client, Language, require_text
from harbour.conversation.service import Unsent
from harbour.rest import answering, body_of
from harbour.runtime.clock import rfc3339
from harbour.runtime.errors import Invalid
from harbour.runtime.settings import load

if TYPE_CHECKING:
    from harbour.directory.model import ForceProfile, Nation

app = Chalice("visitor", configure_logs=False)

CORS = {"Access-Control-Allow-Origin": "*"}
"""The chat runs in an opaque origin; nothing here rests on cookies, so any page may ask."""

TEXT_OR_JSON = ["application/json", "text/plain"]


MOST_EXIT_BYTES = 64 * 1024
"""So much a browser sends for a page that has gone (Fetch, ``keepalive``)."""

MOST_UNSENT = 100
"""So many messages are stored within the seconds that this function has; a person has a few."""

FIRST_HELPLINES = 3
"""So many come at once when nobody is on duty, the others as soon as one can write."""


class Tickets(BaseModel):
    """A ticket for a new conversation, or with both fields for one that the page has."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    conversation: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    resume: Annotated[str, Field(min_length=20, max_length=100)] | None = None


class Leaving(BaseModel):
    """Who leaves: all that an exit needs, whatever else is said with it."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    conversation: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    resume: Annotated[str, Field(min_length=20, max_length=100)]


class Exit(BaseModel):
    """The quick exit without a socket, with what the page had not sent yet.

    Without a conversation (its ticket never came) there is only that to keep.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    conversation: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    resume: Annotated[str, Field(min_length=20, max_length=100)] | None = None
    client: Client | None = None
    language: Language = "auto"
    n: Annotated[int, Field(ge=1, le=2**31, description="The page's counter of the first text.")] = 1
    texts: Annotated[
        list[str],
        Field(
            description=f"Messages that were not acknowledged, the oldest first; at most {MOST_UNSENT} are kept, and "
            "each is as in the frame `send`. With `client`; the whole request has at most 64 KB."
        ),
    ] = []


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
    """Pause the conversation: the page has gone. Plain text is taken, too, so that a browser need not ask first.

    Whatever is wrong with the rest of the request, she leaves; and a message that can be kept is kept, whatever is
    wrong with another one. Then the answer says what was refused.
    """
    try:
        asked = body_of(app, Exit, most=MOST_EXIT_BYTES)
    except Invalid as wrong:
        _leave_at_least(wrong)
        raise
    kept, refused = _worth_keeping(asked.texts)
    unsent = None
    if asked.client:
        unsent = Unsent(ClientId(asked.client), asked.language, asked.n, tuple(kept))
    elif kept:
        refused = Invalid("bad_field", "Say whose texts these are.", field="client")
    conversation = ConversationId(asked.conversation) if asked.conversation else None
    bootstrap.entrance().exit(conversation, asked.resume or "", unsent)
    if refused:
        raise refused


def _leave_at_least(wrong: Invalid) -> None:
    """Pause the conversation of a request that is ``wrong`` somewhere else; API Gateway bounds its size."""
    try:
        who = body_of(app, Leaving, most=sys.maxsize)
    except Invalid:
        raise wrong from None
    bootstrap.entrance().exit(ConversationId(who.conversation), who.resume)


def _worth_keeping(texts: list[str]) -> tuple[list[str], Invalid | None]:
    """The texts that are messages, and why the first of the others is none."""
    refused = None
    kept = []
    for i, text in enumerate(texts[:MOST_UNSENT]):
        try:
            require_text(text, f"texts.{i}")
            kept.append(text)
        except Invalid as error:
            refused = refused or error
    if len(texts) > MOST_UNSENT:
        refused = refused or Invalid("bad_field", f"At most {MOST_UNSENT} texts.", field=f"texts.{MOST_UNSENT}")
    return kept, refused


def _helplines(nation: Nation) -> list[dict[str, str]]:
    from harbour.directory.service import helplines

    return [line.as_listed() for line in helplines(nation, bootstrap.CLOCK.now().date())]


def _shown(admission: Admission) -> dict[str, Any]:
    return {
        "ticket": admission.ticket,
        "conversation": admission.conversation,
        "resume": admission.resume,
    }
