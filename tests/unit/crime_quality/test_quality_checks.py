"""What each check finds, by example, and what it leaves alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pytest

from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, Party, PartyRole, Problem
from harbour.crime.quality import check, contacts, usable_email, usable_name, usable_phone

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def party(source_id: str = "V1", role: PartyRole = PartyRole.VICTIM, **values: Any) -> Party:
    sound: dict[str, Any] = {
        "given_name": "Amina",
        "family_name": "Rahman",
        "date_of_birth": "1990-04-12",
        "phone": "07700 900123",
        "email": "amina.rahman11@gmail.com",
    }
    return Party(source_id=source_id, role=role, **{**sound, **values})


def suspect(source_id: str = "S1", **values: Any) -> Party:
    return Party(source_id=source_id, role=PartyRole.SUSPECT, given_name="Carl", family_name="Doyle", **values)


def problems(*people: Party, earlier: tuple[Party, ...] = ()) -> tuple[Problem, ...]:
    event = CrimeEvent(
        source="athena",
        id=EventId("e1"),
        crime=CrimeRef("42/123456/26"),
        kind=Kind("crime_recorded"),
        occurred_at=AT,
        parties=people,
    )
    return check(event, earlier)


def found(*people: Party, earlier: tuple[Party, ...] = ()) -> list[tuple[str, str, str]]:
    return sorted((one.source_id, one.field, one.check) for one in problems(*people, earlier=earlier))


def of_one(**values: Any) -> list[tuple[str, str]]:
    return [(field, name) for _, field, name in found(party(**values))]


def test_a_sound_person_has_no_problem() -> None:
    assert of_one() == []


def test_somebody_without_number_and_address_has_none_here() -> None:
    """Whether they can be told is the gate's matter."""
    assert of_one(phone="", email="") == []


# -- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "family", "name"),
    [
        ("", " ", "name_missing"),
        ("Unknown", "Unknown", "name_placeholder"),
        ("Unknown", "Rahman", "name_placeholder"),
        ("Amina", "N/K", "name_placeholder"),
        ("Test", "Test", "name_placeholder"),
        ("Test", "Rahman", "name_placeholder"),
        ("Mrs", "Rahman", "name_placeholder"),
        ("-", "-", "name_placeholder"),
        ("Victim", "1", "name_placeholder"),
        ("xxxx", "Rahman", "name_placeholder"),
        ("07700 900123", "Rahman", "name_not_a_name"),
        ("Amina", "a.rahman@gmail.com", "name_not_a_name"),
        ("Am1na", "Rahman", "name_not_a_name"),
        ("Amina (do not call)", "Rahman", "name_with_note"),
        ("Amina", "Rahman - see log 12", "name_with_note"),
        ("Amina", "Rahman nee Begum", "name_with_note"),
        ("", "Eastport Council", "name_organisation"),
        ("The", "Kings Arms", "name_organisation"),
        ("", "Rahman & Sons", "name_organisation"),
        ("", "Rahman, Amina", "name_in_one_field"),
        ("Amina Rahman", "", "name_in_one_field"),
    ],
)
def test_a_name_that_is_none_is_named(given: str, family: str, name: str) -> None:
    assert of_one(given_name=given, family_name=family) == [("name", name)]


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("Jennifer", "Null"),
        ("Jon", "Tester"),
        ("Winnie", "Ip"),
        ("Kim", "Na"),
        ("Siobhán", "O'Brien"),
        ("Kim", "Ng"),
        ("Suparman", ""),
        ("", "van Dijk"),
        ("محمد", "الأحمد"),
        ("Łukasz", "Żółć"),
        ("ਗੁਰਪ੍ਰੀਤ", ""),
        ("小明", "王"),
        ("Nicholas", "Church"),
        ("Mary Ann", "Smith-Jones"),
        ("J. R.", "Hartley"),
    ],
)
def test_a_real_name_is_left_alone(given: str, family: str) -> None:
    assert of_one(given_name=given, family_name=family) == []


@pytest.mark.parametrize(
    ("given", "family", "greeted"),
    [
        (" Amina ", "Rahman", "Amina"),
        ("Siobhán", "O'Brien", "Siobhán"),
        ("Unknown", "Rahman", ""),
        ("Amina (husband reads this)", "Rahman", ""),
        ("07700 900123", "Rahman", ""),
        ("", "Rahman", ""),
    ],
)
def test_nobody_is_greeted_with_what_is_no_name(given: str, family: str, greeted: str) -> None:
    assert usable_name(given, family) == greeted


# -- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("07700 90012", "phone_unusable"),
        ("O7700 9OO123", "phone_unusable"),
        ("EX1 2AB", "phone_unusable"),
        ("020 7946 0123", "phone_not_mobile"),
        ("+33 1 99 00 12 34", "phone_not_mobile"),
        ("unknown", "phone_placeholder"),
        ("N/K", "phone_placeholder"),
        ("no phone", "phone_placeholder"),
        ("07777 777777", "phone_placeholder"),
        ("07123456789", "phone_placeholder"),
        ("07700 900123 / 07700 900124", "phone_several"),
        ("07700 900123 07700 900124", "phone_several"),
        ("07700 900123/456", "phone_several"),
        ("07700 900123 (mum)", "phone_with_note"),
        ("07700 900123 NOT SAFE", "phone_with_note"),
        ("07700 900123?", "phone_with_note"),
        ("0909 8790 123", "phone_premium"),
        ("101", "phone_emergency"),
        ("a.rahman@gmail.com", "wrong_field"),
        ("07700 900123 a.rahman@gmail.com", "wrong_field"),
    ],
)
def test_a_number_that_may_not_be_used_is_named_and_not_used(raw: str, name: str) -> None:
    assert of_one(phone=raw, email="") == [("phone", name)]
    assert usable_phone(raw) == ""


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("(07700) 900123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("7700900123", "+447700900123"),
        ("447700900123", "+447700900123"),
        ("07700/900123", "+447700900123"),
        ("Mob. 07700 900123", "+447700900123"),
        ("(m) 07700 900123", "+447700900123"),
        ("\u202a+447700900123\u202c", "+447700900123"),
        ("０７７００ ９００１２３", "+447700900123"),
        ("+48 512 345 678", "+48512345678"),
        ("+1 202 555 0143", "+12025550143"),
    ],
)
def test_one_mobile_number_is_used_however_it_is_written(raw: str, number: str) -> None:
    assert of_one(phone=raw) == []
    assert usable_phone(raw) == number


# -- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("amina.rahman", "email_unusable"),
        ("amina@gmail", "email_unusable"),
        ("amina rahman@gmail.com", "email_unusable"),
        ("amina@192.0.2.7", "email_unusable"),
        ("none", "email_placeholder"),
        ("noemail@noemail.com", "email_placeholder"),
        ("test@gmail.com", "email_placeholder"),
        ("n/a@n/a.com", "email_placeholder"),
        ("amina@gmial.com", "email_domain_typo"),
        ("amina@gmail.co", "email_domain_typo"),
        ("amina@gmail.co.uk", "email_domain_typo"),
        ("amina@hotmail.co.u", "email_domain_typo"),
        ("4417@eastshire.police.uk", "email_police"),
        ("info@rahman-textiles.co.uk", "email_shared"),
        ("a.r@gmail.com; b.r@gmail.com", "email_several"),
        ("a.rahman@gmail.com (husband reads it)", "email_with_note"),
        ("07700 900123", "wrong_field"),
        ("a.rahman@gmail.com 07700 900123", "wrong_field"),
    ],
)
def test_an_address_that_may_not_be_used_is_named_and_not_used(raw: str, name: str) -> None:
    assert of_one(phone="", email=raw) == [("email", name)]
    assert usable_email(raw) == ""


@pytest.mark.parametrize(
    "raw",
    [
        "amina+police@gmail.com",
        "o'brien.k9@gmail.com",
        "0770amina@hotmail.co.uk",
        "amina@ymail.com",
        "amina@hotmail.fr",
        "amina@yahoo.co.in",
        "amina@outlook.ie",
        "amina@gmx.com",
        "amina@nhs.net",
        "amina@rahman.photography",
        "amina@müller-rahman.de",
        "test.valley.amina@gmail.com",
        "amina@policemutual.co.uk",
    ],
)
def test_an_address_that_looks_odd_is_used(raw: str) -> None:
    assert of_one(email=raw) == []
    assert usable_email(raw) == raw


def test_number_and_address_in_each_others_place_are_one_mistake() -> None:
    assert of_one(phone="amina.r@gmail.com", email="(07700) 900123") == [("phone", "wrong_field")]


# -- dates of birth --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("", "birth_missing"),
        ("1900-01-01", "birth_placeholder"),
        ("unknown", "birth_placeholder"),
        ("1984-02-30", "birth_impossible"),
        ("12/03/1984", "birth_impossible"),
        ("19840312", "birth_impossible"),
        ("2026-11-25", "birth_impossible"),
        ("2026-11-24", "birth_impossible"),
        ("1884-05-12", "birth_impossible"),
    ],
)
def test_a_date_of_birth_that_cannot_prove_anybody_is_named(raw: str, name: str) -> None:
    assert of_one(date_of_birth=raw) == [("date_of_birth", name)]


@pytest.mark.parametrize("raw", ["2000-01-01", "1985-01-01", "2004-02-29", "2026-11-19", "1912-06-23"])
def test_a_day_on_which_people_were_born_is_left_alone(raw: str) -> None:
    assert of_one(date_of_birth=raw) == []


# -- several people --------------------------------------------------------------------------------------------------

SAME_NUMBER = (
    "07700900123",
    "+447700900123",
    "+44 (0)7700 900123",
    "0044 7700 900123",
    "(07700) 900123",
    "07700-900-123",
    "07700/900123",
    "07700 900123 (work)",
    "020 7946 0999 / 07700 900123",
    "07700 900999 07700 900123",
    "07700900999 07700900123",
    "０７７００９００１２３",
)


@pytest.mark.parametrize("written", SAME_NUMBER)
@pytest.mark.parametrize("known", ["now", "before"])
def test_a_number_that_the_suspect_has_however_written_blocks(written: str, known: str) -> None:
    his = suspect(phone=written)
    told = problems(party(), his) if known == "now" else problems(party(), earlier=(his,))
    assert [(one.source_id, one.field, one.check, one.blocks) for one in told] == [
        ("V1", "phone", "same_as_suspect", True)
    ]


@pytest.mark.parametrize("field", ["email", "given_name", "family_name"])
def test_a_suspects_number_in_another_of_his_fields_blocks(field: str) -> None:
    his = Party(source_id="S1", role=PartyRole.SUSPECT, **{field: "Carl 07700 900123"})  # type: ignore[arg-type]
    assert found(party(), his) == [("V1", "phone", "same_as_suspect")]


@pytest.mark.parametrize(
    "written", ["Amina.Rahman11@Gmail.com", "aminarahman11@googlemail.com", "amina.rahman11+x@gmail.com"]
)
def test_a_mailbox_that_the_suspect_has_however_written_blocks(written: str) -> None:
    told = problems(party(), suspect(email=written))
    assert [(one.field, one.check, one.blocks) for one in told] == [("email", "same_as_suspect", True)]


@pytest.mark.parametrize(
    "his",
    [
        {"phone": "07700 900124"},
        {"email": "amina.rahman11@hotmail.com"},
        {"phone": "unknown", "email": "none"},
        {},
    ],
)
def test_a_suspect_with_other_contacts_blocks_nothing(his: dict[str, Any]) -> None:
    assert found(party(), suspect(**his)) == []


def test_a_filler_is_nobodys() -> None:
    assert found(party(phone="00000000000"), suspect(phone="00000000000")) == [("V1", "phone", "phone_placeholder")]
    assert contacts(suspect(phone="07777777777", email="test@test.com")) == frozenset()


def test_only_a_suspects_contact_blocks() -> None:
    other = party("W1", PartyRole.WITNESS, given_name="Ben", date_of_birth="1971-02-03", phone="020 7946 0123")
    told = problems(party(phone="unknown", email="x", given_name="", date_of_birth=""), other)
    assert {one.check for one in told} >= {"phone_placeholder", "email_unusable", "birth_missing", "phone_not_mobile"}
    assert not any(one.blocks for one in told)


def test_a_contact_that_two_of_them_have_is_named_for_both() -> None:
    other = party("W1", PartyRole.WITNESS, given_name="Ben", date_of_birth="1971-02-03", email="")
    assert found(party(), other) == [("V1", "phone", "same_as_other"), ("W1", "phone", "same_as_other")]


def test_a_child_may_have_the_parents_number() -> None:
    parent = party("G1", PartyRole.GUARDIAN, given_name="Salma", date_of_birth="1971-02-03", email="")
    assert found(party(date_of_birth="2015-04-12"), parent) == []


def test_a_suspect_who_is_the_parent_blocks_all_the_same() -> None:
    parent = party("G1", PartyRole.GUARDIAN, given_name="Salma", date_of_birth="1971-02-03", email="")
    assert ("V1", "phone", "same_as_suspect") in found(party(), parent, suspect(phone="07700 900123"))
    assert ("G1", "phone", "same_as_suspect") in found(party(), parent, suspect(phone="07700 900123"))


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"given_name": "AMINA"},
        {"given_name": "Rahman", "family_name": "Amina"},
        {"given_name": "Amina Begum"},
        {"given_name": "Ameena"},
        {"given_name": "A", "phone": "", "email": ""},
    ],
)
def test_somebody_recorded_twice_is_one_mistake(again: dict[str, Any]) -> None:
    assert found(party(), party("V2", **again)) == [
        ("V1", "name", "duplicate_person"),
        ("V2", "name", "duplicate_person"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"date_of_birth": "1960-04-12"},
        {"given_name": "Aisha"},
        {"given_name": "Zoe", "family_name": "Bell"},
    ],
)
def test_two_people_are_two(other: dict[str, Any]) -> None:
    own: dict[str, Any] = {"phone": "07700 900124", "email": "zoe.other12@gmail.com"}
    assert found(party(), party("V2", **own, **other)) == []


# -- what is told ----------------------------------------------------------------------------------------------------


def test_a_suspects_own_details_are_not_our_matter() -> None:
    assert found(suspect(phone="unknown", email="x")) == []


def test_the_same_problem_has_the_same_id_and_its_own_fix() -> None:
    first, again = problems(party(phone="101", email="x")), problems(party(phone="112", email="y"))
    assert [one.id for one in first] == [one.id for one in again]
    assert len({one.id for one in first}) == len(first)
    assert all(one.fix for one in first)


def test_every_check_has_a_fix_and_every_list_is_used() -> None:
    folder = resources.files("harbour.crime")
    data: dict[str, Any] = json.loads(folder.joinpath("data", "quality.json").read_text("utf-8"))
    code = folder.joinpath("quality.py").read_text("utf-8")
    about = {"about", "effective_from", "source"}
    assert [name for name in data if name not in about and f'"{name}"' not in code] == []
    assert [name for name in data["fixes"] if f'"{name}"' not in code] == []
