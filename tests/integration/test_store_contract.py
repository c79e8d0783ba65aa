"""One contract, two stores: the table (on moto, whose conditional writes and queries tell the truth) and the fake.

What moto does not tell truly (capacity, index lag) is measured on the embedded cloud by ``make bench``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from harbour.aws.conversations import ConversationTable, DutyTable, TicketTable
from harbour.conversation import model
from harbour.conversation.model import (
    Attention,
    ClientId,
    ConnectionId,
    ConversationId,
    Entry,
    Kind,
    Left,
    Presence,
    State,
    Timing,
    first_entry,
    next_entry,
    opened,
)
from harbour.conversation.ports import ConversationStore, DutyRoster, Moved, Note, OnDuty
from harbour.evidence.chain import Body
from harbour.evidence.model import Sealed
from harbour.identity.model import Grant, Role, Ticket
from harbour.runtime.clock import SystemClock
from harbour.runtime.errors import Conflict
from tests.unit.conversation.world import AMELIA, START, MemoryRoster, MemoryStore

A = ConversationId("a" * 32)
TIMING = Timing()


@pytest.fixture(params=["table", "fake"])
def store(request: pytest.FixtureRequest) -> ConversationStore:
    if request.param == "fake":
        return MemoryStore(lambda _: None)
    return ConversationTable(request.getfixturevalue("dynamodb_conversations"), "conversations", SystemClock())


def conversation(id_: ConversationId = A, minutes: int = 0) -> model.Conversation:
    now = START + timedelta(minutes=minutes)
    return opened(
        id=id_, force="eastshire", language="es", service_language="en", resume_hash="0" * 64, now=now, timing=TIMING
    )


def begin(store: ConversationStore, id_: ConversationId = A, minutes: int = 0) -> tuple[model.Conversation, Entry]:
    state = conversation(id_, minutes)
    first = first_entry(state)
    store.open(state, first)
    return state, first


def message(last: Entry, text: str, client: str = "page-one", n: int = 1, role: Role = Role.VISITOR) -> Entry:
    body = {"text": text, "language": "es"}
    return next_entry(
        last, kind=Kind.MESSAGE, actor="visitor", body=body, now=START, said_by=(ClientId(client), n, role)
    )


def test_what_was_opened_is_read_back(store: ConversationStore) -> None:
    state, first = begin(store)
    tail = store.tail(A)
    assert tail is not None
    assert (tail.conversation, tail.presences, tail.last) == (state, (), first)


def test_there_is_nothing_where_nothing_was_opened(store: ConversationStore) -> None:
    assert store.tail(A) is None
    assert list(store.events(A)) == []


def test_a_conversation_is_opened_once(store: ConversationStore) -> None:
    begin(store)
    with pytest.raises(Moved):
        begin(store)


def test_a_number_is_taken_once(store: ConversationStore) -> None:
    _, first = begin(store)
    store.append(message(first, "uno"))
    with pytest.raises(Moved):
        store.append(message(first, "dos"))
    assert [e.event.body.get("text") for e in store.events(A)] == [None, "uno"]


def test_an_entry_comes_back_to_the_letter(store: ConversationStore) -> None:
    _, first = begin(store)
    entry = message(first, " e\u0301 \u202e\u0000\n😀 ")
    store.append(entry)
    assert next(store.events(A, after=1)) == entry


def test_a_change_and_its_entry_are_stored_together_or_not_at_all(store: ConversationStore) -> None:
    state, first = begin(store)
    store.append(message(first, "uno"))
    taken = replace(state, revision=2, step=3, owner=AMELIA, state=State.ACTIVE)
    with pytest.raises(Moved):
        store.change(taken, next_entry(first, kind=Kind.JOINED, actor="officer:4417", body={}, now=START))
    tail = store.tail(A)
    assert tail is not None
    assert (tail.conversation, tail.last.kind) == (state, Kind.MESSAGE)
    store.change(taken, next_entry(tail.last, kind=Kind.JOINED, actor="officer:4417", body={}, now=START))
    assert store.tail(A).conversation == taken  # type: ignore[union-attr]


def test_a_change_of_an_old_revision_is_refused(store: ConversationStore) -> None:
    state, _ = begin(store)
    store.change(replace(state, revision=2, language="fr"), None)
    with pytest.raises(Moved):
        store.change(replace(state, revision=2, language="de"), None)


def test_every_field_of_the_state_survives(store: ConversationStore) -> None:
    state, _ = begin(store)
    full = replace(
        state,
        revision=2,
        owner=AMELIA,
        state=State.PAUSED,
        left=Left.DROPPED,
        attention=Attention.DROPPED,
        visitor_gone_at=START,
        officer_gone_at=START + timedelta(seconds=1),
    )
    store.change(full, None)
    assert store.tail(A).conversation == full  # type: ignore[union-attr]


def test_the_tail_has_everybody_present_however_many(store: ConversationStore) -> None:
    _, first = begin(store)
    present = [
        Presence(connection=ConnectionId(f"c{i}="), role=Role.OFFICER, client=ClientId(f"page-{i:04}"), collar="4417")
        for i in range(9)
    ]
    for presence in present:
        store.join(A, presence)
    store.leave(A, ConnectionId("c3="))
    store.leave(A, ConnectionId("never there"))
    tail = store.tail(A)
    assert tail is not None
    assert sorted(p.connection for p in tail.presences) == [f"c{i}=" for i in range(9) if i != 3]
    assert tail.last == first


def test_a_resend_is_found_by_its_counter(store: ConversationStore) -> None:
    _, last = begin(store)
    for n in (1, 2, 3):
        last = message(last, str(n), n=n)
        store.append(last)
    store.append(message(last, "other", client="page-two"))
    found = store.said(A, ClientId("page-one"), 2)
    assert found is not None
    assert found.event.body["text"] == "2"
    assert store.said(A, ClientId("page-one"), 4) is None
    assert store.last_said(A, ClientId("page-one")) == 3
    assert store.last_said(A, ClientId("nobody")) == 0


def test_due_conversations_come_longest_overdue_first_and_only_when_due(store: ConversationStore) -> None:
    begin(store, A, minutes=5)
    begin(store, ConversationId("b" * 32), minutes=0)
    begin(store, ConversationId("c" * 32), minutes=50)
    assert store.due(START + timedelta(minutes=20), 10) == [ConversationId("b" * 32), A]
    assert store.due(START + timedelta(minutes=20), 1) == [ConversationId("b" * 32)]


def test_a_conversation_stands_in_the_list_of_its_state(store: ConversationStore) -> None:
    state, _ = begin(store)
    assert [c.id for c in store.listed("waiting")] == [A]
    store.change(replace(state, revision=2, state=State.CLOSED, closed_at=START, closed_by="visitor"), None)
    assert store.listed("waiting") == []
    assert [c.id for c in store.listed("closed#2026-11", newest_first=True)] == [A]


def test_a_list_is_whole_however_long_unless_it_is_limited(store: ConversationStore) -> None:
    for number in range(230):
        begin(store, ConversationId(f"{number:032x}"), minutes=number)
    assert [c.id for c in store.listed("waiting")] == [f"{number:032x}" for number in range(230)]
    assert [c.id for c in store.listed("waiting", 2, newest_first=True)] == [f"{n:032x}" for n in (229, 228)]


def test_a_sealed_conversation_needs_no_timer(store: ConversationStore) -> None:
    state, _ = begin(store)
    if isinstance(store, ConversationTable):
        with pytest.raises(Conflict):
            store.mark_sealed(A, Sealed(key="k", sha256="0" * 64, sealed_at=START))
    store.change(replace(state, revision=2, state=State.CLOSED, closed_at=START, closed_by="visitor"), None)
    for _ in range(2):
        store.mark_sealed(A, Sealed(key="k", sha256="0" * 64, sealed_at=START))  # type: ignore[attr-defined]
        if isinstance(store, MemoryStore):
            break
    assert store.due(START + timedelta(days=9), 10) == []
    assert store.tail(A).conversation.sealed == Sealed(key="k", sha256="0" * 64, sealed_at=START)  # type: ignore[union-attr]


def test_notes_are_kept_in_order_and_out_of_the_record(dynamodb_conversations: Any) -> None:
    table = ConversationTable(dynamodb_conversations, "conversations", SystemClock())
    begin(table)
    for number in range(3):
        table.add(A, Note(id=f"20261122T10000{number}Z", at=START, by=AMELIA, text=f"note {number}"))
    assert [n.text for n in table.notes(A)] == ["note 0", "note 1", "note 2"]
    assert [e.kind for e in table.events(A)] == ["opened"]
    assert table.tail(A).last.kind == "opened"  # type: ignore[union-attr]


def test_a_ticket_is_taken_once_and_stored_without_the_ticket(dynamodb_conversations: Any) -> None:
    table = TicketTable(dynamodb_conversations, "conversations")
    ticket = Ticket("f" * 64, Grant(role=Role.OFFICER, officer=AMELIA), START)
    table.put(ticket)
    assert table.look("f" * 64) == ticket
    assert table.take("f" * 64) == ticket
    assert table.look("f" * 64) is None
    assert table.take("f" * 64) is None


@pytest.fixture(params=["table", "fake"])
def roster(request: pytest.FixtureRequest) -> DutyRoster:
    if request.param == "fake":
        return MemoryRoster(lambda _: None)
    return DutyTable(request.getfixturevalue("dynamodb_conversations"), "conversations")


def test_a_new_session_is_off_duty_and_duty_leaves_the_socket_alone(roster: DutyRoster) -> None:
    assert roster.connected(AMELIA, ConnectionId("a="), "en", START) == OnDuty(
        AMELIA, "en", False, ConnectionId("a="), START
    )
    on = roster.set_duty(AMELIA, "cy", on_duty=True, at=START)
    assert (on.connection, on.on_duty, on.language) == ("a=", True, "cy")
    again = roster.connected(AMELIA, ConnectionId("b="), "en", START)
    assert (again.connection, again.on_duty, again.language) == ("b=", True, "cy")
    assert roster.all() == [again]


def test_a_session_loses_only_its_own_socket(roster: DutyRoster) -> None:
    session = roster.connected(AMELIA, ConnectionId("new"), "en", START)
    roster.drop("4417", ConnectionId("old"), START)
    assert roster.get("4417") == session
    roster.drop("4417", ConnectionId("new"), START + timedelta(minutes=1))
    assert roster.get("4417") == replace(session, connection=None, seen_at=START + timedelta(minutes=1))
    assert roster.get("0000") is None


def test_a_state_read_before_a_step_is_read_again(dynamodb_conversations: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB reads a query's items one after another: here the end is stored between the state and the last entry."""
    table = ConversationTable(dynamodb_conversations, "conversations", SystemClock())
    state, first = begin(table)
    stale = next(iter(table._query(A, reverse=True)))
    ended = replace(state, revision=2, step=2, state=State.CLOSED, closed_at=START, closed_by="visitor")
    table.change(ended, next_entry(first, kind=Kind.CLOSED, actor="visitor", body={}, now=START))
    query, torn = table._query, iter([True, False, False])

    def torn_once(*args: Any, **kwargs: Any) -> Iterator[Any]:
        read = list(query(*args, **kwargs))
        yield from [stale, *read[1:]] if next(torn) else read

    monkeypatch.setattr(table, "_query", torn_once)
    tail = table.tail(A)
    assert tail is not None
    assert tail.conversation.state is State.CLOSED


def test_a_message_with_its_translation_costs_one_write_unit(dynamodb_conversations: Any) -> None:
    """120 characters and their translation stay below 1 KB, DynamoDB's write unit (names and values, UTF-8)."""
    from harbour.aws.items import entry_item

    _, first = begin(ConversationTable(dynamodb_conversations, "conversations", SystemClock()))
    text = (
        "No sé qué hacer, él llega a las seis y los niños están conmigo, "
        "tengo mucho miedo de lo que pueda pasar esta noche aquí."
    )
    body: Body = {
        "text": text,
        "language": "es",
        "translations": [{"to": "en", "from": "es", "text": text, "engine": "amazon-translate"}],
    }
    entry = next_entry(
        first, kind=Kind.MESSAGE, actor="visitor", body=body, now=START, said_by=(ClientId("x" * 22), 30, Role.VISITOR)
    )
    size = 0
    for name, value in entry_item(entry).items():
        written: Any = next(iter(value.values()))
        size += len(name) + len(written.encode() if isinstance(written, str) else written)
    assert len(text) >= 120
    assert size <= 1024
