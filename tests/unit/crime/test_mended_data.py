"""What was wrong with a person's details leaves the list when the crime system sends other ones, and not before."""

from __future__ import annotations

import pytest

from harbour.crime.model import CrimeRef, Party, PartyRole, Problem
from tests.unit.crime.casebook import AMINA, CRIME, Casebook, suspect, update, victim

WRONG = victim(phone="12345", email="amina@gmial.com")


def listed(book: Casebook, crime: CrimeRef = CRIME) -> set[tuple[str, str]]:
    return {(problem.source_id, problem.field) for (ref, _), problem in book.store.problems.items() if ref == crime}


def bounced(person: str = "P1") -> Problem:
    return Problem(
        id=f"hard_bounce-{AMINA}",
        crime=CRIME,
        source_id=person,
        role=PartyRole.VICTIM,
        field="email",
        check="hard_bounce",
        fix="Ask for the address again.",
        blocks=True,
    )


def test_details_that_were_mended_leave_the_list(book: Casebook) -> None:
    book.take(update("a", parties=[WRONG]))
    assert listed(book) == {("P1", "phone"), ("P1", "email")}
    book.take(update("b", minutes=1, parties=[victim(email="amina@gmial.com")]))
    assert listed(book) == {("P1", "email")}
    book.take(update("c", minutes=2, parties=[victim()]))
    assert listed(book) == set()


@pytest.mark.parametrize(
    "again",
    [[], [WRONG], [victim("P2")], [victim(phone="", email="")], [victim(phone="54321", email="amina@gmial.com")]],
    ids=["nobody", "the same", "somebody else", "nothing said", "as bad as before"],
)
def test_what_was_not_mended_stays(book: Casebook, again: list[Party]) -> None:
    book.take(update("a", parties=[WRONG]))
    book.take(update("b", minutes=1, parties=again))
    assert {("P1", "phone"), ("P1", "email")} <= listed(book)


def test_a_name_that_was_mended_leaves_the_rest(book: Casebook) -> None:
    book.take(update("a", parties=[victim(given_name="unknown", family_name="unknown", phone="12345")]))
    assert listed(book) == {("P1", "name"), ("P1", "phone")}
    book.take(update("b", minutes=1, parties=[victim(phone="12345")]))
    assert listed(book) == {("P1", "phone")}


def test_details_that_are_older_than_what_is_known_mend_nothing(book: Casebook) -> None:
    book.take(update("b", minutes=10, parties=[WRONG]))
    book.take(update("a", minutes=5, parties=[victim()]))
    assert {("P1", "phone"), ("P1", "email")} <= listed(book)


def test_one_wrong_value_for_another_is_listed_by_what_is_wrong_now(book: Casebook) -> None:
    book.take(update("a", parties=[victim()]))
    book.store.problems[(CRIME, bounced().id)] = bounced()
    book.take(update("b", minutes=1, parties=[victim(email="amina@gmial.com")]))
    (problem,) = book.store.problems.values()
    assert (problem.field, problem.check) != ("email", "hard_bounce")


def test_an_address_that_bounced_leaves_the_list_with_the_address(book: Casebook) -> None:
    book.take(update("a", parties=[victim()]))
    book.store.problems[(CRIME, bounced().id)] = bounced()
    book.take(update("b", minutes=1, parties=[victim()]))
    assert listed(book) == {("P1", "email")}
    book.take(update("c", minutes=2, parties=[victim(email="amina.rahman@harbour-test.uk")]))
    assert listed(book) == set()


def test_a_number_of_the_suspects_stays_listed_until_the_victim_has_another(book: Casebook) -> None:
    theirs = suspect(phone="07700 900123")
    book.take(update("a", parties=[victim(), theirs]))
    assert listed(book) == {("P1", "phone")}
    book.take(update("b", minutes=1, parties=[victim()]))
    assert listed(book) == {("P1", "phone")}
    book.take(update("c", minutes=2, parties=[victim(phone="07700 900456")]))
    assert listed(book) == set()


def test_an_update_with_the_details_that_are_known_asks_for_no_list(book: Casebook) -> None:
    book.take(update("a", parties=[WRONG]))
    book.steps.clear()
    book.take(update("b", minutes=1, parties=[WRONG]))
    book.take(update("c", minutes=2))
    assert "open problems" not in book.steps
