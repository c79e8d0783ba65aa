"""What a victim reads: whose, in which order, in which words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour.crime.model import CrimeId, CrimeRef, Effect, Message, PersonId
from harbour.identity.victims.model import Device, device_hash
from harbour.portal.model import Put, day_in_words, email_hint, last_day, moment_in_words, phone_hint, values
from harbour.portal.service import PortalService
from harbour.runtime.errors import Forbidden, HarbourError, Invalid, NotFound
from tests.unit.portal.cases import AMINA, BEN, CATALOGUE, HART, ID, NOW, OTHER_ID, OTHER_REF, REF, Cases, a_type, event

NOBODY = PersonId("f" * 32)
NOWHERE = CrimeId("e" * 32)

READS: dict[str, Callable[[PortalService, PersonId, CrimeId], object]] = {
    "case": lambda s, who, crime: s.case(who, crime, ""),
    "record": lambda s, who, crime: s.record(who, crime, ""),
    "messages": lambda s, who, crime: s.letters(who, crime, ""),
    "support": lambda s, who, crime: s.support(who, crime, ""),
    "chat": lambda s, who, crime: s.reference(who, crime),
    "message": lambda s, who, crime: s.write(who, crime, "Hello", "c1"),
    "appointment": lambda s, who, crime: s.ask_for_change(who, crime, "a" * 32, "why", ""),
}


@pytest.mark.parametrize("what", READS)
@pytest.mark.parametrize(
    ("who", "crime", "allowed"),
    [
        (AMINA, ID, True),
        (BEN, OTHER_ID, True),
        (AMINA, OTHER_ID, False),
        (BEN, ID, False),
        (AMINA, NOWHERE, False),
    ],
)
def test_a_person_sees_what_is_linked_to_them_and_cannot_tell_the_rest_from_nothing(
    cases: Cases, what: str, who: PersonId, crime: CrimeId, *, allowed: bool
) -> None:
    refused = _refused(lambda: READS[what](cases.service, who, crime))
    assert (refused.get("code") != "no_crime") is allowed
    assert allowed or refused == NotFound("no_crime", "There is no such crime here.").problem()
    assert cases.store.reads == ([(who, what, crime)] if allowed else [])


def _refused(call: Callable[[], object]) -> dict[str, int | str]:
    try:
        call()
    except HarbourError as error:
        return error.problem()
    return {}


@pytest.mark.parametrize("role", ["suspect", "witness", ""])
def test_who_is_linked_as_anything_but_a_victim_sees_nothing(cases: Cases, role: str) -> None:
    cases.a_person(AMINA, "P1", REF, role=role)
    assert cases.service.overview(AMINA, "").crimes == []
    with pytest.raises(NotFound):
        cases.service.case(AMINA, ID, "")


def test_an_account_that_belongs_to_nobody_is_refused_everywhere(cases: Cases) -> None:
    for ask in READS.values():
        with pytest.raises(Forbidden):
            ask(cases.service, NOBODY, ID)
    with pytest.raises(Forbidden):
        cases.plans.shown(NOBODY)
    assert cases.store.reads == []


def test_the_timeline_is_newest_first_with_late_stories_in_their_place(cases: Cases) -> None:
    cases.happened(event("crime_allocated", days=2))
    cases.happened(event("suspect_arrested", days=1), Effect.STALE)
    cases.happened(event("charged", days=3), Effect.HELD)
    cases.happened(event("hearing_listed", days=4), Effect.WITHDRAWN)
    cases.happened(event("closed_no_suspect", days=5), Effect.CORRECTED)
    shown = cases.service.case(AMINA, ID, "").timeline
    assert [one.title.partition(":")[0] for one in shown] == [
        "closed_no_suspect",
        "crime_allocated",
        "suspect_arrested",
        "report_received",
    ]
    assert shown[0].right
    assert shown[0].right.number == 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(CATALOGUE)), st.sampled_from(list(Effect)), st.integers(0, 20)), max_size=12
    )
)
def test_whatever_happens_in_whatever_order_nothing_held_or_withdrawn_is_ever_shown(
    cases: Cases, story: list[tuple[str, Effect, int]]
) -> None:
    cases.store.entries[REF].clear()
    cases.store.letters[REF].clear()
    for number, (kind, effect, days) in enumerate(story):
        cases.happened(event(kind, f"{number}", days=days, text="x"), effect)
    shown = cases.service.case(AMINA, ID, "")
    visible = [kind for kind, effect, _ in story if effect not in (Effect.HELD, Effect.WITHDRAWN)]
    assert len(shown.timeline) == sum(1 for kind in visible if kind != "officer_message")
    times = [one.at for one in shown.timeline]
    assert times == sorted(times, reverse=True)


def test_what_comes_next_is_of_the_newest_news_and_not_of_a_late_story(cases: Cases) -> None:
    cases.happened(event("crime_allocated", days=2, until="2026-12-08"))
    cases.happened(event("charged", days=9), Effect.HELD)
    cases.happened(event("suspect_arrested", days=1), Effect.STALE)
    following = cases.service.case(AMINA, ID, "").next
    assert following is not None
    assert following.text == "crime_allocated: next. Until Tuesday 8 December 2026."
    assert following.by == date(2026, 12, 8)


@pytest.mark.parametrize(("enhanced", "by"), [(False, date(2026, 11, 27)), (True, date(2026, 11, 23))])
def test_without_a_promise_the_law_says_by_when(
    cases: Cases, monkeypatch: pytest.MonkeyPatch, by: date, *, enhanced: bool
) -> None:
    from harbour.notification import clock
    from harbour.portal import service

    clocked = a_type("suspect_arrested", limit="arrest")
    monkeypatch.setattr(service, "for_trigger", lambda kind, _force: clocked if kind == clocked.key else None)
    ends = datetime.combine(by, datetime.min.time(), UTC) + timedelta(days=1)
    monkeypatch.setattr(clock, "deadline", lambda _key, _at, *, enhanced: ends)
    cases.happened(event("suspect_arrested", days=8))
    cases.a_person(AMINA, "P1", REF, enhanced=enhanced)
    following = cases.service.case(AMINA, ID, "").next
    assert following is not None
    assert following.by == (by if ends > NOW else None)


def test_the_words_are_those_for_enhanced_rights_where_the_person_has_them(cases: Cases) -> None:
    cases.a_person(AMINA, "P1", REF, enhanced=True)
    assert cases.service.case(AMINA, ID, "en").timeline[0].title == "report_received: enhanced title"


def test_welsh_is_written_by_people_and_needs_no_machine(cases: Cases) -> None:
    shown = cases.service.case(AMINA, ID, "cy")
    assert shown.timeline[0].title == "report_received: teitl"
    assert shown.timeline[0].right
    assert shown.timeline[0].right.name == "Cael gwybodaeth pan fyddwch yn adrodd"
    assert shown.status.label == "Wedi'i adrodd"
    assert not shown.translated_by_machine
    assert not any(one.translated for one in shown.timeline)


def test_any_other_language_is_a_machines_and_marked(cases: Cases) -> None:
    cases.happened(event("officer_message", "m1", days=1, text="We will call you."))
    shown = cases.service.case(AMINA, ID, "pl-PL")
    assert shown.timeline[0].title == "[pl] report_received: title"
    assert shown.timeline[0].translated
    assert shown.translated_by_machine
    assert shown.status.label.startswith("[pl]")
    (letter,) = shown.messages
    assert letter.text == "We will call you."
    assert letter.translation
    assert (letter.translation.text, letter.translation.language) == ("[pl] We will call you.", "pl")


def test_what_stands_there_for_everybody_is_a_machines_too_and_keeps_its_numbers(cases: Cases) -> None:
    rights, by_machine = cases.service.rights("pl")
    assert by_machine
    assert rights[0].name.startswith("[pl] ")
    assert cases.service.advice("pl")[0][0].title.startswith("[pl] ")
    assert cases.service.support(AMINA, ID, "pl")[0].services[0].for_whom.startswith("[pl] ")
    cases.translate.only = 0
    for _, by_machine in (
        cases.service.rights("pl"),
        cases.service.advice("pl"),
        cases.service.support(AMINA, ID, "pl"),
    ):
        assert not by_machine
    asked = len(cases.translate.asked)
    for language in ("en", "cy", ""):
        assert not cases.service.rights(language)[1]
    assert len(cases.translate.asked) == asked
    with pytest.raises(Invalid):
        cases.service.rights("tlh")


def test_what_the_machine_did_not_manage_stays_english_and_is_not_marked(cases: Cases) -> None:
    cases.translate.only = 0
    shown = cases.service.case(AMINA, ID, "pl")
    assert shown.timeline[0].title == "report_received: title"
    assert not shown.timeline[0].translated
    assert not shown.translated_by_machine


def test_an_entry_is_translated_whole_or_not_at_all(cases: Cases) -> None:
    cases.translate.only = 5  # status, title of the crime, what is next, and of the entry its title only
    (entry,) = cases.service.case(AMINA, ID, "pl").timeline
    assert (entry.translated, entry.title) == (False, "report_received: title")


def test_the_victims_own_words_are_never_translated(cases: Cases) -> None:
    cases.service.write(AMINA, ID, "Boję się.", "c1")
    (letter,) = cases.service.case(AMINA, ID, "pl").messages
    assert (letter.text, letter.translation) == ("Boję się.", None)


def test_a_language_that_nobody_knows_is_named(cases: Cases) -> None:
    with pytest.raises(Invalid) as refused:
        cases.service.case(AMINA, ID, "xx")
    assert refused.value.field == "language"
    cases.store.people[AMINA] = replace(
        cases.store.people[AMINA], plan=replace(cases.store.people[AMINA].plan, language="xx")
    )
    assert cases.service.case(AMINA, ID, "").language == "en"


def test_two_victims_of_one_crime_do_not_read_each_others_messages(cases: Cases) -> None:
    cases.a_person(BEN, "P2", REF, given_name="Ben")
    mine = cases.service.write(AMINA, ID, "From Amina", "c1")
    bens = cases.service.write(BEN, ID, "From Ben", "c1")
    cases.happened(event("officer_message", "to-ben", days=1, text="Dear Ben", in_reply_to=bens.id))
    cases.happened(event("officer_message", "to-amina", days=2, text="Dear Amina", in_reply_to=mine.id))
    cases.happened(event("officer_message", "to-both", days=3, text="To you both"))
    read = {who: {one.text for one in cases.service.case(who, ID, "").messages} for who in (AMINA, BEN)}
    assert read[AMINA] == {"From Amina", "Dear Amina", "To you both"}
    assert read[BEN] == {"From Ben", "Dear Ben", "To you both"}
    assert mine.id != bens.id


def test_the_overview_counts_what_came_since_the_crime_was_last_read(cases: Cases) -> None:
    (one,) = cases.service.overview(AMINA, "").crimes
    assert (one.reference, one.title, one.unread) == (REF, "Burglary", 1)
    cases.service.case(AMINA, ID, "")
    assert cases.service.overview(AMINA, "").crimes[0].unread == 0
    cases.wait(hours=1)
    cases.happened(event("crime_allocated", days=5))
    cases.happened(event("officer_message", "m1", days=6, text="Hello"))
    (one,) = cases.service.overview(AMINA, "cy").crimes
    assert (one.unread, one.title, one.status) == (2, "Byrgleriaeth", "Yn cael ei ymchwilio")
    assert one.updated_at == NOW - timedelta(days=4)
    assert cases.service.overview(BEN, "").crimes[0].reference == OTHER_REF


def test_a_message_is_unread_until_the_messages_are_read(cases: Cases) -> None:
    cases.happened(event("officer_message", "m1", text="Hello"))
    cases.service.write(AMINA, ID, "Hello?", "c1")
    for _ in range(2):
        assert cases.service.case(AMINA, ID, "").unread_messages == 1
    assert cases.service.overview(AMINA, "").crimes[0].unread == 1
    assert [one.text for one in cases.service.letters(AMINA, ID, "")] == ["Hello", "Hello?"]
    assert cases.service.case(AMINA, ID, "").unread_messages == 0
    assert cases.service.overview(AMINA, "").crimes[0].unread == 0
    cases.wait(hours=1)
    cases.happened(event("officer_message", "m2", days=1, text="Written before, and here only now"))
    assert cases.service.case(AMINA, ID, "").unread_messages == 1


def test_what_came_while_the_messages_were_read_is_still_unread(cases: Cases) -> None:
    def while_it_is_read(crime: CrimeRef) -> Sequence[Message]:
        found = before(crime)
        cases.wait(seconds=1)
        cases.happened(event("officer_message", "late", text="Just now"))
        return found

    before = cases.store.messages
    cases.store.messages = while_it_is_read  # type: ignore[method-assign]
    assert cases.service.letters(AMINA, ID, "") == []
    cases.store.messages = before  # type: ignore[method-assign]
    assert cases.service.case(AMINA, ID, "").unread_messages == 1


def test_messages_alone_are_put_by_a_machine_as_they_are_with_the_case(cases: Cases) -> None:
    cases.happened(event("officer_message", "m1", text="Hello"))
    for language in ("pl", "cy", "en"):
        assert cases.service.letters(AMINA, ID, language) == cases.service.case(AMINA, ID, language).messages
    assert cases.service.letters(AMINA, ID, "pl")[0].translation == Put("[pl] Hello", "pl")


@pytest.mark.parametrize("offence", ["domestic_abuse", "stalking", "sexual_offence", "", "new_offence"])
def test_the_title_of_a_sensitive_crime_says_nothing(cases: Cases, offence: str) -> None:
    cases.store.states[REF] = replace(cases.store.states[REF], offence=offence)
    assert cases.service.overview(AMINA, "").crimes[0].title == "Your report"


@pytest.mark.parametrize(
    ("kinds", "closed", "label"),
    [
        ([], False, "Reported"),
        (["crime_allocated"], False, "Being investigated"),
        (["crime_allocated", "charged"], False, "At court"),
        (["charged", "officer_message"], False, "At court"),
        (["closed_no_suspect"], True, "Closed"),
    ],
)
def test_the_status_follows_the_news(cases: Cases, kinds: list[str], label: str, *, closed: bool) -> None:
    for day, kind in enumerate(kinds):
        cases.happened(event(kind, days=day, text="x"))
    cases.store.states[REF] = replace(cases.store.states[REF], closed=closed)
    assert cases.service.case(AMINA, ID, "").status.label == label


def test_a_kind_that_the_force_does_not_tell_of_is_not_in_the_timeline(cases: Cases) -> None:
    cases.happened(event("forensics_booked", days=1))
    assert len(cases.service.case(AMINA, ID, "").timeline) == 1


def test_no_id_of_the_crime_system_leaves_the_portal(cases: Cases) -> None:
    cases.happened(event("officer_message", "secret-id", days=1, text="Hello"))
    shown = cases.service.case(AMINA, ID, "")
    assert "secret" not in str([one.id for one in shown.messages])
    assert "first-" not in str([one.id for one in shown.timeline])


def test_the_officer_in_charge_is_shown_and_nobody_before_there_is_one(cases: Cases) -> None:
    officer = cases.service.case(AMINA, ID, "").officer
    assert officer
    assert (officer.name, officer.collar, officer.station) == (HART.name, HART.collar, HART.station)
    cases.store.states[REF] = replace(cases.store.states[REF], officer=None)
    assert cases.service.case(AMINA, ID, "").officer is None


def test_visits_show_which_device_asks_now(cases: Cases) -> None:
    agent, address = "Mozilla/5.0 (Android 14) Chrome/120", "203.0.113.7"
    this = device_hash(AMINA, agent, "203.0.113.9")
    cases.store.known[AMINA] = [
        Device(hash=this, label="Chrome on Android", first_at=NOW, last_at=NOW),
        Device(hash="x", label="Safari on iPhone", first_at=NOW, last_at=NOW),
    ]
    shown = cases.service.visits(AMINA, agent, address)
    assert [(one.label, one.this) for one in shown] == [("Chrome on Android", True), ("Safari on iPhone", False)]
    assert cases.service.visits(BEN, agent, address) == []


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "language", "words"),
    [
        (datetime(2026, 12, 8, 10, 30, tzinfo=UTC), "en", "Tuesday 8 December 2026 at 10:30 am"),
        (datetime(2026, 7, 1, 11, 5, tzinfo=UTC), "en", "Wednesday 1 July 2026 at 12:05 pm"),
        (datetime(2026, 12, 8, 0, 0, tzinfo=UTC), "en", "Tuesday 8 December 2026 at 12:00 am"),
        (datetime(2026, 12, 8, 14, 30, tzinfo=UTC), "cy", "dydd Mawrth 8 Rhagfyr 2026 am 2:30 y prynhawn"),
        (datetime(2026, 12, 8, 19, 0, tzinfo=UTC), "cy", "dydd Mawrth 8 Rhagfyr 2026 am 7:00 yr hwyr"),
        (datetime(2026, 12, 8, 9, 0, tzinfo=UTC), "pl", "Tuesday 8 December 2026 at 9:00 am"),
    ],
)
def test_times_are_said_by_the_clock_of_london(at: datetime, language: str, words: str) -> None:
    assert moment_in_words(at, language) == words


def test_days_are_said_without_an_hour(cases: Cases) -> None:
    del cases
    assert day_in_words(date(2026, 5, 1), "cy") == "dydd Gwener 1 Mai 2026"
    assert values(event("hearing_listed", hearing_at="2026-12-08"), "en")["when"] == "Tuesday 8 December 2026"
    assert "when" not in values(event("hearing_listed", hearing_at="soon"), "en")
    assert last_day(datetime(2026, 11, 27, 0, 0, tzinfo=UTC)) == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("phone", "hint"),
    [("+447700900123", "07•• ••• •123"), ("+33612345678", "+33 •••• •678"), ("", "")],
)
def test_a_hint_of_a_number_is_no_number(phone: str, hint: str) -> None:
    assert phone_hint(phone) == hint


@pytest.mark.parametrize(
    ("email", "hint"), [("amina@example.org", "a•••@e•••.org"), ("a@b.co.uk", "a•••@b•••.co.uk"), ("", ""), ("x", "")]
)
def test_a_hint_of_an_address_is_no_address(email: str, hint: str) -> None:
    assert email_hint(email) == hint
