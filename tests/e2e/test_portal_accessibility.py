"""WCAG 2.2 AA by axe on every view of the portal, with a keyboard alone, at 320 px, and right to left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.pages import DESKTOP, PHONE, context
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, PortalPage, Victim
from tests.e2e.test_accessibility import violations

QUESTIONS = ("safe", "channel", "hours", "language", "code_word")
"""Of the contact plan."""
VIEWS = ("messages", "appointments", "chat", "support", "contact", "rights", "advice", "visits", "record")


class Visit:
    """One person with a crime in which enough has happened that every view has something to show."""

    def __init__(self, browser: Browser, harbour: dict[str, Any]) -> None:
        self.outbox = Outbox(harbour["outbox_api"])
        self.victim = Victim(given="Sam", contact="safe_both")
        made = context(browser, **DESKTOP)
        crimes = CrimeSystemPage(made.new_page(), harbour["crime_simulator_page"])
        self.reference = crimes.record(self.victim, offence="domestic_abuse")
        crimes.post("appointment_made", when="2027-01-08T10:30", where="Northgate station", what="a statement")
        made.close()
        self.address = self.outbox.invitation(self.victim)


@pytest.fixture
def visit(browser: Browser, harbour: dict[str, Any]) -> Visit:
    return Visit(browser, harbour)


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def portal(request: pytest.FixtureRequest, browser: Browser) -> Iterator[PortalPage]:
    made = context(browser, **request.param)
    yield PortalPage(made.new_page())
    made.close()


def test_axe_finds_nothing_on_the_way_in(portal: PortalPage, visit: Visit, harbour: dict[str, Any]) -> None:
    portal.page.goto(harbour["portal_page"])
    expect(portal.by_id("portal-reference")).to_be_visible()
    seen = {"start": violations(portal.page)}
    portal.by_id("portal-prove").click()
    expect(portal.by_id("portal-problem")).to_be_focused()
    seen["start, with errors"] = violations(portal.page)
    portal.prove(harbour["portal_page"], visit.reference, "1970-01-01")
    seen["code"] = violations(portal.page)
    portal.give("000000")
    expect(portal.by_id("portal-problem")).to_be_focused()
    seen["code, wrong"] = violations(portal.page)
    portal.speak("ar")
    expect(portal.page.locator("html")).to_have_attribute("dir", "rtl")
    seen["code, wrong, in Arabic"] = violations(portal.page)
    portal.by_id("cover").click()
    seen["cover"] = violations(portal.page)
    assert {state: found for state, found in seen.items() if found} == {}


def in_arabic(route: Route) -> None:
    """The answer as Amazon Translate would leave it: no engine on this machine knows Arabic."""
    crime = route.fetch().json()
    for entry in crime["timeline"]:
        entry |= {"title": "وصلنا بلاغك", "text": "وصلنا بلاغك في 24 نوفمبر. رقم البلاغ 44.", "translated": True}
    crime["translated_by_machine"] = True
    route.fulfill(json=crime)


def test_axe_finds_nothing_in_any_view_in_any_direction(
    portal: PortalPage, visit: Visit, harbour: dict[str, Any]
) -> None:
    portal.page.route("**/portal-api/crimes/*?language=ar", in_arabic)
    portal.sign_in(visit.outbox, visit.victim, visit.reference, harbour["portal_page"])
    portal.by_id("portal-language").click()
    seen = {"languages": violations(portal.page)}
    assert overflow(portal) <= 0
    portal.page.keyboard.press("Tab")
    portal.page.keyboard.press("Escape")
    expect(portal.by_id("portal-language")).to_be_focused()
    expect(portal.by_id("portal-language-cy")).to_be_hidden()
    portal.open("contact")
    portal.change("code_word")
    portal.page.get_by_label("Code word").fill("teapot")
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-confirm")).to_be_visible()
    seen["code for the contact plan"] = violations(portal.page)
    portal.by_id("portal-home").click()
    expect(portal.by_id("portal-timeline")).to_be_visible()
    for language in ("en", "cy", "ar"):
        if language == "cy":
            portal.speak("cy")
            expect(portal.page.locator("html")).to_have_attribute("lang", "cy")
        elif language == "ar":
            portal.speak("ar")
            expect(portal.page.get_by_text("وصلنا بلاغك").first).to_be_visible()
        expect(portal.page.locator("[aria-busy=true]")).to_have_count(0)
        seen[f"crime, {language}"] = violations(portal.page)
        for view in VIEWS:
            portal.open(view)
            assert portal.page.evaluate("scrollY") == 0, f"{view} does not begin at its top"
            seen[f"{view}, {language}"] = violations(portal.page)
            assert overflow(portal) <= 0, view
            for question in QUESTIONS if view == "contact" else ():
                portal.change(question)
                assert portal.page.evaluate("scrollY") == 0, f"{question} does not begin at its top"
                seen[f"{question}, {language}"] = violations(portal.page)
                assert overflow(portal) <= 0, question
                portal.back()
            portal.back()
            expect(portal.by_id("portal-timeline")).to_be_visible()
    assert {state: found for state, found in seen.items() if found} == {}


def test_what_is_wrong_takes_the_focus_leads_to_its_field_and_is_said_with_it(
    portal: PortalPage, visit: Visit, harbour: dict[str, Any]
) -> None:
    page = portal.page

    def complain(problem: str, field: str) -> None:
        summary = portal.by_id("portal-problem")
        expect(summary).to_be_focused()
        over, said = page.locator(".account-ways").bounding_box(), summary.bounding_box()
        assert over
        assert said
        assert said["y"] >= over["y"] + over["height"], "what is wrong lies under the ways out"
        summary.get_by_role("link", name=problem).click()
        wrong = page.locator(f"#{field}")
        expect(wrong).to_be_focused()
        assert page.url == harbour["portal_page"], "the address has changed"
        described = wrong.locator("xpath=ancestor-or-self::*[@aria-describedby][1]")
        ids = str(described.get_attribute("aria-describedby")).split()
        assert any(problem in page.locator(f"[id='{one}']").inner_text() for one in ids)
        seen[problem] = violations(page)

    seen: dict[str, list[str]] = {}
    page.goto(harbour["portal_page"])
    portal.by_id("portal-prove").click()
    complain("Enter your reference number", "reference")
    expect(portal.by_id("portal-problem").get_by_role("link")).to_have_count(2)
    portal.by_id("portal-reference").fill(visit.reference)
    portal.by_id("portal-dob-day").fill("31")
    portal.by_id("portal-dob-month").fill("2")
    portal.by_id("portal-dob-year").fill("1990")
    portal.by_id("portal-prove").click()
    complain("Enter your date of birth", "dob")
    portal.sign_in(visit.outbox, visit.victim, visit.reference, harbour["portal_page"])
    portal.open("messages")
    portal.by_id("portal-send").click()
    complain("Write something first.", "text")
    portal.back()
    portal.open("appointments")
    portal.by_id("portal-change").first.click()
    portal.by_id("portal-change-send").click()
    complain("Tell us why", "reason")
    portal.back()
    portal.back()
    portal.open("contact")
    portal.change("hours")
    page.get_by_label("Not before").fill("10:00")
    page.get_by_label("Not after").fill("09:00")
    portal.by_id("portal-contact-save").click()
    complain("Choose hours that end after they begin.", "hours")
    page.get_by_label("Not after").fill("20:00")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        page.get_by_label(day).uncheck()
    portal.by_id("portal-contact-save").click()
    complain("Choose at least one day", "days")
    expect(page.get_by_label("Monday")).not_to_be_checked()
    portal.back()
    portal.change("code_word")
    portal.by_id("portal-contact-save").click()
    complain("Enter a code word", "code_word")
    portal.back()
    portal.change("safe")
    portal.by_id("portal-safe-no").check()
    portal.save()
    portal.change("safe")
    portal.by_id("portal-safe-yes").check()
    portal.by_id("portal-contact-save").click()
    portal.by_id("portal-contact-save").click()
    complain("Choose how we may send you messages", "channel")
    assert {state: found for state, found in seen.items() if found} == {}


def overflow(portal: PortalPage) -> int:
    """By how many pixels the page must be scrolled sideways."""
    return int(portal.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_nothing_is_cut_off_on_a_narrow_screen(browser: Browser, visit: Visit, harbour: dict[str, Any]) -> None:
    """WCAG 1.4.10: a small phone, and 1366 px at 400 %, of which 342 by 192 are left."""
    made = context(browser, viewport={"width": 320, "height": 568})
    portal = PortalPage(made.new_page())
    portal.sign_in(visit.outbox, visit.victim, visit.reference, harbour["portal_page"])
    for width, height in ((320, 568), (342, 192)):
        portal.page.set_viewport_size({"width": width, "height": height})
        for language in ("cy", "en"):
            portal.speak(language)
            expect(portal.page.locator("html")).to_have_attribute("lang", language)
            expect(portal.page.locator("[aria-busy=true]")).to_have_count(0)
            assert overflow(portal) <= 0
            for view in VIEWS:
                portal.open(view)
                assert overflow(portal) <= 0, f"{view}, {language}, {width} px"
                for question in QUESTIONS if view == "contact" else ():
                    portal.change(question)
                    assert overflow(portal) <= 0, f"{question}, {language}, {width} px"
                    portal.back()
                for control in ("quick-exit", "cover"):
                    box = portal.by_id(control).bounding_box()
                    assert box is not None
                    assert 44 <= box["height"] < 60, f"{control} is smaller than a thumb, or its word does not fit"
                    assert box["x"] >= 0
                    assert box["x"] + box["width"] <= width
                portal.back()
    made.close()


def test_on_a_phone_what_happens_next_is_seen_at_once(browser: Browser, visit: Visit, harbour: dict[str, Any]) -> None:
    made = context(browser, viewport={"width": 320, "height": 568}, has_touch=True, is_mobile=True)
    portal = PortalPage(made.new_page())
    portal.sign_in(visit.outbox, visit.victim, visit.reference, harbour["portal_page"])
    for language in ("en", "cy", "pl", "ar"):
        portal.speak(language)
        ways, row = (portal.page.locator(name).bounding_box() for name in (".account-ways", ".account-header__row"))
        assert ways
        assert row
        assert ways["height"] + row["height"] < 568 / 5, f"the header takes too much in {language}"
    portal.speak("en")
    heading = portal.page.get_by_role("heading", name="What happens next").bounding_box()
    assert heading
    assert heading["y"] < 568 / 2
    made.close()


def test_of_a_long_story_the_newest_is_seen_and_the_rest_is_one_press_away(
    portal: PortalPage, visit: Visit, harbour: dict[str, Any]
) -> None:
    def long(route: Route) -> None:
        crime = route.fetch().json()
        first, letter = crime["timeline"][0], {"from": "officer", "at": crime["reported_at"], "state": None}
        crime["timeline"] = [first | {"id": f"{number:032x}"} for number in range(30)]
        crime["messages"] = [letter | {"id": f"{number:032x}", "text": f"No. {number}"} for number in range(30)]
        route.fulfill(json=crime)

    portal.page.route("**/portal-api/crimes/*?language=*", long)
    portal.page.route("**/portal-api/crimes/*/messages?*", lambda route: route.abort())
    portal.sign_in(visit.outbox, visit.victim, visit.reference, harbour["portal_page"])
    entries = portal.by_id("portal-timeline-entry")
    expect(entries.nth(2)).to_be_visible()
    expect(entries.nth(3)).to_be_hidden()
    seen = {"story": violations(portal.page)}
    portal.by_id("portal-earlier").click()
    expect(entries.nth(29)).to_be_visible()
    expect(entries.nth(3)).to_be_focused()
    portal.by_id("portal-messages").click()
    letters = portal.by_id("portal-message")
    expect(letters.nth(29)).to_be_visible()
    expect(letters.nth(0)).to_be_hidden()
    expect(portal.by_id("portal-problem")).to_contain_text("No connection")
    seen["messages, no line"] = violations(portal.page)
    portal.page.emulate_media(media="print")
    expect(letters.nth(0)).to_be_visible()
    portal.page.emulate_media(media="screen")
    portal.by_id("portal-earlier").click()
    expect(letters.nth(0)).to_be_focused()
    assert {state: found for state, found in seen.items() if found} == {}


def test_in_the_dark_axe_finds_nothing_either(browser: Browser, visit: Visit, harbour: dict[str, Any]) -> None:
    made = context(browser, **PHONE, color_scheme="dark")
    portal = PortalPage(made.new_page())
    portal.page.goto(harbour["portal_page"])
    portal.by_id("portal-prove").click()
    expect(portal.by_id("portal-problem")).to_be_focused()
    seen = {"start, with errors": violations(portal.page)}
    portal.sign_in(visit.outbox, visit.victim, visit.reference, harbour["portal_page"])
    assert portal.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(11, 12, 12)"
    seen["crime"] = violations(portal.page)
    for view in VIEWS:
        portal.open(view)
        seen[view] = violations(portal.page)
        for question in QUESTIONS if view == "contact" else ():
            portal.change(question)
            seen[question] = violations(portal.page)
            portal.back()
        portal.back()
    assert {state: found for state, found in seen.items() if found} == {}
    made.close()


def test_the_whole_way_works_by_keyboard(browser: Browser, visit: Visit, harbour: dict[str, Any]) -> None:
    made = context(browser, **DESKTOP)
    portal = PortalPage(made.new_page())
    page = portal.page
    page.goto(harbour["portal_page"])
    expect(portal.by_id("portal-reference")).to_be_visible()
    expect(page.locator("button, input, select, a[href], summary").first).to_have_attribute("data-testid", "quick-exit")
    portal.by_id("portal-reference").focus()
    page.keyboard.type(visit.reference)
    for part in reversed(visit.victim.born.split("-")):
        page.keyboard.press("Tab")
        page.keyboard.type(str(int(part)))
    page.keyboard.press("Enter")
    expect(portal.by_id("portal-code")).to_be_visible()
    portal.by_id("portal-code").focus()
    page.keyboard.type(visit.outbox.code(visit.victim))
    page.keyboard.press("Enter")
    expect(portal.by_id("portal-timeline")).to_be_visible(timeout=15_000)
    portal.by_id("portal-messages").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    portal.by_id("portal-composer").focus()
    page.keyboard.type("written with keys")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(portal.by_id("portal-message").filter(has_text="written with keys")).to_be_visible()
    portal.back()
    portal.open("contact")
    page.get_by_role("button", name="Change: When may we send you messages?").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="When may we send you messages?")).to_be_focused()
    page.get_by_label("Monday").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    portal.saved()
    expect(portal.by_id("portal-plan-hours")).to_contain_text("Tuesday")
    expect(portal.by_id("portal-plan-hours")).not_to_contain_text("Monday")
    made.close()
