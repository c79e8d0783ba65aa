"""What the portal says to everybody: complete, in two languages, dated, and nothing dangerous in it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest

from harbour.crime.kinds import kinds, offences
from harbour.directory.model import Nation
from harbour.directory.service import all_helplines
from harbour.portal import guidance
from harbour.portal.model import WRITTEN

TODAY = date(2026, 11, 24)


def document(name: str) -> dict[str, Any]:
    text = resources.files("harbour.portal").joinpath("data", f"{name}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("language", WRITTEN)
def test_all_twelve_rights_are_there(language: str) -> None:
    rights = guidance.rights(language)
    assert [one.number for one in rights] == list(range(1, 13))
    assert all(one.name and one.text and one.more for one in rights)


def test_a_language_in_which_nobody_wrote_is_english() -> None:
    assert guidance.rights("pl") == guidance.rights("en")
    assert guidance.advice("pl") == guidance.advice("en")
    assert guidance.right(0, "en") is None


def test_welsh_is_not_english() -> None:
    for english, welsh in zip(guidance.rights("en"), guidance.rights("cy"), strict=True):
        assert english.text != welsh.text
    for topic, other in zip(guidance.advice("en"), guidance.advice("cy"), strict=True):
        assert len(topic.text) == len(other.text)
        assert topic.title != other.title


@pytest.mark.parametrize("name", ["rights", "support", "advice", "words"])
def test_each_file_says_what_it_is_and_that_its_welsh_waits_for_a_native_reader(name: str) -> None:
    found = document(name)
    assert found["about"]
    assert found["reviewed"] == {"en": True, "cy": False}


def test_every_phase_has_words_and_every_kind_a_phase_or_none() -> None:
    words = document("words")
    for phase in {*words["stages"].values(), *words["kinds"].values(), "reported", "closed"}:
        for language in WRITTEN:
            assert guidance.status(phase, language).text
    assert set(words["kinds"]) <= set(kinds())
    assert set(words["stages"]) <= {rule.stage for rule in kinds().values()}
    for kind in kinds():
        assert guidance.phase_of([kind], closed=False) in words["phases"]


def test_every_offence_has_a_title() -> None:
    titles = document("words")["titles"]
    plain = {key for key, rule in offences().items() if not rule.sensitive}
    assert plain | {"sensitive"} == set(titles)
    assert guidance.title("domestic_abuse", "en") == guidance.title("stalking", "en") == "Your report"


def test_the_records_headings_are_the_same_in_both_languages() -> None:
    assert guidance.headings("en").keys() == guidance.headings("cy").keys()


# -- support ---------------------------------------------------------------------------------------------------------


def names(offence: str, area: str = "", on: date = TODAY, force: str = "eastshire") -> list[str]:
    found = guidance.support(offence, area, "en", Nation.ENGLAND, force, on)
    return [one.name for one in found.services]


def test_support_is_for_the_offence() -> None:
    abuse, burglary = names("domestic_abuse"), names("burglary")
    assert "National Domestic Abuse Helpline (Refuge)" in abuse
    assert "National Domestic Abuse Helpline (Refuge)" not in burglary
    assert "Eastshire Locks and Lights (invented)" in burglary
    assert "Victim Support" in abuse
    assert "Victim Support" in burglary
    assert "Live Fear Free" not in abuse  # of another nation


def test_support_is_for_the_area() -> None:
    assert "Northgate Neighbours (invented)" in names("theft", "NORTHGATE")
    assert "Northgate Neighbours (invented)" not in names("theft", "Harbourside")
    assert "Northgate Neighbours (invented)" not in names("theft")


def test_a_real_force_never_shows_what_was_invented_for_another() -> None:
    assert not any("invented" in name for name in names("burglary", "Northgate", force="westshire"))


def test_whoever_hurts_others_is_not_offered_to_victims() -> None:
    assert not any("Respect" in name for offence in offences() for name in names(offence))


def test_what_has_expired_is_not_shown() -> None:
    far = date(2030, 1, 1)
    assert names("burglary", on=far) == []
    assert guidance.support("violence", "", "en", Nation.ENGLAND, "eastshire", far).compensation is None


@pytest.mark.parametrize(
    ("offence", "offered"), [("violence", True), ("sexual_offence", True), ("burglary", False), ("fraud", False)]
)
def test_compensation_is_offered_where_the_scheme_is_for_it(offence: str, *, offered: bool) -> None:
    found = guidance.support(offence, "", "cy", Nation.ENGLAND, "eastshire", TODAY).compensation
    assert (found is not None) is offered


def test_every_entry_is_known_sourced_and_dated() -> None:
    found = document("support")
    known = {line.id for line in all_helplines()}
    assert set(found["helplines"]) <= known
    every = {*offences(), guidance.EVERY}
    for entry in (*found["helplines"].values(), *found["services"], found["compensation"]):
        assert set(entry["offences"]) <= every
    for entry in (*found["services"], found["compensation"]):
        assert entry["source"]
        checked, until = date.fromisoformat(entry["verified_on"]), date.fromisoformat(entry["expires_on"])
        assert timedelta() < until - checked <= timedelta(days=366)
    for entry in found["services"]:
        assert entry["invented"] is True
        assert entry["phone"].startswith("01632 960")  # Ofcom keeps these for drama: nobody answers
        assert "(invented)" in entry["name"]
        assert set(entry["for"]) == set(entry["hours"]) == set(entry["area"]) == set(WRITTEN)


# -- what may not be said --------------------------------------------------------------------------------------------


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    return [text for part in value for text in texts(part)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", ["rights", "support", "advice", "words"])
def test_nothing_says_to_dial_55_straight_on_and_nothing_blames(name: str) -> None:
    for text in texts(document(name)):
        plain = text.lower().replace(" ", "")
        assert "99955" not in plain
        assert "999then55" not in plain
        for blame in ("you should have", "your own fault", "careless", "why did you"):
            assert blame not in text.lower()


@pytest.mark.parametrize(
    ("text", "made", "kept"),
    [
        ("Call 999.", "Llama al 999.", True),
        ("Call 999.", "اتصل بالرقم ٩٩٩.", True),
        ("Call 999, then 55.", "55, après 999.", True),
        ("Call 999.", "Llama al 911.", False),
        ("Call 999.", "Llama.", False),
        ("Call 0808 2000 247.", "0808 2000247", False),
        ("Call us.", "Call 1 of us.", False),
    ],
)
def test_a_translation_keeps_the_numbers_or_is_none(text: str, made: str, kept: bool) -> None:
    assert guidance.keeps_numbers(text, made) is kept


def test_what_a_machine_made_stands_in_place_of_each_text_and_names_stay() -> None:
    def marked(texts: list[str]) -> dict[str, str]:
        return {text: f"[{text}]" for text in texts if text}

    rights, advice = guidance.rights("en"), guidance.advice("en")
    support = guidance.support("violence", "Northgate", "en", Nation.ENGLAND, "eastshire", TODAY)
    for one in guidance.rights_in(rights, marked(guidance.words_of_rights(rights))):
        assert all(text.startswith("[") for text in (one.name, one.text, one.more))
    for topic in guidance.advice_in(advice, marked(guidance.words_of_advice(advice))):
        assert all(text.startswith("[") for text in (topic.title, *topic.text))
    put = guidance.support_in(support, marked(guidance.words_of_support(support)))
    assert put.compensation
    assert put.compensation.title.startswith("[")
    assert [one.name for one in put.services] == [one.name for one in support.services]
    assert all(one.for_whom.startswith("[") for one in put.services)
    assert guidance.support_in(support, {}) == support
