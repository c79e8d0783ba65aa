"""A sealed conversation that is about a crime is attached to the crime's report: once, whatever breaks."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from harbour.aws.attachments import CrimeReports
from harbour.crime.link import OutboundTask, Progress
from harbour.crime.model import CrimeRef
from harbour.evidence.model import ConversationRecord, Sealed
from harbour.runtime.errors import Unavailable
from tests.unit.crime.casebook import CRIME
from tests.unit.evidence.conversations import CONVERSATION, FULL, SHORT, record_of
from tests.unit.evidence.test_seal import KEY, Crash, Fragile, counting
from tests.unit.evidence.world import World

OFFICERS = "https://chat.eastshire.example/officers"


class Tasks:
    """What goes to crime systems, kept once."""

    def __init__(self) -> None:
        self.kept: dict[str, OutboundTask] = {}
        self.created = 0
        self.refuses: Callable[[], object] = lambda: None

    def create(self, made: OutboundTask) -> None:
        self.refuses()
        self.created += made.id not in self.kept
        self.kept.setdefault(made.id, made)


@pytest.fixture
def tasks() -> Tasks:
    return Tasks()


@pytest.fixture
def world() -> World:
    world = World()
    world.add(about_a_crime())
    return world


def about_a_crime(crime: str = CRIME) -> ConversationRecord:
    opened = {"force": "eastshire", "language": "es", "service_language": "en", "crime": crime}
    return record_of([("opened", "system", opened), *FULL[1:]])


def reports(world: World, tasks: Tasks) -> CrimeReports:
    return CrimeReports(tasks, OFFICERS, world.clock)  # type: ignore[arg-type]


def test_the_record_knows_the_crime_that_its_conversation_is_about() -> None:
    assert about_a_crime().crime == CRIME
    assert record_of(SHORT).crime == ""


def test_the_crime_system_is_told_what_the_package_is_and_where_an_officer_gets_it(world: World, tasks: Tasks) -> None:
    sealed = world.service(attach=reports(world, tasks)).seal(CONVERSATION)
    (task,) = tasks.kept.values()
    assert (task.crime, task.progress) == (CrimeRef(CRIME), Progress.WAITING)
    document = json.loads(task.body)
    assert document == {
        "type": "harbour.document.created",
        "at": "2026-11-22T11:00:00.000Z",
        "crime": CRIME,
        "data": {
            "id": task.id,
            "name": f"conversation-{CONVERSATION}.zip",
            "sha256": sealed.sha256,
            "url": f"{OFFICERS}/conversations/{CONVERSATION}/package?why=investigation",
            "media_type": "application/zip",
        },
    }


def test_the_address_opens_nothing_by_itself(world: World, tasks: Tasks) -> None:
    """No signature in it, and not the place in the bucket: who reads the crime system's log has nothing."""
    world.service(attach=reports(world, tasks)).seal(CONVERSATION)
    (task,) = tasks.kept.values()
    assert "X-Amz" not in task.body
    assert KEY not in task.body


def test_a_conversation_without_a_crime_goes_to_no_report(world: World, tasks: Tasks) -> None:
    world.add(record_of(FULL))
    world.service(attach=reports(world, tasks)).seal(CONVERSATION)
    assert tasks.kept == {}


def test_where_there_is_no_portal_nothing_is_attached(world: World) -> None:
    assert world.service().seal(CONVERSATION).key == KEY


def test_sealing_again_attaches_nothing_again(world: World, tasks: Tasks) -> None:
    for _ in range(3):
        world.service(attach=reports(world, tasks)).seal(CONVERSATION)
    assert tasks.created == 1


def test_a_report_that_cannot_be_reached_keeps_nobody_from_the_package(world: World, tasks: Tasks) -> None:
    def refuse() -> None:
        raise Unavailable("no_table", "The table does not answer.")

    tasks.refuses = refuse
    with pytest.raises(Unavailable):  # so that the queue tries again
        world.service(attach=reports(world, tasks)).seal(CONVERSATION)
    assert world.records.sealed.keys() == {CONVERSATION}
    tasks.refuses = lambda: None
    world.service(attach=reports(world, tasks)).seal(CONVERSATION)
    assert tasks.created == 1


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("call", range(8))
def test_a_crash_at_any_call_ends_in_one_attachment(world: World, tasks: Tasks, call: int, *, after: bool) -> None:
    calls = counting()
    ports = {
        "records": world.records,
        "signer": world.key,
        "store": world.store,
        "printer": world.printer,
        "attach": reports(world, tasks),
    }
    fragile = {name: Fragile(port, calls, call, after=after) for name, port in ports.items()}
    try:
        world.service(**fragile).seal(CONVERSATION)
    except Crash:
        assert call < 7, "seven calls: load, public key, render, sign, put, mark, attach"
    else:
        assert call == 7
    sealed = world.service(attach=reports(world, tasks)).seal(CONVERSATION)
    (task,) = tasks.kept.values()
    assert tasks.created == 1
    assert json.loads(task.body)["data"]["sha256"] == sealed.sha256


def test_two_conversations_about_one_crime_are_two_documents(tasks: Tasks, world: World) -> None:
    sealed = Sealed(KEY, "0" * 64, world.clock.at)
    for conversation in ("a" * 32, "b" * 32):
        reports(world, tasks).attach(CRIME, conversation, sealed)
    assert len(tasks.kept) == 2
