"""The record that a person can keep: everything in it, nothing of it active."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour.contact.model import Channel
from harbour.crime.model import Appointment, OfficerInCharge
from tests.unit.portal.cases import AMINA, ID, NOW, OTHER_REF, REF, Cases, event

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "section", "article", "h1", "h2", "h3", "p", "dl", "dt",
    "dd", "time", "code",
}  # fmt: skip


class Reader(HTMLParser):
    """Tags in order, texts, and that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    assert {tag for tag, _ in reader.tags} <= ALLOWED
    return reader


def test_everything_is_in_it(cases: Cases) -> None:
    cases.happened(event("crime_allocated", days=1, where="Northgate", when="2026-12-08T10:30:00Z"))
    cases.happened(event("officer_message", "m1", days=2, text="We will call you."))
    cases.service.write(AMINA, ID, "When will I hear?", "c1")
    cases.store.meetings[REF].append(
        Appointment(id="a1", at=NOW + timedelta(days=3), what="A statement", where="Northgate", state="booked")
    )
    sent = cases.was_sent(AMINA, REF, "report_received")
    name, html = cases.service.record(AMINA, ID, "en")
    assert name == "record.html"
    text = " ".join(read(html).texts)
    for part in (
        REF,
        "crime_allocated happened. It is at Northgate on Tuesday 8 December 2026 at 10:30 am.",
        "We will call you.",
        "Amelia Hart",
        "When will I hear?",
        "A statement",
        "Booked",
        sent.sha256,
        "Hello Amina, there is news at https://account.eastshire.example/portal/",
        "Victims' Code, right 6",
    ):
        assert part in text
    assert cases.store.reads == [(AMINA, "message", ID), (AMINA, "record", ID)]


def test_what_was_sent_is_shown_only_where_its_hash_proves_the_words(cases: Cases) -> None:
    sent = cases.was_sent(AMINA, REF, "report_received", Channel.EMAIL)
    cases.store.notifications[AMINA] = [replace(sent, sha256="0" * 64)]
    text = " ".join(read(cases.service.record(AMINA, ID, "en")[1]).texts)
    assert "0" * 64 in text
    assert "News for you" not in text


def test_messages_about_another_crime_are_not_in_it(cases: Cases) -> None:
    sent = cases.was_sent(AMINA, OTHER_REF, "report_received")
    assert sent.sha256 not in cases.service.record(AMINA, ID, "en")[1]


def test_its_head_lets_nothing_run_and_nothing_be_fetched(cases: Cases) -> None:
    tags = read(cases.service.record(AMINA, ID, "en")[1]).tags
    policy = next(attrs["content"] for tag, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy
    assert policy.startswith("default-src 'none'")
    assert not {"src", "href", "onclick", "onerror"} & {name for _, attrs in tags for name in attrs}


HOSTILE = st.text(st.sampled_from("<>&\"'/ax=!-\u202e\x00\n"), min_size=1, max_size=60) | st.sampled_from(
    ["<script>alert(1)</script>", "</p><img src=x onerror=alert(1)>", "--><svg/onload=1>", "&lt;b&gt;", "{{name}}"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(HOSTILE)
def test_nothing_that_somebody_wrote_becomes_mark_up(cases: Cases, text: str) -> None:
    cases.store.letters[REF].clear()
    cases.store.entries[REF].clear()
    cases.store.meetings[REF].clear()
    tags = len(read(cases.service.record(AMINA, ID, "en")[1]).tags)
    officer = OfficerInCharge(name=text, collar=text, station=text)
    cases.store.states[REF] = replace(cases.store.states[REF], officer=officer)
    cases.happened(event("crime_allocated", days=1, where=text, what=text, officer=officer))
    cases.happened(event("officer_message", "m1", days=2, text=text, officer=officer))
    if text.strip():
        cases.service.write(AMINA, ID, text, "c1")
    cases.store.meetings[REF].append(Appointment(id="a", at=NOW, what=text, where=text, state="booked"))
    html = cases.service.record(AMINA, ID, "en")[1]
    found = read(html)
    assert {tag for tag, _ in found.tags} <= ALLOWED
    assert len(found.tags) > tags
    assert all(name in {"lang", "dir", "charset", "name", "content", "http-equiv", "class", "datetime"}
               for _, attrs in found.tags for name in attrs)  # fmt: skip


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("cy", "ltr"), ("ar", "rtl"), ("ur", "rtl")])
def test_it_says_its_language_and_direction(cases: Cases, language: str, direction: str) -> None:
    tags = read(cases.service.record(AMINA, ID, language)[1]).tags
    assert tags[0] == ("html", {"lang": language, "dir": direction})
