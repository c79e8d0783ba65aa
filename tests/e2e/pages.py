"""What a visitor and an officer do in a real browser, by the test ids that the pages promise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FrameLocator,
    Locator,
    Page,
    Playwright,
    Response,
    Route,
    expect,
)

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
EXIT_PAGE = "https://www.bbc.co.uk/"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}


def stand_in_for_the_exit_page(route: Route) -> None:
    """No test reaches the Internet: the address is the BBC's, the page is ours."""
    page = "<!doctype html><title>BBC - Home</title><p>News and weather</p>"
    route.fulfill(status=200, content_type="text/html", body=page)


def context(browser: Browser, **options: Any) -> BrowserContext:
    """A browser profile in memory whose exit page is ours."""
    made = browser.new_context(**options)
    made.route(f"{EXIT_PAGE}**", stand_in_for_the_exit_page)
    return made


@contextmanager
def profile_on_disk(playwright: Playwright, folder: Path, **options: Any) -> Iterator[BrowserContext]:
    """A browser as a person has it: with a profile that stays on the disk when it closes."""
    made = playwright.chromium.launch_persistent_context(
        str(folder), executable_path=CHROMIUM, args=ARGUMENTS, headless=True, **options
    )
    made.route(f"{EXIT_PAGE}**", stand_in_for_the_exit_page)
    try:
        yield made
    finally:
        made.close()


@dataclass
class VisitorPage:
    """The chat on the force's page."""

    page: Page
    conversation: str = ""

    def __post_init__(self) -> None:
        self.page.on("response", self._remember)

    def _remember(self, response: Response) -> None:
        if response.url.endswith("/chat/tickets") and response.ok:
            self.conversation = response.json()["conversation"]

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    def by_id(self, test_id: str) -> Locator:
        return self.chat.get_by_test_id(test_id)

    def open(self, address: str) -> None:
        """The force's page, and the launcher."""
        self.page.goto(address)
        self.page.get_by_test_id("chat-launch").click()

    def begin(self, address: str, language: str = "es") -> None:
        """Until one can type."""
        self.open(address)
        self.by_id(f"language-{language}").click()
        self.by_id("start-chat").click()
        expect(self.by_id("chat-input")).to_be_visible()

    def say(self, text: str) -> None:
        """Write and send; it is shown at once, and delivered when the police have it."""
        self.by_id("chat-input").fill(text)
        self.by_id("chat-send").click()
        expect(self.by_id("message").filter(has_text=text)).to_be_visible()

    def known(self) -> str:
        """The conversation's id, as soon as its ticket has come: what is written is shown before that."""
        for _ in range(150):
            if self.conversation:
                break
            self.page.wait_for_timeout(100)
        return self.conversation

    def end(self) -> None:
        """End the conversation, and say yes to the question."""
        self.chat.locator(".tools summary").click()
        self.chat.locator(".tools button").click()
        expect(self.by_id("chat-input")).to_be_hidden()

    def sees(self, text: str) -> None:
        expect(self.by_id("message").filter(has_text=text).first).to_be_visible(timeout=15_000)


@dataclass
class OfficerPage:
    """The console, and the conversation in it that a test is about."""

    page: Page
    conversation: str = ""

    def by_id(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def sign_in(self, address: str, officer: dict[str, str]) -> None:
        self.page.goto(address)
        self.by_id("sign-in-username").fill(officer["username"])
        self.by_id("sign-in-password").fill(officer["password"])
        self.by_id("sign-in-code").fill(pyotp.TOTP(officer["totp_secret"]).now())
        self.by_id("sign-in").click()
        expect(self.by_id("duty")).to_be_visible(timeout=15_000)

    def go_on_duty(self) -> None:
        if not self._on_duty():
            self.by_id("duty").click()
        expect(self.page.get_by_text("On duty: ").first).to_be_visible()

    def go_off_duty(self) -> None:
        """The next visitor must not be told that somebody is there."""
        if self._on_duty():
            with self.page.expect_response("**/officers/duty"):
                self.by_id("duty").click()

    def _on_duty(self) -> bool:
        duty = self.by_id("duty")
        return "true" in (duty.get_attribute("aria-checked"), duty.get_attribute("aria-pressed"))

    @property
    def column(self) -> Locator:
        """The conversation that was accepted last."""
        return self.page.locator(f'[data-testid="conversation"][data-conversation="{self.conversation}"]')

    def take(self, visitor: VisitorPage) -> None:
        """Take this visitor's conversation from the queue, whether she is there or has left."""
        self.conversation = visitor.known()
        self.page.locator(f'[data-testid="accept"][data-conversation="{visitor.conversation}"]').click()
        expect(self.column).to_be_visible(timeout=15_000)

    def accept(self, visitor: VisitorPage) -> None:
        """Take this visitor's conversation, and be ready to answer."""
        self.take(visitor)
        expect(self.column.get_by_test_id("composer")).to_be_editable(timeout=15_000)

    def say(self, text: str) -> None:
        self.column.get_by_test_id("composer").fill(text)
        self.column.get_by_test_id("composer-send").click()
        self.sees(text)

    def sees(self, text: str) -> None:
        """In any language: the officer reads the translation first, the original with one key."""
        message = self.column.get_by_test_id("message").filter(has_text=text).first
        expect(message).to_be_visible(timeout=15_000)

    def reads_both(self) -> None:
        """Original and translation side by side."""
        self.column.get_by_test_id("reading-both").click()

    def close(self, outcome: str) -> None:
        self.column.get_by_test_id("close").click()
        self.column.get_by_test_id("outcome").select_option(outcome)
        self.column.get_by_test_id("close-confirm").click()
        expect(self.column.get_by_test_id("composer")).not_to_be_editable()

    def finish(self) -> None:
        """End the test's conversation, if it is still open, and go home."""
        close = self.column.get_by_test_id("close")
        if self.conversation and close.count():
            self.close("no_longer_wanted")
        self.go_off_duty()
