"""Every state that a visitor can see: usable by everybody, and nothing lost or left open between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Route, expect

from tests.e2e.pages import DESKTOP, EXIT_PAGE, PHONE, VisitorPage, context
from tests.e2e.scripted import ACTOR, OFFICER, ScriptedHost
from tests.e2e.test_accessibility import chat_frame, violations

SMALL: dict[str, Any] = {**PHONE, "viewport": {"width": 320, "height": 568}}
TWO_MINUTES = 2 * 60_000
WORDS = {
    "ar": ("أنا خائفة، رقمي 07700 900123", "أنت بأمان هنا. هل أنت وحدك؟"),
    "cy": ("Mae ofn arna i.", "Rydych yn ddiogel yma."),
    "en": ("I am afraid.", ""),
    "es": ("Tengo miedo. " * 40, "Aquí está segura."),
}
CONTROLS = "button, input, select, textarea, summary, a[href]"


@pytest.fixture
def small(browser: Browser) -> Iterator[VisitorPage]:
    made = context(browser, **SMALL)
    yield VisitorPage(made.new_page())
    made.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[VisitorPage]:
    made = context(browser, **DESKTOP)
    yield VisitorPage(made.new_page())
    made.close()


def wrong(visitor: VisitorPage) -> list[str]:
    """What is not as it must be in every state: axe, the way out, nothing cut off, room for a thumb."""
    frame = chat_frame(visitor.page)
    found = violations(frame)
    if frame.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("something is cut off at the side")
    if frame.evaluate("document.title") != "Chat" or "chat" in visitor.page.title().lower():
        found.append("the title says something")
    box = visitor.by_id("quick-exit").bounding_box()
    panel = visitor.page.locator("iframe").bounding_box()
    if box is None or panel is None or box["y"] - panel["y"] > 12 or box["height"] < 44:
        found.append("Exit is not at its place")
    return found + too_small(frame) + not_first(frame)


def too_small(frame: Frame) -> list[str]:
    """Controls that a thumb cannot hit: what counts is where a press still reaches them."""
    return [
        f"too small for a thumb: {name}"
        for name in frame.evaluate(
            """selector => [...document.querySelectorAll(selector)].filter(control => {
                 const seen = control.closest("label") ?? control;
                 const { height, width } = seen.getBoundingClientRect();
                 const reach = parseFloat(getComputedStyle(seen, "::after").height) || 0;
                 return width && Math.max(height, reach) < 44;
               }).map(control => control.textContent || control.outerHTML)""",
            CONTROLS,
        )
    ]


def not_first(frame: Frame) -> list[str]:
    """From the top of the document, Tab reaches Exit before anything else."""
    first = frame.evaluate(
        """selector => [...document.querySelectorAll(selector)]
             .find(control => control.tabIndex >= 0 && control.checkVisibility()).dataset.testid""",
        CONTROLS,
    )
    return [] if first == "quick-exit" else [f"Tab reaches {first} before Exit"]


@pytest.mark.parametrize(
    ("language", "screen"),
    [
        ("en", SMALL),
        ("ar", {**SMALL, "color_scheme": "dark"}),
        ("cy", {**DESKTOP, "forced_colors": "active"}),
        ("es", {"viewport": {"width": 342, "height": 192}, "reduced_motion": "reduce"}),
    ],
    ids=["en, 320 px", "ar, 320 px, dark", "cy, desktop, forced colours", "es, 400 %, less motion"],
)
def test_every_state_can_be_used_by_everybody(
    harbour: dict[str, Any], browser: Browser, language: str, screen: dict[str, Any]
) -> None:
    made = context(browser, **screen)
    host, visitor = ScriptedHost(made), VisitorPage(made.new_page())
    mine, theirs = WORDS[language]
    seen: dict[str, list[str]] = {}

    def look(state: str) -> None:
        seen[state] = wrong(visitor)

    visitor.open(harbour["widget_page"])
    search = visitor.chat.locator("[type=search]")
    search.wait_for()
    look("language")
    search.fill("zzz")
    look("no such language")
    visitor.by_id(f"language-{language}").click()
    visitor.by_id("start-chat").wait_for()
    look("welcome")
    visitor.chat.locator("fieldset button").nth(2).click()
    look("not safe")
    visitor.by_id("start-chat").click()
    visitor.by_id("dissolve").wait_for()
    look("waiting")
    visitor.chat.locator(".note summary").click()
    look("waiting, help open")
    visitor.say(mine.strip())
    host.happens("joined", ACTOR, OFFICER)
    host.say("You are safe here. Are you alone now?", theirs)
    host.tells({"type": "typing", "conversation": "c", "party": "officer"})
    visitor.chat.get_by_text("Amelia Hart").first.wait_for()
    look("chatting")
    host.say("https://www.eastshire.example/a-very-long-address/" + "without-a-break" * 8)
    visitor.by_id("message").nth(2).wait_for()
    look("long words")
    visitor.by_id("chat-input").fill("x" * 4100)
    visitor.by_id("chat-send").click()
    look("too long")
    visitor.by_id("chat-input").fill("")
    visitor.by_id("dissolve").select_option("10")
    look("messages fade")
    visitor.by_id("dissolve").select_option("0")
    visitor.chat.locator("header summary").click()
    look("end?")
    visitor.by_id("cover").click()
    visitor.by_id("uncover").wait_for()
    look("cover")
    visitor.by_id("uncover").click()
    host.breaks_the_line()
    visitor.chat.locator("header details").wait_for(state="detached")
    look("offline")
    host.away = False
    host.happens("requeued", "system", {"reason": "officer_gone"}, told=False)
    host.happens("returned", "visitor", {}, told=False)
    visitor.chat.locator("header details").wait_for()
    look("returned")
    host.happens("closed", ACTOR, {"by": "officer"})
    visitor.by_id("chat-input").wait_for(state="detached")
    look("ended")
    visitor.chat.locator("fieldset button").nth(2).click()
    look("ended, not safe")
    made.close()
    assert {state: found for state, found in seen.items() if found} == {}


def test_when_nobody_is_on_duty_or_nothing_comes_every_state_can_be_used_too(
    harbour: dict[str, Any], small: VisitorPage
) -> None:
    host = ScriptedHost(small.page.context, on_duty=False)
    small.open(harbour["widget_page"])
    small.by_id("language-ar").click()
    small.by_id("start-chat").wait_for()
    seen = {"nobody on duty": wrong(small)}
    small.by_id("start-chat").click()
    small.by_id("dissolve").wait_for()
    seen["nobody on duty, chat"] = wrong(small)
    host.refuses = (403, "resume_refused")
    host.sockets[-1].close()
    expect(small.chat.locator("header details")).to_have_count(0)
    small.page.wait_for_timeout(1500)
    seen["lost"] = wrong(small)
    assert {state: found for state, found in seen.items() if found} == {}
    # Whoever cannot come back begins anew by writing.
    host.refuses = None
    small.say("123")
    expect(small.chat.locator("header details")).to_have_count(1)


def hidden(frame: Frame, is_hidden: bool) -> None:
    """Another tab, another app, a screen that went dark: what the browser says then."""
    frame.evaluate(
        """hidden => {
             Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
             document.dispatchEvent(new Event("visibilitychange"));
           }""",
        is_hidden,
    )


def test_a_page_that_nobody_looks_at_for_two_minutes_is_covered(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    host = ScriptedHost(visitor.page.context)
    visitor.page.clock.install()
    visitor.begin(harbour["widget_page"], "en")
    visitor.say("a secret thing")
    host.happens("joined", ACTOR, OFFICER)
    frame = chat_frame(visitor.page)
    hidden(frame, True)
    visitor.page.clock.fast_forward(TWO_MINUTES - 1000)
    expect(visitor.by_id("uncover")).to_have_count(0)
    visitor.page.clock.fast_forward(1000)
    expect(visitor.by_id("uncover")).to_be_visible()
    expect(visitor.chat.get_by_text("a secret thing")).to_have_count(0)
    expect(visitor.chat.get_by_text(OFFICER["name"])).to_have_count(0)
    hidden(frame, False)
    visitor.page.clock.fast_forward(1000)
    expect(visitor.by_id("uncover")).to_be_visible()
    visitor.by_id("uncover").click()
    visitor.sees("a secret thing")


def test_whoever_comes_back_sooner_finds_the_chat(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    ScriptedHost(visitor.page.context)
    visitor.page.clock.install()
    visitor.begin(harbour["widget_page"], "en")
    frame = chat_frame(visitor.page)
    hidden(frame, True)
    visitor.page.clock.fast_forward(TWO_MINUTES - 1000)
    hidden(frame, False)
    visitor.page.clock.fast_forward(TWO_MINUTES)
    expect(visitor.by_id("chat-input")).to_be_visible()


def test_a_phone_that_slept_is_covered_before_it_is_seen_again(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    """While it sleeps no timer runs: the clock alone tells."""
    ScriptedHost(visitor.page.context)
    visitor.begin(harbour["widget_page"], "en")
    frame = chat_frame(visitor.page)
    hidden(frame, True)
    frame.evaluate(f"Date.now = (now => () => now() + {TWO_MINUTES})(Date.now)")
    hidden(frame, False)
    expect(visitor.by_id("uncover")).to_be_visible()


def test_two_fingers_tapped_twice_leave(harbour: dict[str, Any], small: VisitorPage) -> None:
    ScriptedHost(small.page.context)
    small.begin(harbour["widget_page"], "en")
    touch = small.page.context.new_cdp_session(small.page)
    fingers = [{"x": 100, "y": 300, "id": 0}, {"x": 200, "y": 300, "id": 1}]
    for _ in range(2):
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    small.page.wait_for_url(f"{EXIT_PAGE}**")


def connected(harbour: dict[str, Any], visitor: VisitorPage, language: str = "en") -> ScriptedHost:
    """A chat with its line up and all its words there."""
    host = ScriptedHost(visitor.page.context)
    visitor.begin(harbour["widget_page"], language)
    visitor.by_id("dissolve").wait_for()
    return host


def test_what_is_in_the_box_survives_a_lost_line_and_is_not_sent_by_itself(
    harbour: dict[str, Any], visitor: VisitorPage
) -> None:
    host = connected(harbour, visitor)
    box = visitor.by_id("chat-input")
    box.fill("half a sent")
    host.breaks_the_line()
    expect(visitor.chat.get_by_text("No connection.")).to_be_visible()
    expect(box).to_be_editable()
    box.press_sequentially("ence")
    host.away = False
    expect(visitor.chat.get_by_text("Connected")).to_be_visible(timeout=15_000)
    expect(box).to_have_value("half a sentence")
    expect(box).to_be_focused()
    assert [event["type"] for event in host.events] == ["opened"]


def leaves(visitor: VisitorPage, host: ScriptedHost) -> dict[str, Any]:
    """The quick exit; what its request carries."""
    visitor.by_id("quick-exit").click()
    visitor.page.wait_for_url(f"{EXIT_PAGE}**")
    (said,) = host.exits
    return said


def test_the_exit_carries_what_was_not_acknowledged_and_never_what_is_in_the_box(
    harbour: dict[str, Any], visitor: VisitorPage
) -> None:
    host = connected(harbour, visitor, "es")
    visitor.say("uno")
    expect(visitor.chat.get_by_text("Entregado")).to_be_visible()
    host.silent = True
    visitor.say("dos")
    visitor.say("tres")
    visitor.by_id("chat-input").fill("half a sentence")
    said = leaves(visitor, host)
    assert said.pop("client") == host.sent[0]["client"]
    assert said == {"conversation": "c", "resume": "r", "language": "es", "n": 2, "texts": ["dos", "tres"]}
    assert [frame["text"] for frame in host.sent] == ["uno", "dos"]


def test_the_exit_carries_what_was_written_without_a_line(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    host = ScriptedHost(visitor.page.context, away=True)
    visitor.begin(harbour["widget_page"], "en")
    visitor.say("before any ticket came")
    said = leaves(visitor, host)
    assert said.pop("client")
    assert said == {"language": "en", "n": 1, "texts": ["before any ticket came"]}


def test_an_exit_with_everything_delivered_carries_no_text(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    host = connected(harbour, visitor)
    visitor.say("uno")
    expect(visitor.chat.get_by_text("Delivered")).to_be_visible()
    assert leaves(visitor, host)["texts"] == []


def test_an_exit_that_could_not_carry_everything_carries_the_oldest(
    harbour: dict[str, Any], visitor: VisitorPage
) -> None:
    """A browser refuses more than 64 KiB for a page that has gone: then the exit itself would be lost."""
    host = connected(harbour, visitor)
    host.silent = True
    texts = [f"{n} " + "ਅ" * 3500 for n in range(8)]
    for text in texts:
        visitor.by_id("chat-input").fill(text)
        visitor.by_id("chat-send").click()
    assert leaves(visitor, host)["texts"] == texts[:5]


def test_a_conversation_that_is_full_goes_on_in_another(harbour: dict[str, Any], small: VisitorPage) -> None:
    host = connected(harbour, small)
    small.say("uno")
    expect(small.chat.get_by_text("Delivered")).to_be_visible()
    host.full = True
    box, send = small.by_id("chat-input"), small.by_id("chat-send")
    box.fill("dos")
    send.click()
    expect(small.chat.get_by_role("alert")).to_have_text("This message was not sent. Your text is back in the box.")
    expect(small.chat.locator("header [role=status]")).to_have_text(
        "This chat is full. The police keep it. Send starts a new one."
    )
    expect(box).to_have_value("dos")
    expect(small.chat.get_by_text("uno")).to_be_visible()
    assert wrong(small) == []
    host.full, host.events, host.stored = False, [], 0
    send.click()
    expect(small.chat.get_by_text("Delivered")).to_be_visible()
    expect(small.chat.get_by_text("uno")).to_have_count(0)
    first, *_, last = host.sent
    assert (last["text"], last["n"]) == ("dos", 1)
    assert last["client"] != first["client"]


BUSY = "We cannot connect you right now."


@pytest.mark.parametrize("refused", [(429, "too_fast"), (503, "try_again"), (500, "internal")], ids=str)
def test_who_is_refused_is_not_told_that_the_connection_is_bad(
    harbour: dict[str, Any], small: VisitorPage, refused: tuple[int, str]
) -> None:
    host = ScriptedHost(small.page.context, refuses=refused)
    small.begin(harbour["widget_page"], "en")
    status = small.chat.locator("header [role=status]")
    expect(status).to_contain_text(BUSY)
    expect(status).to_contain_text("999")
    small.say("uno")
    assert wrong(small) == []
    host.refuses = None
    expect(status).to_have_text("Connected", timeout=15_000)
    expect(small.chat.get_by_text("Delivered")).to_be_visible()


def test_who_gets_a_ticket_and_no_socket_is_told_the_same(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    host = ScriptedHost(visitor.page.context, turns_away=True)
    visitor.begin(harbour["widget_page"], "en")
    status = visitor.chat.locator("header [role=status]")
    expect(status).to_contain_text(BUSY)
    host.turns_away = False
    expect(status).to_have_text("Connected", timeout=15_000)


def test_a_line_that_breaks_is_still_no_connection(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    host = ScriptedHost(visitor.page.context, away=True)
    visitor.begin(harbour["widget_page"], "en")
    status = visitor.chat.locator("header [role=status]")
    expect(status).to_contain_text("No connection.")
    host.away = False
    expect(status).to_have_text("Connected", timeout=15_000)
    host.breaks_the_line()
    expect(status).to_contain_text("No connection.")


def test_who_is_refused_everything_sees_that_it_goes_on_trying(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    """Too many tries from one place: then the words for it do not come either."""
    ScriptedHost(visitor.page.context, refuses=(429, "too_fast"))
    visitor.page.context.route("**/assets/locales/en-2-*", lambda route: route.fulfill(status=429, json={}))
    visitor.begin(harbour["widget_page"], "en")
    visitor.page.wait_for_timeout(2500)
    expect(visitor.chat.locator("header [role=status]")).to_have_text("Connecting")
    visitor.chat.locator(".note summary").click()
    expect(visitor.chat.get_by_text(re.compile("Call .999."))).to_be_visible()


def test_an_officer_who_had_to_go_while_the_line_was_down_is_not_kept_silent(
    harbour: dict[str, Any], visitor: VisitorPage
) -> None:
    host = connected(harbour, visitor)
    host.happens("joined", ACTOR, OFFICER)
    expect(visitor.chat.locator("h1")).to_contain_text(OFFICER["name"])
    host.breaks_the_line()
    host.happens("requeued", "system", {"reason": "officer_gone"}, told=False)
    host.away = False
    expect(visitor.chat.get_by_text("The officer had to go.")).to_be_visible(timeout=15_000)
    expect(visitor.chat.locator("h1")).to_have_text("Waiting for an officer")


@pytest.mark.parametrize(("engine", "by_machine"), [("amazon", 1), ("prepared:7", 0)])
def test_whatever_was_translated_leads_to_the_original_and_back(
    harbour: dict[str, Any], visitor: VisitorPage, engine: str, by_machine: int
) -> None:
    host = connected(harbour, visitor, "es")
    host.say("You are safe here.", "Aquí está segura.", engine)
    message = visitor.by_id("message")
    expect(message.get_by_text("máquina")).to_have_count(by_machine)
    message.get_by_role("button", name="Mostrar original").click()
    expect(message).to_contain_text("You are safe here.")
    message.get_by_role("button", name="Mostrar traducción").click()
    expect(message).to_contain_text("Aquí está segura.")


def test_focus_goes_where_the_work_goes_and_what_is_new_is_announced(
    harbour: dict[str, Any], visitor: VisitorPage
) -> None:
    host = ScriptedHost(visitor.page.context)
    visitor.open(harbour["widget_page"])
    visitor.by_id("language-en").wait_for()
    visitor.page.keyboard.press("Tab")
    expect(visitor.by_id("quick-exit")).to_be_focused()
    visitor.by_id("language-en").click()
    expect(visitor.chat.locator("h1")).to_be_focused()
    visitor.by_id("start-chat").click()
    expect(visitor.by_id("chat-input")).to_be_focused()
    log = visitor.chat.get_by_role("log")
    status = visitor.chat.locator("header [role=status]")
    expect(status).to_have_text("Connected")
    host.happens("joined", ACTOR, OFFICER)
    host.say("Are you alone?")
    expect(log).to_contain_text("is here to help")
    expect(log).to_contain_text("Are you alone?")
    host.tells({"type": "typing", "conversation": "c", "party": "officer"})
    expect(status).to_have_text("The officer is writing")
    visitor.by_id("cover").click()
    expect(visitor.chat.locator("h1")).to_be_focused()
    visitor.by_id("uncover").click()
    expect(visitor.by_id("chat-input")).to_be_focused()
    host.happens("closed", ACTOR, {"by": "officer"})
    expect(visitor.chat.locator("h1")).to_be_focused()
    visitor.chat.get_by_role("button", name="Close").last.click()
    expect(visitor.page.get_by_test_id("chat-launch")).to_be_focused()


def test_a_choice_of_language_that_cannot_be_carried_out_says_so_where_it_is_seen(
    harbour: dict[str, Any], small: VisitorPage
) -> None:
    ScriptedHost(small.page.context)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    small.page.context.route("**/assets/locales/lt-*", hold)
    small.open(harbour["widget_page"])
    small.by_id("language-lt").click()
    expect(small.by_id("language-lt")).to_have_attribute("aria-busy", "true")
    for _ in range(50):
        if held:
            break
        small.page.wait_for_timeout(100)
    held[0].abort()
    told = small.chat.get_by_role("alert")
    expect(told).to_have_text("This did not load. Check your connection.")
    expect(told).to_be_in_viewport()
    small.chat.locator("[type=search]").fill("zzz")
    expect(small.chat.get_by_text("We do not have that language.")).to_be_visible()
    expect(small.by_id("language-en")).to_be_visible()


def without_the_chat(route: Route) -> None:
    """The launcher, but the chat's script is nowhere: a line that broke in the wrong moment."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("assets/chat-", "assets/none-"))


@pytest.mark.parametrize("leave", [True, False], ids=["exit", "again"])
def test_a_chat_that_does_not_load_has_a_way_out_and_another_try(
    harbour: dict[str, Any], small: VisitorPage, leave: bool
) -> None:
    small.page.context.route("**/embed.js", without_the_chat)
    small.page.clock.install()
    small.open(harbour["widget_page"])
    launcher, out = small.page.get_by_test_id("chat-launch"), small.page.get_by_role("button", name="Exit")
    expect(out).to_be_visible()
    expect(launcher).to_be_hidden()
    small.page.clock.fast_forward(13_000)
    expect(launcher).to_be_visible()
    assert violations(small.page) == []
    if leave:
        out.click()
        small.page.clock.fast_forward(1000)
        small.page.wait_for_url(re.compile(EXIT_PAGE))
    else:
        launcher.click()
        expect(launcher).to_be_hidden()
        small.page.clock.fast_forward(13_000)
        expect(launcher).to_be_visible()
