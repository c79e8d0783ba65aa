"""One contract, two stores of sign-ins: the table ``cases`` (on moto) and the one in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

import pytest

from harbour.aws.crimes import lookup_item
from harbour.aws.people import link_item, person_item
from harbour.aws.sign_ins import SignInTable, sign_in_item, sign_in_of
from harbour.aws.tasks import TaskTable
from harbour.crime.link import OutboundTask, Reason, TaskWanted, task
from harbour.crime.model import CrimeRef, PersonId
from harbour.identity.victims.model import (
    LINK_LIFETIME,
    NO_CRIME,
    Away,
    Device,
    Invitation,
    Linked,
    SignIn,
    Step,
    proof_key,
)
from harbour.identity.victims.ports import SignInStore, Stale
from tests.unit.identity.entry import BORN, DANA, REFERENCE, START, MemorySignIns

WHOLE = SignIn(
    hash="ab" * 32,
    expires_at=START + timedelta(minutes=15),
    step=Step.ASKED,
    invited=DANA.id,
    account="a1" * 32,
    person=DANA.id,
    crime=CrimeRef(REFERENCE),
    asked=2,
    attempts=1,
    code_hash="cd" * 32,
    code_expires_at=START + timedelta(minutes=10),
    proof_hash="ef" * 32,
    proof_expires_at=START + timedelta(minutes=1),
)


class World(Protocol):
    """A store, and the writer of people beside it."""

    @property
    def store(self) -> SignInStore: ...

    def known(self, reference: str, born: str, person: PersonId) -> None: ...

    def task(self, made: OutboundTask) -> bool: ...


class InMemory:
    def __init__(self) -> None:
        self.store = MemorySignIns()

    def known(self, reference: str, born: str, person: PersonId) -> None:
        self.store.put_lookup(reference, born, person)

    def task(self, made: OutboundTask) -> bool:
        return self.store.tasks.get(made.id) == made


class InTheTable:
    def __init__(self, client: Any) -> None:
        self._client = client
        self.store = SignInTable(client, "cases")

    def known(self, reference: str, born: str, person: PersonId) -> None:
        self._client.put_item(TableName="cases", Item=lookup_item(CrimeRef(reference), born, person))

    def task(self, made: OutboundTask) -> bool:
        return TaskTable(self._client, "cases").get(made.crime, made.id) == made


@pytest.fixture(params=["memory", "table"])
def world(request: pytest.FixtureRequest) -> World:
    return InMemory() if request.param == "memory" else InTheTable(request.getfixturevalue("dynamodb_cases"))


@pytest.fixture
def store(world: World) -> SignInStore:
    return world.store


def test_a_sign_in_comes_back_as_it_was(store: SignInStore) -> None:
    for sign_in in (WHOLE, SignIn(hash="01" * 32, expires_at=START)):
        store.begin(sign_in)
        assert store.get(sign_in.hash) == sign_in
        assert sign_in_of(sign_in_item(sign_in)) == sign_in
    assert store.get("99" * 32) is None


def test_a_write_that_names_an_old_version_is_refused(store: SignInStore) -> None:
    store.begin(WHOLE)
    kept = store.put(replace(WHOLE, attempts=2))
    assert kept.version == WHOLE.version + 1
    with pytest.raises(Stale):
        store.put(replace(WHOLE, attempts=3))
    assert store.get(WHOLE.hash) == kept


def test_of_many_writes_at_once_one_gets_through(store: SignInStore) -> None:
    store.begin(WHOLE)

    def write(n: int) -> bool:
        try:
            store.put(replace(WHOLE, attempts=n))
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1


def test_what_is_closed_has_no_proof_and_is_closed_once(store: SignInStore) -> None:
    store.begin(WHOLE)
    store.close(WHOLE)
    closed = store.get(WHOLE.hash)
    assert closed == replace(WHOLE, step=Step.DEAD, proof_hash="", proof_expires_at=None, version=1)
    with pytest.raises(Stale):
        store.close(WHOLE)
    with pytest.raises(Stale):
        store.put(WHOLE)


def test_what_is_not_there_cannot_be_closed_into_being(store: SignInStore) -> None:
    with pytest.raises(Stale):
        store.close(replace(WHOLE, hash="77" * 32))
    assert store.get("77" * 32) is None


def test_an_invitation_is_taken_once(store: SignInStore) -> None:
    store.put_invitation(Invitation(hash="aa", person=DANA.id, expires_at=START + timedelta(hours=48)))
    assert store.take_invitation("bb", START) is None
    assert store.take_invitation("aa", START) == DANA.id
    assert store.take_invitation("aa", START) is None


def test_an_invitation_that_has_expired_is_none_and_gone(store: SignInStore) -> None:
    store.put_invitation(Invitation(hash="aa", person=DANA.id, expires_at=START))
    assert store.take_invitation("aa", START) is None
    assert store.take_invitation("aa", START - timedelta(hours=1)) is None


AWAY = Away(hash="aa", nonce="n", verifier="v", expires_at=START + timedelta(minutes=10))


@pytest.mark.parametrize("invited", [None, DANA.id])
def test_who_is_away_comes_back_once(store: SignInStore, invited: PersonId | None) -> None:
    away = replace(AWAY, invited=invited)
    store.put_away(away)
    assert store.take_away("bb", START) is None
    assert store.take_away("aa", START) == away
    assert store.take_away("aa", START) is None


def test_of_many_who_come_back_at_once_with_the_same_one_does(store: SignInStore) -> None:
    store.put_away(AWAY)
    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(lambda _: store.take_away("aa", START), range(8))].count(AWAY) == 1


def test_who_is_away_for_too_long_is_not_awaited_though_nothing_was_deleted(store: SignInStore) -> None:
    store.put_away(AWAY)
    assert store.take_away("aa", AWAY.expires_at) is None


def test_an_account_leads_to_the_last_and_for_so_long(store: SignInStore) -> None:
    first = Linked(person=DANA.id, crime=CrimeRef(REFERENCE))
    second = Linked(person=PersonId("ee" * 16), crime=CrimeRef("42/77/26"))
    assert store.linked("a1", START) is None
    store.link("a1", first, START)
    assert store.linked("a1", START) == first
    store.link("a1", second, START)
    assert store.linked("a1", START + LINK_LIFETIME - timedelta(seconds=1)) == second
    assert store.linked("a1", START + LINK_LIFETIME) is None
    assert store.linked("a2", START) is None


def test_what_a_person_knows_leads_to_them_as_the_writer_of_people_wrote_it(world: World) -> None:
    world.known(REFERENCE, BORN, DANA.id)
    assert world.store.known_by(proof_key("42 12345-26", BORN)) == (DANA.id,)
    assert world.store.known_by(proof_key(REFERENCE, "1990-03-08")) == ()
    twin = PersonId("ee" * 16)
    world.known(REFERENCE, BORN, twin)
    assert set(world.store.known_by(proof_key(REFERENCE, BORN))) == {DANA.id, twin}


def test_counters_count_each_for_itself(store: SignInStore) -> None:
    until = START + timedelta(hours=1)
    assert [store.count("address", "k", until) for _ in range(3)] == [1, 2, 3]
    assert store.count("address", "other", until) == 1
    assert store.count("person", "k", until) == 1


def test_a_day_has_one_salt(store: SignInStore) -> None:
    today, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    assert store.salt(today) == store.salt(today)
    assert store.salt(today) != store.salt(tomorrow)


def test_a_device_keeps_when_it_was_first_seen(store: SignInStore) -> None:
    later = START + timedelta(days=3)
    phone = Device(hash="d1", label="Chrome on Android", first_at=START, last_at=START)
    laptop = Device(hash="d2", label="Firefox on Windows", first_at=START, last_at=START + timedelta(days=1))
    for device in (phone, laptop, replace(phone, first_at=later, last_at=later)):
        store.seen(DANA.id, device)
    assert store.devices(DANA.id) == (replace(phone, last_at=later), laptop)
    assert store.devices(PersonId("ff" * 16)) == ()


STRANGER = Device(hash="d2", label="Firefox on Windows", first_at=START, last_at=START + timedelta(hours=1))


def a_task(key: str = "1") -> OutboundTask:
    wanted = TaskWanted(reason=Reason.SOMEBODY_ELSE, key=key, title="Somebody else", detail="Ask.")
    return task(CrimeRef(REFERENCE), "athena", wanted, START)


def test_a_device_of_somebody_else_the_end_of_the_sessions_and_the_task_are_stored_together(world: World) -> None:
    store, later = world.store, START + timedelta(days=3)
    store.seen(DANA.id, replace(STRANGER, last_at=STRANGER.first_at))
    store.seen(DANA.id, STRANGER)
    store.not_me(DANA.id, [STRANGER], [a_task()], later)
    assert store.devices(DANA.id) == (replace(STRANGER, not_me_at=later),)
    assert store.sessions_ended(DANA.id) == later
    assert world.task(a_task())
    back = replace(STRANGER, first_at=later + timedelta(days=1), last_at=later + timedelta(days=1))
    store.seen(DANA.id, back)
    assert store.devices(DANA.id) == (back,), "it is a new device"


@pytest.mark.parametrize("how", ["said before", "came again", "never came"])
def test_what_is_not_as_it_was_read_stores_nothing(world: World, how: str) -> None:
    store, later = world.store, START + timedelta(days=3)
    if how != "never came":
        store.seen(DANA.id, STRANGER)
    read = replace(STRANGER, last_at=STRANGER.first_at)
    if how == "said before":
        (read,) = store.devices(DANA.id)
        store.not_me(DANA.id, [read], [a_task()], START)
    before = store.devices(DANA.id), store.sessions_ended(DANA.id)
    with pytest.raises(Stale):
        store.not_me(DANA.id, [read], [a_task("2")], later)
    assert (store.devices(DANA.id), store.sessions_ended(DANA.id)) == before
    assert not world.task(a_task("2"))


def test_when_somebody_signed_out_everywhere_is_known(store: SignInStore) -> None:
    assert store.sessions_ended(DANA.id) is None
    for at in (START, START + timedelta(hours=1)):
        store.end_sessions(DANA.id, at)
        assert store.sessions_ended(DANA.id) == at


def test_devices_and_sign_outs_are_no_links_of_the_person(dynamodb_cases: Any) -> None:
    from harbour.aws.people import PeopleTable

    dynamodb_cases.put_item(TableName="cases", Item=person_item(replace(DANA, version=1)))
    dynamodb_cases.put_item(TableName="cases", Item=link_item(DANA.id, DANA.links[0]))
    store = SignInTable(dynamodb_cases, "cases")
    store.seen(DANA.id, Device(hash="d1", label="Chrome on Android", first_at=START, last_at=START))
    store.end_sessions(DANA.id, START)
    assert PeopleTable(dynamodb_cases, "cases").person(DANA.id) == replace(DANA, version=1)


def test_everything_but_people_goes_by_itself(dynamodb_cases: Any) -> None:
    store = SignInTable(dynamodb_cases, "cases")
    store.begin(replace(WHOLE, crime=NO_CRIME))
    store.put_invitation(Invitation(hash="aa", person=DANA.id, expires_at=START))
    store.count("address", "k", START)
    store.salt(START.date())
    store.seen(DANA.id, Device(hash="d1", label="Chrome on Android", first_at=START, last_at=START))
    store.end_sessions(DANA.id, START)
    store.put_away(AWAY)
    store.link("a1", Linked(person=DANA.id, crime=CrimeRef(REFERENCE)), START)
    items = dynamodb_cases.scan(TableName="cases")["Items"]
    assert len(items) == 8
    for item in items:
        gone = datetime.fromtimestamp(int(item["expires"]["N"]), UTC)
        assert START <= gone <= START + timedelta(days=400)
