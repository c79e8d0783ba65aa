"""The portal's REST API for victims: its routes, with what each takes, answers and refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from docs.reference.frames import ConversationRef, Document
from docs.reference.openapi import api
from docs.reference.rest import BODY, Instant, LanguageChoice, Query, Route
from docs.reference.schemas import Json

_ABOUT: Final = """\
REST for victims in the portal: their crimes in plain words, messages both ways with the officer in charge,
appointments, support, rights, and how they may be contacted. Every request carries the victim's Cognito ID token in
`Authorization`, without a prefix; API Gateway checks it before a function runs, and the function takes the person from
its user name. A person sees what is linked to them: for everything else the answer is `no_crime`, as for what does not
exist. No answer may be kept (`no-store`). Every read of a crime is an audit event.

Texts are in English and Welsh as people wrote them, and in any other language by a machine, marked as such.
"""

Hex = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
Clock = Annotated[str, Field(pattern=r"^\d\d:\d\d$", description="By the clock of London.")]


class RightName(Document):
    """A right of the Victims' Code."""

    number: Annotated[int, Field(ge=1, le=12)]
    name: str


class CrimeSummary(Document):
    """A crime in the list."""

    id: Annotated[Hex, Field(description="Stands for the crime in addresses; never its reference.")]
    reference: str
    title: Annotated[str, Field(description="Says nothing where the offence is sensitive.")]
    status: str
    updated_at: Instant
    unread: Annotated[int, Field(ge=0, description="What came since this crime, or its messages, were last read.")]


class ChatOffer(Document):
    """Whether a chat can be started from here."""

    available: bool


class PortalForce(Document):
    """What the pages need to know of the force."""

    name: str
    exit_url: Annotated[str, Field(description="Where the quick exit goes.")]
    emergency: str


class VictimMe(Document):
    """The person, their crimes, and what the pages need to know of the force."""

    name: Annotated[str | None, Field(description="First name.")]
    language: str
    languages: list[LanguageChoice]
    crimes: Annotated[list[CrimeSummary], Field(description="The latest news first.")]
    chat: ChatOffer
    force: PortalForce


class CaseStatus(Document):
    """How a crime stands."""

    label: str
    text: str


class WhatIsNext(Document):
    """What comes next."""

    text: str
    by: Annotated[Day | None, Field(description="The day that was promised, or that the law names.")]
    right: RightName | None


class TimelineEntry(Document):
    """Something that happened, in words."""

    id: Hex
    at: Annotated[Instant, Field(description="When it happened, by the crime system.")]
    title: str
    text: str
    right: RightName | None
    translated: Annotated[bool, Field(description="A machine translated title and text.")]


class OfficerInCharge(Document):
    """Who deals with the crime."""

    name: str
    collar: str
    station: str


class MachineTranslation(Document):
    """The same words in the reader's language, by a machine."""

    text: str
    language: str


class PortalMessage(Document):
    """A message, word for word."""

    id: Hex
    from_: Annotated[Literal["you", "officer"], Field(alias="from")]
    name: Annotated[str, Field(description="Of the officer.")] = ""
    at: Instant
    text: str
    state: Annotated[
        Literal["sent", "reached", "answered"] | None,
        Field(description="Of one's own: `reached` when it is a task of the officer."),
    ]
    translation: MachineTranslation | None = None


class PortalMessages(Document):
    """What was said about one crime."""

    messages: Annotated[list[PortalMessage], Field(description="Oldest first.")]


class PortalAppointment(Document):
    """Something that was agreed."""

    id: Hex
    at: Instant
    what: str
    where: str
    state: Literal["booked", "change_requested", "changed", "cancelled"]
    can_change: bool


class OneCase(Document):
    """One crime."""

    id: Hex
    reference: str
    title: str
    reported_at: Instant
    status: CaseStatus
    next: WhatIsNext | None
    timeline: Annotated[list[TimelineEntry], Field(description="Newest first; late stories stand in their place.")]
    officer: OfficerInCharge | None
    messages: Annotated[list[PortalMessage], Field(description="Oldest first.")]
    unread_messages: Annotated[int, Field(ge=0, description="Of the officer, since the messages were last read.")]
    appointments: Annotated[list[PortalAppointment], Field(description="By time.")]
    translated_by_machine: Annotated[bool, Field(description="Some of our own words were.")]


class SupportService(Document):
    """Somebody who helps. Shown only until the day when it must be checked again."""

    name: str
    for_: Annotated[str, Field(alias="for")]
    phone: str = ""
    text: Annotated[str, Field(description="A number for text messages.")] = ""
    hours: str = ""
    area: str = ""
    invented: Annotated[bool, Field(description="For demonstration: nobody answers.")] = False


class CompensationOffer(Document):
    """Money that may be asked for."""

    title: str
    text: list[str]
    name: str
    phone: str


class SupportForCase(Document):
    """Who helps with this crime, nearest first."""

    services: list[SupportService]
    compensation: CompensationOffer | None
    translated_by_machine: Annotated[bool, Field(description="Some of it was; the rest is English.")]


class RecordPage(Document):
    """The whole record of a crime as one HTML document that fetches nothing and runs nothing."""

    name: Literal["record.html"]
    html: str


class PortalTicket(Document):
    """As a visitor's ticket; the conversation knows the crime."""

    ticket: Annotated[str, Field(description="Opens the socket once, within 30 seconds: `/socket?ticket=…`.")]
    conversation: ConversationRef
    resume: str


class RightInWords(Document):
    """A right in plain words of our own."""

    number: int
    name: str
    text: str
    more: str


class Rights(Document):
    """The twelve rights of the Victims' Code."""

    rights: list[RightInWords]
    source: str
    effective_from: Day
    translated_by_machine: Annotated[bool, Field(description="Some of it was; the rest is English.")]


class AdviceTopic(Document):
    """Advice on one matter, a paragraph each."""

    id: str
    title: str
    text: list[str]


class Advice(Document):
    """How to be safer."""

    topics: list[AdviceTopic]
    translated_by_machine: Annotated[bool, Field(description="Some of it was; the rest is English.")]


class ContactHours(Document):
    """When a message may arrive; 1 is Monday."""

    from_: Annotated[Clock, Field(alias="from")]
    to: Clock
    days: list[Annotated[int, Field(ge=1, le=7)]]


class ContactPlan(Document):
    """How the person is told that there is news. What would really happen: `none` while nobody has agreed on more."""

    channel: Literal["sms", "email", "both", "none"]
    phone_hint: Annotated[str, Field(description="Empty: there is no number that can be used.")]
    email_hint: str
    hours: ContactHours
    language: str
    code_word: Annotated[bool, Field(description="Whether there is one.")]
    safe: Annotated[bool, Field(description="Whether the person said that it is.")]
    changed_at: Annotated[Instant | None, Field(description="When it was last changed.")]
    changed_by: Literal["person", "officer", "crime_system"]


class SeenDevice(Document):
    """Something that was used to sign in."""

    label: str
    first: Instant
    last: Instant
    this: Annotated[bool, Field(description="It is the one that asks.")]
    not_me: Annotated[bool, Field(description="The person said that it was not they, and it did not come again since.")]


class Visits(Document):
    """Where the person signed in, latest first."""

    devices: list[SeenDevice]


_CRIME: Final = "/crimes/{crime}"
_SIGNED_IN: Final = ("forbidden", "signed_out")
_READ: Final = (*_SIGNED_IN, "no_crime")
_LANGUAGE: Final = Query(
    name="language",
    description="Our language tag; without it the person's own.",
    pattern="^([A-Za-z]{2,3}(-[A-Za-z]{2,4})?)?$",
    default="",
)

PORTAL: Final[Mapping[tuple[str, str], Route]] = MappingProxyType(
    {
        ("GET", "/me"): Route(
            answers=VictimMe, refuses=(*_SIGNED_IN, "bad_field", "unknown_force"), query=(_LANGUAGE,)
        ),
        ("GET", _CRIME): Route(answers=OneCase, refuses=(*_READ, "bad_field"), query=(_LANGUAGE,)),
        ("GET", f"{_CRIME}/messages"): Route(answers=PortalMessages, refuses=(*_READ, "bad_field"), query=(_LANGUAGE,)),
        ("POST", f"{_CRIME}/messages"): Route(
            takes="NewMessage", answers=PortalMessage, status=201, refuses=(*_READ, *BODY, "empty_text", "too_long")
        ),
        ("POST", f"{_CRIME}/appointments/{{appointment}}/change"): Route(
            takes="AppointmentChange",
            answers=PortalAppointment,
            status=202,
            refuses=(*_READ, *BODY, "empty_text", "too_long", "no_appointment", "cancelled", "past"),
        ),
        ("GET", f"{_CRIME}/support"): Route(answers=SupportForCase, refuses=(*_READ, "bad_field"), query=(_LANGUAGE,)),
        ("GET", f"{_CRIME}/record"): Route(answers=RecordPage, refuses=(*_READ, "bad_field"), query=(_LANGUAGE,)),
        ("POST", f"{_CRIME}/chat"): Route(answers=PortalTicket, status=201, refuses=_READ),
        ("GET", "/rights"): Route(answers=Rights, refuses=("bad_field",), query=(_LANGUAGE,)),
        ("GET", "/advice"): Route(answers=Advice, refuses=("bad_field",), query=(_LANGUAGE,)),
        ("GET", "/contact"): Route(answers=ContactPlan, refuses=_SIGNED_IN),
        ("PUT", "/contact"): Route(
            takes="ContactPlanChange",
            answers=ContactPlan,
            refuses=(*_SIGNED_IN, *BODY, "code_needed", "no_channel", "wrong_code", "expired", "try_again"),
        ),
        ("GET", "/visits"): Route(answers=Visits, refuses=_SIGNED_IN),
    }
)


def portal() -> Json:
    """The victims' API."""
    described = api(
        title="Harbour for victims", description=_ABOUT, stage="portal-api", function="portal", routes=PORTAL
    )
    described["security"] = [{"victim": []}]
    described["components"]["securitySchemes"] = {
        "victim": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The ID token of the victims' Cognito user pool.",
        }
    }
    return described
