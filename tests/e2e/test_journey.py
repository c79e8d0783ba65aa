"""The whole journey, in two real browsers: she writes Spanish, the officer reads English, and the record is sealed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.e2e.pages import ARGUMENTS, CHROMIUM, DESKTOP, EXIT_PAGE, PHONE, OfficerPage, VisitorPage, context


@pytest.fixture
def visitor(browser: Browser) -> Iterator[VisitorPage]:
    made = context(browser, **PHONE)
    yield VisitorPage(made.new_page())
    made.close()


@pytest.fixture(scope="module")
def officers_browser(playwright: Playwright) -> Iterator[Browser]:
    """Another browser than the visitor's, as in life: a process of its own."""
    made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield made
    made.close()


@pytest.fixture
def officer(officers_browser: Browser, harbour: dict[str, Any]) -> Iterator[OfficerPage]:
    made = context(officers_browser, **DESKTOP)
    page = OfficerPage(made.new_page())
    page.sign_in(harbour["console_page"], harbour["officers"][0])
    page.go_on_duty()
    yield page
    made.set_offline(False)
    page.finish()
    made.close()


def test_what_she_sent_just_before_she_ends_it_arrives(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("Hola.")
    officer.accept(visitor)
    visitor.by_id("chat-input").fill("Espero en casa de mi hermana.")
    visitor.chat.locator(".tools summary").click()
    visitor.chat.locator("body").evaluate(
        "b => { b.querySelector('[data-testid=chat-send]').click(); b.querySelector('.tools details button').click(); }"
    )
    expect(visitor.by_id("chat-input")).to_be_hidden()
    officer.sees("sister")


def test_spanish_and_english_from_the_first_word_to_the_sealed_package(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage, tmp_path: Path
) -> None:
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("Hola, necesito ayuda. Tengo miedo.")
    officer.accept(visitor)
    officer.sees("fear")
    officer.reads_both()
    officer.sees("Tengo miedo")
    officer.say("You are safe here. Are you alone now?")
    visitor.sees("seguro")
    visitor.say("Sí, mi marido está en el trabajo.")
    officer.sees("husband")
    officer.close("safety_plan")
    expect(visitor.chat.get_by_text("ha terminado este chat").first).to_be_visible(timeout=15_000)

    officer.by_id("page-closed").click()
    item = officer.page.locator(f'[data-testid="closed-item"][data-conversation="{officer.conversation}"]')
    expect(item).to_contain_text("Sealed", timeout=60_000)
    item.get_by_test_id("read-transcript").click()
    with officer.page.expect_download(timeout=60_000) as download:
        sealed = officer.by_id("package-download")
        expect(sealed).to_be_visible(timeout=60_000)
        sealed.click()
    package = tmp_path / "package.zip"
    download.value.save_as(package)
    trust = Path(harbour["home"]) / "trust.json"
    assert verify(package, trust) == 0

    broken = tmp_path / "broken"
    with zipfile.ZipFile(package) as archive:
        archive.extractall(broken)
    events = next(broken.rglob("events.jsonl"))
    lines = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    texts = [e["body"]["text"] for e in lines if e["head"]["type"] == "message"]
    assert texts == [
        "Hola, necesito ayuda. Tengo miedo.",
        "You are safe here. Are you alone now?",
        "Sí, mi marido está en el trabajo.",
    ]
    events.write_bytes(events.read_bytes().replace(b"Tengo miedo", b"Tengo mieda", 1))
    assert verify(events.parents[1], trust) == 1


def verify(package: Path, trust: Path) -> int:
    """Exit code of the verifier, run as anyone would."""
    command = [sys.executable, "-m", "harbour.evidence.verify", str(package), "--trust", str(trust)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def test_the_officer_sees_a_quick_exit_and_cannot_write_after_it(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("viene alguien")
    officer.accept(visitor)
    visitor.by_id("quick-exit").click()
    visitor.page.wait_for_url(f"{EXIT_PAGE}**")
    expect(officer.column.get_by_test_id("left-by-exit")).to_contain_text(
        re.compile("do not contact", re.I), timeout=15_000
    )
    expect(officer.column.get_by_test_id("composer")).not_to_be_editable()


def test_what_she_wrote_without_a_line_reaches_the_officer_by_the_exit(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.page.context.route_web_socket("**/socket?*", lambda socket: socket.close())
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("Hola, necesito ayuda.")
    visitor.say("Tengo miedo.")
    visitor.known()
    visitor.by_id("chat-input").fill("no lo mandes")
    visitor.by_id("quick-exit").click()
    visitor.page.wait_for_url(f"{EXIT_PAGE}**")
    officer.take(visitor)
    officer.reads_both()
    officer.sees("necesito ayuda")
    officer.sees("Tengo miedo")
    officer.sees("fear")
    expect(officer.column.get_by_test_id("message")).to_have_count(2)
    expect(officer.column.get_by_test_id("left-by-exit")).to_be_visible()


def test_three_shifts_leave_wherever_the_focus_is(harbour: dict[str, Any], visitor: VisitorPage) -> None:
    for inside in (True, False):
        visitor.begin(harbour["widget_page"], "en")
        if inside:
            visitor.by_id("chat-input").focus()
        else:
            visitor.page.evaluate("document.activeElement.blur()")
        for key in ("ShiftLeft", "ShiftRight", "ShiftLeft"):
            visitor.page.keyboard.press(key)
            visitor.page.wait_for_timeout(400)
        visitor.page.wait_for_url(f"{EXIT_PAGE}**")
        expect(visitor.page.locator("iframe")).to_have_count(0)


def test_the_cover_hides_the_chat_and_the_officer_knows(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("una cosa secreta")
    officer.accept(visitor)
    visitor.by_id("cover").click()
    expect(visitor.chat.get_by_text("una cosa secreta")).to_have_count(0)
    expect(visitor.by_id("chat-input")).to_have_count(0)
    expect(officer.column.get_by_text(re.compile("cover", re.I)).first).to_be_visible(timeout=15_000)
    visitor.by_id("uncover").click()
    visitor.sees("una cosa secreta")


def test_messages_dissolve_can_be_shown_again_and_stay_in_the_record(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("borra esto")
    officer.accept(visitor)
    visitor.by_id("dissolve").select_option("10")
    expect(visitor.by_id("message").filter(has_text="borra esto")).to_have_count(0, timeout=20_000)
    officer.reads_both()
    officer.sees("borra esto")
    visitor.chat.get_by_role("button", name=re.compile("ocult", re.I)).first.click()
    visitor.sees("borra esto")


def test_what_is_written_offline_is_sent_once_when_the_line_is_back(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("antes")
    officer.accept(visitor)
    visitor.page.context.set_offline(True)
    visitor.by_id("chat-input").fill("mientras no había red")
    visitor.by_id("chat-send").click()
    visitor.page.wait_for_timeout(1500)
    visitor.page.context.set_offline(False)
    officer.reads_both()
    officer.sees("mientras no había red")
    visitor.page.wait_for_timeout(1500)
    expect(officer.column.get_by_test_id("message").filter(has_text="mientras no había red")).to_have_count(1)


def test_the_officer_keeps_unsent_text_over_a_lost_line(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.begin(harbour["widget_page"], "es")
    visitor.say("hola")
    officer.accept(visitor)
    composer = officer.column.get_by_test_id("composer")
    composer.fill("half a sentence that must not be lost")
    officer.page.context.set_offline(True)
    expect(composer).not_to_be_editable(timeout=30_000)
    expect(officer.column.get_by_test_id("composer-locked")).to_contain_text("text is kept")
    officer.page.context.set_offline(False)
    expect(composer).to_be_editable(timeout=60_000)
    expect(composer).to_have_value("half a sentence that must not be lost")


def test_right_to_left_text_is_shown_right_to_left_on_both_sides(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    visitor.begin(harbour["widget_page"], "ar")
    visitor.say("مرحبا، أحتاج إلى مساعدة")
    assert visitor.chat.locator("html").get_attribute("dir") == "rtl"
    officer.accept(visitor)
    bubble = officer.by_id("message").filter(has_text="مرحبا").first
    expect(bubble).to_be_visible()
    direction = bubble.get_by_text("مرحبا").first.evaluate("element => getComputedStyle(element).direction")
    assert direction == "rtl"


def test_a_visitor_is_told_at_once_when_nobody_is_on_duty(
    harbour: dict[str, Any], visitor: VisitorPage, officer: OfficerPage
) -> None:
    officer.go_off_duty()
    visitor.open(harbour["widget_page"])
    visitor.by_id("language-en").click()
    expect(visitor.chat.get_by_text("No officer is here right now")).to_be_visible()
    expect(visitor.chat.get_by_text("999").first).to_be_visible()
