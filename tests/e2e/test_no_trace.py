"""After a chat and a quick exit, nothing on the device says that there was one.

The browser has a profile on disk, as a person's has. Every file of it is searched; the search itself is tested first.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Playwright, expect

from tests.e2e.disk import traces, visited
from tests.e2e.pages import EXIT_PAGE, VisitorPage, profile_on_disk

SECRET = "tengo miedo de volver a casa zanahoria"


def test_the_search_finds_what_a_careless_chat_would_leave(
    harbour: dict[str, Any], playwright: Playwright, tmp_path: Path
) -> None:
    """A control: without it, an empty result would prove nothing."""
    with profile_on_disk(playwright, tmp_path) as context:
        page = context.new_page()
        page.goto(harbour["console_page"])
        page.evaluate("text => localStorage.setItem('draft', text)", SECRET)
        page.evaluate("text => sessionStorage.setItem('draft', text)", SECRET)
        page.evaluate("text => history.pushState({}, '', '?q=' + encodeURIComponent(text.split(' ').pop()))", SECRET)
        page.wait_for_timeout(1500)
    found = traces(tmp_path, [SECRET, "zanahoria"])
    assert any("Local Storage" in place for place in found)
    assert any("History" in place for place in found)


def test_a_chat_leaves_nothing_on_the_device(harbour: dict[str, Any], playwright: Playwright, tmp_path: Path) -> None:
    secrets: set[str] = set()
    with profile_on_disk(playwright, tmp_path) as context:
        page = context.pages[0] if context.pages else context.new_page()
        page.on("websocket", lambda socket: secrets.add(socket.url.split("ticket=")[-1]))

        def remember(response: Any) -> None:
            if response.url.endswith("/chat/tickets") and response.status == 201:
                body = response.json()
                secrets.update({body["ticket"], body["conversation"], body["resume"]})

        page.on("response", remember)
        title = "Contact us"
        visitor = VisitorPage(page)
        page.goto(harbour["widget_page"])
        title = page.title()
        visitor.begin(harbour["widget_page"])
        visitor.say(SECRET)
        expect(visitor.by_id("message").filter(has_text=SECRET)).not_to_contain_text("⌛")
        assert page.title() == title, "the page's title changed"
        visitor.by_id("chat-input").fill("sin enviar zanahoria")
        page.wait_for_timeout(2000)
        visitor.by_id("quick-exit").click()
        page.wait_for_url(f"{EXIT_PAGE}**")
        page.go_back(wait_until="commit")
        page.wait_for_timeout(1000)
        assert page.locator("iframe").count() == 0, "Back brought the chat back"
        page.goto("about:blank")
        page.wait_for_timeout(2000)
        for path in ("cookies",):
            assert context.cookies() == [], path
    host = urlsplit(harbour["console_page"]).netloc
    assert len(secrets) >= 3, "the test did not see the tokens it must look for"
    needles = [SECRET, "zanahoria", host, "/socket", "chat/tickets", "embed.js", "assets/chat-", *secrets]
    assert traces(tmp_path, needles) == []
    addresses = [a for a in visited(tmp_path) if a != "about:blank"]
    assert set(addresses) == {harbour["widget_page"], EXIT_PAGE}, json.dumps(addresses)


def test_back_after_the_exit_shows_the_page_before_and_never_the_chat(
    harbour: dict[str, Any], playwright: Playwright, tmp_path: Path
) -> None:
    with profile_on_disk(playwright, tmp_path) as context:
        page = context.pages[0] if context.pages else context.new_page()
        page.goto("data:text/html,<title>before</title>before")
        visitor = VisitorPage(page)
        visitor.begin(harbour["widget_page"])
        visitor.by_id("quick-exit").click()
        page.wait_for_url(f"{EXIT_PAGE}**")
        page.go_back(wait_until="commit")
        expect(page).to_have_title("before")
        page.go_forward(wait_until="commit")
        assert page.url.startswith(EXIT_PAGE)
