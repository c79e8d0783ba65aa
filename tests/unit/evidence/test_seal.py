"""Sealing happens once, whatever breaks, and never for a record that is open or damaged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harbour.evidence import package, reading
from harbour.evidence.dsse import pae
from harbour.evidence.errors import ForeignPackage, NotClosed, RecordDamaged, SealFaulty
from harbour.evidence.model import ConversationRecord, Sealed
from harbour.evidence.service import MAX_SIGNED_BYTES
from harbour.evidence.verify import Verdict, verify
from harbour.runtime.errors import NotFound, Unavailable
from tests.unit.evidence.attacker import statement_in
from tests.unit.evidence.conversations import ANOTHER, CONVERSATION, FULL, SHORT, Step, events_of, record_of
from tests.unit.evidence.world import BUCKET, SEALED_AT, LocalKey, Refused, World

KEY = f"packages/eastshire/2026/{CONVERSATION}.zip"


def test_a_sealed_package_verifies_and_is_where_it_says(world: World) -> None:
    sealed = world.service().seal(CONVERSATION)
    data = world.store.get(KEY)
    assert sealed == Sealed(KEY, hashlib.sha256(data).hexdigest(), SEALED_AT)
    assert world.records.sealed == {CONVERSATION: sealed}
    assert verify(reading.read_zip(data), world.trust(), CONVERSATION).verdict is Verdict.VERIFIED


def test_the_statement_says_what_was_sealed_when_by_whom_and_how(world: World) -> None:
    statement = statement_in(world.files())
    events = world.records.records[CONVERSATION].events
    assert statement.conversation == CONVERSATION
    assert statement.force == "eastshire"
    assert statement.size == len(events) == 11
    assert (statement.first, statement.last) == ("2026-11-22T10:00:00.123Z", "2026-11-22T10:02:50.123Z")
    assert (statement.closed_by, statement.outcome) == ("officer", "safety_plan")
    assert statement.sealed_at == "2026-11-22T11:00:00.000Z"
    assert statement.software == "harbour 0.1.0"
    assert statement.fingerprint == world.key.trusted().fingerprint
    assert (statement.bucket, statement.key) == (BUCKET, KEY)
    assert statement.subjects.keys() == {
        "README.txt",
        "data/events.jsonl",
        "data/transcript.html",
        "data/transcript.pdf",
    }


def test_kms_gets_exactly_the_bytes_that_the_package_shows(world: World) -> None:
    files = world.files()
    assert world.key.signed == [files[package.SIGNED_BYTES]]
    assert files[package.SIGNED_BYTES] == pae("application/vnd.in-toto+json", files[package.STATEMENT])


def test_a_statement_of_the_longest_names_still_fits_into_one_kms_request(world: World) -> None:
    long = {"force": "f" * 63, "language": "es", "service_language": "en"}
    closed = ("closed", "officer:" + "9" * 32, {"by": "officer", "outcome": "o" * 64})
    world.add(record_of([("opened", "system", long), *FULL[1:-1], closed]))
    world.service(software="harbour " + "1" * 80).seal(CONVERSATION)
    assert len(world.key.signed[0]) < MAX_SIGNED_BYTES / 2


def test_a_statement_that_is_too_long_is_not_signed(world: World) -> None:
    with pytest.raises(RecordDamaged, match="too long"):
        world.service(software="x" * 4_000).seal(CONVERSATION)
    assert world.key.signed == []


def test_the_same_record_sealed_at_the_same_time_gives_the_same_bound_files(world: World) -> None:
    first = world.files()
    second = World(key=world.key)
    second.add(record_of(FULL))
    again = second.files()
    assert {n: d for n, d in first.items() if n in package.BOUND} == {n: again[n] for n in package.BOUND}
    assert first[package.STATEMENT] == again[package.STATEMENT]


def test_the_clock_of_the_machine_may_be_slow_but_nothing_is_sealed_before_it_ended(world: World) -> None:
    world.clock.at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert world.service().seal(CONVERSATION).sealed_at == datetime(2026, 11, 22, 10, 2, 50, 123_000, tzinfo=UTC)


# -- once ------------------------------------------------------------------------------------------------------------


def test_sealing_twice_gives_the_same_answer_and_asks_nothing_of_aws(world: World) -> None:
    sealed = world.service().seal(CONVERSATION)
    world.clock.at += timedelta(days=300)
    world.store.down = world.key.down = True
    assert world.service().seal(CONVERSATION) == sealed


def test_two_workers_at_once_leave_one_package_and_give_one_answer(world: World) -> None:
    answers: list[Sealed] = []

    def other_worker() -> None:
        world.store.before_put = lambda: None
        world.clock.at += timedelta(seconds=1)
        answers.append(world.service().seal(CONVERSATION))

    world.store.before_put = other_worker
    answers.append(world.service().seal(CONVERSATION))
    assert answers[0] == answers[1]
    assert len(world.store.versions[KEY]) == 1


class Crash(BaseException):
    """The process is gone."""


class Fragile:
    """A port whose *n*-th call, counted over all ports, is the last one: before or after its effect."""

    def __init__(self, port: Any, calls: Iterator[int], last: int, *, after: bool) -> None:
        self._port, self._calls, self._last, self._after = port, calls, last, after

    @property
    def bucket(self) -> str:
        return str(self._port.bucket)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*arguments: Any) -> Any:
            fatal = next(self._calls) == self._last
            if fatal and not self._after:
                raise Crash
            try:
                return method(*arguments)
            finally:
                if fatal:
                    raise Crash

        return call


def counting() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("call", range(8))
def test_a_crash_at_any_call_is_completed_by_the_retry(world: World, call: int, *, after: bool) -> None:
    calls = counting()
    ports = {"records": world.records, "signer": world.key, "store": world.store, "printer": world.printer}
    fragile = {name: Fragile(port, calls, call, after=after) for name, port in ports.items()}
    crashed = False
    try:
        world.service(**fragile).seal(CONVERSATION)
    except Crash:
        crashed = True
    assert crashed == (call < 6), "six calls: load, public key, render, sign, put, mark"
    stored = [v.data for v in world.store.versions.get(KEY, [])]
    world.clock.at += timedelta(hours=1)
    sealed = world.service().seal(CONVERSATION)
    (version,) = world.store.versions[KEY]
    assert stored in ([], [version.data]), "what was stored before the crash is what stays"
    assert sealed.sha256 == hashlib.sha256(version.data).hexdigest()
    assert world.records.sealed == {CONVERSATION: sealed}
    assert verify(reading.read_zip(version.data), world.trust(), CONVERSATION).verdict is Verdict.VERIFIED


@pytest.mark.parametrize("service", ["store", "key"])
def test_a_service_that_is_down_for_an_hour_loses_nothing(world: World, service: str) -> None:
    getattr(world, service).down = True
    for _ in range(12):
        with pytest.raises(Unavailable):
            world.service().seal(CONVERSATION)
        world.clock.at += timedelta(minutes=5)
    assert world.records.sealed == {}
    getattr(world, service).down = False
    assert world.service().seal(CONVERSATION).key == KEY


def test_an_answer_that_was_lost_is_found_again_in_the_store(world: World) -> None:
    """The put succeeded, the connection broke, and the client of AWS put again by itself."""
    original = world.store.put_once

    def lost_once(key: str, data: bytes) -> None:
        original(key, data)
        original(key, data)

    world.store.put_once = lost_once  # type: ignore[method-assign]
    sealed = world.service().seal(CONVERSATION)
    assert sealed.sha256 == hashlib.sha256(world.store.get(KEY)).hexdigest()


# -- never -----------------------------------------------------------------------------------------------------------


def test_an_open_conversation_is_not_sealed(world: World) -> None:
    world.add(record_of(FULL[:-1]))
    with pytest.raises(NotClosed):
        world.service().seal(CONVERSATION)
    assert world.store.versions == {}
    assert world.key.signed == []


def test_a_conversation_that_does_not_exist_is_not_sealed(world: World) -> None:
    with pytest.raises(NotFound):
        world.service().seal(ANOTHER)


def test_a_record_under_another_conversations_number_is_not_sealed(world: World) -> None:
    world.records.records[ANOTHER] = record_of(FULL)
    with pytest.raises(RecordDamaged):
        world.service().seal(ANOTHER)


@pytest.mark.parametrize("place", range(len(FULL)))
def test_a_record_with_one_changed_event_is_not_signed(world: World, place: int) -> None:
    events = list(record_of(FULL).events)
    events[place] = replace(events[place], body={**events[place].body, "more": 1})
    world.add(replace(record_of(FULL), events=tuple(events)))
    with pytest.raises(RecordDamaged, match=f"event {place + 1}"):
        world.service().seal(CONVERSATION)
    assert world.key.signed == []


@pytest.mark.parametrize("place", range(1, len(FULL) - 1))
def test_a_record_with_one_missing_event_is_not_signed(world: World, place: int) -> None:
    events = events_of(FULL)
    del events[place]
    world.add(replace(record_of(FULL), events=tuple(events)))
    with pytest.raises(RecordDamaged):
        world.service().seal(CONVERSATION)
    assert world.key.signed == []


def test_the_reason_names_a_place_and_no_content(world: World) -> None:
    events = list(record_of(FULL).events)
    events[1] = replace(events[1], body={**events[1].body, "text": "secreto"})
    world.add(replace(record_of(FULL), events=tuple(events)))
    with pytest.raises(RecordDamaged) as raised:
        world.service().seal(CONVERSATION)
    assert "secreto" not in raised.value.message
    assert raised.value.code == "record_damaged"


def test_a_signature_of_another_key_is_not_stored(world: World) -> None:
    class Confused(LocalKey):
        def sign(self, message: bytes) -> bytes:
            return LocalKey().sign(message)

    with pytest.raises(SealFaulty):
        world.service(signer=Confused()).seal(CONVERSATION)
    assert world.store.versions == {}


@pytest.mark.parametrize("planted", ["rubbish", "another key", "another record"])
def test_an_object_that_somebody_planted_is_not_taken_for_the_package(world: World, planted: str) -> None:
    other = World(key=LocalKey() if planted == "another key" else world.key)
    other.add(record_of(SHORT if planted == "another record" else FULL))
    data = b"rubbish" if planted == "rubbish" else other.package()
    world.store.put_once(KEY, data)
    with pytest.raises(ForeignPackage):
        world.service().seal(CONVERSATION)
    assert world.records.sealed == {}
    assert world.records.marks == 0


def test_a_stored_package_can_be_neither_deleted_nor_replaced_while_it_is_locked(world: World) -> None:
    world.service().seal(CONVERSATION)
    with pytest.raises(Refused):
        world.store.delete_version(KEY, 0)
    with pytest.raises(Refused):
        world.store.retain(KEY, 0, world.clock.now())
    with pytest.raises(Refused):
        world.store.retain(KEY, 0, world.clock.now() + timedelta(days=9), "GOVERNANCE")
    world.store.retain(KEY, 0, world.clock.now() + timedelta(days=9))
    world.clock.at += timedelta(days=10)
    world.store.delete_version(KEY, 0)


# -- the record ------------------------------------------------------------------------------------------------------


def test_a_record_tells_its_facts_from_its_events() -> None:
    steps: list[Step] = [
        *FULL[:-1],
        ("joined", "officer:9", {"name": "PC Tom Hill", "collar": "9", "language": "cy"}),
        ("language", "system", {"language": "ca", "detected": True}),
        FULL[-1],
    ]
    record = record_of(steps)
    assert (record.force, record.force_name) == ("eastshire", "Eastshire Police")
    assert (record.language, record.service_language) == ("ca", "cy")
    assert (record.closed_by, record.outcome) == ("officer", "safety_plan")
    assert record.opened_at == datetime(2026, 11, 22, 10, 0, 0, 123_000, tzinfo=UTC)
    assert record.closed_at == datetime(2026, 11, 22, 10, 3, 24, 123_000, tzinfo=UTC)


def test_a_record_needs_an_opening() -> None:
    with pytest.raises(ValueError, match="at least one event"):
        ConversationRecord.of([], force_name="Eastshire Police")
    with pytest.raises(ValueError, match="no text force"):
        record_of(FULL[1:])
