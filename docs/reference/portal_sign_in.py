"""REST of the portal's sign-in: its routes, with what each takes, answers and refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from docs.reference.frames import Document
from docs.reference.openapi import api
from docs.reference.rest import BODY, Instant, Route
from docs.reference.schemas import Json
from harbour.identity.victims.model import CODE_LIFETIME, RESENDS

_ABOUT: Final = """\
REST by which a victim comes into the portal: an invitation or none, what only they know, then a code that goes to
their safe channel. No answer, and no answer's time, says whether somebody has an account: `/prove` and `/resend` answer
the same whatever was said, and always after the same time. No credentials, no cookies, no CORS: the pages come from
the same origin. No answer may be kept (`no-store`); a page keeps handle and tokens in its memory and nowhere else, and
forgets them after ten minutes without a touch.

A sign-in lives for 15 minutes; a code for 10, or until the next one; five wrong codes end it. An invitation works once,
for 48 hours, and replaces nothing: it only says whom of several people with the same answers is meant.

Where `/options` says `one_login`, `/one-login` gives the address at GOV.UK One Login to which the browser goes. It
comes back to the portal's address with `code` and `state`, or with `error`, in the query: the page takes them out of
the address and sends the two to `/one-login/return`, within ten minutes and once. If that account was used here before,
a code is on its way; if not, none is, and `/prove` is asked with the same `handle`. Both are answered the same. After
the right code the account is remembered.

`/confirm` sends a code to who is signed in, by the way that was agreed. With its handle the code signs nobody in: it
goes to the portal's API, which wants it before it opens another way, or changes the code word.

`/not-me` is for who sees a device that is not theirs: it ends every session, and each officer in charge of a crime of
theirs gets a task.
"""

Handle = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$", description="Stands for this sign-in in the next steps.")]


class Begun(Document):
    """A sign-in under way."""

    handle: Handle
    asks: Annotated[list[Literal["reference", "date_of_birth"]], Field(description="What `/prove` wants to know.")]


class Options(Document):
    """Ways in beside the force's own."""

    one_login: Annotated[bool, Field(description="GOV.UK One Login.")]


class Address(Document):
    """Where the browser goes."""

    address: Annotated[str, Field(description="At GOV.UK One Login, `https://`.")]


class CodeAsked(Document):
    """If what was said is right, a code is on its way."""

    code_expires_in: Annotated[
        int, Field(description="Seconds.", ge=1, le=int(CODE_LIFETIME.total_seconds()), examples=[600])
    ]
    resends: Annotated[int, Field(description="How many more codes may be asked for.", ge=0, le=RESENDS)]


class Returned(Begun, CodeAsked):
    """A sign-in under way. If this account was used here before, a code is on its way; else `/prove` sends one."""


class Confirming(CodeAsked):
    """A code is on its way to who is signed in."""

    handle: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$", description="Goes to the portal's API with the code.")]


class SeenDevice(Document):
    """A device that was used to sign in, as coarsely as it is kept."""

    label: Annotated[str, Field(examples=["Chrome on Android"])]
    at: Annotated[Instant, Field(description="When it was first used.")]


class LastVisit(Document):
    """The visit before this one."""

    label: Annotated[str, Field(examples=["Chrome on Android"])]
    at: Annotated[Instant, Field(description="When it was used last.")]
    new_devices: Annotated[
        list[SeenDevice],
        Field(description="First used since this device was here last; for a new device, in the last 30 days."),
    ]


class Told(Document):
    """Every session is over."""

    officer_told: Annotated[
        bool, Field(description="The officers in charge get a task. If not, nobody is in charge: show another way.")
    ]


class SignedIn(Document):
    """The person is in."""

    id_token: Annotated[str, Field(description="For the portal's API.")]
    access_token: Annotated[str, Field(description="For `/sign-out`, `/not-me` and `/confirm`.")]
    expires_in: Annotated[int, Field(description="Seconds. There is no way to get another without signing in.", ge=1)]
    new_device: Annotated[bool, Field(description="Another device was used before, this one never.")]
    last_visit: LastVisit | None


SIGN_IN: Final[Mapping[tuple[str, str], Route]] = MappingProxyType(
    {
        ("GET", "/options"): Route(answers=Options),
        ("POST", "/start"): Route(takes="Start", answers=Begun, status=201, refuses=(*BODY, "too_many")),
        ("POST", "/one-login"): Route(
            takes="Elsewhere", answers=Address, refuses=(*BODY, "no_one_login", "too_many", "one_login_unavailable")
        ),
        ("POST", "/one-login/return"): Route(
            takes="Return",
            answers=Returned,
            status=201,
            refuses=(*BODY, "no_one_login", "expired", "one_login_refused", "one_login_unavailable"),
        ),
        ("POST", "/prove"): Route(takes="Proof", answers=CodeAsked, refuses=(*BODY, "expired")),
        ("POST", "/resend"): Route(takes="Again", answers=CodeAsked, refuses=(*BODY, "expired")),
        ("POST", "/code"): Route(
            takes="Code", answers=SignedIn, refuses=(*BODY, "wrong_code", "expired", "sign_in_failed")
        ),
        ("POST", "/confirm"): Route(answers=Confirming, status=201, refuses=("signed_out", "no_channel", "expired")),
        ("POST", "/not-me"): Route(takes="NotMe", answers=Told, refuses=(*BODY, "signed_out", "try_again")),
        ("POST", "/sign-out"): Route(answers=None, status=204),
    }
)


def sign_in() -> Json:
    """The sign-in's API."""
    described = api(
        title="Signing in to the portal", description=_ABOUT, stage="sign-in", function="sign_in", routes=SIGN_IN
    )
    for path in ("/confirm", "/not-me", "/sign-out"):
        described["paths"][path]["post"]["security"] = [{"access": []}]
    described["components"]["securitySchemes"] = {
        "access": {
            "type": "http",
            "scheme": "bearer",
            "description": "The access token of `/code`. To sign out, one that is no good is answered the same.",
        }
    }
    return described
