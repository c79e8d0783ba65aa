"""Whatever a crime system sends: the checks end, say the same again, repeat nothing of it, and block what must be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harbour.contact.gate import allowed
from harbour.contact.model import Channel
from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, Party, PartyRole
from harbour.crime.quality import _data, check, contacts, usable_email, usable_name, usable_phone
from harbour.notification.model import State
from tests.unit.crime.casebook import AMINA, Casebook, suspect, update, victim

ANYTHING = st.text(max_size=40)
DIGITS = st.text(alphabet="0123456789 +()-./", max_size=40)
WORDS = st.sampled_from(
    [
        "unknown",
        "07700 900123",
        "amina@gmail.com",
        "+48 512 345 678",
        "٠٧٧٠٠٩٠٠١٢٣",
        "\u202e07700900123",
        "a@b",
        "@",
        "x@x.com",
    ]
)
VALUE = st.one_of(ANYTHING, DIGITS, WORDS, st.builds(lambda a, b: f"{a} {b}", WORDS, ANYTHING))
PARTY = st.builds(
    Party,
    source_id=st.sampled_from(["P1", "P2", "P3"]),
    role=st.sampled_from(PartyRole),
    given_name=VALUE,
    family_name=VALUE,
    date_of_birth=st.one_of(VALUE, st.dates().map(str)),
    phone=VALUE,
    email=VALUE,
)
FIELDS = ("given_name", "family_name", "date_of_birth", "phone", "email")


def event(parties: list[Party]) -> CrimeEvent:
    return CrimeEvent(
        source="athena",
        id=EventId("e1"),
        crime=CrimeRef("42/123456/26"),
        kind=Kind("crime_recorded"),
        occurred_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
        parties=tuple(parties),
    )


@settings(deadline=None)
@given(st.lists(PARTY, max_size=4), st.lists(PARTY, max_size=2))
def test_it_never_breaks_and_always_says_the_same(people: list[Party], earlier: list[Party]) -> None:
    assert check(event(people), earlier) == check(event(people), earlier)


@settings(deadline=None)
@given(VALUE)
@example("1@[")
@example("+")
@example("﷐@﷐")
@example("@" * 40)
def test_what_may_be_used_is_in_one_form_and_stays_it(raw: str) -> None:
    """A number is E.164; an address has one mailbox; and both pass once more as what they became."""
    if number := usable_phone(raw):
        assert number.startswith("+")
        assert number[1:].isascii()
        assert number[1:].isdigit()
        assert usable_phone(number) == number
    if address := usable_email(raw):
        assert address.count("@") == 1
        assert not any(c.isspace() for c in address)
        assert usable_email(address) == address


@settings(deadline=None)
@given(st.lists(PARTY, min_size=1, max_size=3))
def test_a_problem_says_who_where_and_which_and_nothing_else(people: list[Party]) -> None:
    """Its words come from the data alone, whoever has it."""
    for one in check(event(people), []):
        assert one.id == f"{one.source_id}-{one.field}-{one.check}"
        assert one.field in {"name", "phone", "email", "date_of_birth"}
        assert one.fix == _data()["fixes"][one.check]


@pytest.mark.parametrize("secret", ["Zebedee", "07700 900123 zebedee", "zebedee@gmial.com", "zebedee@gmail.com (x)"])
def test_a_problems_text_names_nobody(secret: str) -> None:
    person = Party(source_id="P1", role=PartyRole.VICTIM, **dict.fromkeys(FIELDS, secret))  # type: ignore[arg-type]
    told = check(event([person]), [])
    assert told
    assert not any("zebedee" in str(one).lower() or "7700" in str(one) for one in told)


@settings(deadline=None)
@given(PARTY)
def test_whatever_is_used_is_among_what_is_compared(someone: Party) -> None:
    """Otherwise a number could be written to that no comparison with the suspect's has seen."""
    number, address = usable_phone(someone.phone), usable_email(someone.email)
    if number:
        assert number in contacts(someone)
    if address:
        assert any("@" in one for one in contacts(someone))


@settings(deadline=None)
@given(VALUE, VALUE)
def test_a_greeting_holds_no_contact(given_name: str, family_name: str) -> None:
    greeted = usable_name(given_name, family_name)
    assert "@" not in greeted
    assert not any(c.isdigit() for c in greeted)


# -- the gate --------------------------------------------------------------------------------------------------------

_SPACE = st.sampled_from(["", " ", "-", ".", "  ", "\u00a0"])


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """07700 900123 as people write it."""
    start = draw(st.sampled_from(["0{}", "(0{})", "+44{}", "+44 {}", "0044{}", "0044 {}", "+44 (0){}", "44{}", "{}"]))
    return draw(_SPACE).join(
        (start.format("7700"), *draw(st.sampled_from([("900123",), ("900", "123"), ("9001", "23")])))
    )


_NOTES = st.sampled_from(
    ["{}", "{} (work)", "tel {}", "{} ask for Carl", "020 7946 0999 / {}", "{}, 07700 900999", "{}\n"]
)


@settings(deadline=None, max_examples=200)
@given(mine=numbers(), his=numbers(), note=_NOTES, first=st.booleans())
def test_what_the_suspect_has_is_never_written_to(mine: str, his: str, note: str, first: bool) -> None:
    """However the two wrote it, whoever was named first, and by neither channel."""
    book = Casebook()
    one = update("a", "crime_recorded", 0, parties=[victim(phone=mine, contact="safe_both")])
    other = update("b", "suspect_identified", 5, parties=[suspect(phone=note.format(his))])
    both = (other, one) if not first else (one, other)
    for number, each in enumerate(both):
        book.wait(minutes=10)
        book.take(each)
        if number == 0 and first:
            # What goes before anybody knows of the suspect has gone.
            book.send_all()
    assert book.known().blocked == "same_as_suspect"
    assert allowed(book.known(), book.linked()).channels == frozenset()
    book.wait(minutes=10)
    book.take(update("c", "suspect_arrested", 15))
    news = [one for one in book.messages() if "c" in one.causes and one.state is State.CREATED]
    assert news == []
    assert "quality" in book.reasons()
    assert "unsafe_contact" in book.reasons()


def test_another_number_ends_the_block() -> None:
    book = Casebook()
    book.take(update("a", parties=[victim(), suspect(phone="07700 900123")]))
    assert book.known().blocked == "same_as_suspect"
    book.wait(minutes=10)
    book.take(update("b", "safety_plan_made", 5, parties=[victim(phone="07700 900777")]))
    assert (book.known().phone, book.known().blocked) == ("+447700900777", "")
    assert allowed(book.known(AMINA), book.linked()).channels == {Channel.SMS}
