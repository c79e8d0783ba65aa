"""Other people's conversations: whole ones in the table, with open sockets, that a measure must not touch."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from harbour.aws import items
from harbour.conversation.model import (
    ClientId,
    ConnectionId,
    ConversationId,
    Presence,
    State,
    Timing,
    accepted,
    first_entry,
    next_entry,
    opened,
)
from harbour.conversation.model import Tail as ConversationTail
from harbour.identity.model import Officer, Role
from tests.bench.bench import Table
from tests.bench.wire import Sockets

TWO = 2
"""Sockets of one conversation: its visitor's and its officer's."""


def appear(table: Table, sockets: Sockets, connections: int) -> set[str]:
    """Put that many open connections into the table, two to a conversation; their names.

    Raises
    ------
    ValueError
        For an odd number.
    """
    if connections % TWO:
        raise ValueError("two connections to a conversation")
    written: list[dict[str, Any]] = []
    names: set[str] = set()
    for number in range(connections // TWO):
        conversation, two = _conversation(number)
        written += conversation
        names |= two
    table.write(written)
    for name in names:
        sockets.open(name)
    return names


def _conversation(number: int) -> tuple[list[dict[str, Any]], set[str]]:
    """The items of an active conversation, and the names of its sockets."""
    now, timing = datetime.now(UTC), Timing()
    officer = Officer(f"{5000 + number}", "Another Officer")
    state = opened(
        id=ConversationId(secrets.token_hex(16)),
        force="eastshire",
        language="en",
        service_language="en",
        resume_hash="0" * 64,
        now=now,
        timing=timing,
    )
    first = first_entry(state)
    change = accepted(ConversationTail(state, (), first), officer, "en", now, timing)
    assert change.kind is not None
    assert change.conversation.state is State.ACTIVE
    joined = next_entry(first, kind=change.kind, actor=change.actor, body=change.body, now=now)
    present = [
        Presence(connection=_connection(), role=Role.VISITOR, client=ClientId(secrets.token_hex(6)), language="en"),
        Presence(
            connection=_connection(), role=Role.OFFICER, client=ClientId(secrets.token_hex(6)), collar=officer.collar
        ),
    ]
    return [
        dict(items.conversation_item(change.conversation)),
        dict(items.entry_item(first)),
        dict(items.entry_item(joined)),
        *(dict(items.presence_item(state.id, presence, now)) for presence in present),
    ], {presence.connection for presence in present}


def _connection() -> ConnectionId:
    return ConnectionId(f"{secrets.token_urlsafe(9)[:11]}CIAMc=")
