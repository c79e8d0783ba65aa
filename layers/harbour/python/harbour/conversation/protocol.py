"""The frames that a client may send: typed, strict, each refused with a clear error that names the field.

The source of ``docs/chat-protocol.yaml`` (AsyncAPI 3), which is generated from these models.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from harbour.conversation.model import MAX_TEXT
from harbour.runtime.errors import Invalid

MAX_FRAME_BYTES: Final = 32 * 1024
"""API Gateway closes the socket on a larger frame; a proxy in between might not, so the door checks too."""

_CLIENT = r"^[A-Za-z0-9_-]{8,22}$"
_CONVERSATION = r"^[0-9a-f]{32}$"
_LANGUAGE = r"^([a-z]{2,3}(-[A-Za-z]{2,4})?|auto)$"

Client = Annotated[str, Field(pattern=_CLIENT, description="Made at random by each page load, kept in memory only.")]
ConversationRef = Annotated[str, Field(pattern=_CONVERSATION)]
Language = Annotated[str, Field(pattern=_LANGUAGE, description="BCP 47, or `auto` to have it recognised.")]
Seq = Annotated[int, Field(ge=0, le=2**31)]


class _Command(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Hello(_Command):
    """First frame of a socket. A visitor's opens or continues her conversation; an officer's asks for queue alerts."""

    action: Literal["hello"]
    client: Client
    language: Language = "auto"
    last: Seq = 0


class Resume(_Command):
    """Send what was missed since event ``last``. An officer also joins the conversation with it."""

    action: Literal["resume"]
    client: Client
    last: Seq = 0
    conversation: ConversationRef | None = None


class Send(_Command):
    """One message, stored verbatim. ``n`` counts this client's messages from 1; the same ``n`` again is a resend.

    A visitor's page names itself by ``client``, so that what arrives after its socket has gone is kept all the same.
    """

    action: Literal["send"]
    n: Annotated[int, Field(ge=1, le=2**31)]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    client: Client | None = None
    conversation: ConversationRef | None = None


class Typing(_Command):
    """Somebody is writing. Not stored."""

    action: Literal["typing"]
    conversation: ConversationRef | None = None


class Read(_Command):
    """Everything up to ``seq`` was seen. Not stored."""

    action: Literal["read"]
    seq: Seq
    conversation: ConversationRef | None = None


class Cover(_Command):
    """The visitor hid the chat (``on``) or shows it again."""

    action: Literal["cover"]
    on: bool


class Pause(_Command):
    """The visitor's quick exit."""

    action: Literal["pause"]


class Close(_Command):
    """End the conversation. An officer says with what outcome."""

    action: Literal["close"]
    conversation: ConversationRef | None = None
    outcome: Annotated[str, Field(max_length=64)] = ""


class Heartbeat(_Command):
    """Keeps the socket open. On API Gateway a mock route takes it and nothing runs."""

    action: Literal["heartbeat"]


Command = Hello | Resume | Send | Typing | Read | Cover | Pause | Close | Heartbeat

COMMANDS: Final[dict[str, type[Command]]] = {
    "hello": Hello,
    "resume": Resume,
    "send": Send,
    "typing": Typing,
    "read": Read,
    "cover": Cover,
    "pause": Pause,
    "close": Close,
    "heartbeat": Heartbeat,
}

_TOO_LONG: Final = f"At most {MAX_TEXT:,} characters."
_CODES: Final = {"string_too_long": "too_long", "string_too_short": "empty_text"}


def parse(body: str) -> Command:
    """The command in a text frame.

    Raises
    ------
    Invalid
        ``too_large``, ``bad_frame`` (not a JSON object), ``unknown_action``, ``lone_surrogate``, ``too_long``,
        ``empty_text`` or ``bad_field``, with the field. The text of the frame is never repeated.
    """
    if len(body) > MAX_FRAME_BYTES or len(body.encode("utf-8", "surrogatepass")) > MAX_FRAME_BYTES:
        raise Invalid("too_large", f"A frame holds at most {MAX_FRAME_BYTES} bytes.")
    try:
        frame = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("bad_frame", "A frame is a JSON object.") from None
    if not isinstance(frame, dict):
        raise Invalid("bad_frame", "A frame is a JSON object.")
    action = frame.get("action")
    model = COMMANDS.get(action) if isinstance(action, str) else None
    if model is None:
        raise Invalid("unknown_action", f"Known actions: {', '.join(COMMANDS)}.", field="action")
    for name, value in frame.items():
        if isinstance(value, str):
            require_unicode(value, name)
    try:
        return model.model_validate(frame)
    except ValidationError as error:
        refuse(error)


def require_text(text: str, field: str) -> None:
    """Raise ``Invalid`` for what is no message (``lone_surrogate``, ``empty_text``, ``too_long``)."""
    require_unicode(text, field)
    if not text:
        raise Invalid("empty_text", "A message has at least one character.", field=field)
    if len(text) > MAX_TEXT:
        raise Invalid("too_long", _TOO_LONG, field=field)


def require_unicode(text: str, field: str) -> None:
    """Raise ``Invalid`` ``lone_surrogate`` for what is no Unicode text: it could never be sealed (RFC 8785)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid("lone_surrogate", "The text holds half a character (a lone surrogate).", field=field) from None


def refuse(error: ValidationError) -> NoReturn:
    """Raise pydantic's first finding as a typed error: the field and the rule, never the value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "body"
    field = "".join(c for c in field if c.isascii() and (c.isalnum() or c in "._-"))[:64] or "body"
    code = _CODES.get(first["type"], "bad_field") if field == "text" else "bad_field"
    message = _TOO_LONG if code == "too_long" else first["msg"]
    raise Invalid(code, message, field=field) from None


def schema() -> dict[str, Any]:
    """JSON Schema of each command, by action, for the protocol document."""
    return {action: TypeAdapter(model).json_schema() for action, model in COMMANDS.items()}
