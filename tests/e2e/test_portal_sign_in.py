"""Into the portal and out again: codes that are wrong, late or too many, invitations, other devices, nobody there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.e2e.pages import DESKTOP, PHONE, context
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, PortalPage, Victim
from tests.e2e.test_accessibility import violations

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def outbox(harbour: dict[str, Any]) -> Outbox:
    return Outbox(harbour["outbox_api"])


@pytest.fixture
def crimes(browser: Browser, harbour: dict[str, Any]) -> Iterator[CrimeSystemPage]:
    made = context(browser, **DESKTOP)
    yield CrimeSystemPage(made.new_page(), harbour["crime_simulator_page"])
    made.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    made = context(browser, **PHONE)
    yield made
    made.close()


@pytest.fixture
def portal(phone: BrowserContext) -> PortalPage:
    return PortalPage(phone.new_page())


def wrong(code: str) -> str:
    """Six digits that are another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_wrong_code_says_how_many_tries_are_left_and_the_last_one_begins_again(
    harbour: dict[str, Any], crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    portal.prove(outbox.invitation(victim), reference, victim.born)
    code = outbox.code(victim)
    problem = portal.by_id("portal-problem")
    for left in (4, 3, 2, 1):
        portal.give(wrong(code))
        expect(problem).to_contain_text(f"You can try \u2068{left}\u2069 more times.")
        expect(problem).to_be_focused()
    portal.give(wrong(code))
    expect(problem).to_contain_text("it was the last try")
    expect(portal.by_id("portal-start")).to_be_visible()
    portal.sign_in(outbox, victim, reference, harbour["portal_page"])


def test_two_more_codes_can_be_had_and_only_the_newest_works(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    portal.prove(outbox.invitation(victim), reference, victim.born)
    codes = [outbox.code(victim)]
    for sent in (1, 2):
        portal.by_id("portal-resend").click()
        codes.append(outbox.code(victim, after=sent))
    expect(portal.by_id("portal-resend")).to_have_count(0)
    expect(portal.page.get_by_text("We cannot send more codes now")).to_be_visible()
    portal.give(codes[0] if codes[0] != codes[2] else wrong(codes[2]))
    expect(portal.by_id("portal-problem")).to_be_visible()
    portal.give(codes[2])
    expect(portal.by_id("portal-timeline")).to_be_visible(timeout=15_000)


def test_what_is_not_right_looks_the_same_as_what_is_and_sends_nothing(
    harbour: dict[str, Any], crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    outbox.invitation(victim)
    page = portal.page
    shown = set()
    for said, born in ((reference, victim.born), (reference, "1970-01-01"), ("44/99999/26", victim.born)):
        portal.prove(harbour["portal_page"], said, born)
        shown.add(page.locator("main").inner_text())
    assert len(shown) == 1
    outbox.code(victim)
    page.wait_for_timeout(2_000)
    assert len(outbox.codes(victim)) == 1


def test_what_took_too_long_says_so_and_begins_again(
    harbour: dict[str, Any], crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    """The host's own answer to a sign-in that it does not know any more."""
    victim = Victim()
    portal.prove(harbour["portal_page"], crimes.record(victim), victim.born)
    portal.page.route(
        "**/sign-in/code",
        lambda route: route.continue_(post_data={"handle": "A" * 43, "code": "123456"}),
    )
    portal.give("123456")
    expect(portal.by_id("portal-problem")).to_contain_text("This took too long. Begin again.")
    expect(portal.by_id("portal-problem")).to_be_focused()
    expect(portal.by_id("portal-start")).to_be_visible()


def test_an_invitation_leaves_the_address_and_a_second_time_is_an_ordinary_way_in(
    harbour: dict[str, Any], crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim, stranger = Victim(), Victim(given="Stranger", born="1971-02-03")
    reference, other = crimes.record(victim), crimes.record(stranger)
    invitation = outbox.invitation(victim)
    portal.page.goto(invitation)
    expect(portal.by_id("portal-start")).to_be_visible()
    assert portal.page.url == harbour["portal_page"]
    # It is of no use to who knows only somebody else's details.
    portal.prove(invitation, other, stranger.born)
    portal.page.wait_for_timeout(2_000)
    assert outbox.codes(stranger) == []
    portal.sign_in(outbox, victim, reference, invitation)


def test_signing_out_ends_every_session_on_every_device(
    browser: Browser, harbour: dict[str, Any], crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    portal.sign_in(outbox, victim, reference)
    elsewhere = context(browser, **DESKTOP)
    other = PortalPage(elsewhere.new_page())
    other.sign_in(outbox, victim, reference, harbour["portal_page"])
    with other.page.expect_response("**/sign-in/sign-out") as answer:
        other.by_id("portal-sign-out").click()
    assert answer.value.status == 204
    expect(other.by_id("portal-start")).to_be_visible()
    expect(other.page.get_by_text("You are signed out")).to_be_visible()
    expect(other.by_id("portal-timeline")).to_have_count(0)
    portal.look_for_news()
    expect(portal.page.get_by_text("You are signed out")).to_be_visible()
    expect(portal.by_id("portal-timeline")).to_have_count(0)
    elsewhere.close()


def test_a_device_that_was_not_there_before_is_told_at_the_next_visit_and_the_officer_of_it(
    browser: Browser, harbour: dict[str, Any], crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    portal.sign_in(outbox, victim, reference)
    portal.page.goto("about:blank")
    elsewhere = context(browser, **DESKTOP, user_agent=FIREFOX)
    other = PortalPage(elsewhere.new_page())
    other.prove(harbour["portal_page"], reference, victim.born)
    other.give(outbox.code(victim, after=1))
    expect(other.by_id("portal-new-devices").or_(other.by_id("portal-timeline"))).to_be_visible(timeout=15_000)
    if other.by_id("portal-new-devices").is_visible():
        other.by_id("portal-device-me").click()

    portal.prove(harbour["portal_page"], reference, victim.born)
    portal.give(outbox.code(victim, after=2))
    expect(portal.by_id("portal-new-devices")).to_contain_text("Firefox on Windows", timeout=15_000)
    portal.by_id("portal-device-me").click()
    expect(portal.by_id("portal-timeline")).to_be_visible()
    portal.open("visits")
    expect(portal.by_id("portal-visit").filter(has_text="Firefox on Windows")).to_be_visible()
    expect(portal.by_id("portal-visit").filter(has_text="This device")).to_have_count(1)

    seen = {"visits": violations(portal.page)}
    portal.page.get_by_role("button", name=re.compile(r"That was not me.*Firefox on Windows")).click()
    expect(portal.page.get_by_text("You are signed out on all devices. We tell the officer")).to_be_visible()
    expect(portal.by_id("portal-start")).to_be_visible()
    seen["told"] = violations(portal.page)
    other.look_for_news()
    expect(other.page.get_by_text("You are signed out")).to_be_visible()
    expect(other.by_id("portal-timeline")).to_have_count(0)
    elsewhere.close()
    task = crimes.sees("sim-task", "Somebody else may have signed in to the portal as the victim")
    expect(task).to_contain_text("check the contact plan")
    assert "Firefox" not in task.inner_text()
    assert {state: found for state, found in seen.items() if found} == {}


def test_a_new_device_that_no_officer_can_be_told_of_is_said_to_be_told_by_telephone(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    def with_another(route: Route) -> None:
        tokens = route.fetch().json()
        another = {"label": "Firefox on Windows", "at": "2026-11-01T10:00:00.000Z"}
        route.fulfill(json=tokens | {"last_visit": another | {"new_devices": [another]}})

    victim = Victim()
    reference = crimes.record(victim)
    portal.page.route("**/sign-in/code", with_another)
    portal.prove(outbox.invitation(victim), reference, victim.born)
    portal.give(outbox.code(victim))
    expect(portal.by_id("portal-new-devices")).to_contain_text("Firefox on Windows", timeout=15_000)
    expect(portal.page.get_by_text("we tell the officer who deals with your case")).to_be_visible()
    seen = {"new devices": violations(portal.page)}
    portal.by_id("portal-device-not").click()
    expect(portal.page.get_by_text("Tell us that it was not you: call 101.")).to_be_visible()
    expect(portal.by_id("portal-start")).to_be_visible()
    seen["not told"] = violations(portal.page)
    assert {state: found for state, found in seen.items() if found} == {}


def test_nobody_there_is_warned_and_then_signed_out(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    page = portal.page
    page.clock.install()
    portal.sign_in(outbox, victim, reference)
    page.clock.run_for(8 * 60_000 + 10_000)
    expect(page.get_by_role("heading", name="Are you still there?")).to_be_visible()
    page.get_by_role("button", name="I am still here").click()
    expect(page.get_by_role("heading", name="Are you still there?")).to_have_count(0)
    page.clock.run_for(8 * 60_000 + 10_000)
    expect(page.get_by_role("heading", name="Are you still there?")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Are you still there?")).to_have_count(0)
    page.clock.run_for(9 * 60_000)
    expect(portal.by_id("portal-timeline")).to_be_visible()
    page.clock.run_for(70_000)
    expect(portal.by_id("portal-start")).to_be_visible()
    expect(page.get_by_text("nobody was here for 10 minutes")).to_be_visible()
    expect(portal.by_id("portal-timeline")).to_have_count(0)


def test_a_visit_that_ends_is_said_before_so_that_nothing_written_is_lost(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    page = portal.page
    page.clock.install()
    portal.sign_in(outbox, victim, crimes.record(victim))
    portal.open("messages")
    ending = page.get_by_role("heading", name="You must sign in again in 5 minutes")
    for _ in range(6):
        page.clock.run_for(9 * 60_000)
        expect(ending).to_have_count(0)
        portal.by_id("portal-composer").press("a")
    page.clock.run_for(70_000)
    expect(ending).to_be_visible()
    portal.by_id("portal-understood").click()
    expect(ending).to_have_count(0)
    expect(portal.by_id("portal-composer")).to_have_value("aaaaaa")
    page.clock.run_for(5 * 60_000)
    expect(portal.by_id("portal-start")).to_be_visible()
    expect(portal.by_id("portal-timeline")).to_have_count(0)


def test_without_a_line_it_is_not_said_that_the_other_devices_are_signed_out(
    phone: BrowserContext, crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    portal.sign_in(outbox, victim, crimes.record(victim))
    phone.set_offline(True)
    portal.by_id("portal-sign-out").click()
    expect(portal.by_id("portal-problem")).to_contain_text("we could not sign out your other devices")
    expect(portal.by_id("portal-timeline")).to_have_count(0)


def test_no_line_is_said_and_what_was_written_is_kept(
    phone: BrowserContext, crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim()
    portal.sign_in(outbox, victim, crimes.record(victim))
    portal.open("messages")
    phone.set_offline(True)
    portal.by_id("portal-composer").fill("written without a line")
    portal.by_id("portal-send").click()
    expect(portal.by_id("portal-problem")).to_contain_text("No connection")
    expect(portal.by_id("portal-composer")).to_have_value("written without a line")
    phone.set_offline(False)
    portal.by_id("portal-send").click()
    expect(portal.by_id("portal-message").filter(has_text="written without a line")).to_be_visible()
    expect(portal.by_id("portal-composer")).to_have_value("")
