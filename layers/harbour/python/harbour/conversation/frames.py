"""The frames that the server sends: plain functions from values to bytes, one per frame type.

A frame never exceeds :data:`FRAME_BYTES`, API Gateway's frame limit: the missed events of a resume are split over
several frames, and a single event that is too large is shown without its translations (the record holds them).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harbour.conversation.model import FOR_OFFICERS_ONLY, Conversation, Entry, Kind, Tail
from harbour.identity.model import Role
from harbour.runtime.errors import HarbourError

FRAME_BYTES = 32 * 1024
"""Amazon API Gateway quota: WebSocket frame size."""

_ENVELOPE_BYTES = 256

Json = Mapping[str, Any]


def encode(frame: Json) -> bytes:
    """The frame as it goes over the wire."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()


def event(entry: Entry, role: Role) -> dict[str, Any]:
    """An entry as one party sees it. What is not for visitors keeps its place with an empty body."""
    head = entry.event.head
    hidden = role is Role.VISITOR and head.type in FOR_OFFICERS_ONLY
    without = ("outcome",) if role is Role.VISITOR else ()
    return {
        "seq": head.seq,
        "type": head.type,
        "actor": head.actor,
        "at": head.ts,
        "body": {} if hidden else {k: v for k, v in entry.event.body.items() if k not in without},
    }


def live(entry: Entry, role: Role) -> bytes:
    """``event``: something has just happened."""
    return _fitting(lambda shown: {"type": "event", "conversation": entry.event.head.conv, "event": shown}, entry, role)


def ack(entry: Entry, n: int, role: Role, *, duplicate: bool) -> bytes:
    """``ack``: message ``n`` is stored, as this event."""
    return _fitting(
        lambda shown: {
            "type": "ack",
            "conversation": entry.event.head.conv,
            "n": n,
            "event": shown,
            "duplicate": duplicate,
        },
        entry,
        role,
    )


def missed(conversation: str, entries: Iterable[Entry], role: Role) -> Iterator[bytes]:
    """``events``: what was missed, oldest first, in as few frames as fit; the last one says ``more: false``."""

    def frame(events: list[bytes], *, more: bool) -> bytes:
        head = f'{{"type":"events","conversation":"{conversation}","more":{str(more).lower()},"events":['
        return head.encode() + b",".join(events) + b"]}"

    pending: list[bytes] = []
    size = 0
    for entry in entries:
        shown = encode(event(entry, role))
        if len(shown) > FRAME_BYTES - _ENVELOPE_BYTES:
            shown = encode(_without_translations(event(entry, role)))
        if pending and size + len(shown) + 1 > FRAME_BYTES - _ENVELOPE_BYTES:
            yield frame(pending, more=True)
            pending, size = [], 0
        pending.append(shown)
        size += len(shown) + 1
    yield frame(pending, more=False)


def welcome(tail: Tail, role: Role, *, n: int, on_duty: bool) -> bytes:
    """``welcome``: who is here, where the record stands, and the last counter stored for this client."""
    conversation = tail.conversation
    return encode(
        {
            "type": "welcome",
            "role": role.value,
            "conversation": conversation.id,
            "state": conversation.state.value,
            "language": conversation.language,
            "service_language": conversation.service_language,
            "officer": officer_of(conversation),
            "on_duty": on_duty,
            "seq": tail.last.seq,
            "n": n,
            "visitor": visitor_state(tail),
        }
    )


def greeting(*, on_duty: bool) -> bytes:
    """``welcome`` for an officer's socket that has not joined a conversation yet."""
    return encode({"type": "welcome", "role": Role.OFFICER.value, "on_duty": on_duty})


def typing(conversation: str, role: Role) -> bytes:
    """``typing``: the other side is writing."""
    return encode({"type": "typing", "conversation": conversation, "party": role.value})


def read(conversation: str, role: Role, seq: int) -> bytes:
    """``read``: the other side has seen everything up to ``seq``."""
    return encode({"type": "read", "conversation": conversation, "party": role.value, "seq": seq})


def presence(conversation: str, role: Role, state: str) -> bytes:
    """``presence``: ``here``, ``gone`` or ``covered``."""
    return encode({"type": "presence", "conversation": conversation, "party": role.value, "state": state})


def queue() -> bytes:
    """``queue``: it has changed; fetch it again."""
    return encode({"type": "queue"})


def error(refused: HarbourError, *, n: int | None = None, conversation: str | None = None) -> bytes:
    """``error``: what was refused, why, and which field; the connection stays."""
    frame: dict[str, Any] = {"type": "error", "code": refused.code, "message": refused.message}
    if refused.field:
        frame["field"] = refused.field
    if n is not None:
        frame["n"] = n
    if conversation:
        frame["conversation"] = conversation
    return encode(frame | refused.extra)


def officer_of(conversation: Conversation) -> dict[str, str] | None:
    """The owner as both sides see them."""
    owner = conversation.owner
    return {"name": owner.name, "collar": owner.collar} if owner else None


def visitor_state(tail: Tail) -> str:
    """``here``, ``covered`` (her screen shows something harmless) or ``gone``."""
    sockets = tail.of(Role.VISITOR)
    if not sockets:
        return "gone"
    return "covered" if all(s.covered for s in sockets) else "here"


def _fitting(frame: Any, entry: Entry, role: Role) -> bytes:
    shown = event(entry, role)
    encoded = encode(frame(shown))
    return encoded if len(encoded) <= FRAME_BYTES else encode(frame(_without_translations(shown)))


def _without_translations(shown: dict[str, Any]) -> dict[str, Any]:
    if shown["type"] != Kind.MESSAGE:
        return shown
    body = shown["body"]
    lacking = [{"to": t["to"], "reason": "too_large"} for t in body.get("translations", ())]
    rest = {k: v for k, v in body.items() if k != "translations"}
    return shown | {"body": rest | {"untranslated": [*body.get("untranslated", ()), *lacking]}}
