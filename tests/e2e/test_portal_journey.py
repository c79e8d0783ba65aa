"""The portal from the crime system's update to the answered question, in two real browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages import DESKTOP, PHONE, context
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, PortalPage, Victim


@pytest.fixture
def outbox(harbour: dict[str, Any]) -> Outbox:
    return Outbox(harbour["outbox_api"])


@pytest.fixture
def crimes(browser: Browser, harbour: dict[str, Any]) -> Iterator[CrimeSystemPage]:
    made = context(browser, **DESKTOP)
    yield CrimeSystemPage(made.new_page(), harbour["crime_simulator_page"])
    made.close()


@pytest.fixture
def portal(browser: Browser) -> Iterator[PortalPage]:
    made = context(browser, **PHONE)
    yield PortalPage(made.new_page())
    made.close()


def test_from_an_update_to_an_answered_question(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox, harbour: dict[str, Any]
) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    invited = outbox.wait_for(victim, lambda one: "#i=" in one["text"])
    assert invited["channel"] == "sms"
    for telling in (reference, "burglary", "crime", "Morgan", "police"):
        assert telling.lower() not in invited["text"].lower().split("http")[0]

    portal.sign_in(outbox, victim, reference)
    assert reference not in portal.page.url
    assert reference not in portal.page.title()
    expect(portal.by_id("portal-timeline-entry").first).to_be_visible()

    crimes.post("suspect_arrested")
    outbox.wait_for(victim, lambda one: "#i=" not in one["text"] and not re.search(r"\d{6}", one["text"]))
    portal.look_for_news()
    expect(portal.by_id("portal-timeline-entry").filter(has_text=re.compile("arrest", re.I)).first).to_be_visible()

    portal.open("messages")
    question = "When will somebody come?\nI am at home until six."
    portal.by_id("portal-composer").fill(question)
    portal.by_id("portal-send").click()
    before = len(outbox.to(victim))
    crimes.answer("When will somebody come?", "Tomorrow at ten. Amelia")
    outbox.wait_for(victim, lambda _: len(outbox.to(victim)) > before)
    portal.back()
    portal.look_for_news()
    portal.open("messages")
    answer = portal.by_id("portal-message").filter(has_text="Tomorrow at ten. Amelia")
    expect(answer).to_be_visible(timeout=15_000)
    assert "Tomorrow" not in str(outbox.to(victim))


def test_an_appointment_that_does_not_suit_becomes_a_task(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Bea", family="Ng")
    reference = crimes.record(victim, source="dynamics")
    crimes.post(
        "appointment_made", when="2027-01-08T10:30", where="Northgate station", what="writing down what happened"
    )
    portal.sign_in(outbox, victim, reference)
    portal.open("appointments")
    portal.by_id("portal-change").first.click()
    portal.page.get_by_role("textbox").first.fill("I work in the mornings.")
    portal.by_id("portal-change-send").click()
    crimes.sees("sim-task", "I work in the mornings.")


def test_who_wants_no_messages_gets_none_and_the_officer_is_told(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Chris", family="Adeyemi")
    reference = crimes.record(victim, source="athena")
    portal.sign_in(outbox, victim, reference)
    portal.open("contact")
    portal.page.get_by_role("radio", name="No, do not send me anything").check()
    portal.by_id("portal-contact-save").click()
    crimes.sees("sim-task", "contact")
    before = len(outbox.to(victim))
    crimes.post("suspect_arrested")
    crimes.sees("sim-task", "suspect arrested")
    assert len(outbox.to(victim)) == before


def test_in_domestic_abuse_nobody_is_written_to_before_they_agreed(crimes: CrimeSystemPage, outbox: Outbox) -> None:
    victim = Victim(given="Dana", contact="")
    crimes.record(victim, offence="domestic_abuse")
    crimes.sees("sim-task", "")
    assert outbox.to(victim) == []
