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

from harbour.crime.model import CrimeEvent, CrimeRef, Party, PartyRole, Problem

REGION: Final = "GB"

_EMAIL: Final = re.compile(r"[^\s@,;/]+@[^\s@,;/]+")
_BETWEEN: Final = r"[\s().\-–/]{0,3}"
"""What people write between the digits of one number: ``(07700) 900123``, ``07700/900123``."""
_DIGIT_RUN: Final = re.compile(rf"\+?\d(?:{_BETWEEN}\d){{8,}}")
_DIGITS: Final = re.compile(r"\+?\d+")
_LONGEST_NUMBER: Final = 15
"""E.164: no number has more digits."""
_SHORT: Final = 6
"""Digits of what can be no number of a person, whatever they are."""
_ALIKE: Final = re.compile(r"(?=.*\d)[\d\s()+.\-–/OoIlSB]+")
"""Digits, and letters that are taken for digits."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DRAMA: Final = range(7700900000, 7700901000)
"""Ofcom keeps these for drama and tests: no real person has one."""
_NEAR: Final = 2
"""So many letters may the name of a mail service differ from a common one and still be a misspelling of it."""
_LONG: Final = 8
"""Short names lie close to others that exist: they may differ by one letter only."""


@dataclass(frozen=True, slots=True)
class _Found:
    field: str
    check: str


def usable_phone(raw: str) -> str:
    """``raw`` as E.164 if it is one mobile number and nothing else; otherwise empty."""
    if any(True for _ in _phone(raw)):
        return ""
    number = _parsed(_clean(raw))
    return _e164(number) if number else ""


def usable_email(raw: str) -> str:
    """``raw`` normalised if it is one address of a person; otherwise empty. A likely misspelling is not used."""
    if any(True for _ in _email(raw)):
        return ""
    return _normal_email(_clean(raw))


def usable_name(given: str, family: str) -> str:
    """``given`` if a message may begin with it; otherwise empty: nobody is greeted with a filler, or with a note."""
    if not _clean(given) or any(True for _ in _names_of(given, family)):
        return ""
    return _clean(given)


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
        of_others = {contact for other in others if not _share(party, other) for contact in contacts(other)}
        found += [_Found(_field_of(contact), "same_as_other") for contact in sorted(mine & of_others - of_suspects)]
        if any(_same_person(party, other) for other in others):
            found.append(_Found("name", "duplicate_person"))
        problems += [_problem(event.crime, party, one) for one in dict.fromkeys(found)]
    return tuple(problems)


def contacts(party: Party) -> frozenset[str]:
    """Every number and address anywhere in a party's fields, in one spelling: to compare, never to send to.

    Wider than what may be used: a suspect's number behind a note is still the suspect's. But a filler is nobody's.
    """
    everything = " ; ".join(map(_clean, (party.phone, party.email, party.given_name, party.family_name)))
    emails = {_comparable_email(address) for address in _EMAIL.findall(everything) if not _filler_email(address)}
    numbers = {_e164(number) for number in _numbers(_EMAIL.sub(" ; ", everything)) if not _nobodys(number)}
    return frozenset(emails | numbers)


# -- one person ------------------------------------------------------------------------------------------------------


def _of_one(party: Party, today: date) -> Iterator[_Found]:
    yield from _names_of(party.given_name, party.family_name)
    phone, email = _clean(party.phone), _clean(party.email)
    if _EMAIL.search(phone) or _holds_number(email):
        # One mistake, named once: what follows from it is not told again.
        yield _Found("phone" if _EMAIL.search(phone) else "email", "wrong_field")
    yield from (found for found in _phone(phone) if not _EMAIL.search(phone))
    yield from (found for found in _email(email) if not _holds_number(email))
    yield from _birth(party.date_of_birth, today)


def _names_of(given: str, family: str) -> Iterator[_Found]:
    given, family = _clean(given), _clean(family)
    whole = _plain(f"{given} {family}")
    if not given and not family:
        yield _Found("name", "name_missing")
    elif "@" in given + family or any(map(_DIGIT_RUN.search, (given, family))):
        yield _Found("name", "name_not_a_name")
    elif _filler_name(given, family):
        yield _Found("name", "name_placeholder")
    elif _note_in_name(given) or _note_in_name(family):
        yield _Found("name", "name_with_note")
    elif _organisation(given, family):
        yield _Found("name", "name_organisation")
    elif re.search(r"\d", whole):
        yield _Found("name", "name_not_a_name")
    elif "," in given + family or (not (given and family) and _two_names(given or family)):
        yield _Found("name", "name_in_one_field")


def _filler_name(given: str, family: str) -> bool:
    """Some people are called Test, Null, Ip or New: such a word alone is a filler only where the rest is none, too."""
    one, other = _plain(given), _plain(family)
    whole = f"{one} {other}".strip()
    if any(value and not _plain(value) for value in (given, family)):
        # Nothing but punctuation.
        return True
    if {whole, one, other} & _words("placeholder_names") or one in _words("placeholder_given"):
        return True
    if any(len(value) > _NEAR and set(value) <= {value[0]} for value in (one, other) if value):
        return True
    return all(word in _words("placeholder_words") or word.isdigit() for word in whole.split())


def _note_in_name(name: str) -> bool:
    text = f" {_plain(name)} "
    if any(text.find(f" {note} ") > 0 for note in _words("name_notes")):
        return True
    return bool(re.search(r"[()\[\]{}*<>:]|\s[-–—]|[-–—]\s|\D/\D", name))


def _organisation(given: str, family: str) -> bool:
    """Some people are called Church or Bank: such a word says nothing beside a name."""
    words = _plain(f"{given} {family}").replace(" s ", "s ").split()
    if " ".join(words) in _words("businesses") or set(words) & _words("organisations") or "&" in given + family:
        return True
    alone = not given or not family or _plain(given) == "the" or _plain(given).endswith(" s")
    several = " " in family.strip()
    return len(words) > 1 and words[-1] in _words("places_of_business") and (alone or several)


def _two_names(name: str) -> bool:
    """Whether there are two, and not one of several words: ``van Dijk``."""
    return len([word for word in _plain(name).split() if word not in _words("particles")]) > 1


def _phone(raw: str) -> Iterator[_Found]:
    text = _clean(raw)
    if not text:
        return
    if _EMAIL.search(text):
        yield _Found("phone", "wrong_field")
        return
    digits = re.sub(r"\D", "", text)
    bare = _unlabelled(text)
    if digits in _words("emergency_numbers"):
        yield _Found("phone", "phone_emergency")
    elif _filler_value(text) or (_filler(digits) and not re.search(r"[^\W\d_]", bare)) or re.search(r"(?i)x{3}", text):
        yield _Found("phone", "phone_placeholder")
    elif len(_numbers(text)) > 1 or len(digits) > _LONGEST_NUMBER or _has_tail(text):
        yield _Found("phone", "phone_several")
    elif re.search(r"[^\W\d_]", bare) and (not _DIGIT_RUN.search(text) or _ALIKE.fullmatch(bare)):
        yield _Found("phone", "phone_unusable")
    elif re.search(r"[^\d\s()+.\-–/]", bare) and digits:
        yield _Found("phone", "phone_with_note")
    else:
        yield from _number(text)


def _number(text: str) -> Iterator[_Found]:
    number = _parsed(text)
    if number is None or not _good(number):
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
    text = _clean(raw)
    if not text:
        return
    found = _EMAIL.findall(text)
    if _holds_number(text):
        yield _Found("email", "wrong_field")
    elif _filler_value(text) or _filler_email(text):
        yield _Found("email", "email_placeholder")
    elif len(found) > 1:
        yield _Found("email", "email_several")
    elif len(found) == 1 and found[0] != text and _note_in_email(text, found[0]):
        yield _Found("email", "email_with_note")
    elif _normal_email(text):
        yield from _address(text)
    else:
        # Of an address that breaks off in the service's name we know what was meant.
        yield _Found("email", "email_domain_typo" if _nearly(text) else "email_unusable")


def _address(text: str) -> Iterator[_Found]:
    box, _, domain = text.lower().rpartition("@")
    if any(domain == police or domain.endswith(f".{police}") for police in _words("police_domains")):
        yield _Found("email", "email_police")
    elif _misspelt(domain):
        yield _Found("email", "email_domain_typo")
    elif box in _words("shared_mailboxes"):
        yield _Found("email", "email_shared")


def _birth(raw: str, today: date) -> Iterator[_Found]:
    text = _clean(raw)
    if not text:
        yield _Found("date_of_birth", "birth_missing")
    elif text in _words("placeholder_births") or _filler_value(text):
        yield _Found("date_of_birth", "birth_placeholder")
    else:
        try:
            born = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            born = None
        # The day of the report is far more often a slip than a birth.
        if born is None or born >= today or born.year < int(_data()["oldest_year"]):
            yield _Found("date_of_birth", "birth_impossible")


# -- several ---------------------------------------------------------------------------------------------------------


def _same_person(one: Party, other: Party) -> bool:
    """Born on one day, and of nearly one name."""
    if _clean(one.date_of_birth) != _clean(other.date_of_birth):
        return False
    mine, theirs = _plain(f"{one.given_name} {one.family_name}"), _plain(f"{other.given_name} {other.family_name}")
    words, others = frozenset(mine.split()), frozenset(theirs.split())
    if not words or not others:
        return False
    if words == others:
        return True
    if not _clean(one.date_of_birth):
        return False
    return (
        (len(words & others) > 1 and (words < others or others < words))
        or _initial(one, other)
        or _initial(other, one)
        or (mine[0] == theirs[0] and _distance(mine, theirs) <= (_NEAR if contacts(one) & contacts(other) else 1))
    )


def _initial(one: Party, other: Party) -> bool:
    given, full = _plain(one.given_name), _plain(other.given_name)
    return len(given) == 1 and full.startswith(given) and _plain(one.family_name) == _plain(other.family_name)


def _share(one: Party, other: Party) -> bool:
    """Whether the two may have one number: a child has the parent's. Of somebody recorded twice it is said once."""
    return {one.role, other.role} == {PartyRole.VICTIM, PartyRole.GUARDIAN} or _same_person(one, other)


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


# -- numbers ---------------------------------------------------------------------------------------------------------


def _parsed(raw: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(raw, REGION)
    except phonenumbers.NumberParseException:
        return None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _nobodys(number: phonenumbers.PhoneNumber) -> bool:
    """Whether it is a filler. What is one at home, 07 and then 01234567, is somebody's number in Kabul."""
    return _filler(f"0{number.national_number}" if _home(number) else _e164(number).removeprefix("+"))


def _good(number: phonenumbers.PhoneNumber) -> bool:
    return _drama(number) or phonenumbers.is_valid_number(number)


def _home(number: phonenumbers.PhoneNumber) -> bool:
    return number.country_code == phonenumbers.country_code_for_region(REGION)


def _drama(number: phonenumbers.PhoneNumber) -> bool:
    return _home(number) and number.national_number in _DRAMA


def _numbers(text: str) -> list[phonenumbers.PhoneNumber]:
    """Every number in a text; of two that stand side by side both."""
    found: list[phonenumbers.PhoneNumber] = []
    for run in _DIGIT_RUN.findall(text):
        whole = _parsed(run)
        if whole is not None and phonenumbers.is_possible_number(whole) and (_good(whole) or not _parts(run)):
            found.append(whole)
        else:
            found += _parts(run)
    return found


def _parts(run: str) -> list[phonenumbers.PhoneNumber]:
    """Digits that are too many for one number, as numbers: each ends where it is whole."""
    found: list[phonenumbers.PhoneNumber] = []
    so_far = ""
    for digits in _DIGITS.findall(run):
        so_far = digits if digits.startswith("+") else so_far + digits
        number = _parsed(so_far)
        if number is not None and _good(number):
            found.append(number)
            so_far = ""
    return found


def _has_tail(text: str) -> bool:
    """A whole number, and the end of another after a stroke: ``07700 900123/456``."""
    first, stroke, rest = text.partition("/")
    number = _parsed(first) if stroke and _DIGIT_RUN.search(first) else None
    return number is not None and _good(number) and bool(re.search(r"\d", rest))


def _filler(digits: str) -> bool:
    """Whether nobody was ever given such a number: one digit all over or at its end, or counting up or down."""
    tail = digits.removeprefix("0044").removeprefix("44").lstrip("0").removeprefix("7")
    runs = ("01234567890123456789", "98765432109876543210")
    if not digits:
        return False
    if len(digits) < _SHORT:
        return len(set(digits)) == 1 or any(digits in run for run in runs)
    return bool(
        len(set(tail)) <= 1 or (len(tail) >= _SHORT and any(tail in run for run in runs)) or _ONE_DIGIT.search(digits)
    )


_ONE_DIGIT: Final = re.compile(r"(\d)\1{6,}$")


def _unlabelled(text: str) -> str:
    """Without words that only say that it is a number: ``Mob.``, ``(m)``, ``tel:``."""
    words = "|".join(sorted(_words("number_labels"), key=len, reverse=True))
    return re.sub(rf"(?i)(?<![^\W_])(?:{words})(?![^\W_])[.:]?", "", text)


def _holds_number(text: str) -> bool:
    """Whether there is a number beside or in place of an address."""
    return bool(_DIGIT_RUN.search(_EMAIL.sub(" ", text)))


# -- addresses -------------------------------------------------------------------------------------------------------


def _normal_email(raw: str) -> str:
    try:
        found = validate_email(raw, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""
    # No domain of the top level has one letter.
    return "" if re.search(r"\.\w$", found) else found


def _comparable_email(address: str) -> str:
    """One mailbox, one spelling: case, and what Google's mail ignores, do not make another."""
    box, _, domain = address.lower().strip(".<>()").rpartition("@")
    box = box.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{box.replace('.', '')}@gmail.com"
    return f"{box}@{domain}"


def _filler_email(text: str) -> bool:
    box, at, domain = text.lower().rpartition("@")
    if not at or not box or not domain:
        return bool(_plain(text) in _words("placeholder_mailboxes"))
    label = _plain(domain.partition(".")[0] if "/" not in domain else domain.rpartition(".")[0])
    return (
        domain in _words("placeholder_domains")
        or _plain(box) in _words("placeholder_mailboxes")
        or (_plain(box) == label and label in _words("placeholder_labels"))
        or (label in _words("placeholder_labels") and len(label) > _NEAR)
    )


def _note_in_email(text: str, address: str) -> bool:
    """Words after an address, or before it when they say so; a single word before it may be part of the address."""
    if not _normal_email(address):
        return False
    before, _, after = text.partition(address)
    return bool(after.strip() or before.strip().endswith(":") or _plain(before) in _words("email_labels"))


def _misspelt(domain: str) -> bool:
    """Whether this is most likely a common mail service, mistyped."""
    whole = _services()
    if domain in whole or domain in _words("mail_domains_alike"):
        return False
    services: Mapping[str, list[str]] = _data()["mail_services"]
    label, _, end = domain.partition(".")
    if label in services:
        return True
    if any(_close(domain, right, 1) for right in whole):
        return True
    return any(
        _close(label, name, _NEAR if len(name) >= _LONG else 1) and any(_close(end, right, 1) for right in ends)
        for name, ends in services.items()
    )


def _nearly(text: str) -> bool:
    """Whether an address that is none has just lost the last letters of a service's name."""
    box, _, domain = text.lower().rpartition("@")
    return bool(_normal_email(f"{box}@example.co.uk")) and any(
        right.startswith(domain) and len(right) - len(domain) == 1 for right in _services()
    )


@cache
def _services() -> frozenset[str]:
    named = {f"{name}.{end}" for name, ends in _data()["mail_services"].items() for end in ends}
    return _words("mail_domains") | named


def _close(one: str, other: str, most: int) -> bool:
    return abs(len(one) - len(other)) <= most and _distance(one, other) <= most


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


# -- values ----------------------------------------------------------------------------------------------------------


def _field_of(contact: str) -> str:
    return "email" if "@" in contact else "phone"


def _filler_value(text: str) -> bool:
    """Words that say that there is nothing."""
    plain = _plain(text)
    if re.search(r"\d", text) or "@" in text:
        return False
    return (
        plain in _words("placeholder_values")
        or plain.split(" ")[0] in _words("placeholder_openings")
        or (len(plain) > 1 and set(plain) <= {"x"})
    )


def _clean(text: str) -> str:
    """In one form (full-width digits are digits), without what cannot be seen, without space at the ends."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf").strip()


def _plain(text: str) -> str:
    """Lower case, without accents and punctuation, single spaces. Vowel signs of Indian scripts are letters."""
    bare = (c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in bare).split())


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
