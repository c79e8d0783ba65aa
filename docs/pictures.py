"""The pictures of the README, taken from a running Harbour: ``make up && .venv/bin/python -m docs.pictures``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.e2e.pages import ARGUMENTS, CHROMIUM, DESKTOP, PHONE, OfficerPage, VisitorPage, context
from tests.e2e.portal_pages import CrimeSystemPage, Outbox, PortalPage, Victim

IMAGES = Path(__file__).parent / "images"
HOME = Path(".harbour")


def take(harbour: dict[str, Any]) -> None:
    """One conversation in Spanish and one in Arabic, as a visitor and an officer see them."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        officer = OfficerPage(context(browser, **DESKTOP).new_page())
        officer.sign_in(harbour["console_page"], harbour["officers"][1])
        officer.go_on_duty()
        lines = (("ar", "مرحبا، أحتاج إلى مساعدة"), ("es", "Hola, necesito ayuda. Tengo miedo."))
        for language, words in lines:
            visitor = VisitorPage(context(browser, **PHONE, device_scale_factor=2).new_page())
            visitor.open(harbour["widget_page"])
            visitor.by_id(f"language-{language}").click()
            visitor.by_id("start-chat").wait_for()
            visitor.page.screenshot(path=IMAGES / f"welcome-{language}.png")
            visitor.by_id("start-chat").click()
            visitor.say(words)
            officer.accept(visitor)
            officer.say("You are safe here. Are you alone now?")
            visitor.sees("You are safe" if language == "ar" else "seguro")
            if language == "es":
                visitor.say("Sí, mi marido está en el trabajo.")
                officer.sees("husband")
            visitor.page.wait_for_timeout(500)
            visitor.page.screenshot(path=IMAGES / ("widget.png" if language == "es" else f"widget-{language}.png"))
        officer.page.screenshot(path=IMAGES / "console.png")
        browser.close()


def take_portal(harbour: dict[str, Any]) -> None:
    """One crime as the crime system, the outbox, the victim and a supervisor see it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        crimes = CrimeSystemPage(context(browser, **DESKTOP).new_page(), harbour["crime_simulator_page"])
        outbox, victim = Outbox(harbour["outbox_api"]), Victim()
        reference = crimes.record(victim)
        crimes.post("appointment_made", when="2027-01-08T10:30", where="Northgate station", what="a statement")
        crimes.post("suspect_arrested")
        portal = PortalPage(context(browser, **PHONE, device_scale_factor=2).new_page())
        portal.sign_in(outbox, victim, reference)
        portal.look_for_news()
        portal.by_id("portal-timeline-entry").filter(has_text="arrested").first.wait_for()
        portal.page.evaluate("scrollTo(0, 0)")
        portal.page.screenshot(path=IMAGES / "portal.png")
        portal.open("messages")
        portal.ask("When will somebody come? I am at home until six.")
        crimes.answer("When will somebody come?", "Tomorrow at ten. Amelia")
        crimes.page.screenshot(path=IMAGES / "crime-system.png")
        supervisor = OfficerPage(context(browser, **DESKTOP).new_page())
        supervisor.sign_in(harbour["console_page"], harbour["officers"][2])
        supervisor.by_id("console-nav-messages").click()
        supervisor.by_id("message-search").fill("arrest")
        supervisor.by_id("message-type").first.click()
        supervisor.by_id("message-preview").get_by_text("Page of the portal").wait_for()
        supervisor.page.screenshot(path=IMAGES / "messages.png")
        browser.close()


if __name__ == "__main__":
    running = json.loads((HOME / "local.json").read_text("utf-8"))
    take(running)
    take_portal(running)
