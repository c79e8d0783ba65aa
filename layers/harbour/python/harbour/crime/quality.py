"""Is what the crime system says of a person fit to be used? What is not is named, with the fix, and never guessed.

A careless value is a message that never arrives, or one that the wrong person reads. So a doubtful contact is not
used (`usable_phone`, `usable_email` answer nothing), and one that the suspect has too blocks every message to the
person until somebody has asked them. What the checks look for is data (``data/quality.json``).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from harbour.crime.model import CrimeEvent, CrimeRef, Party, PartyRole

REGION: Final = "GB"

_EMAIL: Final = re.compile(r"[^\s@,;/]+@[^\s@,;/]+")
_DIGIT_RUN: Final = re.compile(r"\+?\d(?:[\s().-]?\d){8,14}")
_DRAMA: Final = range(7700900000, 7700901000)
"""Ofcom keeps these for drama and tests: no real person has one."""
_NEAR: Final = 2
"""So many letters may a mail domain differ from a common one and still be taken for a misspelling of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    id
        The same problem of the same person has the same id.
    check
        Which check found it: a key of ``fixes`` in the data.
    fix
        What somebody should do, in words; repeats nothing of the data.
    blocks
        Nothing may be sent to this person before it is mended.
    """

    id: str
    crime: CrimeRef
    source_id: str
    role: PartyRole
    field: str
    check: str
    fix: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class _Found:
    field: str
    check: str


def usable_phone(raw: str) -> str:
    """``raw`` as E.164 if it is one mobile number and nothing else; otherwise empty."""
    if any(found.field == "phone" for found in _phone(raw)):
        return ""
    number = _parsed(raw)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else ""


def usable_email(raw: str) -> str:
    """``raw`` normalised if it is one address of a person; otherwise empty. A likely misspelling is not used."""
    if any(found.field == "email" for found in _email(raw)):
        return ""
    return _normal_email(raw)


def check(event: CrimeEvent, suspects: Iterable[Party]) -> tuple[Problem, ...]:
    """What is wrong with the people of ``event`` whom messages may go to.

    Parameters
    ----------
    suspects
        All that are known in this crime, also from earlier events.
    """
    told = [party for party in event.parties if party.role is not PartyRole.SUSPECT]
    named = [party for party in event.parties if party.role is PartyRole.SUSPECT]
    of_suspects = {contact for party in (*suspects, *named) for contact in contacts(party)}
    problems: list[Problem] = []
    for party in told:
        found = list(_of_one(party, event.occurred_at.date()))
        mine = contacts(party)
        found += [_Found(_field_of(contact), "same_as_suspect") for contact in sorted(mine & of_suspects)]
        others = [other for other in told if other.source_id != party.source_id]
        of_others = {contact for other in others for contact in contacts(other)}
        found += [_Found(_field_of(contact), "same_as_other") for contact in sorted(mine & of_others - of_suspects)]
        if any(_same_person(party, other) for other in others):
            found.append(_Found("name", "duplicate_person"))
        problems += [_problem(event.crime, party, one) for one in dict.fromkeys(found)]
    return tuple(problems)


def contacts(party: Party) -> frozenset[str]:
    """Every number and address anywhere in a party's fields, in one spelling: to compare, never to send to.

    Wider than what may be used: a suspect's number behind a note is still the suspect's.
    """
    everything = " ; ".join((party.phone, party.email, party.given_name, party.family_name))
    emails = {_comparable_email(address) for address in _EMAIL.findall(everything)}
    numbers = {
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for run in _DIGIT_RUN.findall(everything)
        if (number := _parsed(run)) and phonenumbers.is_possible_number(number)
    }
    return frozenset(emails | numbers)


# -- one person ------------------------------------------------------------------------------------------------------


def _of_one(party: Party, today: date) -> Iterator[_Found]:
    yield from _names(party)
    phone, email = list(_phone(party.phone)), list(_email(party.email))
    if _EMAIL.search(party.phone) or _looks_like_number(party.email):
        # One mistake, named once: what follows from it is not told again.
        yield _Found("phone" if _EMAIL.search(party.phone) else "email", "wrong_field")
    yield from (found for found in phone if not _EMAIL.search(party.phone))
    yield from (found for found in email if not _looks_like_number(party.email))
    yield from _birth(party.date_of_birth, today)


def _names(party: Party) -> Iterator[_Found]:
    given, family = party.given_name.strip(), party.family_name.strip()
    if not given and not family:
        yield _Found("name", "name_missing")
        return
    for value in (given, family):
        if _EMAIL.search(value) or _DIGIT_RUN.search(value):
            yield _Found("name", "name_not_a_name")
            return
    whole = _plain(f"{given} {family}")
    fillers = _words("placeholder_names")
    if whole in fillers or any(_plain(value) in fillers for value in (given, family) if value):
        yield _Found("name", "name_placeholder")
    elif set(whole.split()) & _words("organisations") or "c/o" in f"{given} {family}".lower():
        yield _Found("name", "name_organisation")
    elif re.search(r"\d", given + family) or not re.search(r"[^\W\d_]", given + family):
        yield _Found("name", "name_not_a_name")
    elif "," in given + family or (not (given and family) and " " in given + family):
        yield _Found("name", "name_in_one_field")


def _phone(raw: str) -> Iterator[_Found]:
    text = raw.strip()
    if not text:
        return
    if _EMAIL.search(text):
        yield _Found("phone", "wrong_field")
        return
    digits = re.sub(r"\D", "", text)
    if not digits or _plain(text) in _words("placeholder_names"):
        yield _Found("phone", "phone_placeholder" if _plain(text) in _words("placeholder_names") else "phone_unusable")
    elif digits in _words("emergency_numbers"):
        yield _Found("phone", "phone_emergency")
    elif _filler(digits):
        yield _Found("phone", "phone_placeholder")
    elif len(_DIGIT_RUN.findall(text)) > 1:
        yield _Found("phone", "phone_several")
    elif re.search(r"[^\W\d_]", re.sub(r"(?i)\b(tel|mob|mobile|phone|no)\b", "", text)):
        yield _Found("phone", "phone_with_note")
    else:
        yield from _number(text)


def _number(text: str) -> Iterator[_Found]:
    number = _parsed(text)
    if number is None or not (_drama(number) or phonenumbers.is_valid_number(number)):
        yield _Found("phone", "phone_unusable")
        return
    kind = phonenumbers.PhoneNumberType
    match phonenumbers.number_type(number):
        case kind.PREMIUM_RATE | kind.SHARED_COST | kind.UAN | kind.TOLL_FREE:
            yield _Found("phone", "phone_premium")
        case kind.MOBILE | kind.FIXED_LINE_OR_MOBILE:
            return
        case _ if not _drama(number):
            yield _Found("phone", "phone_not_mobile")


def _email(raw: str) -> Iterator[_Found]:
    text = raw.strip()
    if not text:
        return
    if _looks_like_number(text):
        yield _Found("email", "wrong_field")
        return
    if len(_EMAIL.findall(text)) > 1:
        yield _Found("email", "email_several")
        return
    if "@" not in text and _plain(text) in _words("placeholder_names") | _words("placeholder_mailboxes"):
        yield _Found("email", "email_placeholder")
        return
    box, _, domain = text.lower().rpartition("@")
    if domain in _words("placeholder_domains") or (box and _plain(box) in _words("placeholder_mailboxes")):
        yield _Found("email", "email_placeholder")
    elif _misspelt(domain):
        yield _Found("email", "email_domain_typo")
    elif not _normal_email(text):
        yield _Found("email", "email_unusable")
    elif any(domain == police or domain.endswith(f".{police}") for police in _words("police_domains")):
        yield _Found("email", "email_police")
    elif box in _words("shared_mailboxes"):
        yield _Found("email", "email_shared")


def _birth(raw: str, today: date) -> Iterator[_Found]:
    if not raw.strip():
        yield _Found("date_of_birth", "birth_missing")
    elif raw.strip() in _words("placeholder_births"):
        yield _Found("date_of_birth", "birth_placeholder")
    else:
        try:
            born = date.fromisoformat(raw.strip())
        except ValueError:
            yield _Found("date_of_birth", "birth_impossible")
            return
        if born > today or born.year < int(_data()["oldest_year"]):
            yield _Found("date_of_birth", "birth_impossible")


# -- several ---------------------------------------------------------------------------------------------------------


def _same_person(one: Party, other: Party) -> bool:
    def name(party: Party) -> frozenset[str]:
        return frozenset(_plain(f"{party.given_name} {party.family_name}").split())

    return bool(name(one)) and name(one) == name(other) and one.date_of_birth == other.date_of_birth


def _problem(crime: CrimeRef, party: Party, found: _Found) -> Problem:
    return Problem(
        id=f"{party.source_id}-{found.field}-{found.check}",
        crime=crime,
        source_id=party.source_id,
        role=party.role,
        field=found.field,
        check=found.check,
        fix=_data()["fixes"][found.check],
        blocks=found.check == "same_as_suspect",
    )


# -- values ----------------------------------------------------------------------------------------------------------


def _parsed(raw: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(raw, REGION)
    except phonenumbers.NumberParseException:
        return None


def _drama(number: phonenumbers.PhoneNumber) -> bool:
    return number.country_code == phonenumbers.country_code_for_region(REGION) and number.national_number in _DRAMA


def _filler(digits: str) -> bool:
    """Whether nobody was ever given such a number: one digit all over, or counting up or down."""
    tail = digits.removeprefix("0044").removeprefix("44").lstrip("0").removeprefix("7")
    runs = ("01234567890123456789", "98765432109876543210")
    return len(set(tail)) <= 1 or (len(tail) > len("12345") and any(tail in run for run in runs))


def _looks_like_number(text: str) -> bool:
    return "@" not in text and bool(_DIGIT_RUN.search(text))


def _normal_email(raw: str) -> str:
    try:
        return validate_email(raw.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""


def _comparable_email(address: str) -> str:
    """One mailbox, one spelling: case, and what Google's mail ignores, do not make another."""
    box, _, domain = address.lower().strip(".<>()").rpartition("@")
    box = box.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{box.replace('.', '')}@gmail.com"
    return f"{box}@{domain}"


def _misspelt(domain: str) -> bool:
    known = _words("mail_domains")
    return bool(domain) and domain not in known and any(_distance(domain, right) <= _near(right) for right in known)


def _near(domain: str) -> int:
    """Short domains lie close to others that exist; only long ones may differ by two letters."""
    return _NEAR if len(domain) > len("gmail.com") else 1


def _distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out, changed, or swapped with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


def _field_of(contact: str) -> str:
    return "email" if "@" in contact else "phone"


def _plain(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare.lower()).split())


def _words(key: str) -> frozenset[str]:
    return _lists()[key]


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in _data().items() if isinstance(values, list)}


@cache
def _data() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("harbour.crime").joinpath("data", "quality.json").read_text("utf-8")
    )
    return document
