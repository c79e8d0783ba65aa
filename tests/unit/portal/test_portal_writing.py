"""What a victim says: messages, other appointments, and how they may be contacted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour.contact.model import Channel, Consent, ContactPlan, Hours
from harbour.crime.model import Appointment
from harbour.portal.model import Choice, ContactWish, opaque
from harbour.portal.service import LONGEST_REASON
from harbour.runtime.errors import Conflict, HarbourError, Invalid, NotFound, Unavailable
from tests.unit.portal.cases import AMINA, CONFIRMED, ID, NOW, OTHER_ID, OTHER_REF, REF, Cases

CLIENT = "0b6f5a52-1111-4222-8333-444455556666"


def task_of(cases: Cases) -> dict[str, Any]:
    (crime, ident), *_ = cases.store.asked
    body: dict[str, Any] = json.loads(cases.store.tasks[ident].body)
    assert body["crime"] == crime
    return body


# -- messages --------------------------------------------------------------------------------------------------------


def test_a_message_is_stored_word_for_word_and_becomes_a_task_of_the_officer(cases: Cases) -> None:
    text = "  Hello <b>\n\n\u202ewhen?  "
    letter = cases.service.write(AMINA, ID, text, CLIENT)
    assert (letter.text, letter.state, letter.mine) == (text, "sent", True)
    body = task_of(cases)
    assert body["type"] == "harbour.message.created"
    assert body["data"] | {"task": None} == {
        "id": letter.id,
        "text": text,
        "from": "victim",
        "person": "P1",
        "task": None,
    }
    assert body["data"]["task"]["due_at"] == "2026-11-27T00:00:00.000Z"  # the end of the second working day
    (stored,) = cases.service.case(AMINA, ID, "").messages
    assert stored == letter


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4_000).filter(str.strip))
def test_any_text_comes_back_as_it_was_written(cases: Cases, text: str) -> None:
    cases.store.letters[REF].clear()
    cases.service.write(AMINA, ID, text, opaque("c", text))
    (letter,) = cases.service.case(AMINA, ID, "").messages
    assert letter.text == text


def test_the_same_message_sent_again_is_one(cases: Cases) -> None:
    first = cases.service.write(AMINA, ID, "Hello", CLIENT)
    cases.wait(minutes=5)
    assert cases.service.write(AMINA, ID, "Hello again", CLIENT) == first
    assert len(cases.store.letters[REF]) == 1
    assert {task for _, task in cases.store.asked} == set(cases.store.tasks)
    assert len(cases.store.tasks) == 1


@pytest.mark.parametrize(("text", "code"), [("", "empty_text"), (" \n\t", "empty_text"), ("x" * 4_001, "too_long")])
def test_a_message_that_says_nothing_or_too_much_is_refused(cases: Cases, text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        cases.service.write(AMINA, ID, text, CLIENT)
    assert (refused.value.code, refused.value.field) == (code, "text")
    assert cases.store.asked == []


def test_characters_are_counted_and_not_bytes(cases: Cases) -> None:
    assert len(cases.service.write(AMINA, ID, "🙂" * 4_000, CLIENT).text) == 4_000


# -- appointments ----------------------------------------------------------------------------------------------------


def booked(cases: Cases, ident: str = "a1", state: str = "booked", days: int = 3) -> str:
    cases.store.meetings[REF].append(
        Appointment(id=ident, at=NOW + timedelta(days=days), what="A statement", where="Northgate", state=state)
    )
    return opaque("appointment", REF, ident)


def test_asking_for_another_time_is_a_task_of_the_officer(cases: Cases) -> None:
    ident = booked(cases)
    (shown,) = cases.service.case(AMINA, ID, "").appointments
    assert (shown.id, shown.state, shown.can_change) == (ident, "booked", True)
    asked = cases.service.ask_for_change(AMINA, ID, ident, "I work then", "Any evening")
    assert (asked.state, asked.can_change) == ("change_requested", False)
    body = task_of(cases)
    assert body["type"] == "harbour.task.created"
    assert body["data"]["reason"] == "appointment_change"
    assert "I work then" in body["data"]["detail"]
    assert "Any evening" in body["data"]["detail"]


def test_asking_the_same_again_changes_nothing(cases: Cases) -> None:
    ident = booked(cases)
    first = cases.service.ask_for_change(AMINA, ID, ident, "why", "when")
    assert cases.service.ask_for_change(AMINA, ID, ident, "why", "when") == first
    assert len(cases.store.asked) == 1
    cases.service.ask_for_change(AMINA, ID, ident, "why", "or on Monday")
    assert len(cases.store.tasks) == 2


@pytest.mark.parametrize(
    ("state", "days", "reason", "kind", "code"),
    [
        ("cancelled", 3, "why", Conflict, "cancelled"),
        ("booked", -1, "why", Conflict, "past"),
        ("booked", 3, " ", Invalid, "empty_text"),
        ("booked", 3, "x" * (LONGEST_REASON + 1), Invalid, "too_long"),
    ],
)
def test_what_cannot_be_changed_says_why(
    cases: Cases, state: str, days: int, reason: str, kind: type[HarbourError], code: str
) -> None:
    ident = booked(cases, state=state, days=days)
    with pytest.raises(kind) as refused:
        cases.service.ask_for_change(AMINA, ID, ident, reason, "")
    assert refused.value.code == code
    assert cases.store.tasks == {}


def test_another_crimes_appointment_is_not_there(cases: Cases) -> None:
    booked(cases)
    cases.store.meetings[OTHER_REF] = cases.store.meetings[REF]
    with pytest.raises(NotFound) as refused:
        cases.service.ask_for_change(AMINA, ID, opaque("appointment", OTHER_REF, "a1"), "why", "")
    assert refused.value.code == "no_appointment"


# -- the contact plan ------------------------------------------------------------------------------------------------


def wish(**other: Any) -> ContactWish:
    """A whole plan."""
    hours: dict[str, Any] = {"start": time(9), "end": time(18), "days": frozenset({1, 2})}
    hours |= {name: other.pop(name) for name in hours if name in other}
    values: dict[str, Any] = {"channel": Choice.SMS, "language": "cy", "safe": True, "hours": Hours(**hours)}
    return ContactWish(**values | other)


def test_a_plan_is_stored_as_the_persons_own_and_officers_are_told(cases: Cases) -> None:
    cases.a_person(AMINA, "P1", REF, OTHER_REF)
    shown = cases.plans.change(AMINA, wish(channel=Choice.BOTH, code_word="blue teapot"), CONFIRMED)
    assert (shown.channel, shown.language, shown.code_word, shown.safe) == (Choice.BOTH, "cy", True, True)
    assert (shown.phone_hint, shown.email_hint) == ("07•• ••• •123", "a•••@e•••.org")
    stored = cases.store.people[AMINA]
    assert stored.plan == ContactPlan(
        consent=Consent.AGREED,
        channels=frozenset(Channel),
        hours=stored.plan.hours,
        language="cy",
        code_word="blue teapot",
        changed_at=NOW,
        changed_by="person",
    )
    assert stored.version == 2
    assert {crime for crime, _ in cases.store.asked} == {REF, OTHER_REF}
    assert all("teapot" not in task.body for task in cases.store.tasks.values())
    assert (shown.changed_at, shown.changed_by) == (NOW, "person")
    detail = task_of(cases)["data"]["detail"]
    for told in ("09:00", "By text message and e-mail", "Before: by text message", "a new code word", "confirmed"):
        assert told in detail


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "", "; no code word. "),
        ("", "kettle", "; a new code word. "),
        ("teapot", "teapot", "; a code word. "),
        ("teapot", "kettle", "; another code word. "),
        ("teapot", "", "; no code word any more. "),
    ],
)
def test_an_officer_hears_that_the_code_word_is_not_what_it_was_and_never_which_it_is(
    cases: Cases, before: str, after: str, told: str
) -> None:
    cases.a_person(AMINA, "P1", REF, plan=ContactPlan(consent=Consent.AGREED, channels=SMS, code_word=before))
    cases.plans.change(AMINA, wish(code_word=after), CONFIRMED)
    detail = task_of(cases)["data"]["detail"]
    assert told in detail
    assert "teapot" not in detail
    assert "kettle" not in detail


# Somebody else at her open page must not turn to himself what is sent to her, nor who she is for us.

SMS, EMAIL = frozenset({Channel.SMS}), frozenset({Channel.EMAIL})


@pytest.mark.parametrize(
    ("plan", "other"),
    [
        (ContactPlan(consent=Consent.AGREED, channels=SMS), {"channel": Choice.EMAIL}),
        (ContactPlan(consent=Consent.AGREED, channels=SMS), {"channel": Choice.BOTH}),
        (ContactPlan(consent=Consent.AGREED, channels=EMAIL), {"channel": Choice.SMS}),
        (ContactPlan(consent=Consent.AGREED, channels=SMS), {"code_word": "his"}),
        (ContactPlan(consent=Consent.AGREED, channels=SMS, code_word="hers"), {"code_word": "his"}),
        (ContactPlan(consent=Consent.AGREED, channels=SMS, code_word="hers"), {"code_word": ""}),
        (ContactPlan(consent=Consent.AGREED, channels=SMS), {"safe": False, "code_word": "his"}),
        (ContactPlan(), {"code_word": "his"}),
    ],
)
def test_another_channel_and_another_code_word_wait_for_a_code_by_the_way_that_was_agreed(
    cases: Cases, plan: ContactPlan, other: dict[str, Any]
) -> None:
    before = cases.a_person(AMINA, "P1", REF, plan=plan)
    for confirmation, code in (
        (None, "code_needed"),
        (replace(CONFIRMED, code="000000"), "wrong_code"),
        (replace(CONFIRMED, handle="x" * 43), "expired"),
    ):
        with pytest.raises(HarbourError) as refused:
            cases.plans.change(AMINA, wish(**other), confirmation)
        assert refused.value.code == code
    assert cases.store.people[AMINA] == before
    assert cases.store.tasks == {}
    cases.plans.change(AMINA, wish(**other), CONFIRMED)
    assert cases.store.people[AMINA].plan != plan
    assert "confirmed with a code" in task_of(cases)["data"]["detail"]


@pytest.mark.parametrize(
    ("plan", "other"),
    [
        (ContactPlan(consent=Consent.AGREED, channels=SMS | EMAIL), {"channel": Choice.EMAIL}),
        (ContactPlan(consent=Consent.AGREED, channels=SMS, code_word="hers"), {"safe": False}),
        (ContactPlan(consent=Consent.AGREED, channels=SMS), {"days": frozenset({1}), "language": "pl"}),
        (ContactPlan(), {"channel": Choice.BOTH}),
    ],
)
def test_less_than_before_counts_at_once_and_the_officer_asks_whether_it_was_them(
    cases: Cases, plan: ContactPlan, other: dict[str, Any]
) -> None:
    cases.a_person(AMINA, "P1", REF, plan=plan)
    cases.plans.change(AMINA, wish(**other))
    assert cases.code.good, "nothing was asked for"
    assert "It may not have been them" in task_of(cases)["data"]["detail"]


@pytest.mark.parametrize(
    ("plan", "sensitive"),
    [(ContactPlan(consent=Consent.DO_NOT_CONTACT), False), (ContactPlan(), True)],
    ids=["wants nothing", "not asked yet"],
)
def test_where_nothing_is_open_only_an_officer_opens_it(cases: Cases, plan: ContactPlan, *, sensitive: bool) -> None:
    before = cases.a_person(AMINA, "P1", REF, plan=plan, sensitive=sensitive)
    for confirmation in (None, CONFIRMED):
        with pytest.raises(Conflict) as refused:
            cases.plans.change(AMINA, wish(), confirmation)
        assert refused.value.code == "no_channel"
    assert cases.store.people[AMINA] == before


def test_one_code_is_enough_however_often_the_plan_is_written_over_meanwhile(cases: Cases) -> None:
    cases.store.race = 3
    assert cases.plans.change(AMINA, wish(channel=Choice.EMAIL), CONFIRMED).channel is Choice.EMAIL
    cases.wait(minutes=1)
    with pytest.raises(HarbourError) as refused:
        cases.plans.change(AMINA, wish(channel=Choice.SMS), CONFIRMED)
    assert refused.value.code == "expired", "it is used up"


def test_a_plan_that_is_wrong_uses_no_code_up(cases: Cases) -> None:
    with pytest.raises(Invalid):
        cases.plans.change(AMINA, wish(channel=Choice.EMAIL, language="tlh"), CONFIRMED)
    assert cases.code.good


def test_a_dead_number_does_not_close_the_email(cases: Cases) -> None:
    both = ContactPlan(consent=Consent.AGREED, channels=SMS | EMAIL)
    cases.a_person(AMINA, "P1", REF, plan=both, blocked="dead_number")
    assert cases.plans.change(AMINA, wish(channel=Choice.EMAIL)).channel is Choice.EMAIL
    with pytest.raises(Invalid) as refused:
        cases.plans.change(AMINA, wish(channel=Choice.SMS))
    assert refused.value.field == "channel"


@pytest.mark.parametrize("other", [{"safe": False}, {"channel": Choice.NONE}, {"safe": False, "channel": Choice.BOTH}])
def test_what_is_not_safe_is_switched_off_whatever_else_was_chosen(cases: Cases, other: dict[str, Any]) -> None:
    shown = cases.plans.change(AMINA, wish(**other))
    assert (shown.channel, shown.safe) == (Choice.NONE, False)
    plan = cases.store.people[AMINA].plan
    assert (plan.consent, plan.channels) == (Consent.DO_NOT_CONTACT, frozenset())


@pytest.mark.parametrize(
    ("person", "other", "field"),
    [
        ({"phone": ""}, {}, "channel"),
        ({"email": ""}, {"channel": Choice.EMAIL}, "channel"),
        ({"email": ""}, {"channel": Choice.BOTH}, "channel"),
        ({"blocked": "same_as_suspect"}, {}, "channel"),
        ({}, {"start": time(18), "end": time(18)}, "hours"),
        ({}, {"start": time(20), "end": time(8)}, "hours"),
        ({}, {"days": frozenset()}, "hours"),
        ({}, {"days": frozenset({0, 1})}, "hours"),
        ({}, {"language": "tlh"}, "language"),
        ({}, {"language": ""}, "language"),
        ({}, {"code_word": "x" * 41}, "code_word"),
        ({}, {"code_word": "a\nb"}, "code_word"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused_by_its_field(
    cases: Cases, person: dict[str, Any], other: dict[str, Any], field: str
) -> None:
    before = cases.a_person(AMINA, "P1", REF, **person)
    with pytest.raises(Invalid) as refused:
        cases.plans.change(AMINA, wish(**other))
    assert (refused.value.code, refused.value.field) == ("bad_field", field)
    assert cases.store.people[AMINA] == before


def test_somebody_whose_number_is_the_suspects_can_still_switch_everything_off(cases: Cases) -> None:
    cases.a_person(AMINA, "P1", REF, blocked="same_as_suspect", phone="", email="")
    assert cases.plans.change(AMINA, wish(channel=Choice.NONE)).channel is Choice.NONE


@pytest.mark.parametrize(("given", "kept"), [(None, "old"), ("", ""), ("  new  ", "new")])
def test_a_code_word_stays_unless_another_is_given(cases: Cases, given: str | None, kept: str) -> None:
    plan = replace(cases.store.people[AMINA].plan, code_word="old")
    cases.a_person(AMINA, "P1", REF, plan=plan)
    cases.plans.change(AMINA, wish(code_word=given), CONFIRMED)
    assert cases.store.people[AMINA].plan.code_word == kept


def test_the_same_plan_again_writes_nothing(cases: Cases) -> None:
    cases.plans.change(AMINA, wish())
    cases.wait(hours=1)
    cases.plans.change(AMINA, wish())
    assert cases.store.people[AMINA].version == 2
    assert len(cases.store.asked) == 1


def test_a_plan_written_over_by_somebody_else_is_read_again(cases: Cases) -> None:
    cases.store.race = 3
    assert cases.plans.change(AMINA, wish()).channel is Choice.SMS
    cases.store.race = 99
    with pytest.raises(Unavailable):
        cases.plans.change(AMINA, wish(channel=Choice.EMAIL), CONFIRMED)


# One thing at a time: what is not named stays as it is by then.

WHOLE = ContactPlan(
    consent=Consent.AGREED, channels=SMS | EMAIL, hours=Hours(start=time(9)), language="pl", code_word="teapot"
)
EVENINGS = Hours(start=time(18), end=time(21), days=frozenset({6, 7}))


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        ({"language": "cy"}, {"language": "cy"}),
        ({"hours": EVENINGS}, {"hours": EVENINGS}),
        ({"channel": Choice.EMAIL}, {"channels": EMAIL}),
        ({"safe": True, "channel": Choice.SMS}, {"channels": SMS}),
        ({"safe": False}, {"consent": Consent.DO_NOT_CONTACT, "channels": frozenset()}),
        ({"code_word": "kettle"}, {"code_word": "kettle"}),
    ],
)
def test_one_thing_is_changed_and_nothing_else(cases: Cases, asked: dict[str, Any], changed: dict[str, Any]) -> None:
    cases.a_person(AMINA, "P1", REF, plan=WHOLE)
    cases.plans.change(AMINA, ContactWish(**asked), CONFIRMED if "code_word" in asked else None)
    assert cases.store.people[AMINA].plan == replace(WHOLE, **changed, changed_at=NOW, changed_by="person")


def test_two_devices_that_change_different_things_at_once_do_not_undo_each_other(cases: Cases) -> None:
    cases.a_person(AMINA, "P1", REF, plan=WHOLE)
    cases.store.meanwhile = lambda: cases.plans.change(AMINA, ContactWish(safe=False))
    shown = cases.plans.change(AMINA, ContactWish(language="cy"))
    assert (shown.language, shown.safe, shown.channel) == ("cy", False, Choice.NONE)
    assert len(cases.store.tasks) == 2
    assert "No text messages and no e-mails" in [*cases.store.tasks.values()][-1].body


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize(
    "asked", [{"language": "cy"}, {"hours": EVENINGS}, {"channel": Choice.SMS}, {"code_word": "x"}]
)
def test_nothing_is_theirs_before_they_said_whether_it_is_safe(
    cases: Cases, asked: dict[str, Any], *, sensitive: bool
) -> None:
    """Else the crime system's later "do not contact" would count for nothing."""
    before = cases.a_person(AMINA, "P1", REF, plan=ContactPlan(), sensitive=sensitive)
    with pytest.raises(Invalid) as refused:
        cases.plans.change(AMINA, ContactWish(**asked), CONFIRMED)
    assert refused.value.field == "safe"
    assert cases.store.people[AMINA] == before


def test_whom_nothing_is_sent_to_can_change_what_sends_nothing(cases: Cases) -> None:
    plan = ContactPlan(consent=Consent.DO_NOT_CONTACT)
    cases.a_person(AMINA, "P1", REF, plan=plan, blocked="same_as_suspect", phone="", email="")
    shown = cases.plans.change(AMINA, ContactWish(language="cy"))
    assert (shown.language, shown.channel) == ("cy", Choice.NONE)
    assert cases.plans.change(AMINA, ContactWish(channel=Choice.SMS)).channel is Choice.NONE, "it is not safe"
    with pytest.raises(Invalid) as refused:
        cases.plans.change(AMINA, ContactWish(safe=True))
    assert refused.value.field == "channel"


def test_a_number_that_died_meanwhile_does_not_keep_the_language_from_being_changed(cases: Cases) -> None:
    plan = ContactPlan(consent=Consent.AGREED, channels=SMS)
    cases.a_person(AMINA, "P1", REF, plan=plan, blocked="dead_number")
    assert cases.plans.change(AMINA, ContactWish(language="cy")).language == "cy"
    with pytest.raises(Invalid) as refused:
        cases.plans.change(AMINA, ContactWish(safe=True))
    assert refused.value.field == "channel"


def test_who_wishes_nothing_changes_nothing(cases: Cases) -> None:
    before = cases.a_person(AMINA, "P1", REF, plan=WHOLE)
    assert cases.plans.change(AMINA, ContactWish()) == cases.plans.shown(AMINA)
    assert cases.store.people[AMINA] == before
    assert cases.store.tasks == {}


@pytest.mark.parametrize(
    ("plan", "sensitive", "channel"),
    [
        (ContactPlan(), False, Choice.BOTH),
        (ContactPlan(), True, Choice.NONE),
        (ContactPlan(consent=Consent.DO_NOT_CONTACT, channels=frozenset(Channel)), False, Choice.NONE),
        (ContactPlan(consent=Consent.AGREED, channels=frozenset({Channel.EMAIL})), True, Choice.EMAIL),
    ],
)
def test_the_plan_says_what_would_really_happen(
    cases: Cases, plan: ContactPlan, channel: Choice, *, sensitive: bool
) -> None:
    cases.a_person(AMINA, "P1", REF, plan=plan, sensitive=sensitive)
    assert cases.plans.shown(AMINA).channel is channel


def test_writing_to_another_persons_crime_reaches_nobody(cases: Cases) -> None:
    with pytest.raises(NotFound):
        cases.service.write(AMINA, OTHER_ID, "Hello", CLIENT)
    assert cases.store.tasks == {}
