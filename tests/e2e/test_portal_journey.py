"""The portal from the crime system's update to the answered question, in two real browsers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.e2e.pages import DESKTOP, PHONE, context
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, PortalPage, Victim, post_as_athena


@pytest.fixture
def outbox(harbour: dict[str, Any]) -> Outbox:
    return Outbox(harbour["outbox_api"])


@pytest.fixture
def crimes(browser: Browser, harbour: dict[str, Any]) -> Iterator[CrimeSystemPage]:
    made = context(browser, **DESKTOP)
    yield CrimeSystemPage(made.new_page(), harbour["crime_simulator_page"])
    made.close()


@pytest.fixture
def portal(browser: Browser) -> Iterator[PortalPage]:
    made = context(browser, **PHONE)
    yield PortalPage(made.new_page())
    made.close()


def test_from_an_update_to_an_answered_question(crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox) -> None:
    victim = Victim()
    reference = crimes.record(victim)
    invited = outbox.wait_for(victim, lambda one: "#i=" in one["text"])
    assert invited["channel"] == "sms"
    for telling in (reference, "burglary", "crime", "Morgan", "police"):
        assert telling.lower() not in invited["text"].lower().split("http")[0]

    portal.sign_in(outbox, victim, reference)
    assert reference not in portal.page.url
    assert reference not in portal.page.title()
    expect(portal.by_id("portal-timeline-entry").first).to_be_visible()
    expect(portal.by_id("portal-next")).to_contain_text("What happens next")

    crimes.post("suspect_arrested")
    news = outbox.wait_for(victim, lambda one: "#i=" not in one["text"] and not re.search(r"\d{6}", one["text"]))
    assert not re.search("arrest|suspect|crime|police|burglary", news["text"].split("http")[0], re.I)
    portal.look_for_news()
    expect(portal.by_id("portal-timeline-entry").first).to_contain_text(re.compile("arrested", re.I))

    portal.open("messages")
    question = "When will somebody come?\nI am at home until six."
    portal.ask(question)
    before = len(outbox.to(victim))
    expect(crimes.sees("sim-message", "When will somebody come?")).to_contain_text("answer by")
    crimes.answer("When will somebody come?", "Tomorrow at ten. Amelia")
    outbox.wait_for(victim, lambda _: len(outbox.to(victim)) > before)
    portal.back()
    portal.look_for_news()
    expect(portal.by_id("portal-messages").locator("..")).to_contain_text("1\u2069 new")
    portal.open("messages")
    expect(portal.by_id("portal-message")).to_have_count(2)
    asked, answer = portal.by_id("portal-message").all()
    expect(asked).to_contain_text("When will somebody come?")
    expect(asked).to_contain_text("Answered")
    expect(answer).to_contain_text("Tomorrow at ten. Amelia")
    expect(answer).to_contain_text("Amelia Hart")
    assert "Tomorrow" not in str(outbox.to(victim))
    portal.back()
    portal.look_for_news()
    expect(portal.by_id("portal-messages").locator("..")).not_to_contain_text("new")


def test_the_outbox_page_shows_what_the_victim_got(
    crimes: CrimeSystemPage, outbox: Outbox, harbour: dict[str, Any]
) -> None:
    victim = Victim(contact="safe_both")
    crimes.record(victim)
    invitation = outbox.invitation(victim)
    page = crimes.page
    page.goto(harbour["outbox_api"].removesuffix(".json"))
    expect(page.get_by_role("link", name=invitation).first).to_have_attribute("href", invitation)
    expect(page.get_by_text(victim.number).first).to_be_visible()


def test_the_pages_are_welsh_for_who_reads_welsh(crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox) -> None:
    victim = Victim(given="Nia", family="Prosser", language="cy")
    reference = crimes.record(victim)
    portal.sign_in(outbox, victim, reference)
    page = portal.page
    expect(page.locator("html")).to_have_attribute("lang", "cy")
    expect(portal.by_id("portal-next")).to_contain_text("Beth sy'n digwydd nesaf")
    expect(portal.by_id("portal-timeline-entry").first).to_contain_text("Rydym wedi cofnodi trosedd")
    month = "Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin|Gorffennaf|Awst|Medi|Hydref|Tachwedd|Rhagfyr"
    expect(portal.by_id("portal-timeline-entry").first.locator("time")).to_have_text(
        re.compile(rf"^\d+ ({month}) \d{{4}} am \d\d:\d\d$")
    )
    for view in ("rights", "advice", "support"):
        portal.open(view)
        # Short words that no Welsh text has, and every English one.
        assert not re.findall(r"\b(?:the|you|and|of)\b", page.locator("main p, main li").first.inner_text())
        portal.back()
    portal.speak("en")
    expect(portal.by_id("portal-timeline-entry").first).to_contain_text("We have recorded a crime")


def test_another_language_is_put_by_a_machine_and_says_so(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Lucía")
    reference = crimes.record(victim)
    portal.sign_in(outbox, victim, reference)
    portal.open("messages")
    portal.ask("When will somebody come?")
    crimes.answer("When will somebody come?", "Tomorrow at ten.")
    portal.back()
    portal.look_for_news()
    portal.speak("es")
    entry = portal.by_id("portal-timeline-entry").first
    expect(entry).to_contain_text("delito", timeout=15_000)
    expect(entry.locator("[lang=es]").first).to_be_visible()
    expect(portal.page.get_by_text("Una máquina ha traducido lo que pone aquí")).to_be_visible()
    expect(portal.page.get_by_text("Ningún hablante nativo ha revisado")).to_be_visible()
    expect(portal.page.locator("html")).to_have_attribute("lang", "es")
    portal.open("messages")
    answer = portal.by_id("portal-message").last
    expect(answer).to_contain_text("Mañana")
    expect(answer).to_contain_text("Traducido por una máquina")
    answer.get_by_role("button", name="Ver el original").click()
    expect(answer).to_contain_text("Tomorrow at ten.")


def test_a_language_that_no_machine_here_knows_says_whom_to_ask(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Ayaan")
    portal.sign_in(outbox, victim, crimes.record(victim))
    portal.speak("so")
    expect(portal.page.get_by_text("We cannot put everything here into your language yet")).to_be_visible()
    expect(portal.by_id("portal-timeline-entry").first).to_contain_text("We have recorded a crime")


def test_an_appointment_that_does_not_suit_becomes_a_task(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Bea", family="Ng")
    reference = crimes.record(victim, source="dynamics")
    crimes.post(
        "appointment_made", when="2027-01-08T10:30", where="Northgate station", what="writing down what happened"
    )
    portal.sign_in(outbox, victim, reference)
    portal.open("appointments")
    expect(portal.by_id("portal-appointment")).to_contain_text("8 January 2027 at 10:30")
    portal.by_id("portal-change").first.click()
    portal.page.get_by_label("Why does it not suit you?").fill("I work in the mornings.")
    portal.page.get_by_label("When would be better?").fill("After four.")
    portal.by_id("portal-change-send").click()
    expect(portal.by_id("portal-appointment")).to_contain_text("Another time asked for")
    crimes.sees("sim-task", "I work in the mornings.")
    crimes.sees("sim-task", "After four.")


def test_who_wants_no_messages_gets_none_and_the_officer_is_told(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Chris", family="Adeyemi")
    reference = crimes.record(victim, source="athena")
    portal.sign_in(outbox, victim, reference)
    portal.open("contact")
    portal.change("safe")
    portal.by_id("portal-safe-no").check()
    portal.save()
    crimes.sees("sim-task", "contact")
    before = len(outbox.to(victim))
    crimes.post("suspect_arrested")
    crimes.sees("sim-task", "suspect arrested")
    assert len(outbox.to(victim)) == before


CHANGE_ELSEWHERE = """token => fetch("/portal-api/contact", {
    method: "PUT", headers: {Authorization: token, "Content-Type": "application/json"},
    body: JSON.stringify({hours: {from: "10:00", to: "18:00", days: [1, 2, 3, 4, 5]}}),
}).then(answer => answer.status)"""
"""What another device of hers changes meanwhile."""


def test_a_contact_plan_is_kept_as_it_was_chosen_and_nothing_chosen_is_lost_before(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(contact="safe_both")
    reference = crimes.record(victim)
    page = portal.page
    tokens: list[str] = []

    def remember(asked: Request) -> None:
        if "/portal-api/" in asked.url:
            tokens.append(asked.headers["authorization"])

    page.on("request", remember)
    portal.sign_in(outbox, victim, reference)
    portal.open("contact")
    assert victim.number not in page.content()
    assert victim.email not in page.content()
    address, length = page.url, page.evaluate("history.length")
    portal.change("safe")
    portal.by_id("portal-contact-save").click()
    expect(page.get_by_role("heading", name="How may we send you messages?")).to_be_focused()
    portal.by_id("portal-channel-email").check()
    portal.by_id("cover").click()
    portal.by_id("uncover").click()
    expect(portal.by_id("portal-channel-email")).to_be_checked()
    page.context.set_offline(True)
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-problem")).to_contain_text("What you chose or wrote is kept here. Try again.")
    expect(portal.by_id("portal-problem")).to_be_focused()
    expect(portal.by_id("portal-channel-email")).to_be_checked()
    page.context.set_offline(False)
    portal.back()
    expect(portal.by_id("portal-safe-yes")).to_be_checked()
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-channel-email")).to_be_checked()
    portal.save()
    expect(portal.by_id("portal-plan-channel")).to_contain_text("E-mail to")
    portal.change("language")
    page.get_by_label("Language of messages").select_option("pl")
    portal.back()
    expect(portal.by_id("portal-plan-language")).to_contain_text("English")
    portal.change("hours")
    page.get_by_label("Not before").fill("10:00")
    page.get_by_label("Not after").fill("09:00")
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-problem")).to_contain_text("Choose hours that end after they begin")
    page.get_by_label("Not after").fill("18:00")
    page.get_by_label("Sunday").uncheck()
    portal.save()
    expect(portal.by_id("portal-plan-hours")).to_contain_text("Saturday")
    expect(portal.by_id("portal-plan-hours")).not_to_contain_text("Sunday")
    portal.change("language")
    assert page.evaluate(CHANGE_ELSEWHERE, tokens[-1]) == 200
    page.get_by_label("Language of messages").select_option("cy")
    portal.save()
    expect(portal.by_id("portal-plan-hours")).not_to_contain_text("Saturday")
    portal.change("code_word")
    page.get_by_label("Code word").fill("blue teapot")
    portal.by_id("portal-contact-save").click()
    # Another code word: only for who holds what was agreed.
    expect(portal.by_id("portal-confirm")).to_be_visible()
    portal.by_id("portal-code").fill(outbox.code(victim, after=1))
    portal.by_id("portal-confirm").click()
    portal.saved()
    expect(portal.by_id("portal-contact-changed")).to_contain_text("Last changed in this account")
    portal.back()
    portal.open("contact")
    rows = {
        "safe": "Yes",
        "channel": "E-mail to",
        "hours": "Not before",
        "language": "Cymraeg",
        "code_word": "You have a code word.",
    }
    for question, value in rows.items():
        expect(portal.by_id(f"portal-plan-{question}")).to_contain_text(value)
    expect(portal.by_id("portal-plan-hours")).to_contain_text("10:00")
    expect(portal.by_id("portal-plan-hours")).not_to_contain_text("Sunday")
    portal.change("channel")
    expect(portal.by_id("portal-channel-email")).to_be_checked()
    portal.back()
    portal.change("hours")
    expect(page.get_by_label("Not before")).to_have_value("10:00")
    expect(page.get_by_label("Not after")).to_have_value("18:00")
    expect(page.get_by_label("Sunday")).not_to_be_checked()
    portal.back()
    portal.change("language")
    expect(page.get_by_label("Language of messages")).to_have_value("cy")
    portal.back()
    portal.change("code_word")
    expect(page.get_by_label("Code word")).to_have_value("")
    assert "blue teapot" not in page.content()
    portal.by_id("portal-code-word-drop").click()
    portal.by_id("portal-code").fill(outbox.code(victim, after=2))
    portal.by_id("portal-confirm").click()
    portal.saved()
    expect(portal.by_id("portal-plan-code_word")).to_contain_text("You have none.")
    assert page.url == address
    assert page.evaluate("[history.length, localStorage.length, sessionStorage.length]") == [length, 0, 0]


def test_who_finds_the_page_open_cannot_turn_what_is_sent_to_himself(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Ingrid", contact="safe_sms")
    portal.sign_in(outbox, victim, crimes.record(victim))
    portal.open("contact")
    portal.change("channel")
    portal.by_id("portal-channel-email").check()
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-confirm")).to_be_visible()
    code = outbox.code(victim, after=1)
    assert {one["channel"] for one in outbox.to(victim)} == {"sms"}, "the code went the way that was agreed"
    portal.by_id("portal-code").fill(f"{(int(code) + 1) % 1_000_000:06d}")
    portal.by_id("portal-confirm").click()
    expect(portal.by_id("portal-problem")).to_contain_text("This code is not right")
    portal.back()
    expect(portal.by_id("portal-channel-email")).to_be_checked()
    crimes.post("suspect_arrested")
    news = outbox.wait_for(victim, lambda one: "#i=" not in one["text"] and code not in one["text"])
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-confirm")).to_be_visible()
    assert news["channel"] == "sms"
    portal.by_id("portal-code").fill(outbox.code(victim, after=2))
    portal.by_id("portal-confirm").click()
    portal.saved()
    crimes.sees("sim-task", "It was confirmed with a code")


def test_who_says_no_is_told_first_that_no_code_can_reach_them(
    crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox
) -> None:
    victim = Victim(given="Noor", contact="")
    portal.sign_in(outbox, victim, crimes.record(victim))
    portal.open("contact")
    # Nobody has asked yet: that comes first.
    expect(portal.by_id("portal-plan-safe")).to_contain_text("You have not told us yet")
    expect(portal.page.get_by_role("button", name="Change")).to_have_count(1)
    portal.change("safe")
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-problem")).to_contain_text("Tell us if it is safe")
    portal.by_id("portal-safe-yes").check()
    portal.by_id("portal-contact-save").click()
    portal.by_id("portal-channel-sms").check()
    portal.save()
    expect(portal.page.get_by_role("button", name="Change")).to_have_count(5)
    portal.change("safe")
    portal.by_id("portal-safe-no").check()
    expect(portal.by_id("portal-no-code")).to_contain_text("You cannot sign in here again")
    portal.save()
    portal.change("safe")
    portal.by_id("portal-safe-yes").check()
    portal.by_id("portal-contact-save").click()
    portal.by_id("portal-channel-sms").check()
    portal.by_id("portal-contact-save").click()
    expect(portal.by_id("portal-problem")).to_contain_text("Only an officer can do this with you")


def test_in_domestic_abuse_nobody_is_written_to_before_they_agreed(crimes: CrimeSystemPage, outbox: Outbox) -> None:
    victim = Victim(given="Dana", contact="")
    crimes.record(victim, offence="domestic_abuse")
    crimes.sees("sim-task", "")
    assert outbox.to(victim) == []


def test_everything_can_be_kept_as_one_file(crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox) -> None:
    victim = Victim(given="Zoë")
    reference = crimes.record(victim)
    crimes.post("appointment_made", when="2027-01-08T10:30", where="Northgate station", what="a statement")
    portal.sign_in(outbox, victim, reference)
    portal.open("messages")
    portal.ask("Please <b>keep</b> this.")
    portal.back()
    portal.open("record")
    with portal.page.expect_download() as download:
        portal.by_id("portal-record-save").click()
    assert download.value.suggested_filename == "record.html"
    kept = Path(download.value.path()).read_text("utf-8")
    for part in (reference, "Please &lt;b&gt;keep&lt;/b&gt; this.", "Northgate station", "recorded"):
        assert part in kept
    assert "<script" not in kept
    assert not re.search(r"\b(?:src|href)=", kept), "it would load something"


def test_what_helps_is_at_hand(crimes: CrimeSystemPage, portal: PortalPage, outbox: Outbox) -> None:
    victim = Victim()
    portal.sign_in(outbox, victim, crimes.record(victim, offence="domestic_abuse"))
    portal.open("support")
    expect(portal.page.get_by_text("0808 2000 247")).to_be_visible()
    portal.back()
    portal.open("rights")
    expect(portal.page.locator("ol > li")).to_have_count(12)
    portal.back()
    portal.open("advice")
    expect(portal.page.get_by_text("If you are in danger now, call 999.")).to_be_visible()


def test_somebody_with_two_crimes_sees_both_and_what_is_written_stays_with_its_own(
    portal: PortalPage, outbox: Outbox, harbour: dict[str, Any]
) -> None:
    victim = Victim(given="Toni")
    first, second = (f"37/{secrets.randbelow(90_000) + 10_000}/26" for _ in range(2))
    for reference, offence in ((first, "burglary"), (second, "vehicle_crime")):
        post_as_athena(harbour, victim, reference, offence)
    portal.prove(outbox.invitation(victim), first, victim.born)
    portal.give(outbox.code(victim))
    listed = portal.by_id("portal-crime")
    expect(listed).to_have_count(2, timeout=15_000)
    listed.filter(has_text=first).click()
    expect(portal.by_id("portal-timeline")).to_be_visible()
    portal.open("messages")
    portal.by_id("portal-composer").fill("about the first")
    portal.back()
    portal.back()
    listed.filter(has_text=second).click()
    expect(portal.by_id("portal-timeline")).to_be_visible()
    portal.open("messages")
    expect(portal.by_id("portal-composer")).to_have_value("")
