"""WCAG 2.2 AA by axe on every state that a test can reach, with a keyboard alone, at 320 px, and at 400 % zoom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.e2e.pages import DESKTOP, PHONE, OfficerPage, VisitorPage, context

AXE = Path(__file__).parents[2] / "web_widget" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def violations(where: Page | Frame) -> list[str]:
    """What axe finds in one document, each with the element. The script goes in by the debugger: no CSP is loosened."""
    where.evaluate(AXE.read_text("utf-8") + "; undefined")
    found = where.evaluate(f"axe.run(document, {json.dumps(RULES)}).then(r => r.violations)")
    return [f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found for node in v["nodes"]]


def chat_frame(page: Page) -> Frame:
    """The chat's own document."""
    return next(f for f in page.frames if f != page.main_frame)


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[VisitorPage]:
    made = context(browser, **request.param)
    yield VisitorPage(made.new_page())
    made.close()


@pytest.mark.parametrize("language", ["en", "ar", "cy"])
def test_axe_finds_nothing_in_any_state_of_the_chat(
    harbour: dict[str, Any], visitor: VisitorPage, language: str
) -> None:
    visitor.open(harbour["widget_page"])
    visitor.by_id(f"language-{language}").wait_for()
    seen = {"page with launcher": violations(visitor.page), "language": violations(chat_frame(visitor.page))}
    visitor.by_id(f"language-{language}").click()
    visitor.by_id("start-chat").wait_for()
    seen["welcome"] = violations(chat_frame(visitor.page))
    visitor.by_id("start-chat").click()
    visitor.say("123 - 😀")
    seen["chat"] = violations(chat_frame(visitor.page))
    visitor.by_id("cover").click()
    visitor.by_id("uncover").wait_for()
    seen["cover"] = violations(chat_frame(visitor.page))
    assert {state: found for state, found in seen.items() if found} == {}


def test_axe_finds_nothing_in_the_console(harbour: dict[str, Any], browser: Browser) -> None:
    made = context(browser, **DESKTOP)
    officer = OfficerPage(made.new_page())
    officer.page.goto(harbour["console_page"])
    officer.by_id("sign-in").wait_for()
    seen = {"sign-in": violations(officer.page)}
    officer.by_id("sign-in").click()
    seen["sign-in, empty"] = violations(officer.page)
    officer.sign_in(harbour["console_page"], harbour["officers"][1])
    seen["desk"] = violations(officer.page)
    officer.go_on_duty()
    visiting = context(browser, **PHONE)
    visitor = VisitorPage(visiting.new_page())
    visitor.begin(harbour["widget_page"], "ar")
    visitor.say("مرحبا")
    officer.page.locator(f'[data-testid="accept"][data-conversation="{visitor.known()}"]').wait_for()
    seen["queue"] = violations(officer.page)
    officer.accept(visitor)
    seen["conversation"] = violations(officer.page)
    officer.column.get_by_test_id("close").click()
    officer.column.get_by_test_id("outcome").wait_for()
    seen["closing"] = violations(officer.page)
    officer.column.get_by_test_id("outcome").select_option("advice_given")
    officer.column.get_by_test_id("close-confirm").click()
    another = context(browser, **PHONE)
    nobodys = VisitorPage(another.new_page())
    nobodys.begin(harbour["widget_page"], "cy")
    nobodys.say("Helo")
    nobodys.end()
    of_nobody = f'[data-testid="closed-item"][data-conversation="{nobodys.known()}"]'
    officer.by_id("page-closed").click()
    officer.by_id("closed-item").first.wait_for()
    seen["closed"] = violations(officer.page)
    officer.page.locator(of_nobody).get_by_test_id("read-transcript").click()
    officer.by_id("why-read-go").click()
    expect(officer.by_id("why-read")).to_be_focused()
    seen["why, not said"] = violations(officer.page)
    officer.page.keyboard.press("ArrowDown")
    officer.page.keyboard.press("Tab")
    officer.page.keyboard.press("Enter")
    expect(officer.by_id("transcript")).to_contain_text("Helo")
    seen["transcript"] = violations(officer.page)
    another.close()
    officer.go_off_duty()
    visiting.close()
    made.close()
    assert {state: found for state, found in seen.items() if found} == {}


def test_exit_is_the_first_thing_that_tab_reaches_in_every_state(harbour: dict[str, Any], browser: Browser) -> None:
    made = context(browser, **DESKTOP)
    visitor = VisitorPage(made.new_page())
    visitor.open(harbour["widget_page"])

    def first_by_tab() -> str:
        frame = chat_frame(visitor.page)
        frame.evaluate("document.activeElement && document.activeElement.blur(); document.body.focus()")
        visitor.by_id("quick-exit").wait_for()
        order = frame.evaluate(
            "[...document.querySelectorAll('button,input,textarea,select,a[href],summary,[tabindex]')]"
            ".filter(e => e.tabIndex >= 0 && e.offsetParent !== null).map(e => e.dataset.testid || e.textContent)"
        )
        return str(order[0])

    assert first_by_tab() == "quick-exit"
    visitor.by_id("language-en").click()
    visitor.by_id("start-chat").wait_for()
    assert first_by_tab() == "quick-exit"
    visitor.by_id("start-chat").click()
    visitor.by_id("chat-input").wait_for()
    assert first_by_tab() == "quick-exit"
    made.close()


def test_the_whole_chat_works_by_keyboard(harbour: dict[str, Any], browser: Browser) -> None:
    made = context(browser, **DESKTOP)
    visitor = VisitorPage(made.new_page())
    visitor.page.goto(harbour["widget_page"])
    expect(visitor.page.get_by_test_id("chat-launch")).to_be_visible()
    visitor.page.get_by_test_id("chat-launch").focus()
    visitor.page.keyboard.press("Enter")
    visitor.by_id("language-en").focus()
    visitor.page.keyboard.press("Enter")
    visitor.by_id("start-chat").focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.by_id("chat-input")).to_be_focused()
    visitor.page.keyboard.type("written with keys")
    visitor.page.keyboard.press("Enter")
    visitor.sees("written with keys")
    made.close()


@pytest.mark.parametrize("width", [320, 342], ids=["320 px", "1366 px at 400 %"])
def test_nothing_is_cut_off_on_a_narrow_screen(harbour: dict[str, Any], browser: Browser, width: int) -> None:
    """WCAG 1.4.10: 400 % zoom of 1366 px is a viewport of 342 CSS pixels."""
    made = context(browser, viewport={"width": width, "height": 256 if width > 320 else 568})
    visitor = VisitorPage(made.new_page())
    visitor.begin(harbour["widget_page"], "en")
    visitor.say("a-very-long-word-" * 20)
    overflow = chat_frame(visitor.page).evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    for control in ("quick-exit", "cover", "chat-send"):
        box = visitor.by_id(control).bounding_box()
        assert box is not None
        assert box["height"] >= 44, f"{control} is smaller than a thumb"
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    made.close()
