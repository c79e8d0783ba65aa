from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from harbour.directory import service
from harbour.directory.model import Helpline, Nation, current
from harbour.directory.service import (
    all_helplines,
    canned,
    emergency,
    force_profile,
    helplines,
    languages,
    outcomes,
    prepared,
)
from harbour.runtime.errors import NotFound

READ_ON = date(2026, 11, 22)
LINES = all_helplines()


def line(**changes: object) -> Helpline:
    plain = Helpline(
        id="a",
        name="A",
        phone="0800 000 000",
        for_whom="anyone",
        nations=frozenset({Nation.ENGLAND}),
        verified=True,
        source="https://example.org/",
        verified_on=READ_ON,
        expires_on=READ_ON + timedelta(days=1),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_helpline_is_shown_up_to_its_last_day_and_not_after() -> None:
    on_file = [line()]
    assert current(on_file, Nation.ENGLAND, READ_ON + timedelta(days=1)) == tuple(on_file)
    assert current(on_file, Nation.ENGLAND, READ_ON + timedelta(days=2)) == ()


def test_a_helpline_of_another_nation_is_not_shown() -> None:
    assert current([line()], Nation.SCOTLAND, READ_ON) == ()


def test_an_unconfirmed_number_is_never_shown() -> None:
    assert current([line(verified=False)], Nation.ENGLAND, READ_ON) == ()


def test_a_visitors_page_gets_only_what_is_known() -> None:
    assert line().as_listed() == {"name": "A", "phone": "0800 000 000", "for": "anyone"}
    assert line(hours="24 hours", text="07000 000000", url="https://example.org/").as_listed() == {
        "name": "A",
        "phone": "0800 000 000",
        "for": "anyone",
        "hours": "24 hours",
        "text": "07000 000000",
    }, "no address: a page that she opened would stand in her history"


@pytest.mark.parametrize(
    ("nation", "first"),
    [
        (Nation.ENGLAND, "0808 2000 247"),
        (Nation.WALES, "0808 80 10 800"),
        (Nation.SCOTLAND, "0800 027 1234"),
        (Nation.NORTHERN_IRELAND, "0808 802 1414"),
    ],
)
def test_each_nations_own_helpline_stands_first(nation: Nation, first: str) -> None:
    assert helplines(nation, READ_ON)[0].phone == first


def test_the_emergency_facts_are_those_of_the_silent_solution() -> None:
    silent = emergency().silent
    assert emergency().number == "999"
    assert silent.digits == "55"
    assert silent.phones == "mobile"
    assert silent.when == "after_the_recorded_voice_asks"
    assert silent.if_nothing_is_pressed == "call_ends"
    assert not silent.gives_location
    assert not silent.landline_digits_work


def test_people_who_cannot_hear_have_three_ways() -> None:
    assert {route.id for route in emergency().deaf} == {"999-bsl", "emergency-sms", "relay-18000"}


def test_the_demonstration_force() -> None:
    force = force_profile("eastshire")
    assert force.name == "Eastshire Police"
    assert force.exit_url == "https://www.bbc.co.uk/"
    assert force.emergency == emergency().number
    assert force.working_language == "en"
    assert force.answering == "trained police officers of Eastshire Police"
    assert force.officer("Sam Patel", "4417") == "Sam Patel, officer number 4417"


@pytest.mark.parametrize("force", ["westshire", "../helplines", "", "Eastshire"])
def test_a_force_without_a_file_is_unknown(force: str) -> None:
    with pytest.raises(NotFound) as missing:
        force_profile(force)
    assert missing.value.code == "unknown_force"


def test_outcomes_have_distinct_codes_and_labels() -> None:
    codes = [outcome.code for outcome in outcomes()]
    assert len(set(codes)) == len(codes)
    assert {"safety_plan", "crime_recorded", "emergency_response", "left_before_answer"} <= set(codes)
    assert len({outcome.label for outcome in outcomes()}) == len(codes)
    assert all(outcome.meaning for outcome in outcomes())


def test_prepared_answers_come_with_their_translation_and_its_review() -> None:
    spanish = {answer.key: answer for answer in canned("es-MX")}
    assert spanish["call_999"].text.startswith("If you are in danger")
    assert "999" in (spanish["call_999"].translation or "")
    assert not spanish["call_999"].reviewed


@pytest.fixture
def spanish_is_checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The files as they will be when a native speaker has read the Spanish."""
    read = service._read

    def checked(name: str) -> dict[str, Any]:
        document = read(name)
        if name == "canned.json":
            document["review"]["es"]["reviewed"] = True
        return document

    monkeypatch.setattr(service, "_read", checked)
    service.canned.cache_clear()
    yield
    service.canned.cache_clear()


@pytest.mark.usefixtures("spanish_is_checked")
def test_what_a_native_speaker_has_checked_is_known_by_its_english_text() -> None:
    answer = next(a for a in canned("es") if a.key == "call_999")
    found = prepared(f"{answer.text}\n", "es-MX")
    assert found is not None
    assert found.as_body() == {"to": "es", "from": "en", "text": answer.translation, "engine": "prepared:call_999"}
    assert prepared(answer.text.removesuffix("."), "es") is None, "an officer has changed it"
    assert prepared(answer.text, "pl") is None, "nobody has checked the Polish"
    assert prepared(answer.text, "ja") is None


def test_what_nobody_has_checked_passes_for_nothing() -> None:
    assert [prepared(a.text, "es") for a in canned("es") if not a.reviewed and prepared(a.text, "es")] == []


def test_no_two_prepared_answers_are_one_text() -> None:
    texts = [answer.text for answer in canned("en")]
    assert len(set(texts)) == len(texts)
    assert [text.strip() for text in texts] == texts


def test_a_language_without_prepared_answers_has_only_the_text() -> None:
    assert {answer.translation for answer in canned("ja")} == {None}


def test_officers_can_choose_from_every_known_language() -> None:
    assert {"en", "cy", "es", "ckb"} <= {language.code for language in languages()}


def test_every_number_on_file_can_be_dialled() -> None:
    for helpline in LINES:
        digits = helpline.phone.replace(" ", "")
        assert digits.isdigit(), helpline.id
        assert len(digits) in {6, 8, 10, 11}, helpline.id
    assert len({helpline.id for helpline in LINES}) == len(LINES)
    assert len({helpline.phone for helpline in LINES}) == len(LINES)


def test_a_confirmed_number_names_where_and_when_it_was_read() -> None:
    for helpline in LINES:
        assert helpline.source, helpline.id
        assert bool(helpline.verified_on) is helpline.verified, helpline.id
        if helpline.verified:
            assert helpline.source.startswith(("https://", "http://")), helpline.id


def test_no_entry_is_about_to_expire() -> None:
    """A reminder with a date: look at the source again, then move ``verified_on`` and ``expires_on``."""
    soon = date.today() + timedelta(days=30)
    dates = {helpline.id: helpline.expires_on for helpline in LINES if helpline.verified}
    dates |= {route.id: route.expires_on for route in emergency().deaf}
    dates["silent 999 call"] = emergency().silent.expires_on
    due = sorted(name for name, expires_on in dates.items() if expires_on < soon)
    assert not due, f"directory/data/helplines.json: confirm again and move the dates of {', '.join(due)}"
