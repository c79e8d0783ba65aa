"""REST for victims: their crimes, messages, contact plan, rights and support. Cognito has checked the token before."""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from harbour import bootstrap, casework
from harbour.crime.model import CrimeId, PersonId
from harbour.identity.victims.model import signed_in_at
from harbour.portal.model import Choice
from harbour.rest import answering, body_of, query_of, request_of
from harbour.runtime.clock import rfc3339
from harbour.runtime.errors import Forbidden, Invalid, NotFound
from harbour.runtime.settings import load

if TYPE_CHECKING:
    from harbour.portal.guidance import Compensation, Service
    from harbour.portal.model import Case, Contact, Letter, Meeting, Moment, Next, Right

app = Chalice("portal", configure_logs=False)

_ID = re.compile(r"[0-9a-f]{32}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?")

ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class NewMessage(BaseModel):
    """A message to the officer in charge. ``client`` is the page's own id of it: sent twice, it is stored once."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    text: Annotated[str, Field(max_length=4_000)]
    client: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$")]


class AppointmentChange(BaseModel):
    """Why another time is better, and which."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    reason: Annotated[str, Field(json_schema_extra={"maxLength": 500})] = ""
    wishes: Annotated[str, Field(json_schema_extra={"maxLength": 500})] = ""


class SafeHours(BaseModel):
    """When a message may arrive, by the clock of London; 1 is Monday."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    from_: Annotated[ClockTime, Field(alias="from")]
    to: ClockTime
    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]


class Confirmed(BaseModel):
    """What `/sign-in/confirm` answered, and the code that it sent."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    handle: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class ContactPlanChange(BaseModel):
    """What is to be otherwise in how the person is told that there is news; what is missing stays as it is. The hints
    of the answer may come back; they change nothing.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    safe: Annotated[
        bool | SkipJsonSchema[None],
        Field(description="Whether the channel is safe. If not, nothing is sent. Needed until it was said once."),
    ] = None
    channel: Annotated[Choice, Field(strict=False)] | SkipJsonSchema[None] = None
    hours: SafeHours | SkipJsonSchema[None] = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z]{2,4})?$")] | SkipJsonSchema[None] = None
    code_word: Annotated[
        str | None, Field(max_length=40, description="Null: as it was. Empty: none any more. Never given back.")
    ] = None
    confirmation: Annotated[
        Confirmed | None, Field(description="Needed to open a channel, and to change the code word.")
    ] = None
    phone_hint: str | None = None
    email_hint: str | None = None
    changed_at: str | None = None
    changed_by: str | None = None

    @field_validator("safe", "channel", "hours", "language", mode="before")
    @classmethod
    def _said(cls, value: object) -> object:
        if value is None:
            raise ValueError("leave it out where it is to stay as it is")
        return value


# -- crimes ----------------------------------------------------------------------------------------------------------


@app.route("/me", methods=["GET"])
@answering(app)
def me() -> dict[str, Any]:
    """The person, their crimes, and what the pages need to know of the force."""
    from harbour.directory.service import force_profile, languages

    found = casework.portal().overview(_caller(), _language())
    profile = force_profile(load(casework.CasesSettings).force)
    return {
        "name": found.name or None,
        "language": found.language,
        "languages": [{"code": x.code, "name": x.name, "endonym": x.endonym} for x in languages()],
        "crimes": [
            {
                "id": one.id,
                "reference": one.reference,
                "title": one.title,
                "status": one.status,
                "updated_at": rfc3339(one.updated_at),
                "unread": one.unread,
            }
            for one in found.crimes
        ],
        "chat": {"available": True},
        "force": {"name": profile.name, "exit_url": profile.exit_url, "emergency": profile.emergency},
    }


@app.route("/crimes/{crime}", methods=["GET"])
@answering(app)
def case(crime: str) -> dict[str, Any]:
    """One crime: how it stands, what comes next, what happened, what was said. Every read is audited."""
    return _case(casework.portal().case(_caller(), _crime(crime), _language()))


@app.route("/crimes/{crime}/messages", methods=["GET"])
@answering(app)
def letters(crime: str) -> dict[str, Any]:
    """What was said, as it is now; none of it is unread any more."""
    found = casework.portal().letters(_caller(), _crime(crime), _language())
    return {"messages": [_letter(one) for one in found]}


@app.route("/crimes/{crime}/messages", methods=["POST"])
@answering(app, status=201)
def write(crime: str) -> dict[str, Any]:
    """A message to the officer in charge."""
    asked = body_of(app, NewMessage)
    return _letter(casework.portal().write(_caller(), _crime(crime), asked.text, asked.client.lower()))


@app.route("/crimes/{crime}/appointments/{appointment}/change", methods=["POST"])
@answering(app, status=202)
def change_appointment(crime: str, appointment: str) -> dict[str, Any]:
    """Ask for another time. The officer decides."""
    who, wanted = _caller(), _crime(crime)
    if not _ID.fullmatch(appointment):
        raise NotFound("no_appointment", "There is no such appointment.")
    asked = body_of(app, AppointmentChange)
    return _meeting(casework.portal().ask_for_change(who, wanted, appointment, asked.reason, asked.wishes))


@app.route("/crimes/{crime}/support", methods=["GET"])
@answering(app)
def support(crime: str) -> dict[str, Any]:
    """Who helps with this crime, nearest first, and money that may be asked for."""
    found, by_machine = casework.portal().support(_caller(), _crime(crime), _language())
    return {
        "services": [_service(one) for one in found.services],
        "compensation": _compensation(found.compensation) if found.compensation else None,
        "translated_by_machine": by_machine,
    }


@app.route("/crimes/{crime}/record", methods=["GET"])
@answering(app)
def record(crime: str) -> dict[str, Any]:
    """The whole record as one page to keep."""
    name, html = casework.portal().record(_caller(), _crime(crime), _language())
    return {"name": name, "html": html}


@app.route("/crimes/{crime}/chat", methods=["POST"])
@answering(app, status=201)
def chat(crime: str) -> dict[str, Any]:
    """A ticket for a chat that knows the crime; it opens the socket once, within 30 seconds."""
    reference = casework.portal().reference(_caller(), _crime(crime))
    admission = bootstrap.entrance().admit(crime=reference)
    return {"ticket": admission.ticket, "conversation": admission.conversation, "resume": admission.resume}


# -- for everybody ---------------------------------------------------------------------------------------------------


@app.route("/rights", methods=["GET"])
@answering(app)
def rights() -> dict[str, Any]:
    """The rights of the Victims' Code."""
    from harbour.portal import guidance

    found, by_machine = casework.portal().rights(_language())
    source, effective_from = guidance.rights_source()
    return {
        "rights": [{"number": one.number, "name": one.name, "text": one.text, "more": one.more} for one in found],
        "source": source,
        "effective_from": effective_from,
        "translated_by_machine": by_machine,
    }


@app.route("/advice", methods=["GET"])
@answering(app)
def advice() -> dict[str, Any]:
    """How to be safer, by topic."""
    found, by_machine = casework.portal().advice(_language())
    return {
        "topics": [{"id": one.id, "title": one.title, "text": list(one.text)} for one in found],
        "translated_by_machine": by_machine,
    }


# -- the person ------------------------------------------------------------------------------------------------------


@app.route("/contact", methods=["GET"])
@answering(app)
def contact() -> dict[str, Any]:
    """How the person is told that there is news."""
    return _contact(casework.contact_plans().shown(_caller()))


@app.route("/contact", methods=["PUT"])
@answering(app)
def change_contact() -> dict[str, Any]:
    """Change what is named. What is not safe is switched off; the officers in charge are told. To open a channel that
    was closed, or to change the code word, a code is needed that went the way that was agreed before.
    """
    from harbour.contact.model import Hours
    from harbour.portal.model import Confirmation, ContactWish

    who = _caller()
    asked = body_of(app, ContactPlanChange)
    wish = ContactWish(
        safe=asked.safe,
        channel=asked.channel,
        hours=Hours(
            start=time.fromisoformat(asked.hours.from_),
            end=time.fromisoformat(asked.hours.to),
            days=frozenset(asked.hours.days),
        )
        if asked.hours
        else None,
        language=asked.language,
        code_word=asked.code_word,
    )
    shown = Confirmation(**asked.confirmation.model_dump()) if asked.confirmation else None
    return _contact(casework.contact_plans().change(who, wish, shown))


@app.route("/visits", methods=["GET"])
@answering(app)
def visits() -> dict[str, Any]:
    """Where the person signed in, latest first."""
    from harbour.identity.victims.model import caller_address

    request = request_of(app)
    source = str((request.context.get("identity") or {}).get("sourceIp", ""))
    address = caller_address(request.headers.get("x-forwarded-for", ""), source)
    found = casework.portal().visits(_caller(), request.headers.get("user-agent", "")[:400], address)
    return {
        "devices": [
            {
                "label": one.label,
                "first": rfc3339(one.first),
                "last": rfc3339(one.last),
                "this": one.this,
                "not_me": one.not_me,
            }
            for one in found
        ]
    }


# -- what comes in ---------------------------------------------------------------------------------------------------


def _caller() -> PersonId:
    """Who calls, from the claims that API Gateway has verified. It takes a token until that expires, so whether the
    person has signed out everywhere since is asked here.
    """
    claims = (request_of(app).context.get("authorizer") or {}).get("claims") or {}
    name = str(claims.get("cognito:username", ""))
    if not _ID.fullmatch(name):
        raise Forbidden("forbidden", "This account is of no use here.")
    person = PersonId(name)
    if not casework.sessions().good(person, signed_in_at(claims)):
        raise Forbidden("signed_out", "You have signed out on all devices. Sign in again.")
    return person


def _crime(written: str) -> CrimeId:
    if not _ID.fullmatch(written):
        raise NotFound("no_crime", "There is no such crime here.")
    return CrimeId(written)


def _language() -> str:
    """The language that the page asks for; empty: the person's own."""
    written = query_of(app, "language", "")
    if written and not _LANGUAGE.fullmatch(written):
        raise Invalid("bad_field", "This is no language.", field="language")
    return written


# -- what goes out ---------------------------------------------------------------------------------------------------


def _case(found: Case) -> dict[str, Any]:
    officer = found.officer
    return {
        "id": found.id,
        "reference": found.reference,
        "title": found.title,
        "reported_at": rfc3339(found.reported_at),
        "status": {"label": found.status.label, "text": found.status.text},
        "next": _next(found.next) if found.next else None,
        "timeline": [_moment(one) for one in found.timeline],
        "officer": ({"name": officer.name, "collar": officer.collar, "station": officer.station} if officer else None),
        "messages": [_letter(one) for one in found.messages],
        "unread_messages": found.unread_messages,
        "appointments": [_meeting(one) for one in found.appointments],
        "translated_by_machine": found.translated_by_machine,
    }


def _next(found: Next) -> dict[str, Any]:
    return {
        "text": found.text,
        "by": found.by.isoformat() if found.by else None,
        "right": _right(found.right),
    }


def _right(found: Right | None) -> dict[str, Any] | None:
    return {"number": found.number, "name": found.name} if found else None


def _moment(one: Moment) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": rfc3339(one.at),
        "title": one.title,
        "text": one.text,
        "right": _right(one.right),
        "translated": one.translated,
    }


def _letter(one: Letter) -> dict[str, Any]:
    return {
        "id": one.id,
        "from": "you" if one.mine else "officer",
        **({"name": one.name} if one.name else {}),
        "at": rfc3339(one.at),
        "text": one.text,
        "state": one.state or None,
        **(
            {"translation": {"text": one.translation.text, "language": one.translation.language}}
            if one.translation
            else {}
        ),
    }


def _meeting(one: Meeting) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": rfc3339(one.at),
        "what": one.what,
        "where": one.where,
        "state": one.state,
        "can_change": one.can_change,
    }


def _service(one: Service) -> dict[str, Any]:
    optional = {"phone": one.phone, "text": one.text, "hours": one.hours, "area": one.area}
    return {
        "name": one.name,
        "for": one.for_whom,
        **{name: value for name, value in optional.items() if value},
        **({"invented": True} if one.invented else {}),
    }


def _compensation(one: Compensation) -> dict[str, Any]:
    return {"title": one.title, "text": list(one.text), "name": one.name, "phone": one.phone}


def _contact(found: Contact) -> dict[str, Any]:
    return {
        "channel": found.channel.value,
        "phone_hint": found.phone_hint,
        "email_hint": found.email_hint,
        "hours": {"from": f"{found.start:%H:%M}", "to": f"{found.end:%H:%M}", "days": list(found.days)},
        "language": found.language,
        "code_word": found.code_word,
        "safe": found.safe,
        "changed_at": rfc3339(found.changed_at) if found.changed_at else None,
        "changed_by": found.changed_by,
    }
