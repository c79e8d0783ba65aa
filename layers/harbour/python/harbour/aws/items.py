"""How conversations, entries and presences are written as DynamoDB items. Pure; names are in docs/data-model.md.

An entry of 120 characters with its translation stays below 1 KB, one write unit: hashes and salts are binary, attribute
names short, and the body is the very RFC 8785 text whose bytes are committed to.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from harbour.conversation.model import (
    ENTRY_WEIGHT,
    Attention,
    ClientId,
    ConnectionId,
    Conversation,
    ConversationId,
    Counter,
    Entry,
    Left,
    Presence,
    State,
    work_list,
)
from harbour.conversation.ports import Note, OnDuty
from harbour.evidence.chain import VERSION, Event, Head, canonical
from harbour.evidence.model import Sealed
from harbour.identity.model import Grant, Officer, Role, Ticket
from harbour.runtime.clock import parse, rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef as Value

    Item = dict[str, Value]

STATE = "S#"
EVENT = "M#"
NOTE = "I#"
PRESENCE = "P#"

PRESENCE_LIFETIME = timedelta(hours=3)
"""API Gateway closes a socket after two hours; what is left after three is rubbish."""

SESSION_LIFETIME = timedelta(hours=16)
"""An officer's session that nobody ended, after the longest shift."""

_ROLE = {Role.VISITOR: "v", Role.OFFICER: "o"}
_ROLE_OF = {short: role for role, short in _ROLE.items()}


def event_key(seq: int) -> str:
    """Sort key of entry ``seq``: numbers sort as text."""
    return f"{EVENT}{seq:010d}"


def key(pk: str, sk: str) -> Item:
    """A primary key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def epoch(instant: datetime) -> str:
    """Milliseconds since 1970, as DynamoDB writes a number."""
    return str(round(instant.timestamp() * 1000))


def instant(milliseconds: str) -> datetime:
    """The instant that :func:`epoch` wrote."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


# -- entries ---------------------------------------------------------------------------------------------------------


def entry_item(entry: Entry) -> Item:
    """One entry of the record."""
    head = entry.event.head
    return key(head.conv, event_key(head.seq)) | {
        "t": {"S": head.type},
        "a": {"S": head.actor},
        "ts": {"S": head.ts},
        "p": {"B": bytes.fromhex(head.prev)},
        "c": {"B": bytes.fromhex(head.commit)},
        "s": {"B": bytes.fromhex(entry.event.salt)},
        "h": {"B": bytes.fromhex(entry.hash)},
        "b": {"S": canonical(dict(entry.event.body)).decode()},
        "k": {"N": str(entry.step)},
        "w": {"N": str(entry.weight)},
        "n": {"S": " ".join(f"{client}:{c.n}:{c.seq}:{_ROLE[c.role]}" for client, c in entry.counters.items())},
    }


def entry_of(item: Mapping[str, Value]) -> Entry:
    """The entry that :func:`entry_item` wrote."""
    head = Head(
        v=VERSION,
        conv=item["pk"]["S"],
        seq=int(item["sk"]["S"].removeprefix(EVENT)),
        type=item["t"]["S"],
        actor=item["a"]["S"],
        ts=item["ts"]["S"],
        prev=_hex(item["p"]),
        commit=_hex(item["c"]),
    )
    counters = {}
    for written in item["n"]["S"].split():
        client, n, seq, role = written.split(":")
        counters[ClientId(client)] = Counter(int(n), int(seq), _ROLE_OF[role])
    event = Event(head, _hex(item["s"]), json.loads(item["b"]["S"]))
    # An entry of a conversation that was begun before entries were weighed has no weight.
    weight = int(item["w"]["N"]) if "w" in item else ENTRY_WEIGHT
    return Entry(event, _hex(item["h"]), counters, int(item["k"]["N"]), weight)


def _hex(value: Value) -> str:
    return value["B"].hex()


# -- state -----------------------------------------------------------------------------------------------------------

_INSTANTS = ("opened_at", "since", "visitor_gone_at", "officer_gone_at", "closed_at")


def conversation_item(conversation: Conversation) -> Item:
    """The state. ``work`` and ``due`` put it into the two sparse indexes; without a timer it is not in ``due``."""
    written: dict[str, str | None] = {
        "force": conversation.force,
        "state": conversation.state.value,
        "language": conversation.language,
        "service_language": conversation.service_language,
        "resume_hash": conversation.resume_hash,
        "left": conversation.left.value if conversation.left else None,
        "attention": conversation.attention.value if conversation.attention else None,
        "closed_by": conversation.closed_by or None,
        "outcome": conversation.outcome or None,
        "crime": conversation.crime or None,
        "owner_collar": conversation.owner.collar if conversation.owner else None,
        "owner_name": conversation.owner.name if conversation.owner else None,
        "sealed_key": conversation.sealed.key if conversation.sealed else None,
        "sealed_sha256": conversation.sealed.sha256 if conversation.sealed else None,
        "sealed_at": rfc3339(conversation.sealed.sealed_at) if conversation.sealed else None,
        "work": work_list(conversation),
    } | {name: _written(getattr(conversation, name)) for name in _INSTANTS}
    item: Item = key(conversation.id, STATE) | {name: {"S": text} for name, text in written.items() if text is not None}
    item["revision"] = {"N": str(conversation.revision)}
    item["step"] = {"N": str(conversation.step)}
    if conversation.due_at is not None:
        item["due"] = {"S": "due"}
        item["due_at"] = {"N": epoch(conversation.due_at)}
    return item


def conversation_of(item: Mapping[str, Value]) -> Conversation:
    """The state that :func:`conversation_item` wrote."""

    def text(name: str) -> str:
        return item[name]["S"] if name in item else ""

    instants: dict[str, Any] = {name: parse(text(name)) if name in item else None for name in _INSTANTS}
    return Conversation(
        id=ConversationId(item["pk"]["S"]),
        force=text("force"),
        state=State(text("state")),
        language=text("language"),
        service_language=text("service_language"),
        resume_hash=text("resume_hash"),
        revision=int(item["revision"]["N"]),
        step=int(item["step"]["N"]),
        owner=Officer(text("owner_collar"), text("owner_name")) if "owner_collar" in item else None,
        left=Left(text("left")) if "left" in item else None,
        attention=Attention(text("attention")) if "attention" in item else None,
        due_at=instant(item["due_at"]["N"]) if "due_at" in item else None,
        closed_by=text("closed_by"),
        outcome=text("outcome"),
        crime=text("crime"),
        sealed=(
            Sealed(key=text("sealed_key"), sha256=text("sealed_sha256"), sealed_at=parse(text("sealed_at")))
            if "sealed_key" in item
            else None
        ),
        **instants,
    )


def _written(instant: datetime | None) -> str | None:
    return rfc3339(instant) if instant else None


# -- presence, notes, duty, tickets ----------------------------------------------------------------------------------


def presence_item(conversation: ConversationId, presence: Presence, now: datetime) -> Item:
    """A socket in a conversation."""
    return key(conversation, PRESENCE + presence.connection) | {
        "role": {"S": presence.role.value},
        "client": {"S": presence.client},
        "language": {"S": presence.language},
        "collar": {"S": presence.collar},
        "covered": {"BOOL": presence.covered},
        "expires": _expires(now + PRESENCE_LIFETIME),
    }


def presence_of(item: Mapping[str, Value]) -> Presence:
    """The presence that :func:`presence_item` wrote."""
    return Presence(
        connection=ConnectionId(item["sk"]["S"].removeprefix(PRESENCE)),
        role=Role(item["role"]["S"]),
        client=ClientId(item["client"]["S"]),
        language=item["language"]["S"],
        collar=item["collar"]["S"],
        covered=item["covered"]["BOOL"],
    )


def note_item(conversation: ConversationId, note: Note) -> Item:
    """An officer's note."""
    return key(conversation, NOTE + note.id) | {
        "ts": {"S": rfc3339(note.at)},
        "collar": {"S": note.by.collar},
        "name": {"S": note.by.name},
        "text": {"S": note.text},
    }


def note_of(item: Mapping[str, Value]) -> Note:
    """The note that :func:`note_item` wrote."""
    return Note(
        id=item["sk"]["S"].removeprefix(NOTE),
        at=parse(item["ts"]["S"]),
        by=Officer(item["collar"]["S"], item["name"]["S"]),
        text=item["text"]["S"],
    )


def session_always(officer: Officer, at: datetime) -> Item:
    """What every change of an officer's session writes."""
    return {
        "name": {"S": officer.name},
        "seen_at": {"S": rfc3339(at)},
        "expires": _expires(at + SESSION_LIFETIME),
    }


def session_duty(language: str, *, on_duty: bool) -> Item:
    """What going on or off duty writes."""
    return {"on_duty": {"BOOL": on_duty}, "language": {"S": language}}


def session_socket(connection: ConnectionId) -> Item:
    """What a new socket writes."""
    return {"connection": {"S": connection}}


def session_of(item: Mapping[str, Value]) -> OnDuty:
    """The session that the updates of :class:`harbour.aws.conversations.DutyTable` leave."""
    return OnDuty(
        officer=Officer(item["sk"]["S"].removeprefix("D#"), item["name"]["S"]),
        language=item["language"]["S"],
        on_duty=item["on_duty"]["BOOL"],
        connection=ConnectionId(item["connection"]["S"]) if "connection" in item else None,
        seen_at=parse(item["seen_at"]["S"]),
    )


def ticket_item(ticket: Ticket) -> Item:
    """A ticket, by its hash."""
    return key("ticket#" + ticket.hash, "T#") | {
        "grant": {"M": {name: {"S": text} for name, text in ticket.grant.as_context().items()}},
        "until": {"N": epoch(ticket.expires_at)},
        "expires": _expires(ticket.expires_at),
    }


def ticket_of(item: Mapping[str, Value]) -> Ticket:
    """The ticket that :func:`ticket_item` wrote."""
    context = {name: value["S"] for name, value in item["grant"]["M"].items()}
    return Ticket(item["pk"]["S"].removeprefix("ticket#"), Grant.from_context(context), instant(item["until"]["N"]))


def _expires(instant: datetime) -> Value:
    """DynamoDB's time to live, in seconds; it may delete days later, so nobody relies on it."""
    return {"N": str(int(instant.timestamp()))}
