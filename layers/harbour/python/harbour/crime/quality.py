"""Is what the crime system says of a person fit to be used? What is not is named, with the fix, and never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from harbour.crime.model import CrimeEvent, CrimeRef, Party, PartyRole

REGION = "GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    id
        The same problem of the same person has the same id.
    check
        Which check found it, by its key.
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


def usable_phone(raw: str) -> str:
    """``raw`` as E.164 if a text message can be sent there; else empty."""
    try:
        number = phonenumbers.parse(raw, REGION)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if _mobile(number) else ""


def _mobile(number: phonenumbers.PhoneNumber) -> bool:
    kind = phonenumbers.number_type(number)
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    # Ofcom keeps 07700 900000-900999 for drama and tests: no real person has one.
    drama = number.country_code == 44 and 7700900000 <= number.national_number <= 7700900999  # noqa: PLR2004
    return drama or (phonenumbers.is_valid_number(number) and kind in mobile)


def usable_email(raw: str) -> str:
    """``raw`` normalised if mail can be sent there; else empty."""
    try:
        return validate_email(raw.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""


def check(event: CrimeEvent, suspects: Iterable[Party]) -> tuple[Problem, ...]:
    """What is wrong with the victims of ``event``; ``suspects`` are all that are known in this crime."""
    dangerous = {
        contact
        for party in suspects
        for contact in (usable_phone(party.phone), usable_email(party.email).lower())
        if contact
    }
    problems: list[Problem] = []
    for party in event.parties:
        if party.role is PartyRole.SUSPECT:
            continue
        phone, email = usable_phone(party.phone), usable_email(party.email).lower()
        if party.phone and not phone:
            problems.append(_problem(event, party, "phone", "phone_unusable", "Enter a mobile number."))
        if party.email and not email:
            problems.append(_problem(event, party, "email", "email_unusable", "Enter a whole e-mail address."))
        for field, value in (("phone", phone), ("email", email)):
            if value in dangerous:
                fix = "The suspect has the same. Ask the person for another way to reach them."
                problems.append(_problem(event, party, field, "same_as_suspect", fix, blocks=True))
    return tuple(problems)


def _problem(event: CrimeEvent, party: Party, field: str, key: str, fix: str, *, blocks: bool = False) -> Problem:
    ident = f"{party.source_id}-{field}-{key}"
    return Problem(
        id=ident,
        crime=event.crime,
        source_id=party.source_id,
        role=party.role,
        field=field,
        check=key,
        fix=fix,
        blocks=blocks,
    )
