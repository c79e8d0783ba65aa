"""``crime-system-api.yaml``: what crime systems post to Harbour, and what Harbour posts to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from docs.reference import VERSION
from docs.reference.frames import Document
from docs.reference.refusals import refusal
from docs.reference.rest import ROOT, Instant, Problem, Sha256, app_of
from docs.reference.schemas import Json, prose, reference, schemas
from harbour.crime.adapters import athena, dynamics, niche, storm
from harbour.crime.delivery import REFUSED
from harbour.crime.intake import FUTURE, sources
from harbour.crime.link import Reason, TaskWanted, package, task, victims_message
from harbour.crime.model import CrimeRef
from harbour.webhook.model import LARGEST_BODY, TOLERANCE_SECONDS

FIXTURES: Final = ROOT / "tests" / "fixtures" / "crime_systems"

PAYLOADS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {"athena": athena.Document, "niche": niche.Occurrence, "dynamics": dynamics.Case, "storm": storm.Incident}
)
"""System → the model of its payload."""

REFUSALS: Final = ("bad_body", "bad_field", "unknown_kind", "in_the_future", "lone_surrogate", "internal")

_ABOUT: Final = f"""\
How a crime system tells Harbour what happened, and how Harbour tells it what a victim wrote, what an officer should do,
and where a sealed conversation is. `docs/connecting-a-crime-system.md` leads through it in an afternoon.

Both directions are Standard Webhooks 1.0: `webhook-id` (the same in every try), `webhook-timestamp` (seconds, at most
{TOLERANCE_SECONDS // 60} minutes off) and `webhook-signature` over `id.timestamp.body`: HMAC-SHA256 (`v1`, secrets
`whsec_…`) or ed25519 (`v1a`, keys `whpk_…`). Several signatures may stand in the header, separated by spaces, while
keys are changed. Sources that cannot sign use a client certificate or a fixed header, as was agreed for each.

An update may come late, twice, or out of order: `webhook-id` says which it is, the time of the event and the record's
version where it belongs. What is said to happen more than {int(FUTURE.total_seconds()) // 60} minutes from now is
refused.
"""


REASONS: Final = tuple(one.value for one in Reason if one not in (Reason.MESSAGE, Reason.DOCUMENT))
"""Why there may be a task."""


class Accepted(Document):
    """The update is stored; everything else happens behind a queue."""

    id: Annotated[str, Field(description="The `webhook-id`; without one, the SHA-256 of the body.")]
    status: Annotated[
        Literal["accepted", "already accepted"], Field(description="`already accepted`: this id was here before.")
    ]


class Callback(BaseModel):
    """What GOV.UK Notify tells; it sends more, which is not kept."""

    id: Annotated[str, Field(min_length=1)]
    status: Annotated[str, Field(description="`delivered`, `permanent-failure`, …", min_length=1)]
    reference: str | None = None
    notification_type: str | None = None
    completed_at: str | None = None


class ForOfficer(Document):
    """The task that a message makes."""

    title: str
    due_at: Annotated[Instant, Field(description="By when the victim should have an answer.")]


class VictimsMessage(Document):
    """What a victim wrote: stamp it into the crime and put it before the officer in charge."""

    id: Annotated[str, Field(description="Give it back as `in_reply_to` in the details of an `officer_message`.")]
    text: Annotated[str, Field(description="Word for word, at most 4,000 characters.")]
    from_: Annotated[Literal["victim"], Field(alias="from")]
    person: Annotated[str, Field(description="Your own id of the person.")]
    task: ForOfficer


class Task(Document):
    """Something that an officer should do or mend."""

    id: str
    reason: Annotated[str, Field(description="Why, for sorting.", json_schema_extra={"enum": [*REASONS]})]
    title: str
    detail: str
    due_at: Annotated[Instant | None, Field(description="By when, where the law or a promise says so.")] = None


class SealedPackage(Document):
    """The sealed record of a chat about this crime: attach it to the report."""

    id: str
    name: str
    sha256: Sha256
    url: Annotated[str, Field(description="Opens for an officer who signs in, and for nobody else.")]
    media_type: Annotated[Literal["application/zip"], Field(description="A ZIP that anybody can verify.")]


class MessageCreated(Document):
    """A victim wrote."""

    type: Literal["harbour.message.created"]
    at: Instant
    crime: Annotated[str, Field(description="Your reference.")]
    data: VictimsMessage


class TaskCreated(Document):
    """An officer should know or do something."""

    type: Literal["harbour.task.created"]
    at: Instant
    crime: Annotated[str, Field(description="Your reference.")]
    data: Task


class DocumentCreated(Document):
    """A chat about the crime was sealed."""

    type: Literal["harbour.document.created"]
    at: Instant
    crime: Annotated[str, Field(description="Your reference.")]
    data: SealedPackage


WEBHOOKS: Final[tuple[type[BaseModel], ...]] = (MessageCreated, TaskCreated, DocumentCreated)

_HEADERS: Final[list[Json]] = [
    {
        "name": name,
        "in": "header",
        "required": False,
        "description": f"{words} Needed where the source signs.",
        "schema": {"type": "string"},
    }
    for name, words in (
        ("webhook-id", "Which update this is: visible ASCII without a full stop, the same in every try."),
        ("webhook-timestamp", "When this try was signed: seconds since 1970."),
        ("webhook-signature", "`v1,<base64>` or `v1a,<base64>`; several, separated by spaces."),
    )
]


def crime_systems() -> Json:
    """The API for crime systems."""
    models: set[type[BaseModel]] = {Problem, Accepted, Callback, *PAYLOADS.values(), *WEBHOOKS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Harbour for crime systems", "version": VERSION, "description": _ABOUT},
        "servers": [
            {
                "url": "https://{host}/hooks",
                "description": "The deployment's one web address.",
                "variables": {"host": {"default": "chat.harbour.example"}},
            },
            {"url": "http://127.0.0.1:8600/hooks", "description": "What `make up` serves."},
        ],
        "paths": {"/{source}": {"post": _update()}, "/notify": {"post": _callback()}},
        "webhooks": {_type(model): {"post": _outbound(model)} for model in WEBHOOKS},
        "components": {"schemas": schemas(sorted(models, key=lambda model: model.__name__), discriminators=True)},
    }


def recorded(system: str) -> Mapping[str, Mapping[str, Any]]:
    """The recorded payloads of a system, by name: ``{payload, event}``."""
    found: Mapping[str, Mapping[str, Any]] = json.loads((FIXTURES / f"{system}.json").read_text("utf-8"))
    return found


def _update() -> Json:
    entry = app_of("webhooks").routes["/{source}"]["POST"]
    content = {
        "schema": {"anyOf": [reference(model.__name__) for model in PAYLOADS.values()]},
        "examples": {
            f"{system}: {name}": {"value": example["payload"]}
            for system in PAYLOADS
            for name, example in recorded(system).items()
        },
    }
    refused: dict[int, list[str]] = {}
    for code in REFUSALS:
        refused.setdefault(refusal(code).status, []).append(code)
    problem = {"application/problem+json": {"schema": reference("Problem")}}
    return {
        "operationId": entry.view_name,
        "summary": prose(entry.view_function.__doc__),
        "parameters": [
            {
                "name": "source",
                "in": "path",
                "required": True,
                "description": "Who sends. " + " ".join(_sender(name, rule) for name, rule in sources().items()),
                "schema": {"type": "string", "enum": list(sources())},
            },
            *_HEADERS,
        ],
        "requestBody": {
            "required": True,
            "description": f"At most {LARGEST_BODY // 1024} KB. A field that is not described is kept as it came.",
            "content": {"application/json": content},
        },
        "responses": {
            "202": {
                "description": prose(Accepted.__doc__),
                "content": {"application/json": {"schema": reference("Accepted")}},
            },
            "401": {
                "description": "`bad_signature`: the request does not prove who sent it. It says no more.",
                "content": problem,
            },
            "413": {"description": f"`too_large`: more than {LARGEST_BODY} bytes.", "content": problem},
            **{
                str(status): {
                    "description": "\n\n".join(f"`{code}`: {refusal(code).meaning}" for code in codes),
                    "content": problem,
                }
                for status, codes in sorted(refused.items())
            },
        },
    }


def _callback() -> Json:
    entry = app_of("webhooks").routes["/notify"]["POST"]
    problem = {"application/problem+json": {"schema": reference("Problem")}}
    return {
        "operationId": entry.view_name,
        "summary": prose(entry.view_function.__doc__),
        "description": "For GOV.UK Notify's delivery receipts, with the bearer token that was agreed there.",
        "parameters": [{"name": "authorization", "in": "header", "required": False, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference("Callback")}}},
        "responses": {
            "204": {"description": "It is stored."},
            "400": {"description": "`bad_body`, `bad_field`, `lone_surrogate`: it cannot be read.", "content": problem},
            "401": {"description": "`bad_signature`: the token is not the agreed one.", "content": problem},
            "413": {"description": "`too_large`.", "content": problem},
            "500": {"description": f"`internal`: {refusal('internal').meaning}", "content": problem},
        },
    }


def _sender(name: str, rule: Mapping[str, str]) -> str:
    ways = {"standard_webhooks": "signs", "mtls": "shows a client certificate", "static_header": "sends a fixed header"}
    return f"`{name}` sends as {rule['system'].title()} and {ways[rule['verifier']]}."


def _outbound(model: type[BaseModel]) -> Json:
    return {
        "summary": prose(model.__doc__),
        "parameters": [
            {**header, "required": True, "description": header["description"].rpartition(" Needed")[0]}
            for header in _HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": reference(model.__name__),
                    "examples": {name: {"value": body} for name, body in _sent(_type(model))},
                }
            },
        },
        "responses": {
            "2XX": {"description": "You have it. It is not sent again."},
            **{
                str(status): {"description": "You will never take this: it is not tried again, and somebody is told."}
                for status in sorted(REFUSED)
            },
            "429": {"description": "Later; `Retry-After` is obeyed."},
            "default": {"description": "Anything else, a redirect or no answer: it is tried again, for two days."},
        },
    }


def _sent(kind: str) -> Iterator[tuple[str, Json]]:
    """Bodies as they go out, made by what makes them."""
    at, crime = datetime(2026, 11, 24, 10, 0, tzinfo=UTC), CrimeRef("42/104417/26")
    answer_by = at + timedelta(days=5)
    person, conversation = "P-220418", "0f8a51c3b7d24e6f9a1b2c3d4e5f6071"
    address = f"https://chat.harbour.example/officers/conversations/{conversation}/package?why=investigation"
    made = {
        "a victim asks": victims_message(
            crime, "athena", "8d1f0c6ab2", "When can I have my bicycle back?", person, answer_by, at
        ),
        "somebody who must not be written to": task(
            crime,
            "athena",
            TaskWanted(
                reason=Reason.UNSAFE_CONTACT,
                key=f"{person}-evt-9",
                title="Tell the victim in person, safely",
                detail="No message may be sent. Update: suspect arrested.",
                due_at=at + timedelta(days=1),
            ),
            at,
        ),
        "an update that could not be read": task(
            crime,
            "athena",
            TaskWanted(
                reason=Reason.REJECTED_UPDATE,
                key="athena#evt-12",
                title="An update could not be read",
                detail="EventDateTime: This time does not say its offset from UTC. Nobody was told of it. "
                "Mend it and send it again. Update: evt-12.",
            ),
            at,
        ),
        "a sealed chat": package(crime, conversation, "9f86d081" * 8, address, at),
    }
    for name, sent in made.items():
        body: Json = json.loads(sent.body)
        if body["type"] == kind:
            yield name, body


def _type(model: type[BaseModel]) -> str:
    (name,) = model.model_fields["type"].annotation.__args__  # type: ignore[union-attr]
    return str(name)
