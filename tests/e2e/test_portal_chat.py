"""The chat that is opened from the portal: it knows the crime, and has its own ways out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, expect

from tests.e2e.pages import DESKTOP, EXIT_PAGE, PHONE, OfficerPage, context
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, PortalPage, Victim


@pytest.fixture
def crimes(browser: Browser, harbour: dict[str, Any]) -> Iterator[CrimeSystemPage]:
    made = context(browser, **DESKTOP)
    yield CrimeSystemPage(made.new_page(), harbour["crime_simulator_page"])
    made.close()


@pytest.fixture
def officer(browser: Browser, harbour: dict[str, Any]) -> Iterator[OfficerPage]:
    made = context(browser, **DESKTOP)
    page = OfficerPage(made.new_page())
    page.sign_in(harbour["console_page"], harbour["officers"][0])
    page.go_on_duty()
    yield page
    page.finish()
    made.close()


class Chat:
    """A victim who opened the chat in the portal."""

    def __init__(self, portal: PortalPage, reference: str) -> None:
        self.portal = portal
        self.reference = reference

    @property
    def frame(self) -> FrameLocator:
        return self.portal.page.frame_locator("iframe")

    def by_id(self, test_id: str) -> Locator:
        return self.frame.get_by_test_id(test_id)

    def begin(self) -> None:
        self.by_id("language-en").click()
        self.by_id("start-chat").click()
        expect(self.by_id("chat-input")).to_be_visible()

    def say(self, text: str) -> None:
        self.by_id("chat-input").fill(text)
        self.by_id("chat-send").click()
        expect(self.by_id("message").filter(has_text=text)).to_be_visible()


@pytest.fixture
def chat(browser: Browser, harbour: dict[str, Any], crimes: CrimeSystemPage) -> Iterator[Chat]:
    victim = Victim(given="Kim")
    reference = crimes.record(victim)
    made = context(browser, **PHONE)
    portal = PortalPage(made.new_page())
    portal.sign_in(Outbox(harbour["outbox_api"]), victim, reference)
    portal.open("chat")
    portal.by_id("portal-chat-open").click()
    yield Chat(portal, reference)
    made.close()


def test_the_officer_sees_in_the_queue_which_crime_it_is_about(chat: Chat, officer: OfficerPage) -> None:
    # Longer than a ticket lives: whoever reads the first screens must not lose the crime.
    expect(chat.by_id("language-en")).to_be_visible()
    chat.portal.page.wait_for_timeout(31_000)
    chat.begin()
    chat.say("It is about the window.")
    waiting = officer.by_id("queue-item").filter(has_text=chat.reference)
    expect(waiting).to_be_visible(timeout=15_000)
    officer.conversation = str(waiting.get_attribute("data-conversation"))
    waiting.get_by_test_id("accept").click()
    expect(officer.column.get_by_test_id("composer")).to_be_editable(timeout=15_000)
    officer.say("I have it here.")
    expect(chat.by_id("message").filter(has_text="I have it here.")).to_be_visible(timeout=15_000)
    expect(officer.page.locator(".person")).to_contain_text(chat.reference)


def test_while_it_is_open_nothing_of_the_portal_is_seen_or_reached(chat: Chat) -> None:
    page = chat.portal.page
    chat.begin()
    expect(chat.portal.by_id("portal-chat-open")).not_to_be_visible()
    expect(chat.portal.by_id("portal-sign-out")).not_to_be_visible()
    box = page.locator("iframe").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE["viewport"]}
    chat.by_id("cover").click()
    expect(chat.by_id("uncover")).to_be_visible()
    shown = str(page.frames[-1].evaluate("document.body.innerText")).lower()
    assert not re.search(r"police|officer|chat", shown)
    chat.by_id("uncover").click()
    expect(chat.by_id("chat-input")).to_be_visible()


def test_closing_it_shows_the_crime_again(chat: Chat) -> None:
    chat.by_id("language-en").wait_for()
    chat.frame.get_by_role("button", name="Close").click()
    expect(chat.portal.by_id("portal-timeline")).to_be_visible()
    expect(chat.portal.page.locator("iframe")).to_have_count(0)
    expect(chat.portal.page.get_by_role("heading", level=1)).to_be_focused()


@pytest.mark.parametrize("way", ["the button", "shift, focus outside it"])
def test_the_quick_exit_leaves_from_within_it_and_the_officer_is_told(
    chat: Chat, officer: OfficerPage, way: str
) -> None:
    page = chat.portal.page
    chat.begin()
    chat.say("somebody is coming")
    waiting = officer.by_id("queue-item").filter(has_text=chat.reference)
    expect(waiting).to_be_visible(timeout=15_000)
    if way == "the button":
        chat.by_id("quick-exit").click()
    else:
        page.evaluate("document.activeElement.blur()")
        for key in ("ShiftLeft", "ShiftRight", "ShiftLeft"):
            page.keyboard.press(key)
            page.wait_for_timeout(200)
    page.wait_for_url(f"{EXIT_PAGE}**")
    expect(officer.by_id("queue-item").filter(has_text=chat.reference)).to_have_class(
        re.compile("queue-item--exit"), timeout=15_000
    )
