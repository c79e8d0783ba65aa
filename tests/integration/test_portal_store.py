"""What the portal writes, on the table (moto tells the truth of conditions and transactions) and on the fake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from harbour.aws.people import PeopleTable, link_item
from harbour.aws.portal import PlanTable
from harbour.aws.tasks import TaskTable
from harbour.contact.model import Channel, Consent, ContactPlan, Link, Person
from harbour.crime.link import OutboundTask, Reason, TaskWanted, task
from harbour.crime.model import CrimeRef, PersonId
from harbour.portal.model import Part
from harbour.portal.ports import Moved
from tests.unit.portal.cases import AMINA, BEN, ID, NOW, REF, MemoryCases

PLAN = ContactPlan(consent=Consent.AGREED, channels=frozenset({Channel.SMS}), changed_at=NOW, changed_by="person")
LINK = Link(crime=REF, id=ID, role="victim", enhanced=False, sensitive=False, offence="burglary")


class OnTable:
    """The table behind the same calls as the fake."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._people = PeopleTable(client, "cases")
        self._plans = PlanTable(client, "cases")
        self._tasks = TaskTable(client, "cases")
        self.save_plan = self._plans.save_plan
        self.read_until = self._plans.read_until
        self.mark_read = self._plans.mark_read
        self.person = self._people.person

    def add(self, person: Person) -> None:
        self._people.save(replace(person, version=0), person)
        for link in person.links:
            self._client.put_item(TableName="cases", Item=link_item(person.id, link))

    def has(self, made: OutboundTask) -> bool:
        return self._tasks.get(made.crime, made.id) == made


class OnFake(MemoryCases):
    def add(self, person: Person) -> None:
        self.people[person.id] = person

    def has(self, made: OutboundTask) -> bool:
        return self.tasks.get(made.id) == made


@pytest.fixture(params=["table", "fake"])
def store(request: pytest.FixtureRequest) -> OnTable | OnFake:
    return OnFake() if request.param == "fake" else OnTable(request.getfixturevalue("dynamodb_cases"))


def a_person() -> Person:
    return Person(id=AMINA, source="athena", source_id="P1", given_name="Amina", links=(LINK,), version=1)


def a_task() -> OutboundTask:
    wanted = TaskWanted(reason=Reason.CONTACT_PLAN_CHANGED, key="1", title="Changed", detail="By text message.")
    return task(REF, "athena", wanted, NOW)


def test_a_plan_is_stored_with_the_task_that_tells_of_it(store: OnTable | OnFake) -> None:
    store.add(a_person())
    before = store.person(AMINA)
    assert before
    store.save_plan(before, replace(before, plan=PLAN), [a_task()])
    after = store.person(AMINA)
    assert after
    assert (after.plan, after.version, after.links, after.given_name) == (PLAN, before.version + 1, (LINK,), "Amina")
    assert store.has(a_task())


def test_a_plan_over_a_person_who_changed_is_refused_with_its_task(store: OnTable | OnFake) -> None:
    store.add(a_person())
    before = store.person(AMINA)
    assert before
    store.save_plan(before, replace(before, plan=PLAN), [])
    with pytest.raises(Moved):
        store.save_plan(before, replace(before, plan=ContactPlan()), [a_task()])
    after = store.person(AMINA)
    assert after
    assert after.plan == PLAN
    assert not store.has(a_task())


def test_how_far_somebody_has_read_is_kept_by_crime_and_part(store: OnTable | OnFake) -> None:
    hash_in_it = CrimeRef("A#1")
    yesterday = NOW - timedelta(days=1)
    assert store.read_until(AMINA) == {}
    store.mark_read(AMINA, REF, Part.NEWS, yesterday)
    store.mark_read(AMINA, REF, Part.NEWS, NOW)
    store.mark_read(AMINA, REF, Part.MESSAGES, yesterday)
    store.mark_read(AMINA, hash_in_it, Part.NEWS, NOW)
    store.mark_read(BEN, REF, Part.NEWS, NOW)
    assert store.read_until(AMINA) == {
        (REF, Part.NEWS): NOW,
        (REF, Part.MESSAGES): yesterday,
        (hash_in_it, Part.NEWS): NOW,
    }
    assert store.read_until(PersonId("0" * 32)) == {}


def test_reading_marks_do_not_come_among_a_persons_links(store: OnTable | OnFake) -> None:
    store.add(a_person())
    store.mark_read(AMINA, CrimeRef("Z/1"), Part.NEWS, NOW)
    person = store.person(AMINA)
    assert person
    assert person.links == (LINK,)
