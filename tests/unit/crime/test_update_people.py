"""Contact details and blocks, whatever comes in whatever order: a message never goes where a suspect reads it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour.contact.model import Consent, Person
from harbour.crime.model import CrimeEvent, Party, PartyRole
from harbour.crime.quality import contacts
from harbour.notification.model import State
from tests.unit.crime.casebook import AMINA, CRIME, MONDAY, Casebook, suspect, update, victim

NUMBERS = ["", "07700 900123", "+44 7700 900555", "07700900666 (work)", "unknown"]
ADDRESSES = ["", "amina@harbour-test.uk", "Carl@harbour-test.uk", "nobody"]

VICTIMS = st.builds(
    victim,
    source_id=st.sampled_from(["P1", "P2"]),
    given_name=st.sampled_from(["", "Amina", "Amy"]),
    date_of_birth=st.sampled_from(["", "1990-04-12", "1991-01-01"]),
    phone=st.sampled_from(NUMBERS),
    email=st.sampled_from(ADDRESSES),
    language=st.sampled_from(["", "en", "es"]),
    contact=st.sampled_from(["", "do_not_contact", "safe_sms", "safe_both"]),
)
SUSPECTS = st.builds(suspect, phone=st.sampled_from(NUMBERS), email=st.sampled_from(ADDRESSES))
PARTIES = st.lists(VICTIMS | SUSPECTS, max_size=3, unique_by=lambda party: party.source_id).map(tuple)
KINDS = st.sampled_from(["crime_recorded", "suspect_arrested", "safety_plan_made", "hearing_listed", "officer_message"])


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@st.composite
def stories(draw: st.DrawFn) -> list[CrimeEvent]:
    """Updates at moments of their own, as they happened."""
    parties = draw(st.lists(PARTIES, min_size=1, max_size=6))
    return [
        update(f"e{number}", draw(KINDS), -60 + number, parties=named, text="T") for number, named in enumerate(parties)
    ]


checked = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def told(events: list[CrimeEvent]) -> Casebook:
    book = Casebook()
    for one in events:
        book.take(one)
        book.wait(minutes=1)
    return book


def details(person: Person) -> tuple[object, ...]:
    return (
        person.given_name,
        person.family_name,
        person.date_of_birth,
        person.phone,
        person.email,
        person.plan.consent,
        person.plan.channels,
        person.plan.language,
        person.as_of,
        [(link.crime, link.sensitive, link.enhanced) for link in person.links],
    )


@checked
@given(stories(), st.randoms(use_true_random=False))
def test_what_is_known_of_a_person_does_not_depend_on_the_order_of_arrival(
    story: list[CrimeEvent], random: Random
) -> None:
    as_it_came = list(story)
    random.shuffle(as_it_came)
    one, other = told(story), told(as_it_came)
    assert one.store.people.keys() == other.store.people.keys()
    for ident, person in one.store.people.items():
        assert details(person) == details(other.store.people[ident])


def shared(book: Casebook, person: Person) -> bool:
    """Whether somebody who is suspected in the crime has the person's number or address."""
    mine = Party(source_id="", role=PartyRole.VICTIM, phone=person.phone, email=person.email)
    theirs = {contact for party in book.store.states[CRIME].suspects for contact in contacts(party)}
    return bool(contacts(mine) & theirs)


@checked
@given(stories(), st.randoms(use_true_random=False))
def test_nobody_is_written_to_where_a_suspect_reads_it(story: list[CrimeEvent], random: Random) -> None:
    random.shuffle(story)
    book = Casebook()
    for one in story:
        before = {message.id for sent in book.store.sent.values() for message in sent.values()}
        book.take(one)
        book.wait(minutes=1)
        for person in book.store.people.values():
            made = [message for message in book.messages(person.id) if message.id not in before]
            if shared(book, person):
                assert "same_as_suspect" in person.blocked.split()
                assert made == []
            if person.plan.consent is Consent.DO_NOT_CONTACT:
                assert made == []


@checked
@given(stories())
def test_each_victim_is_told_of_the_last_update_or_an_officer_is(story: list[CrimeEvent]) -> None:
    """Nobody is left out in silence: a message that tells of it, or a task that says why not."""
    book = told(story)
    last = story[-1]
    for ident in book.store.states[CRIME].victims:
        messages = [one for one in book.messages(ident) if last.id in one.causes and one.state is not State.CANCELLED]
        tasks = [task for task in book.store.tasks.values() if "in person, safely" in task.body]
        assert messages or tasks


def test_at_one_moment_what_came_last_counts() -> None:
    """Two updates of one instant about the same detail: nothing says which is newer."""
    book = told(
        [update("a", parties=[victim(phone="07700 900555")]), update("b", "safety_plan_made", parties=[victim()])]
    )
    assert book.known().phone == "+447700900123"


def test_what_somebody_changed_in_the_portal_while_an_update_was_done_is_not_lost(book: Casebook) -> None:
    book.take(update("a", "crime_recorded", -60, parties=[victim()]))
    book.accept(update("b", parties=[victim(phone="07700 900555")]))

    def choose(name: str) -> None:
        if name == "commit":
            book.on_step = None
            person = book.known()
            plan = replace(person.plan, consent=Consent.DO_NOT_CONTACT, changed_by="person")
            book.store.people[AMINA] = replace(person, plan=plan, version=person.version + 1)

    book.on_step = choose
    book.updates.handle("athena", update("b").id)
    assert book.known().plan.consent is Consent.DO_NOT_CONTACT
    assert book.known().phone == "+447700900555"
    assert "b" not in [cause for one in book.messages() for cause in one.causes]
    assert MONDAY <= book.now() <= MONDAY + timedelta(minutes=1)
