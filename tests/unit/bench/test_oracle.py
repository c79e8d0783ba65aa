"""The oracle finds what is wrong: a judge that cannot convict proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from harbour.aws import items
from harbour.conversation.model import ClientId, ConversationId, Kind, Timing, first_entry, next_entry, opened
from harbour.identity.model import Role
from tests.bench import oracle
from tests.bench.measures.hops import path_to
from tests.bench.wire import Operation

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
Items = list[dict[str, Any]]


def partition() -> Items:
    """A conversation of three messages as it lies in the table."""
    state = opened(
        id=ConversationId("a" * 32),
        force="eastshire",
        language="es",
        service_language="en",
        resume_hash="0" * 64,
        now=NOW,
        timing=Timing(),
    )
    last = first_entry(state)
    written: Items = [dict(items.entry_item(last))]
    for n in (1, 2, 3):
        last = next_entry(
            last,
            kind=Kind.MESSAGE,
            actor="visitor",
            body={"text": f"mensaje {n} 😀\u0001", "language": "es"},
            now=NOW,
            said_by=(ClientId("page-one"), n, Role.VISITOR),
        )
        written.append(dict(items.entry_item(last)))
    return [*written, dict(items.conversation_item(state))]


def test_a_record_as_it_is_written_is_read_back() -> None:
    events = oracle.record(partition())
    assert [(e.seq, e.kind) for e in events] == [(1, "opened"), (2, "message"), (3, "message"), (4, "message")]
    assert events[1].body["text"] == "mensaje 1 😀\u0001"


def _missing(stored: Items) -> None:
    del stored[2]


def _swapped(stored: Items) -> None:
    stored[1]["b"], stored[2]["b"] = stored[2]["b"], stored[1]["b"]


def _other_text(stored: Items) -> None:
    stored[2]["b"] = {"S": stored[2]["b"]["S"].replace("mensaje", "mensaja")}


def _other_speaker(stored: Items) -> None:
    stored[3]["a"] = {"S": "officer:4417"}


def _unlinked(stored: Items) -> None:
    stored[3]["p"] = {"B": bytes(32)}


@pytest.mark.parametrize("spoil", [_missing, _swapped, _other_text, _other_speaker, _unlinked])
def test_a_spoilt_record_is_refused(spoil: Callable[[Items], None]) -> None:
    stored = partition()
    spoil(stored)
    with pytest.raises(AssertionError):
        oracle.record(stored)


def operation(name: str, began: float, ended: float, connection: str = "") -> Operation:
    service, _, called = name.partition(".")
    return Operation(service=service, name=called, began=began, ended=ended, connection=connection)


def test_calls_side_by_side_count_as_one_hop() -> None:
    calls = [
        operation("dynamodb.Query", 0, 1),
        operation("translate.TranslateText", 1, 2),
        operation("translate.TranslateText", 1.1, 2.1),
        operation("dynamodb.PutItem", 2.2, 3),
        operation("sockets.POST", 3.1, 4, "sender"),
        operation("sockets.POST", 3.2, 4, "recipient"),
        operation("events.PutEvents", 5, 6),
    ]
    assert [o.called for o in path_to(calls, "recipient")] == [
        "dynamodb.Query",
        "translate.TranslateText",
        "dynamodb.PutItem",
        "sockets.POST",
    ]


def test_a_frame_that_never_came_has_no_path() -> None:
    assert path_to([operation("dynamodb.PutItem", 0, 1)], "recipient") == []
