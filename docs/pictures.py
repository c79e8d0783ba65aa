"""The pictures of the README, taken from a running Harbour: ``make up && .venv/bin/python -m docs.pictures``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.e2e.pages import ARGUMENTS, CHROMIUM, DESKTOP, PHONE, OfficerPage, VisitorPage, context

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


if __name__ == "__main__":
    take(json.loads((HOME / "local.json").read_text("utf-8")))
