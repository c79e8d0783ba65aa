"""What a supervisor sees of what is sent: the catalogue, bad data, time limits, costs. And what an officer does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages import DESKTOP, OfficerPage, context
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, Victim
from tests.e2e.test_accessibility import violations


@pytest.fixture
def crimes(browser: Browser, harbour: dict[str, Any]) -> Iterator[CrimeSystemPage]:
    made = context(browser, **DESKTOP)
    yield CrimeSystemPage(made.new_page(), harbour["crime_simulator_page"])
    made.close()


def console(browser: Browser, harbour: dict[str, Any], number: int) -> OfficerPage:
    officer = OfficerPage(context(browser, **DESKTOP).new_page())
    officer.sign_in(harbour["console_page"], harbour["officers"][number])
    return officer


def test_a_supervisor_sees_what_is_sent_what_is_wrong_and_what_it_costs(
    browser: Browser, crimes: CrimeSystemPage, harbour: dict[str, Any]
) -> None:
    victim = Victim(contact="safe_sms")
    crimes.record(victim)
    nobody = Victim(given="unknown", family="test", number="12345")
    wrong = crimes.record(nobody)
    outbox = Outbox(harbour["outbox_api"])
    outbox.invitation(victim)
    page = console(browser, harbour, 2)
    seen: dict[str, list[str]] = {}

    page.by_id("console-nav-messages").click()
    page.by_id("message-search").fill("suspect arrested")
    page.by_id("message-type").filter(has_text="Suspect arrested").click()
    preview = page.by_id("message-preview")
    expect(preview).to_contain_text("Text message: 1 part")
    english = preview.inner_text()
    page.by_id("preview-cy").click()
    expect(preview.locator("[lang=cy]").first).to_be_visible()
    mail = preview.frame_locator("[data-testid=preview-email]")
    expect(mail.locator("html[lang=cy] h1")).to_be_visible()
    # with the styles that it is sent with, although this page's policy allows none inline
    assert mail.locator("body").evaluate("body => getComputedStyle(body).paddingTop") != "0px"
    assert preview.inner_text() != english
    seen["messages"] = violations(page.page)

    page.by_id("console-nav-quality").click()
    problem = page.by_id("quality-item").filter(has_text=wrong)
    expect(problem).to_have_count(2)
    seen["quality"] = violations(page.page)
    problem.first.get_by_role("button").click()
    expect(problem).to_have_count(1)

    page.by_id("console-nav-deadlines").click()
    expect(page.by_id("sent-deadlines")).to_contain_text("Messages by day")
    seen["deadlines"] = violations(page.page)

    page.by_id("console-nav-costs").click()
    expect(page.by_id("cost-row").filter(has_text="Portal invitation").first).to_contain_text("£")
    seen["costs"] = violations(page.page)
    assert {name: found for name, found in seen.items() if found} == {}
    page.page.context.close()


def test_an_officer_sees_messages_and_bad_data_and_no_costs(browser: Browser, harbour: dict[str, Any]) -> None:
    page = console(browser, harbour, 0)
    expect(page.by_id("console-nav-quality")).to_be_visible()
    expect(page.by_id("console-nav-costs")).to_have_count(0)
    expect(page.by_id("console-nav-deadlines")).to_have_count(0)
    page.page.context.close()
