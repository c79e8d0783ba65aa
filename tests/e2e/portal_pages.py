"""What a victim does in the portal, and an officer in the crime system, in a real browser; and what was sent, as a
program reads it.
"""

from __future__ import annotations

import json
import re
import secrets
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from playwright.sync_api import Locator, Page, expect

from harbour.webhook.model import sign
from infra.local.crime_simulator.payloads import Update, payload
from infra.local.crime_simulator.records import Person

PATIENCE = 30
"""Seconds that a message may take through the queues of a busy machine. Nothing is measured by it."""

_NUMBERS = count(int(time.time()))


@dataclass(kw_only=True)
class Victim:
    """Somebody who reported a crime, with one of the thousand mobile numbers that Ofcom keeps for stories."""

    given: str = "Alex"
    family: str = "Morgan"
    born: str = "1990-04-12"
    language: str = "en"
    contact: str = "safe_sms"
    number: str = field(default_factory=lambda: f"+447700900{next(_NUMBERS) % 1_000:03d}")
    since: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    @property
    def email(self) -> str:
        return f"a{self.number[-6:]}@mail.example"


def post_as_athena(harbour: dict[str, Any], victim: Victim, reference: str, offence: str) -> None:
    """A crime of somebody who may have another one already: the simulator's page makes a new person each time."""
    person = Person(
        id=f"P{victim.number[-9:]}",
        role="victim",
        given=victim.given,
        family=victim.family,
        born=victim.born,
        phone=victim.number,
        email=victim.email,
        language=victim.language,
        contact=victim.contact,
    )
    now = datetime.now(UTC)
    update = Update(
        reference=reference,
        kind="crime_recorded",
        at=now.isoformat(),
        version=1,
        offence=offence,
        area="Northgate",
        officer={"name": "Amelia Hart", "collar": "4417", "station": "Northgate"},
        persons=(person,),
    )
    body = json.dumps(payload("athena", update)).encode()
    ident, at = f"msg_{secrets.token_hex(8)}", int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": ident,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(harbour["webhook_sources"]["athena"]["secret"], ident, at, body),
    }
    request = urllib.request.Request(f"{harbour['webhook_url']}athena", body, headers)  # noqa: S310 - on this machine
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
        assert answer.status == 202


@dataclass
class Outbox:
    """What was sent by text and e-mail."""

    address: str

    def to(self, victim: Victim) -> list[dict[str, Any]]:
        """Newest last."""
        with urllib.request.urlopen(self.address, timeout=20) as answer:  # noqa: S310 - on this machine
            sent: list[dict[str, Any]] = json.load(answer)
        return [one for one in sent if one["to"] in (victim.number, victim.email) and one["at"] >= victim.since]

    def wait_for(self, victim: Victim, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The newest that is wanted, as soon as there is one."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := [one for one in self.to(victim) if wanted(one)]:
                return found[-1]
            time.sleep(0.2)
        raise AssertionError(f"not sent within {PATIENCE} seconds; {len(self.to(victim))} others were")

    def invitation(self, victim: Victim) -> str:
        """The address in the first message."""
        message = self.wait_for(victim, lambda one: "#i=" in one["text"])
        found = re.search(r"http\S+#i=[\w-]+", message["text"])
        assert found
        return found[0]

    def codes(self, victim: Victim) -> list[str]:
        """All codes that were sent, newest last."""
        found = [re.search(r"\b\d{6}\b", one["text"]) for one in self.to(victim)]
        return [code[0] for code in found if code]

    def code(self, victim: Victim, *, after: int = 0) -> str:
        """The newest code, when there are more than so many."""
        self.wait_for(victim, lambda _: len(self.codes(victim)) > after)
        return self.codes(victim)[-1]


@dataclass
class CrimeSystemPage:
    """The simulator of a crime system, with one crime open."""

    page: Page
    address: str
    reference: str = ""
    crime: str = ""

    def by_id(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def record(self, victim: Victim, *, source: str = "niche", offence: str = "burglary") -> str:
        """A new crime, which Harbour is told of; its reference."""
        page = self.page
        page.goto(self.address)
        page.locator("[name=source]").select_option(source)
        page.locator("[name=offence]").select_option(offence)
        values = {
            "given": victim.given,
            "family": victim.family,
            "born": victim.born,
            "language": victim.language,
            "phone": victim.number,
            "email": victim.email,
        }
        for name, value in values.items():
            page.locator(f"[name={name}]").fill(value)
        page.locator("[name=contact]").select_option(victim.contact)
        self.by_id("sim-new-crime").click()
        expect(self.by_id("sim-posted")).to_contain_text("Harbour has it")
        self.crime = page.url.split("?")[0]
        self.reference = page.locator("h1").inner_text()
        return self.reference

    def post(self, kind: str, **details: str) -> None:
        """An update of this crime."""
        self.page.goto(self.crime)
        self.by_id("sim-kind").select_option(kind)
        for name, value in details.items():
            self.page.locator(f"[name={name}]").fill(value)
        self.by_id("sim-post").click()
        expect(self.by_id("sim-posted")).to_contain_text("Harbour has it")

    def sees(self, test_id: str, text: str) -> Locator:
        """A task or a message with this in it, as soon as it is there: the page renews itself."""
        self.page.goto(self.crime)
        found = self.by_id(test_id).filter(has_text=text).first
        expect(found).to_be_visible(timeout=PATIENCE * 1_000)
        return found

    def answer(self, question: str, text: str) -> None:
        """The officer answers what the victim wrote."""
        message = self.sees("sim-message", question)
        message.get_by_test_id("sim-answer").fill(text)
        message.get_by_test_id("sim-answer-send").click()
        expect(self.by_id("sim-message").filter(has_text=question).first).to_contain_text(text)


@dataclass
class PortalPage:
    """The citizens' portal."""

    page: Page

    def by_id(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def prove(self, address: str, reference: str, born: str) -> None:
        """Until the code is asked for."""
        self.page.goto(address)
        self.by_id("portal-reference").fill(reference)
        for part, value in zip(("year", "month", "day"), born.split("-"), strict=True):
            self.by_id(f"portal-dob-{part}").fill(value)
        self.by_id("portal-prove").click()
        expect(self.by_id("portal-code")).to_be_visible(timeout=15_000)

    def give(self, code: str) -> None:
        self.by_id("portal-code").fill(code)
        self.by_id("portal-code-send").click()

    def sign_in(self, outbox: Outbox, victim: Victim, reference: str, address: str = "") -> None:
        """From the invitation to the crime."""
        before = len(outbox.codes(victim))
        self.prove(address or outbox.invitation(victim), reference, victim.born)
        self.give(outbox.code(victim, after=before))
        expect(self.by_id("portal-timeline")).to_be_visible(timeout=15_000)

    def speak(self, language: str) -> None:
        """Choose a language, and wait until everything is in it."""
        self.by_id("portal-language").click()
        self.by_id(f"portal-language-{language}").click()
        expect(self.by_id("portal-language")).to_have_attribute("aria-expanded", "false")
        expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    def look_for_news(self) -> None:
        self.by_id("portal-refresh").click()

    def back(self) -> None:
        self.by_id("portal-back").click()

    def open(self, part: str) -> None:
        """``messages``, ``appointments``, …"""
        self.by_id(f"portal-{part}").click()
        expect(self.by_id("portal-timeline")).to_have_count(0)
        expect(self.page.get_by_role("heading", level=1)).to_be_focused()

    def change(self, question: str) -> None:
        """From the contact plan to a question: ``safe``, ``channel``, ``hours``, ``language``, ``code_word``."""
        self.by_id(f"portal-change-{question}").click()
        expect(self.by_id("portal-contact-save")).to_be_visible()
        expect(self.page.get_by_role("heading", level=1)).to_be_focused()

    def save(self) -> None:
        """The answer of a question: it counts now, and the plan is seen again."""
        self.by_id("portal-contact-save").click()
        self.saved()

    def saved(self) -> None:
        expect(self.page.get_by_text("Saved. From now on we keep to it.")).to_be_visible()
        expect(self.page.get_by_role("heading", name="How we may contact you")).to_be_focused()

    def ask(self, text: str) -> None:
        self.by_id("portal-composer").fill(text)
        self.by_id("portal-send").click()
        expect(self.by_id("portal-message").filter(has_text=text)).to_be_visible()
