"""The routes of the two REST APIs, with what each takes, answers and refuses.

Paths, methods and the models of bodies are those of the Chalice apps; what is answered is a plain dictionary there, so
it is described here as models.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Annotated, Final, Literal

from chalice.app import Chalice
from pydantic import BaseModel, Field

from docs.reference.frames import ConversationRef, Document, Event, OfficerName
from harbour.conversation.model import Attention, Left, State
from harbour.directory.service import outcomes

ROOT: Final = Path(__file__).resolve().parents[2]

Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", description="RFC 3339, UTC.")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[str, Field(description="Our language tag, like `es`; `auto` while it is not known.")]


class Problem(Document):
    """A problem document (RFC 9457)."""

    type: Annotated[str, Field(description="`https://harbour.example/problems/` and the code.")]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: Annotated[str, Field(description="Stable; what a client decides by.")]
    detail: Annotated[str, Field(description="A sentence for people. Never repeats what was sent.")]
    field: Annotated[str, Field(description="The field that is wrong.")] = ""
    left: Annotated[int, Field(ge=0, description="With `wrong_code`: how many attempts remain.")] = 0
    expected: Annotated[int, Field(ge=1, description="With `counter_gap`: the next counter.")] = 1


# -- visitors --------------------------------------------------------------------------------------------------------


class Helpline(Document):
    """Somebody outside the police who can help. A number is shown only until the day when it must be checked again."""

    name: str
    phone: str
    for_: Annotated[str, Field(alias="for", description="Whom it is for.")]
    hours: str = ""
    text: Annotated[str, Field(description="A number for text messages.")] = ""


class Opening(Document):
    """Somebody answers from one instant to another."""

    from_: Annotated[Instant, Field(alias="from")]
    to: Instant


class Force(Document):
    """Which force answers, and whether somebody is there now; if not, when, and the first who help elsewhere."""

    name: str
    answering: Annotated[str, Field(description="Who answers, in the force's own words.")]
    on_duty: Annotated[bool, Field(description="Whether an officer on duty has an open socket, or had a moment ago.")]
    exit_url: Annotated[str, Field(description="Where the quick exit goes.")]
    emergency: str
    opens: Annotated[
        Opening | None,
        Field(
            description="When nobody is there: when somebody should be, now or next; null: the force names no hours."
        ),
    ] = None
    helplines: Annotated[list[Helpline], Field(description="When nobody is there: the first of `/help`.")] = Field(
        default_factory=list
    )


class Help(Document):
    """How soon somebody answers, and everybody else who helps where this force is."""

    reply_within: Annotated[str | None, Field(description="What the force promises; null: it promises nothing.")]
    helplines: list[Helpline]


class VisitorTicket(Document):
    """What the page keeps in its memory, and nowhere else."""

    ticket: Annotated[str, Field(description="Opens the socket once, within 30 seconds: `/socket?ticket=…`.")]
    conversation: ConversationRef
    resume: Annotated[str, Field(description="Brings this page back to its conversation.")]


# -- officers --------------------------------------------------------------------------------------------------------


class OutcomeChoice(Document):
    """How an officer may close a conversation."""

    code: Annotated[str, Field(json_schema_extra={"examples": [outcome.code for outcome in outcomes()]})]
    label: str


class LanguageChoice(Document):
    """A language that Harbour knows."""

    code: str
    name: str
    endonym: Annotated[str, Field(description="Its name in itself.")]


class ReasonChoice(Document):
    """A reason that the audit holds: the officer sees the label, the audit keeps the code."""

    code: str
    label: str


class Me(Document):
    """The officer, and what the console needs to know of the force."""

    name: str
    collar: str
    force: Annotated[str, Field(description="Name of the force.")]
    role: Literal["officer", "supervisor"]
    on_duty: bool
    language: str
    outcomes: list[OutcomeChoice]
    read_reasons: Annotated[
        list[ReasonChoice], Field(description="Why one may read a closed conversation that was not one's own.")
    ]
    languages: list[LanguageChoice]


class OfficerTicket(Document):
    """Opens the officer's socket once."""

    ticket: str
    expires_in: int


class Duty(Document):
    """Whether the officer is on duty, and the language that she reads."""

    on_duty: bool
    language: str


class Item(Document):
    """One conversation in a list. Lists lag a write by moments."""

    conversation: ConversationRef
    state: State
    since: Annotated[Instant, Field(description="When it came into this state.")]
    language: Language
    owner: OfficerName | None
    visitor: Annotated[
        Literal["here", "covered", "gone"],
        Field(description="Lists say `here` or `gone` only; `covered` comes over the socket, and from accept."),
    ]
    left: Left | None
    attention: Annotated[Attention | None, Field(description="Why an officer must look at it.")]
    opened_at: Instant
    last_at: Annotated[Instant, Field(description="In this version the same as `since`.")]
    preview: None
    crime: Annotated[str, Field(description="Reference of the crime, where the visitor came from the portal.")] = ""


class ClosedItem(Item):
    """A conversation that has ended."""

    closed_at: Instant
    outcome: str | None
    closed_by: Literal["officer", "visitor", "silence"]
    sealed: Annotated[bool, Field(description="Whether its package can be downloaded.")]


class Queue(Document):
    """Everything open, each list longest waiting first."""

    waiting: Annotated[list[Item], Field(description="Nobody owns them.")]
    mine: list[Item]
    attention: Annotated[list[Item], Field(description="Paused, owned by nobody, with a task for an officer.")]
    on_duty: list[OfficerName]
    now: Instant


class ClosedList(Document):
    """What was closed this month and last, newest first, 100 at most."""

    conversations: list[ClosedItem]


class CannedAnswer(Document):
    """An answer that people wrote and translated beforehand."""

    key: str
    title: str
    text: Annotated[str, Field(description="In English.")]
    translation: Annotated[str | None, Field(description="In the language asked for, where a person wrote one.")]
    reviewed: Annotated[
        bool,
        Field(description="A native speaker has checked it: sent unchanged, the visitor reads this and no machine's."),
    ]


class CannedAnswers(Document):
    """All prepared answers."""

    answers: list[CannedAnswer]


class EventsPage(Document):
    """A page of the record, 200 events at most, as an officer sees them."""

    events: list[Event]
    more: Annotated[bool, Field(description="Ask again with `after` set to the last number.")]


class Note(Document):
    """What officers tell each other. Not part of the record, never shown to the visitor, never sealed."""

    id: str
    at: Instant
    by: OfficerName
    text: str


class Notes(Document):
    """The notes of a conversation, oldest first."""

    notes: list[Note]


class Package(Document):
    """Where the sealed package can be downloaded for five minutes, without other credentials."""

    url: str
    name: str
    sha256: Annotated[Sha256, Field(description="Of the whole ZIP file.")]
    sealed_at: Instant


# -- routes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query parameter."""

    name: str
    description: str
    pattern: str
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route.

    Attributes
    ----------
    takes
        Name of the model of the body in the function's module; none for a route without body.
    answers
        Model of the body; none for an empty one.
    refuses
        Codes of its problem documents, besides those that every route has.
    action
        For officers: what the role must allow (``harbour/identity/data/permissions.json``).
    """

    answers: type[Document] | None
    status: int = 200
    takes: str | None = None
    refuses: tuple[str, ...] = ()
    query: tuple[Query, ...] = ()
    action: str = ""


BODY: Final = ("bad_body", "bad_field", "lone_surrogate", "too_large")
"""Why a body is refused by its form."""
_CONVERSATION: Final = "/conversations/{conversation}"
_READ: Final = ("no_conversation", "try_again")
_WHY: Final = Query(
    name="why",
    description="A code of `read_reasons` of `/me`: for a closed conversation that was not the officer's own.",
    pattern="^[a-z_]*$",
    default="",
)
_CHANGED: Final = (*_READ, "closed")

VISITOR: Final[Mapping[tuple[str, str], Route]] = MappingProxyType(
    {
        ("GET", "/force"): Route(answers=Force, refuses=("unknown_force",)),
        ("GET", "/help"): Route(answers=Help, refuses=("unknown_force",)),
        ("POST", "/tickets"): Route(
            takes="Tickets", answers=VisitorTicket, status=201, refuses=(*BODY, "resume_refused", "try_again")
        ),
        ("POST", "/exit"): Route(
            takes="Exit",
            answers=None,
            status=204,
            refuses=(*BODY, "too_long", "empty_text", "counter_gap", "resume_refused", "try_again"),
        ),
    }
)

OFFICER: Final[Mapping[tuple[str, str], Route]] = MappingProxyType(
    {
        ("GET", "/me"): Route(answers=Me, action="queue", refuses=("unknown_force",)),
        ("POST", "/ticket"): Route(answers=OfficerTicket, status=201, action="converse"),
        ("PUT", "/duty"): Route(takes="DutyChange", answers=Duty, action="duty", refuses=BODY),
        ("GET", "/queue"): Route(answers=Queue, action="queue"),
        ("GET", "/closed"): Route(answers=ClosedList, action="read_closed"),
        ("GET", "/canned"): Route(
            answers=CannedAnswers,
            action="converse",
            query=(Query(name="language", description="Of the translations.", pattern=".*", default="en"),),
        ),
        ("POST", f"{_CONVERSATION}/accept"): Route(
            answers=Item, action="accept", refuses=(*_CHANGED, "already_accepted")
        ),
        ("POST", f"{_CONVERSATION}/release"): Route(answers=Item, action="release", refuses=(*_CHANGED, "not_owner")),
        ("GET", f"{_CONVERSATION}/events"): Route(
            answers=EventsPage,
            action="read_own, read_closed or read_any",
            refuses=(*_READ, "bad_field", "reason_needed"),
            query=(
                Query(name="after", description="Number of the last event seen.", pattern="^[0-9]+$", default="0"),
                _WHY,
            ),
        ),
        ("GET", f"{_CONVERSATION}/notes"): Route(
            answers=Notes,
            action="read_own, read_closed or read_any",
            refuses=(*_READ, "reason_needed"),
            query=(_WHY,),
        ),
        ("POST", f"{_CONVERSATION}/notes"): Route(
            takes="NewNote",
            answers=Note,
            status=201,
            action="note",
            refuses=(*BODY, *_READ, "empty_text", "too_long"),
        ),
        ("GET", f"{_CONVERSATION}/package"): Route(
            answers=Package, action="package", refuses=(*_READ, "not_sealed", "reason_needed"), query=(_WHY,)
        ),
    }
)


@cache
def module_of(function: str) -> ModuleType:
    """The module of ``functions/<function>/app.py``, loaded by its path: every function's module is called ``app``.

    Raises
    ------
    ImportError
        There is no such function.
    """
    name = f"documented_{function}"
    spec = importlib.util.spec_from_file_location(name, ROOT / "functions" / function / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError(function)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def app_of(function: str) -> Chalice:
    """The Chalice app of a function."""
    app: Chalice = module_of(function).app
    return app


def body_of(function: str, name: str) -> type[BaseModel]:
    """The model by which a function parses a body."""
    model: type[BaseModel] = getattr(module_of(function), name)
    return model
