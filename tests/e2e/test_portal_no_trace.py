"""After a visit to the portal and a quick exit, the device knows that a page was opened, and nothing of what was in it.

The portal has an address, since it is opened by a link. The browser keeps that address, the link with its invitation
(which works once, and proves nothing), the page's neutral title, and the page's own scripts. Everything else is
searched for in every file of a profile on disk, as for the chat; the control that shows that the search finds what a
careless page leaves is there (test_no_trace.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.e2e.disk import traces, visited
from tests.e2e.pages import DESKTOP, EXIT_PAGE, PHONE, context, profile_on_disk
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, PortalPage, Victim

SECRET = "nobody may read this rutabaga"
SECRET_NAMES = {"handle", "id_token", "access_token", "ticket", "conversation", "resume"}


@pytest.fixture
def outbox(harbour: dict[str, Any]) -> Outbox:
    return Outbox(harbour["outbox_api"])


@pytest.fixture
def crimes(browser: Browser, harbour: dict[str, Any]) -> Iterator[CrimeSystemPage]:
    made = context(browser, **DESKTOP)
    yield CrimeSystemPage(made.new_page(), harbour["crime_simulator_page"])
    made.close()


def test_a_visit_leaves_nothing_but_that_a_page_was_opened(
    harbour: dict[str, Any], playwright: Playwright, crimes: CrimeSystemPage, outbox: Outbox, tmp_path: Path
) -> None:
    victim = Victim(given="Zebedee", family="Quillfeather")
    reference = crimes.record(victim)
    secrets: set[str] = set()

    def remember(response: Any) -> None:
        if response.url.endswith(("/sign-in/code", "/sign-in/start", "/chat", "/chat/tickets")) and response.ok:
            secrets.update(value for name, value in response.json().items() if name in SECRET_NAMES)

    with profile_on_disk(playwright, tmp_path, **PHONE) as profile:
        page = profile.pages[0] if profile.pages else profile.new_page()
        page.on("response", remember)
        portal = PortalPage(page)
        invitation = outbox.invitation(victim)
        portal.prove(invitation, reference, victim.born)
        code = outbox.code(victim)
        portal.give(code)
        expect(portal.by_id("portal-timeline")).to_be_visible(timeout=15_000)
        title = page.title()
        portal.open("messages")
        portal.ask(SECRET)
        portal.by_id("portal-composer").fill("never sent rutabaga")
        page.wait_for_timeout(2_000)
        assert page.title() == title, "the page's title changed"
        assert page.evaluate("[localStorage.length, sessionStorage.length, history.length]")[:2] == [0, 0]
        assert page.evaluate("indexedDB.databases().then(found => found.length)") == 0
        assert page.evaluate("caches.keys().then(found => found.length)") == 0
        portal.back()
        portal.open("contact")
        portal.change("code_word")
        page.get_by_label("Code word").fill("rutabaga, never saved")
        portal.back()
        portal.back()
        portal.open("chat")
        portal.by_id("portal-chat-open").click()
        chat = page.frame_locator("iframe")
        chat.get_by_test_id("language-en").click()
        chat.get_by_test_id("start-chat").click()
        chat.get_by_test_id("chat-input").fill(f"{SECRET} in the chat")
        chat.get_by_test_id("chat-send").click()
        expect(chat.get_by_test_id("message").filter(has_text=SECRET)).to_be_visible()
        page.wait_for_timeout(1_000)
        chat.get_by_test_id("quick-exit").click()
        page.wait_for_url(f"{EXIT_PAGE}**")
        page.go_back(wait_until="commit")
        page.wait_for_timeout(1_000)
        assert SECRET not in page.content()
        assert portal.by_id("portal-timeline").count() == 0, "Back brought the portal back"
        page.goto("about:blank")
        page.wait_for_timeout(2_000)
        assert profile.cookies() == []
    assert len(secrets) >= 7, "the test did not see the tokens it must look for"
    needles = [SECRET, "rutabaga", "Zebedee", "Quillfeather", reference, victim.number, victim.email, *secrets]
    needles += ["portal-api", "/sign-in/", "chat/tickets", "assets/chat-", "/socket", f"code {code}"]
    assert traces(tmp_path, needles) == []
    addresses = {address for address in visited(tmp_path) if address != "about:blank"}
    assert addresses <= {harbour["portal_page"], invitation, EXIT_PAGE}


@pytest.fixture
def signed_in(browser: Browser, crimes: CrimeSystemPage, outbox: Outbox) -> Iterator[PortalPage]:
    victim = Victim(given="Robin")
    reference = crimes.record(victim)
    made = context(browser, **PHONE)
    portal = PortalPage(made.new_page())
    portal.page.goto("data:text/html,<title>before</title>before")
    portal.sign_in(outbox, victim, reference)
    yield portal
    made.close()


def test_three_shifts_leave_and_back_shows_the_page_before(signed_in: PortalPage) -> None:
    page = signed_in.page
    signed_in.open("messages")
    signed_in.by_id("portal-composer").focus()
    for key in ("ShiftLeft", "ShiftRight", "ShiftLeft"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    page.wait_for_url(f"{EXIT_PAGE}**")
    page.go_back(wait_until="commit")
    expect(page).to_have_title("before")
    page.go_forward(wait_until="commit")
    assert page.url.startswith(EXIT_PAGE)


def test_two_taps_of_two_fingers_leave_as_well(signed_in: PortalPage) -> None:
    page = signed_in.page
    touch = page.context.new_cdp_session(page)
    fingers = [{"x": 100, "y": 300, "id": 1}, {"x": 180, "y": 320, "id": 2}]
    for tap in (1, 2):
        for kind, points in (("touchStart", fingers), ("touchEnd", [])):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        if tap == 1:
            expect(signed_in.by_id("portal-timeline")).to_be_visible()
    page.wait_for_url(f"{EXIT_PAGE}**")
    page.go_back(wait_until="commit")
    expect(page).to_have_title("before")


def test_a_page_that_was_away_for_long_is_covered_when_it_is_seen_again(signed_in: PortalPage) -> None:
    page = signed_in.page
    page.clock.install()
    turn = "value => Object.defineProperty(document, 'hidden', {value, configurable: true}) && {}"
    for hidden in (True, False):
        page.evaluate(f"({turn})({str(hidden).lower()}); document.dispatchEvent(new Event('visibilitychange'))")
        page.clock.run_for(2 * 60_000)
    assert _said(page) == []
    signed_in.by_id("uncover").click()
    expect(signed_in.by_id("portal-timeline")).to_be_visible()


def test_the_cover_hides_everything_and_brings_it_back(signed_in: PortalPage) -> None:
    page = signed_in.page
    signed_in.open("messages")
    signed_in.by_id("portal-composer").fill(SECRET)
    signed_in.by_id("cover").click()
    assert _said(page) == []
    expect(signed_in.by_id("portal-composer")).to_have_count(0)
    signed_in.by_id("uncover").click()
    expect(signed_in.by_id("portal-composer")).to_have_value(SECRET)


def _said(page: Page) -> list[str]:
    """What of the portal can still be read on the screen."""
    shown = page.locator("body").inner_text().lower()
    return [word for word in ("crime", "police", "officer", "message", SECRET) if word in shown]


def test_after_signing_out_back_brings_nothing(signed_in: PortalPage) -> None:
    signed_in.by_id("portal-sign-out").click()
    expect(signed_in.by_id("portal-start")).to_be_visible()
    expect(signed_in.by_id("portal-timeline")).to_have_count(0)
    signed_in.page.go_back(wait_until="commit")
    expect(signed_in.page).to_have_title("before")
    signed_in.page.go_forward(wait_until="commit")
    expect(signed_in.by_id("portal-start")).to_be_visible()
    expect(signed_in.by_id("portal-timeline")).to_have_count(0)
