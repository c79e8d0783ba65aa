"""Every state that an officer can see: usable by everybody, and what was typed is never lost between them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.pages import DESKTOP, PHONE, OfficerPage, context
from tests.e2e.scripted import ScriptedDesk
from tests.e2e.test_accessibility import violations

SMALL: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 568}}
TWO_SCREENS: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}, "forced_colors": "active"}
ZOOMED: dict[str, Any] = {"viewport": {"width": 342, "height": 192}}


def wrong(officer: OfficerPage) -> list[str]:
    found = violations(officer.page)
    if officer.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("something is cut off at the side")
    if not officer.page.title().endswith("Harbour console"):
        found.append("the title says something")
    return found


def pane(officer: OfficerPage, name: str) -> None:
    """On a narrow screen one column shows at a time."""
    button = officer.page.locator(f".panes__button--{name}")
    if button.is_visible():
        button.click()


def accept(officer: OfficerPage, conversation: str) -> Locator:
    pane(officer, "queue")
    officer.page.locator(f'[data-testid="accept"][data-conversation="{conversation}"]').click()
    column = officer.page.locator(f'[data-testid="conversation"][data-conversation="{conversation}"]')
    expect(column.get_by_test_id("composer")).to_be_editable()
    return column


@pytest.mark.parametrize(
    "screen", [DESKTOP, SMALL, TWO_SCREENS, ZOOMED], ids=["desktop", "320 px", "two screens, forced colours", "400 %"]
)
def test_every_state_can_be_used_by_everybody(
    harbour: dict[str, Any], browser: Browser, screen: dict[str, Any]
) -> None:
    made = context(browser, **screen)
    desk, officer = ScriptedDesk(made), OfficerPage(made.new_page())
    officer.sign_in(harbour["console_page"], harbour["officers"][1])
    seen = {"nobody waits": wrong(officer)}
    many = [desk.waits(n, ("es", "ar", "ckb", "auto")[n % 4]) for n in range(25)]
    desk.waits(30, visitor="gone", left="dropped", state="paused", attention="dropped")
    desk.waits(31, visitor="gone", left="quick_exit", state="paused", attention="unanswered")
    desk.tells({"type": "queue"})
    expect(officer.by_id("queue-item")).to_have_count(27)
    seen["many wait"] = wrong(officer)
    officer.page.keyboard.press("?")
    expect(officer.by_id("shortcuts")).to_be_visible()
    seen["keys"] = wrong(officer)
    officer.page.keyboard.press("Escape")

    first = accept(officer, many[0])
    seen["one conversation"] = wrong(officer)
    first.get_by_test_id("answers").click()
    expect(first.get_by_test_id("answer")).to_be_in_viewport(ratio=0.5)
    seen["prepared answers"] = wrong(officer)
    officer.page.keyboard.press("Escape")
    expect(first.get_by_test_id("composer")).to_be_focused()
    first.get_by_test_id("close").click()
    expect(first.get_by_test_id("outcome")).to_be_in_viewport(ratio=0.95)
    first.get_by_test_id("close").click()
    seen["closing, no outcome"] = wrong(officer)
    officer.page.keyboard.press("Escape")
    first.get_by_test_id("release").click()
    expect(first.get_by_test_id("release-confirm")).to_be_in_viewport(ratio=0.95)
    seen["releasing"] = wrong(officer)
    officer.page.keyboard.press("Escape")
    first.get_by_test_id("composer").fill("a" * 4100)
    officer.page.keyboard.press("Enter")
    seen["too long"] = wrong(officer)
    first.get_by_test_id("composer").fill("")
    desk.tells({"type": "presence", "conversation": many[0], "party": "visitor", "state": "covered"})
    expect(first.get_by_text("They have covered the screen")).to_be_visible()
    seen["covered"] = wrong(officer)

    for conversation in many[1:5]:
        last = accept(officer, conversation)
    tab = officer.page.locator(f'.strip__tab[data-conversation="{many[4]}"]')
    expect(tab).to_be_in_viewport(ratio=0.95)
    seen["more conversations than fit"] = wrong(officer)
    desk.happens(many[4], "left", "visitor", {"how": "quick_exit"})
    expect(last.get_by_test_id("composer-locked")).to_contain_text("left by quick exit")
    seen["left by quick exit"] = wrong(officer)
    desk.happens(many[3], "closed", "visitor", {"by": "visitor"})
    officer.page.locator(f'.strip__tab[data-conversation="{many[3]}"]').click()
    seen["closed elsewhere"] = wrong(officer)
    desk.happens(many[2], "requeued", "system", {"reason": "officer_gone"})
    officer.page.locator(f'.strip__tab[data-conversation="{many[2]}"]').click()
    seen["taken from them"] = wrong(officer)
    desk.breaks_the_line()
    expect(officer.by_id("connection")).to_be_visible()
    seen["lost line"] = wrong(officer)
    officer.by_id("sign-out").click()
    seen["signing out"] = wrong(officer)
    officer.page.keyboard.press("Escape")
    expect(officer.by_id("sign-out")).to_be_focused()
    made.close()
    assert {state: found for state, found in seen.items() if found} == {}


def test_whoever_has_no_part_in_the_chat_is_told_so(harbour: dict[str, Any], browser: Browser) -> None:
    made = context(browser, **SMALL)
    ScriptedDesk(made, denies=True)
    officer = OfficerPage(made.new_page())
    with pytest.raises(AssertionError):
        officer.sign_in(harbour["console_page"], harbour["officers"][1])
    expect(officer.by_id("denied")).to_contain_text("You cannot use this console")
    assert wrong(officer) == []
    made.close()


def test_a_new_chat_is_seen_heard_and_announced(harbour: dict[str, Any], browser: Browser) -> None:
    made = context(browser, **DESKTOP)
    desk, officer = ScriptedDesk(made), OfficerPage(made.new_page())
    officer.page.add_init_script(
        """const start = OscillatorNode.prototype.start;
           window.notes = 0;
           OscillatorNode.prototype.start = function (...at) { window.notes += 1; return start.apply(this, at); };"""
    )
    officer.sign_in(harbour["console_page"], harbour["officers"][1])
    expect(officer.page.get_by_text("Nobody is waiting.")).to_be_visible()
    desk.waits(1, "ar")
    desk.tells({"type": "queue"})
    expect(officer.by_id("new-chat")).to_contain_text("1 person is waiting")
    expect(officer.page.get_by_role("alert")).to_contain_text("New chat waiting. Arabic.")
    expect(officer.page).to_have_title("(1) Harbour console")
    assert officer.page.evaluate("notes") > 0
    desk.waits(2)
    officer.by_id("mute").click()
    heard = officer.page.evaluate("notes")
    desk.tells({"type": "queue"})
    expect(officer.by_id("new-chat")).to_contain_text("2 people are waiting")
    assert officer.page.evaluate("notes") == heard
    made.close()


def test_a_lost_line_locks_the_composer_until_nothing_is_missing(harbour: dict[str, Any], browser: Browser) -> None:
    made = context(browser, **DESKTOP)
    desk, officer = ScriptedDesk(made), OfficerPage(made.new_page())
    conversation = desk.waits(1)
    officer.sign_in(harbour["console_page"], harbour["officers"][1])
    column = accept(officer, conversation)
    composer = column.get_by_test_id("composer")
    composer.fill("half a sentence")
    desk.breaks_the_line()
    expect(composer).not_to_be_editable()
    expect(column.get_by_test_id("composer-locked")).to_contain_text("your text is kept")
    expect(composer).to_have_value("half a sentence")
    desk.missed(conversation, "Sigo aquí")
    desk.away = False
    expect(composer).to_be_editable(timeout=15_000)
    expect(column.get_by_test_id("message").filter(has_text="Sigo aquí")).to_be_visible()
    expect(composer).to_have_value("half a sentence")
    expect(column.get_by_test_id("message-pending")).to_have_count(0)
    made.close()
