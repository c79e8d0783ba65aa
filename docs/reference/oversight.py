"""REST on what is sent to victims: its routes, with what each takes, answers and refuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import Field

from docs.reference.frames import Document
from docs.reference.openapi import api
from docs.reference.rest import BODY, Instant, Query, Route, Sha256
from docs.reference.schemas import Json

_ABOUT: Final = """\
REST for those who answer for what is sent to victims: every type of message as it would be sent, what is wrong with the
data of crime systems, which legal time limits will be missed, and what a month cost. Every request carries the
officer's Cognito ID token, as in `officer-api.yaml`. Nothing here names a victim; problems and forecasts name the
crime's reference, since somebody must mend them. No answer may be kept (`no-store`).
"""

Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
Count = Annotated[int, Field(ge=0)]


class MessageLine(Document):
    """One type of message."""

    key: str
    stage: Annotated[str, Field(description="Of the journey.")]
    title: Annotated[str, Field(description="Of its page in the portal, in English.")]
    channels: list[str]
    statutory: Annotated[bool, Field(description="The Victims' Code wants it.")]
    right: Annotated[int, Field(ge=0, le=12, description="Of the Victims' Code; 0: none.")]
    enhanced: Annotated[bool, Field(description="Has words of its own for people with Enhanced Rights.")]
    pierces_quiet_hours: bool
    languages: list[str]
    version: Annotated[int, Field(ge=1)]
    on: Annotated[bool, Field(description="Whether this force uses it.")]


class Catalogue(Document):
    """Every type."""

    types: list[MessageLine]


class TextPreview(Document):
    """A text message with example values."""

    text: str
    parts: Annotated[int, Field(ge=1)]
    encoding: Annotated[str, Field(description="`GSM-7` or `UCS-2`.")]
    pence: float
    sha256: Sha256


class MailPreview(Document):
    """An e-mail with example values."""

    subject: str
    text: str
    html: str
    sha256: Sha256


class PagePreview(Document):
    """A page of the portal with example values."""

    title: str
    text: str
    next: str


class Preview(MessageLine):
    """One type as it would be sent."""

    language: str
    portal: PagePreview
    sms: TextPreview | None = None
    email: MailPreview | None = None


class ListedProblem(Document):
    """Something that is wrong with the data of a crime."""

    id: str
    crime: Annotated[str, Field(description="The crime system's reference.")]
    role: Annotated[str, Field(description="Whose data: `victim`, `suspect`, …")]
    field: str
    check: str
    fix: Annotated[str, Field(description="What to do, in words. Repeats nothing of the data.")]
    blocks: Annotated[bool, Field(description="Nothing is sent to this person until it is mended.")]
    since: Instant


class RefusedUpdate(Document):
    """An update that proved who sent it and could not be read."""

    source: str
    crime: Annotated[str, Field(description="The crime's reference; empty where not even that could be read.")]
    since: Instant
    field: Annotated[str, Field(description="In the crime system's own words.")]
    detail: str


class CheckCount(Document):
    """How often a check found something."""

    check: str
    count: Annotated[int, Field(ge=1)]


class Quality(Document):
    """A page of what is to be mended, the newest first."""

    problems: list[ListedProblem]
    refused: Annotated[list[RefusedUpdate], Field(description="The newest 50, on the first page.")]
    counts: Annotated[list[CheckCount], Field(description="Of everything, not of the page; the most frequent first.")]
    complete: Annotated[bool, Field(description="Everything was counted; else the first 5,000.")]
    next: Annotated[str, Field(description="What to ask as `after` for the next page; empty: this was the last.")]


class Breach(Document):
    """A legal time limit that will be missed, or may be."""

    crime: str
    type: str
    deadline_at: Instant
    due_at: Annotated[Instant, Field(description="Not before this may it be sent.")]
    certain: Annotated[bool, Field(description="It is over, or ends before the message may go.")]
    late: Annotated[bool, Field(description="It is over.")]


class DayLine(Document):
    """What was sent on a day."""

    day: Day
    sent: Count
    failed: Count
    on_time: Annotated[Count, Field(description="Of those with a legal time limit.")]
    late: Count


class Deadlines(Document):
    """The statutory clock."""

    forecast: Annotated[list[Breach], Field(description="For the next 24 hours; the most pressing first.")]
    complete: Annotated[bool, Field(description="All that waits was looked at; else the 1,000 that go soonest.")]
    on_time: Annotated[int, Field(ge=0, description="Sent in time in the last 30 days.")]
    late: Annotated[int, Field(ge=0, description="Sent late in the last 30 days, or late and not sent yet.")]
    on_time_percent: Annotated[float | None, Field(description="Of both; none when nothing was due.")]
    days: list[DayLine]


class CostLine(Document):
    """What one type cost by one channel and provider."""

    type: str
    channel: str
    provider: str
    sent: Count
    parts: Count
    delivered: Count
    failed: Count
    pence: float


class Costs(Document):
    """What a month cost."""

    month: str
    pence: float
    messages: Count
    lines: list[CostLine]
    prices: Annotated[dict[str, dict[str, Any]], Field(description="By provider, with source and date.")]


OVERSIGHT: Final[Mapping[tuple[str, str], Route]] = MappingProxyType(
    {
        ("GET", "/messages"): Route(answers=Catalogue, action="catalogue"),
        ("GET", "/messages/{message}"): Route(
            answers=Preview,
            action="catalogue",
            query=(Query(name="language", description="`en` or `cy`.", pattern="^[a-z]{2,3}$", default="en"),),
            refuses=("no_message", "bad_field"),
        ),
        ("GET", "/quality"): Route(
            answers=Quality,
            action="quality",
            query=(
                Query(
                    name="after",
                    description="What the page before answered as `next`.",
                    pattern=r"^([0-9]{1,12}-[0-9a-f]{16})?$",
                    default="",
                ),
            ),
            refuses=("bad_field",),
        ),
        ("POST", "/quality/mended"): Route(
            takes="Mended", answers=None, status=204, action="quality", refuses=(*BODY, "no_problem")
        ),
        ("GET", "/deadlines"): Route(answers=Deadlines, action="deadlines"),
        ("GET", "/costs"): Route(
            answers=Costs,
            action="costs",
            query=(Query(name="month", description="As `2026-11`.", pattern=r"^(\d{4}-\d\d)?$", default=""),),
            refuses=("bad_field",),
        ),
    }
)


def oversight() -> Json:
    """The API on what is sent."""
    described = api(
        title="Harbour: what is sent to victims",
        description=_ABOUT,
        stage="oversight",
        function="oversight",
        routes=OVERSIGHT,
    )
    (parameter,) = [
        one for one in described["paths"]["/messages/{message}"]["get"]["parameters"] if one["in"] == "path"
    ]
    parameter["schema"] = {"type": "string", "pattern": "^[a-z_]{1,60}$"}
    described["security"] = [{"officer": []}]
    described["components"]["securitySchemes"] = {
        "officer": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The ID token of the officers' Cognito user pool.",
        }
    }
    return described
