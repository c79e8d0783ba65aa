"""The frames that the server sends, as models. Made by :mod:`harbour.conversation.frames`; described here."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from docs.reference.refusals import ON_THE_SOCKET
from harbour.conversation.model import Attention, Kind, Left, Requeued, State

ConversationRef = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Tag = Annotated[str, Field(description="Our language tag, like `es` or `zh-TW`; `auto` while it is not known.")]
Seq = Annotated[int, Field(ge=1, description="Number of the event in its conversation, from 1, without gaps.")]
Party = Annotated[Literal["visitor", "officer"], Field(description="Whose side this is about.")]
VisitorState = Annotated[
    Literal["here", "covered", "gone"],
    Field(description="`covered`: her screen shows something harmless. `gone`: no socket of hers takes part."),
]
CODES: Final = tuple(refusal.code for refusal in ON_THE_SOCKET)


def _known(code: str) -> str:
    if code not in CODES:
        raise ValueError("not a code of the socket")
    return code


Code = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(CODES)})]


class Document(BaseModel):
    """Base of what the server writes: these fields and no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


# -- bodies of events ------------------------------------------------------------------------------------------------


class Nothing(Document):
    """No content. Also what a visitor sees of an event that is for officers only."""


class OpenedBody(Document):
    """The first event of every record."""

    force: Annotated[str, Field(description="Id of the force, like `eastshire`.")]
    language: Tag
    service_language: Annotated[str, Field(description="The language that the officer reads.")]
    crime: Annotated[str, Field(description="Reference of the crime, where the visitor came from the portal.")] = ""


class JoinedBody(Document):
    """An officer took the conversation."""

    name: str
    collar: str
    language: Annotated[str, Field(description="The language that this officer reads.")]


class Translation(Document):
    """One message in one other language: an aid to reading, never the evidence."""

    to: Tag
    from_: Annotated[Tag, Field(alias="from")]
    text: str
    engine: Annotated[
        str,
        Field(
            description="The machine, like `amazon-translate` or `apertium`. `prepared:` and a key: people wrote it "
            "beforehand, for the answer of that key, and a native speaker has checked it."
        ),
    ]


class Untranslated(Document):
    """A language into which there is no translation of this message, and why."""

    to: Tag
    reason: Annotated[
        Literal["no_engine", "timeout", "error", "too_large"],
        Field(description="`too_large`: it is in the record, but the frame had no room for it."),
    ]


class MessageBody(Document):
    """One message: `text` is the original, to the letter."""

    text: Annotated[str, Field(min_length=1)]
    language: Tag
    translations: Annotated[list[Translation], Field(min_length=1, description="Absent when there is none.")] = []
    untranslated: Annotated[list[Untranslated], Field(min_length=1, description="Absent when there is none.")] = []


class TranslationBody(Translation):
    """A translation that came after its message had been delivered."""

    of: Annotated[int, Field(ge=1, description="The number of the message.")]
    of_commit: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="The commitment in the message's head.")]


class LeftBody(Document):
    """The visitor has gone. The conversation is paused, and nobody may contact her."""

    how: Left


class RequeuedBody(Document):
    """The conversation went back to the queue: nobody owns it now."""

    reason: Requeued


class AttentionBody(Document):
    """A task for an officer. A visitor sees an empty body."""

    reason: Attention


class LanguageBody(Document):
    """The visitor's language, as the translation service recognised it."""

    language: Tag
    detected: Literal[True]


class ClosedBody(Document):
    """The last event of every record."""

    by: Literal["officer", "visitor", "silence"]
    outcome: Annotated[
        str, Field(min_length=1, description="One of the force's outcomes; an officer gives it. Not sent to a visitor.")
    ] = ""


# -- events ----------------------------------------------------------------------------------------------------------


class _Event(Document):
    seq: Seq
    actor: Annotated[str, Field(pattern=r"^(visitor|system|officer:.+)$", description="Like `officer:4417`.")]
    at: Annotated[
        str,
        Field(
            pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
            description="When the server stored it: RFC 3339, UTC. Never earlier than the event before it.",
        ),
    ]


class OpenedEvent(_Event):
    """The conversation was opened."""

    type: Literal[Kind.OPENED]
    body: OpenedBody


class JoinedEvent(_Event):
    """An officer took it."""

    type: Literal[Kind.JOINED]
    body: JoinedBody


class MessageEvent(_Event):
    """Somebody wrote."""

    type: Literal[Kind.MESSAGE]
    body: MessageBody


class TranslationEvent(_Event):
    """A translation that came later."""

    type: Literal[Kind.TRANSLATION]
    body: TranslationBody


class LeftEvent(_Event):
    """The visitor has gone."""

    type: Literal[Kind.LEFT]
    body: LeftBody


class ReturnedEvent(_Event):
    """The visitor is back."""

    type: Literal[Kind.RETURNED]
    body: Nothing


class RequeuedEvent(_Event):
    """Nobody owns it now."""

    type: Literal[Kind.REQUEUED]
    body: RequeuedBody


class AttentionEvent(_Event):
    """An officer must look."""

    type: Literal[Kind.ATTENTION]
    body: AttentionBody | Nothing


class LanguageEvent(_Event):
    """The visitor's language was recognised."""

    type: Literal[Kind.LANGUAGE]
    body: LanguageBody


class ClosedEvent(_Event):
    """The conversation has ended."""

    type: Literal[Kind.CLOSED]
    body: ClosedBody


Event = Annotated[
    OpenedEvent
    | JoinedEvent
    | MessageEvent
    | TranslationEvent
    | LeftEvent
    | ReturnedEvent
    | RequeuedEvent
    | AttentionEvent
    | LanguageEvent
    | ClosedEvent,
    Field(discriminator="type"),
]


class OfficerName(Document):
    """The officer who owns a conversation, as both sides see her."""

    name: str
    collar: str


# -- frames ----------------------------------------------------------------------------------------------------------


class WelcomeFrame(Document):
    """The answer to `hello` (visitor) and `resume`: who is here, and where the record stands.

    Frames of type `events` with what was missed after `last` follow it.
    """

    type: Literal["welcome"]
    role: Literal["visitor", "officer"]
    conversation: ConversationRef
    state: State
    language: Tag
    service_language: str
    officer: OfficerName | None
    on_duty: Annotated[bool, Field(description="Whether an officer is there. Only `hello` looks; `resume` says true.")]
    seq: Annotated[int, Field(ge=1, description="Number of the last event of the record.")]
    n: Annotated[int, Field(ge=0, description="The last counter that was stored for this client id; 0 for none.")]
    visitor: VisitorState


class GreetingFrame(Document):
    """The answer to an officer's `hello`: this socket gets alerts of the queue. Also of type `welcome`."""

    type: Literal["welcome"]
    role: Literal["officer"]
    on_duty: bool


class EventsFrame(Document):
    """What was missed, oldest first. As many frames as it needs, each at most 32 KB; the last has `more` false."""

    type: Literal["events"]
    conversation: ConversationRef
    more: bool
    events: list[Event]


class EventFrame(Document):
    """Something has just been stored. A number that leaves a gap means that a frame was missed: send `resume`."""

    type: Literal["event"]
    conversation: ConversationRef
    event: Event


class AckFrame(Document):
    """Message `n` of this client is stored, as this event. `duplicate`: it was stored before."""

    type: Literal["ack"]
    conversation: ConversationRef
    n: Annotated[int, Field(ge=1)]
    event: MessageEvent
    duplicate: bool


class TypingFrame(Document):
    """The other side is writing."""

    type: Literal["typing"]
    conversation: ConversationRef
    party: Party


class ReadFrame(Document):
    """The other side has seen everything up to `seq`."""

    type: Literal["read"]
    conversation: ConversationRef
    party: Party
    seq: Annotated[int, Field(ge=0)]


class PresenceFrame(Document):
    """Somebody came, went, or covered the screen."""

    type: Literal["presence"]
    conversation: ConversationRef
    party: Party
    state: VisitorState


class QueueFrame(Document):
    """For officers on duty: the queue has changed. Fetch it again (`GET /officers/queue`)."""

    type: Literal["queue"]


class ErrorFrame(Document):
    """A frame of this client was refused; or, unasked, `replaced`: a newer console took this one's place.

    The socket stays open.
    """

    type: Literal["error"]
    code: Code
    message: Annotated[str, Field(description="For people who debug, in English. Never repeats what was sent.")]
    field: Annotated[str, Field(description="The field that is wrong.")] = ""
    n: Annotated[int, Field(ge=1, description="The counter of the message that was refused.")] = 0
    conversation: str = ""
    expected: Annotated[int, Field(ge=1, description="With `counter_gap`: the counter that comes next.")] = 0


ServerFrame = (
    WelcomeFrame
    | GreetingFrame
    | EventsFrame
    | EventFrame
    | AckFrame
    | TypingFrame
    | ReadFrame
    | PresenceFrame
    | QueueFrame
    | ErrorFrame
)

FRAMES: Final[dict[str, type[Document]]] = {
    "welcome": WelcomeFrame,
    "greeting": GreetingFrame,
    "events": EventsFrame,
    "event": EventFrame,
    "ack": AckFrame,
    "typing": TypingFrame,
    "read": ReadFrame,
    "presence": PresenceFrame,
    "queue": QueueFrame,
    "error": ErrorFrame,
}

FRAME: Final[TypeAdapter[ServerFrame]] = TypeAdapter(ServerFrame)
"""Reads any frame of the server; raises pydantic's ``ValidationError`` for one that is not described here."""
