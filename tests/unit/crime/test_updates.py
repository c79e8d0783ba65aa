"""What follows from an update: who is told, who is not, and what becomes a task for a person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time, timedelta

import pytest

from harbour.contact.model import Channel, Consent, Hours
from harbour.crime.model import CrimeEvent, Effect, Message
from harbour.crime.service import UpdateRules
from harbour.notification.model import State
from harbour.notification.plan import PlanRules
from harbour.runtime.errors import Unavailable
from harbour.runtime.london import LONDON
from tests.unit.crime.casebook import (
    AMINA,
    BEN,
    CRIME,
    FORCE,
    MONDAY,
    OTHER_CRIME,
    Casebook,
    suspect,
    update,
    victim,
)

REPORTED = update("reported", "crime_recorded", -60, parties=[victim()])


@pytest.fixture
def told(book: Casebook) -> Casebook:
    """Amina was invited, and knows the portal."""
    book.take(REPORTED)
    book.send_all()
    book.wait(minutes=5)
    return book


def test_a_victim_is_invited_by_the_first_news_and_told_by_the_next(book: Casebook) -> None:
    book.take(REPORTED)
    book.send_all()
    book.wait(minutes=5)
    book.take(update("a"))
    assert [(one.type, one.causes) for one in book.messages()] == [
        ("portal_invitation", ("reported",)),
        ("suspect_arrested", ("a",)),
    ]
    assert book.invitations.made == [AMINA]


def test_what_is_due_is_asked_for_at_once(told: Casebook) -> None:
    told.take(update("a"))
    assert told.notify.asked[-1] == (AMINA, told.messages()[-1].id)


def test_who_chose_no_hours_is_written_to_in_those_of_the_force() -> None:
    late = Hours(start=time(11), end=time(18))
    book = Casebook(rules=UpdateRules(force=FORCE, name="Eastshire Police", hours=late))
    book.take(REPORTED)
    assert book.store.people[AMINA].plan.hours == late
    (invitation,) = book.messages()
    assert invitation.due_at.astimezone(LONDON).time() == time(11)


def test_the_force_says_how_many_messages_a_day_may_bring_and_what_is_more_waits_together() -> None:
    rules = UpdateRules(force=FORCE, name="Eastshire Police", plan=PlanRules(per_day=2))
    book = Casebook(rules=rules)
    book.take(REPORTED)
    for number, kind in enumerate(("officer_changed", "statement_taken", "cctv_requested", "witness_contacted")):
        book.send_all()
        book.wait(minutes=5)
        book.take(update(f"more {number}", kind, number))
    book.send_all()
    sent = [one for one in book.messages() if one.state is not State.CREATED]
    (waits,) = [one for one in book.messages() if one.state is State.CREATED]
    assert len(sent) == 2
    assert len(waits.causes) == 3
    assert waits.due_at - min(one.sent_at or MONDAY for one in sent) >= timedelta(days=1)


def test_no_way_in_is_made_for_somebody_to_whom_it_may_not_go(book: Casebook) -> None:
    book.take(update("a", parties=[victim(contact="do_not_contact")]))
    assert book.invitations.made == []
    assert book.messages() == []
    assert book.reasons() == ["unsafe_contact"]


def test_an_update_is_done_once_however_often_it_is_asked_for(told: Casebook) -> None:
    event = update("a")
    assert told.take(event) is Effect.APPLIED
    before = (told.messages(), told.store.states[CRIME])
    assert told.updates.handle("athena", event.id) is None
    told.accept(event)
    assert told.updates.handle("athena", event.id) is None
    assert (told.messages(), told.store.states[CRIME]) == before


def test_an_update_that_nobody_accepted_does_nothing(book: Casebook) -> None:
    assert book.updates.handle("athena", update("a").id) is None
    assert book.store.commits == []


def test_who_loses_a_race_reads_again(told: Casebook) -> None:
    first, second = update("a"), update("b", "safety_plan_made", 1)
    told.accept(first)
    told.accept(second)

    def overtake(name: str) -> None:
        if name == "commit":
            told.on_step = None
            told.updates.handle("athena", second.id)

    told.on_step = overtake
    assert told.updates.handle("athena", first.id) is Effect.APPLIED
    assert told.store.states[CRIME].version == 3
    assert sorted(cause for one in told.messages() for cause in one.causes) == ["a", "b", "reported"]


def test_a_message_that_is_sent_meanwhile_is_not_joined(told: Casebook) -> None:
    told.take(update("a"))
    told.take(update("b", "safety_plan_made", 1))
    joined = told.messages()[-1]
    assert joined.causes == ("b",)
    told.accept(update("c", "home_alarm_fitted", 2))

    def send(name: str) -> None:
        if name == "commit":
            told.on_step = None
            told.wait(minutes=1)
            told.send_all()

    told.on_step = send
    told.updates.handle("athena", update("c").id)
    assert sorted(one.causes for one in told.messages()) == [("a",), ("b",), ("c",), ("reported",)]


def test_whoever_never_wins_gives_it_back_to_the_queue(told: Casebook) -> None:
    told.accept(update("a"))

    def other(name: str) -> None:
        if name == "commit":
            state = told.store.states[CRIME]
            told.store.states[CRIME] = replace(state, version=state.version + 1)

    told.on_step = other
    with pytest.raises(Unavailable):
        told.updates.handle("athena", update("a").id)
    assert [one.causes for one in told.messages()] == [("reported",)]


# -- late, corrected, withdrawn ------------------------------------------------------------------------------------


def test_of_what_comes_late_nobody_is_told(told: Casebook) -> None:
    told.take(update("charged", "charged", 10))
    assert told.take(update("arrested", "suspect_arrested", 5)) is Effect.STALE
    assert [one.causes for one in told.messages()] == [("reported",), ("charged",)]


def test_a_contradiction_is_a_task_and_no_message(told: Casebook) -> None:
    told.take(update("charged", "charged", 10))
    assert told.take(update("released", "released_without_charge", 20)) is Effect.HELD
    assert told.reasons() == ["contradiction"]
    assert [one.causes for one in told.messages()] == [("reported",), ("charged",)]


def test_a_message_that_waits_is_not_sent_once_its_news_are_in_doubt(told: Casebook) -> None:
    told.wait(hours=12)
    told.take(update("released", "released_without_charge", 700))
    assert told.waiting_for() == [("released",)]
    told.take(update("charged", "charged", 600))
    assert told.waiting_for() == []
    assert told.reasons() == ["contradiction"]


def test_what_was_held_is_told_when_a_person_has_decided(told: Casebook) -> None:
    """Also where its message was made before, and taken back while it was in doubt: the same message again."""
    told.wait(hours=12)
    told.take(update("released", "released_without_charge", 700))
    told.take(update("charged", "charged", 600))
    told.take(update("w", "withdrawn", 710, withdraws="charged"))
    assert told.waiting_for() == [("released",)]
    assert told.timeline()["released"] is Effect.APPLIED


def test_a_correction_takes_back_the_message_that_waits(told: Casebook) -> None:
    told.wait(hours=12)
    told.take(update("a", "hearing_listed", 700, hearing_at="2026-12-01T10:00:00Z"))
    told.take(update("b", "hearing_listed", 700, version=2, corrects="a", hearing_at="2026-12-02T10:00:00Z"))
    assert told.waiting_for() == [("b",)]
    assert told.timeline() == {"reported": Effect.APPLIED, "a": Effect.WITHDRAWN, "b": Effect.CORRECTED}


def test_two_that_are_taken_back_at_once_leave_nothing_in_a_message_that_told_of_both(told: Casebook) -> None:
    told.wait(hours=12)
    told.take(update("charged", "charged", 690))
    told.take(update("r1", "released_without_charge", 680))
    assert told.waiting_for() == [("charged",)]
    told.take(update("guilty", "found_guilty", 650))
    assert told.waiting_for() == []


def test_a_withdrawn_event_is_told_to_nobody_even_if_it_comes_after_its_withdrawal(told: Casebook) -> None:
    told.take(update("w", "withdrawn", 5, withdraws="a"))
    assert told.take(update("a", parties=[victim("P2", given_name="Ben")])) is Effect.WITHDRAWN
    assert BEN not in told.store.people
    assert [one.causes for one in told.messages()] == [("reported",)]


def test_an_officers_message_that_is_withdrawn_is_gone_from_the_portal(told: Casebook) -> None:
    told.take(update("m", "officer_message", 5, text="For somebody else"))
    assert [one.text for one in told.store.messages(CRIME)] == ["For somebody else"]
    told.take(update("w", "withdrawn", 6, withdraws="m"))
    assert told.store.messages(CRIME) == []


def test_an_officers_message_that_was_withdrawn_before_it_came_is_never_shown(told: Casebook) -> None:
    told.take(update("w", "withdrawn", 6, withdraws="m"))
    told.take(update("m", "officer_message", 5, text="For somebody else"))
    assert told.store.messages(CRIME) == []


def test_an_officers_answer_marks_what_it_answers_and_nobody_elses(told: Casebook) -> None:
    letters = told.store.letters[CRIME]
    for ident, minute, person in (("q1", 1, AMINA), ("q2", 2, AMINA), ("q3", 3, AMINA), ("b1", 1, BEN)):
        at = MONDAY + timedelta(minutes=minute)
        letters[ident] = Message(id=ident, at=at, by="victim", text="?", person=person, state="reached")
    told.take(update("m", "officer_message", 9, text="Yes", in_reply_to="q2"))
    assert {one.id: one.state for one in told.store.messages(CRIME)} == {
        "q1": "answered",
        "q2": "answered",
        "q3": "reached",
        "b1": "reached",
        "m": "",
    }


# -- appointments --------------------------------------------------------------------------------------------------


def appointment(ident: str, kind: str, minutes: float, **more: str) -> CrimeEvent:
    made = update(ident, kind, minutes)
    return replace(made, details={"appointment_id": "A1", **more})


MADE = {"appointment_at": "2026-12-01T10:00:00Z", "what": "Statement", "where": "Northgate"}


def test_a_change_of_an_appointment_says_only_what_is_new(told: Casebook) -> None:
    told.take(appointment("a", "appointment_made", 1, **MADE))
    told.take(appointment("b", "appointment_changed", 2, appointment_at="2026-12-02T10:00:00Z"))
    (found,) = told.store.appointments(CRIME)
    assert (found.what, found.where, found.state, found.at.day) == ("Statement", "Northgate", "changed", 2)


def test_an_appointment_is_cancelled_without_saying_when_it_was(told: Casebook) -> None:
    told.take(appointment("a", "appointment_made", 1, **MADE))
    told.take(appointment("b", "appointment_cancelled", 2))
    assert [one.state for one in told.store.appointments(CRIME)] == ["cancelled"]


def test_a_late_booking_does_not_bring_an_appointment_back(told: Casebook) -> None:
    told.take(appointment("b", "appointment_cancelled", 2, **MADE))
    told.take(appointment("a", "appointment_made", 1, **MADE))
    assert [one.state for one in told.store.appointments(CRIME)] == ["cancelled"]


def test_a_change_that_is_withdrawn_leaves_the_appointment_as_it_was(told: Casebook) -> None:
    told.take(appointment("a", "appointment_made", 1, **MADE))
    told.take(appointment("b", "appointment_changed", 2, appointment_at="2026-12-02T10:00:00Z"))
    told.take(update("w", "withdrawn", 3, withdraws="b"))
    (found,) = told.store.appointments(CRIME)
    assert (found.state, found.at.day) == ("booked", 1)


def test_an_appointment_that_never_was_is_cancelled(told: Casebook) -> None:
    told.take(appointment("a", "appointment_made", 1, **MADE))
    told.take(update("w", "withdrawn", 3, withdraws="a"))
    assert [one.state for one in told.store.appointments(CRIME)] == ["cancelled"]


# -- people --------------------------------------------------------------------------------------------------------


def test_a_late_event_does_not_bring_back_an_old_number(told: Casebook) -> None:
    """He has the old phone."""
    told.take(update("new", minutes=10, parties=[victim(phone="07700 900555", email="")]))
    told.take(update("old", "safety_plan_made", 5, parties=[victim(phone="07700 900666", email="")]))
    assert told.known().phone == "+447700900555"


def test_a_late_event_does_not_undo_that_somebody_must_not_be_contacted(told: Casebook) -> None:
    told.take(update("new", minutes=10, parties=[victim(contact="do_not_contact")]))
    told.take(update("old", "safety_plan_made", 5, parties=[victim(contact="safe_sms")]))
    assert told.known().plan.consent is Consent.DO_NOT_CONTACT


def test_a_late_event_still_tells_what_nobody_knew(told: Casebook) -> None:
    told.take(update("new", minutes=10, parties=[victim("P2", given_name="", email="", phone="", contact="")]))
    told.take(update("old", "safety_plan_made", 5, parties=[victim("P2", given_name="Ben")]))
    ben = told.known(BEN)
    assert (ben.given_name, ben.phone, ben.plan.channels) == ("Ben", "+447700900123", frozenset({Channel.SMS}))


def test_what_a_person_chose_is_never_overwritten(told: Casebook) -> None:
    person = told.known()
    plan = replace(person.plan, consent=Consent.DO_NOT_CONTACT, changed_by="person")
    told.store.people[AMINA] = replace(person, plan=plan, version=person.version + 1)
    told.take(update("a", minutes=10, parties=[victim(contact="safe_both", language="es")]))
    assert told.known().plan == plan
    assert told.reasons() == ["unsafe_contact"]


def test_a_suspects_number_blocks_and_is_a_task(told: Casebook) -> None:
    told.take(update("a", parties=[victim(), suspect(phone="+44 7700 900123")]))
    assert told.known().blocked == "same_as_suspect"
    assert told.reasons() == ["quality", "unsafe_contact"]
    assert [one.causes for one in told.messages()] == [("reported",)]


def test_a_suspects_number_blocks_also_who_was_named_before(told: Casebook) -> None:
    told.take(update("a", parties=[suspect(phone="+44 7700 900123")]))
    assert told.known().blocked == "same_as_suspect"
    assert told.reasons() == ["quality", "unsafe_contact"]
    assert [one.causes for one in told.messages()] == [("reported",)]


def test_a_block_stays_when_the_person_is_named_without_contacts(told: Casebook) -> None:
    told.take(update("a", parties=[victim(), suspect(phone="+44 7700 900123")]))
    told.take(update("b", minutes=5, parties=[victim(phone="", email="")]))
    assert told.known().blocked == "same_as_suspect"
    assert told.known().phone == "+447700900123"


def test_a_block_ends_with_the_number(told: Casebook) -> None:
    told.take(update("a", parties=[victim(), suspect(phone="+44 7700 900123")]))
    told.take(update("b", minutes=5, parties=[victim(phone="07700 900555")]))
    assert told.known().blocked == ""


def test_a_dead_number_stays_dead_when_only_the_address_is_new(told: Casebook) -> None:
    told.store.people[AMINA] = replace(told.known(), blocked="dead_number hard_bounce")
    told.take(update("a", parties=[victim(email="new@harbour-test.uk")]))
    assert told.known().blocked == "dead_number"


def test_a_crime_that_becomes_sensitive_silences_those_whom_the_event_does_not_name(book: Casebook) -> None:
    book.take(update("a", "crime_recorded", -60, parties=[victim(contact="")]))
    book.send_all()
    book.wait(minutes=5)
    book.take(update("b", "crime_reclassified", 1, offence="domestic_abuse"))
    assert book.linked().sensitive
    assert book.linked().enhanced
    assert [one.causes for one in book.messages()] == [("a",), ("a",)]  # by text and by e-mail
    assert book.reasons() == ["unsafe_contact"]


def test_a_crime_that_was_sensitive_once_stays_so_for_its_victim(book: Casebook) -> None:
    """Reclassified as something harmless: the danger at home is the same."""
    book.take(update("a", "crime_recorded", -60, offence="stalking", parties=[victim(contact="", vulnerable=True)]))
    for minutes, parties in ((1, []), (2, [victim(contact="")])):
        book.take(update(f"b{minutes}", "crime_reclassified", minutes, offence="theft", parties=parties))
        assert (book.linked().offence, book.linked().sensitive, book.linked().enhanced) == ("theft", True, True)
    assert book.messages() == []


def test_every_victim_is_told(book: Casebook) -> None:
    book.take(update("a", parties=[victim(), victim("P2", given_name="Ben", phone="07700 900555", email="")]))
    assert [one.causes for one in book.messages(AMINA)] == [("a",)]
    assert [one.causes for one in book.messages(BEN)] == [("a",)]


def test_a_person_has_a_part_in_each_of_their_crimes(told: Casebook) -> None:
    told.take(update("a", crime=OTHER_CRIME, offence="stalking", parties=[victim()]))
    assert {link.crime: link.sensitive for link in told.known().links} == {CRIME: False, OTHER_CRIME: True}


def test_who_was_named_by_mistake_has_no_part_in_the_crime_once_that_was_withdrawn(told: Casebook) -> None:
    """An update went to the wrong crime: its victim must not see another's."""
    told.wait(hours=12)
    told.take(update("a", minutes=700, parties=[victim("P2", given_name="Ben", phone="07700 900555")]))
    assert told.store.states[CRIME].victims == tuple(sorted([AMINA, BEN]))
    assert told.waiting_for(BEN) == [("a",)]
    told.take(update("w", "withdrawn", 701, withdraws="a"))
    assert told.known(BEN).links == ()
    assert told.waiting_for(BEN) == []
    assert told.store.states[CRIME].victims == (AMINA,)
    told.take(update("b", "charged", 702))
    assert told.waiting_for(BEN) == []
    assert told.waiting_for(AMINA) == [("b",)]


def test_a_crime_of_which_nothing_stands_is_nobodys(book: Casebook) -> None:
    book.take(REPORTED)
    book.take(update("w", "withdrawn", 1, withdraws="reported"))
    assert book.known().links == ()
    assert book.store.states[CRIME].victims == ()


def test_a_victim_stays_one_while_nothing_that_stands_says_whose_the_crime_is(told: Casebook) -> None:
    """The first update was withdrawn, the next ones name nobody: somebody must be told."""
    told.take(update("a", minutes=1))
    told.take(update("w", "withdrawn", 2, withdraws="reported"))
    assert told.store.states[CRIME].victims == (AMINA,)
    told.wait(minutes=5)
    told.take(update("b", "charged", 3))
    assert ("b",) in told.waiting_for()


def test_a_correction_that_names_nobody_takes_nobody_away(told: Casebook) -> None:
    told.take(update("c", "crime_recorded", -59, version=2, corrects="reported"))
    assert told.store.states[CRIME].victims == (AMINA,)
    assert [link.crime for link in told.known().links] == [CRIME]


def test_who_was_parted_by_mistake_comes_back_with_the_next_update_that_names_them(book: Casebook) -> None:
    book.take(REPORTED)
    book.take(update("w", "withdrawn", 1, withdraws="reported"))
    book.take(update("again", "crime_recorded", 2, parties=[victim()]))
    assert [link.crime for link in book.known().links] == [CRIME]
    assert book.store.states[CRIME].victims == (AMINA,)


# -- tasks ---------------------------------------------------------------------------------------------------------


def test_the_same_bad_field_is_one_task_however_often_it_comes(told: Casebook) -> None:
    bad = victim(family_name="Test", given_name="Test")
    told.take(update("a", parties=[bad]))
    told.take(update("b", "safety_plan_made", 5, parties=[bad]))
    assert told.reasons() == ["quality"]
    assert max(told.store.written.values()) == 1


def test_a_task_says_why_and_to_which_crime_system(told: Casebook) -> None:
    told.take(update("charged", "charged", 10))
    told.take(update("released", "released_without_charge", 20))
    (task,) = told.store.tasks.values()
    body = json.loads(task.body)
    assert task.source == "athena"
    assert body["crime"] == CRIME
    assert body["data"]["reason"] == "contradiction"
    assert "released without charge" in body["data"]["detail"]
    assert told.link.asked == [(CRIME, task.id)]


def test_a_message_that_waits_for_the_morning_is_not_asked_for(told: Casebook) -> None:
    told.wait(hours=12)
    before = list(told.notify.asked)
    told.take(update("a", "hearing_listed", 700))
    (message,) = [one for one in told.messages() if one.state is State.CREATED]
    assert message.due_at > told.now()
    assert told.notify.asked == before
