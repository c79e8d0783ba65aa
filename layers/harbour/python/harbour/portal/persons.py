"""Who somebody is in the portal: the person of an account, and the languages that there are."""

from __future__ import annotations

from harbour.contact.model import Person
from harbour.crime.model import PersonId
from harbour.portal.ports import People
from harbour.runtime.errors import Forbidden
from harbour.translation.languages import languages
from harbour.translation.model import canonical


def person_of(people: People, who: PersonId) -> Person:
    """The person of an account.

    Raises
    ------
    Forbidden
        ``forbidden``: nobody is known by it any more.
    """
    person = people.person(who)
    if person is None:
        raise Forbidden("forbidden", "This account is of no use here.")
    return person


def known_language(written: str) -> str:
    """The tag of a language that Harbour knows; empty for any other."""
    tag = canonical(written) if written else ""
    return tag if tag in languages() else ""
