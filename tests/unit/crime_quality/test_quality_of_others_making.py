"""The checks against what others made: numbers of every country, and every single slip of the finger.

The labelled records and the checks have one author. These have not: the numbers are the examples of libphonenumber's
tables, and the slips are all there are.
"""

from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from harbour.crime.model import Party, PartyRole
from harbour.crime.quality import contacts, usable_email, usable_phone

FORMS = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.RFC3966)
FILLERS = {"+821020000000"}
"""An example that is one: seven noughts."""

SERVICES = (
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "hotmail.co.uk",
    "outlook.com",
    "live.co.uk",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "btinternet.com",
    "virginmedia.com",
    "talktalk.net",
    "sky.com",
    "aol.com",
)
EXIST = {"cloud.com", "mail.com"}
"""One slip away from a common service, and services themselves."""

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def examples(kind: int) -> list[phonenumbers.PhoneNumber]:
    found = (phonenumbers.example_number_for_type(region, kind) for region in sorted(phonenumbers.SUPPORTED_REGIONS))
    return [number for number in found if number is not None and phonenumbers.number_type(number) == kind]


def slips(domain: str) -> set[str]:
    """A letter left out, doubled, swapped with the next, or beside the right key."""
    found: set[str] = set()
    for at, letter in enumerate(domain):
        before, after = domain[:at], domain[at + 1 :]
        found |= {before + after, before + letter + letter + after}
        if after:
            found.add(before + after[0] + letter + after[1:])
        for row in ROWS:
            if letter in row:
                here = row.index(letter)
                found |= {before + near + after for near in row[max(0, here - 1) : here] + row[here + 1 : here + 2]}
    return found - {domain}


@pytest.mark.parametrize("form", FORMS)
def test_a_mobile_number_of_any_country_is_used(form: int) -> None:
    numbers = examples(PhoneNumberType.MOBILE)
    assert len(numbers) > 200
    for number in numbers:
        wanted = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        if wanted not in FILLERS:
            assert usable_phone(phonenumbers.format_number(number, form).removeprefix("tel:")) == wanted


def test_a_landline_of_any_country_is_not() -> None:
    numbers = examples(PhoneNumberType.FIXED_LINE)
    assert len(numbers) > 200
    used = [one for one in numbers if usable_phone(phonenumbers.format_number(one, PhoneNumberFormat.INTERNATIONAL))]
    assert used == []


@pytest.mark.parametrize("form", FORMS)
def test_a_suspects_number_of_any_country_is_compared(form: int) -> None:
    for number in examples(PhoneNumberType.MOBILE):
        wanted = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        written = phonenumbers.format_number(number, form).removeprefix("tel:")
        his = Party(source_id="S1", role=PartyRole.SUSPECT, phone=f"{written} (work)")
        if wanted not in FILLERS and len(wanted) > 9:
            assert wanted in contacts(his), written


@pytest.mark.parametrize("service", SERVICES)
def test_an_address_with_any_one_slip_in_its_service_is_not_used(service: str) -> None:
    used = {slip for slip in slips(service) if usable_email(f"amina.rahman11@{slip}")}
    assert used - EXIST == set()


@pytest.mark.parametrize("service", SERVICES)
def test_the_service_itself_is_used(service: str) -> None:
    assert usable_email(f"amina.rahman11@{service}") == f"amina.rahman11@{service}"
