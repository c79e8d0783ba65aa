"""The rules of a record, one at a time: each has a record that breaks it and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harbour.evidence import history
from harbour.evidence.chain import Event, head_hash
from tests.unit.evidence.conversations import FULL, chained_again, events_of


def changed(place: int, *, body: dict[str, Any] | None = None, salt: str | None = None, **head: Any) -> list[Event]:
    events = events_of(FULL)
    event = events[place]
    events[place] = replace(
        event,
        head=replace(event.head, **head),
        salt=event.salt if salt is None else salt,
        body=event.body if body is None else body,
    )
    return events


def everywhere(**head: Any) -> list[Event]:
    return chained_again([replace(e, head=replace(e.head, **head)) for e in events_of(FULL)])


def test_a_record_as_the_chat_writes_it_has_no_fault() -> None:
    assert list(history.faults(events_of(FULL))) == []
    assert list(history.read(history.write(events_of(FULL)))) == events_of(FULL)


@pytest.mark.parametrize("conversation", ["", "../../evil", "5F" * 16, "5f" * 15, "5f" * 17, "5f" * 16 + "\n"])
def test_a_conversation_has_a_number_of_32_hex_digits(conversation: str) -> None:
    assert len(list(history.one_conversation(everywhere(conv=conversation)))) == len(FULL)


def test_an_event_of_another_conversation() -> None:
    assert list(history.one_conversation(changed(3, conv="a0" * 16))) == ["event 4 belongs to another conversation"]


@pytest.mark.parametrize("seq", [0, 3, 5, -4, 2**53 - 1])
def test_numbers_grow_by_one(seq: int) -> None:
    assert list(history.numbered_without_gap(changed(3, seq=seq))) == [f"event 4 is numbered {seq}"]


@pytest.mark.parametrize("version", [0, 2])
def test_the_version_is_known(version: int) -> None:
    assert list(history.numbered_without_gap(changed(3, v=version))) == ["event 4 is of an unknown version"]


def test_the_first_event_follows_nothing() -> None:
    first = changed(0, prev="1" * 64)
    again = [first[0], replace(first[1], head=replace(first[1].head, prev=head_hash(first[0].head))), *first[2:]]
    assert next(iter(history.chained(again))) == "event 1 does not follow the event before it"


def test_each_event_follows_the_one_before_it() -> None:
    assert list(history.chained(changed(3, prev="1" * 64))) == [
        "event 4 does not follow the event before it",
        "event 5 does not follow the event before it",
    ]


@pytest.mark.parametrize("salt", ["", "ab", "zz" * 16, "AB" * 16, "00" * 17, "ab " * 16])
def test_a_salt_has_32_hex_digits(salt: str) -> None:
    assert list(history.committed(changed(3, salt=salt))) == ["event 4 has a malformed salt or commitment"]


def test_a_commitment_has_64_hex_digits() -> None:
    events = events_of(FULL)
    loud = changed(3, commit=events[3].head.commit.upper())
    assert list(history.committed(loud)) == ["event 4 has a malformed salt or commitment"]


def test_a_body_is_the_committed_one() -> None:
    assert list(history.committed(changed(3, body={}))) == ["the content of event 4 is not what was recorded"]


@pytest.mark.parametrize(
    "time",
    ["", "2026-11-22", "2026-11-22T10:00:51.123+00:00", "2026-11-22T10:00:51Z", "2026-13-22T10:00:51.123Z",
     "2026-11-22T25:00:51.123Z", "2026-11-22t10:00:51.123z", "2026-11-22T10:00:51.123Z ", "２026-11-22T10:00:51.123Z"],
)  # fmt: skip
def test_times_have_one_form(time: str) -> None:
    assert list(history.in_order_of_time(changed(3, ts=time))) == ["event 4 has a malformed time"]


def test_times_may_stand_still_but_not_run_backwards() -> None:
    before = events_of(FULL)[2].head.ts
    assert list(history.in_order_of_time(changed(3, ts=before))) == []
    assert list(history.in_order_of_time(changed(3, ts="2026-11-22T10:00:00.122Z"))) == [
        "event 4 is earlier than the event before it"
    ]


def test_a_record_begins_and_ends_once() -> None:
    assert list(history.opened_and_closed([])) == ["there are no events"]
    assert list(history.opened_and_closed(changed(0, type="message"))) == [
        "the first event does not open the conversation"
    ]
    assert list(history.opened_and_closed(changed(10, type="message"))) == [
        "the last event does not close the conversation"
    ]
    assert list(history.opened_and_closed(changed(3, type="opened"))) == ["event 4 opens the conversation again"]
    assert list(history.opened_and_closed(changed(3, type="closed"))) == [
        "event 4 closes the conversation, but it goes on"
    ]


@pytest.mark.parametrize("actor", ["", "somebody", "officer", "officer:", "visitor:1", "officer:a b", "officer:{}"])
def test_somebody_who_takes_part_speaks(actor: str) -> None:
    assert list(history.well_formed(changed(3, actor=actor))) == ["event 4 names nobody who takes part"]


@pytest.mark.parametrize("kind", ["", "Message", "a" * 33, 'x"', "{", "näme"])
def test_a_type_is_a_word(kind: str) -> None:
    assert list(history.well_formed(changed(3, type=kind))) == ["event 4 has a malformed type"]


def test_an_unknown_type_and_more_fields_are_allowed() -> None:
    assert list(history.well_formed(changed(3, type="novelty", body={}))) == []
    assert list(history.well_formed(changed(1, body={"text": "", "language": "", "more": 1}))) == []


@pytest.mark.parametrize("body", [{}, {"text": "a"}, {"language": "es"}, {"text": 1, "language": "es"}])
def test_a_message_has_a_text_in_a_language(body: dict[str, Any]) -> None:
    assert set(history.well_formed(changed(1, body=body))) == {"event 2 lacks what its type says"}


@pytest.mark.parametrize("of", [True, "5", None, 6, 7, 99, [5]])
def test_a_translation_is_of_its_message(of: object) -> None:
    events = events_of(FULL)
    body = {**events[6].body, "of": of}
    assert list(history.translations_belong(changed(6, body=body))) == [
        "event 7 translates a message that is not there"
    ]


def test_a_translation_binds_the_content_of_its_message() -> None:
    body = {**events_of(FULL)[6].body, "of_commit": "0" * 64}
    assert len(list(history.translations_belong(changed(6, body=body)))) == 1
