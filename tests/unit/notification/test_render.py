from __future__ import annotations

import hashlib
import html.parser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.contact.model import Channel
from harbour.notification.catalogue import EXAMPLES, LANGUAGES, message_types
from harbour.notification.cost import parts
from harbour.notification.render import (
    LONGEST_TEXT,
    NotOurLink,
    UnknownPlaceholder,
    neutral,
    portal_text,
    render,
)

TYPES = message_types()
PORTAL = {"portal": EXAMPLES["portal"]}

LINKISH = re.compile(r"(?i)://|www\.|@|\b[\w-]+\.[a-z]{2,}/")

HOSTILE = [
    "http://evil.example/x",
    "https://evil.example",
    "//evil.example",
    "www.evil.example",
    "evil.info/login",
    "EVIL.CO.UK",
    "evil。cn",
    "evil．com",
    "ftp://1.2.3.4/x",
    "1.2.3.4/x",
    "javascript:alert(1)",
    "mailto:a@evil.example",
    "a@evil.example",
    "tel:0906123456",
    "пример.рф/путь",
    "ev\u200bil.com",
    "evil\u202e.moc",
]


class Page(html.parser.HTMLParser):
    """What a mail program makes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.links: list[str | None] = []
        self.said = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "a":
            self.links.append(dict(attrs).get("href"))

    def handle_data(self, data: str) -> None:
        self.said += data


# -- what is sent ----------------------------------------------------------------------------------------------------


def test_a_text_message_is_its_text_and_nothing_else() -> None:
    made = render(TYPES["sign_in_code"], Channel.SMS, "en", {"code": "123456"})
    assert made.text == "Your code is 123456. It works for 10 minutes. Do not share it."
    assert (made.subject, made.html) == ("", "")


def test_the_hash_is_over_channel_subject_text_and_page() -> None:
    made = render(TYPES["report_received"], Channel.EMAIL, "en", EXAMPLES)
    whole = "\0".join(("email", made.subject, made.text, made.html))
    assert made.sha256 == hashlib.sha256(whole.encode()).hexdigest()


def test_each_thing_that_is_said_differently_has_another_hash() -> None:
    hashes = {
        render(one, channel, language, EXAMPLES).sha256
        for one in (TYPES["report_received"], TYPES["report_reviewed"])
        for channel in Channel
        for language in LANGUAGES
    }
    assert len(hashes) == 8


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(TYPES))
def test_the_mail_is_an_accessible_page_that_fetches_nothing(key: str, language: str) -> None:
    made = render(TYPES[key], Channel.EMAIL, language, EXAMPLES)
    page = Page(made.html)
    assert made.html.startswith(f'<!doctype html><html lang="{language}"')
    assert set(page.tags) <= {"html", "head", "meta", "title", "body", "main", "h1", "p", "a", "br"}
    assert page.tags.count("h1") == 1
    assert not {name for name, _ in page.attributes} & {"src", "srcset", "background", "onclick"}
    assert set(page.links) <= {EXAMPLES["portal"], EXAMPLES["link"]}
    for paragraph in made.text.split("\n\n"):
        assert paragraph in page.said


def test_a_language_without_texts_says_so_to_screen_readers() -> None:
    assert '<html lang="en"' in render(TYPES["report_received"], Channel.EMAIL, "ar", EXAMPLES).html


@pytest.mark.parametrize("key", sorted(TYPES))
def test_text_messages_fit(key: str) -> None:
    assert parts(render(TYPES[key], Channel.SMS, "en", EXAMPLES).text) == 1
    assert parts(render(TYPES[key], Channel.SMS, "cy", EXAMPLES).text) <= 2


# -- values that are missing -----------------------------------------------------------------------------------------


def test_nothing_is_sent_with_a_hole_in_it() -> None:
    with pytest.raises(UnknownPlaceholder, match="portal"):
        render(TYPES["report_received"], Channel.SMS, "en", {})
    with pytest.raises(UnknownPlaceholder, match="code"):
        render(TYPES["sign_in_code"], Channel.EMAIL, "en", {"code": ""})


def test_a_sentence_goes_without_a_date_that_nobody_set() -> None:
    asked = TYPES["statement_requested"]
    assert render(asked, Channel.SMS, "en", {**PORTAL, "by": "Friday 4 December 2026"}).text == (
        f"We have a question for you. Please answer by Friday 4 December 2026. Sign in to answer: {EXAMPLES['portal']}"
    )
    assert render(asked, Channel.SMS, "en", PORTAL).text == (
        f"We have a question for you. Sign in to answer: {EXAMPLES['portal']}"
    )
    mail = render(asked, Channel.EMAIL, "en", PORTAL)
    assert mail.text == f"Hello,\n\nWe have a question for you.\n\nSign in to answer: {EXAMPLES['portal']}"
    assert "answer by" not in mail.html


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello"), ("cy", "Helo")])
def test_a_greeting_without_a_name_is_still_one(language: str, greeting: str) -> None:
    found = TYPES["suspect_arrested"]
    named = render(found, Channel.EMAIL, language, {**PORTAL, "name": "Alex"}).text
    unnamed = render(found, Channel.EMAIL, language, PORTAL).text
    assert named.startswith(f"{greeting} Alex,\n\n")
    assert unnamed.startswith(f"{greeting},\n\n")


def test_the_portal_says_what_is_known() -> None:
    found = TYPES["crime_allocated"]
    assert portal_text(found, "en", {"officer": "Amelia Hart"})[1] == (
        "An officer now deals with your case. Your officer is Amelia Hart."
    )
    assert portal_text(found, "en", {})[1] == "An officer now deals with your case."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(TYPES))
def test_the_portal_always_says_something(key: str, language: str) -> None:
    title, page, _ = portal_text(TYPES[key], language, {})
    assert title
    assert len(page) > 5


def test_a_value_that_ends_a_sentence_needs_no_second_full_stop() -> None:
    found = TYPES["not_recorded_as_crime"]
    assert portal_text(found, "en", {"text": "No law was broken."})[1].endswith("The reason is: No law was broken.")
    assert portal_text(found, "en", {"text": "No law was broken"})[1].endswith("The reason is: No law was broken.")


# -- values that are hostile -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_brings_no_link(value: str) -> None:
    said = render(TYPES["suspect_arrested"], Channel.EMAIL, "en", {**PORTAL, "name": value})
    assert said.text.count("://") == 1
    assert Page(said.html).links == [EXAMPLES["portal"]]
    assert not LINKISH.search(neutral(value)), neutral(value)
    assert "." not in neutral(value)


@pytest.mark.parametrize(
    "value",
    [
        "Amelia Hart",
        "J. R. Smith",
        "St. John's Road 4",
        "Tuesday 8 December 2026 at 10:30 am",
        "O'Brien & Söhne",
        "£40.50",
        "37/4821/26",
        "Siân Ŵyn",
        "Zoë <3",
    ],
)
def test_a_plain_value_stays_as_it_is(value: str) -> None:
    assert neutral(value) == value


def test_a_value_brings_no_markup() -> None:
    made = render(TYPES["suspect_arrested"], Channel.EMAIL, "en", {**PORTAL, "name": '<img src=x onerror="a">'})
    assert "<img" not in made.html
    assert "&lt;img src=x onerror=&quot;a&quot;&gt;" in made.html


def test_a_value_is_no_template() -> None:
    made = render(TYPES["suspect_arrested"], Channel.EMAIL, "en", {**PORTAL, "name": "{{code}}", "code": "1"})
    assert made.text.startswith("Hello {{code}},")


def test_a_long_value_is_cut() -> None:
    made = render(TYPES["sign_in_code"], Channel.SMS, "en", {"code": "9" * 5_000})
    assert parts(made.text) == 1
    assert len(portal_text(TYPES["officer_message"], "en", {"text": "x " * 5_000})[1]) < LONGEST_TEXT + 100


@pytest.mark.parametrize("link", ["javascript:alert(1)", "evil.example", "https://a.example/ x", 'https://a/"><b>'])
def test_our_own_link_must_be_one(link: str) -> None:
    with pytest.raises(NotOurLink):
        render(TYPES["portal_invitation"], Channel.EMAIL, "en", {"link": link})


@given(st.text())
def test_whatever_the_value_it_stays_one_line_of_plain_text(value: str) -> None:
    said = neutral(value)
    assert not re.search(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e]", said)
    assert "://" not in said
    assert len(said) <= 200
    assert said == said.strip()


@given(st.text(min_size=1))
def test_whatever_the_name_the_mail_keeps_its_form(value: str) -> None:
    made = render(TYPES["suspect_arrested"], Channel.EMAIL, "en", {**PORTAL, "name": value})
    assert made.text.count("\n") == 4
    assert Page(made.html).links == [EXAMPLES["portal"]]
    assert set(Page(made.html).tags) == {"html", "head", "meta", "title", "body", "main", "h1", "p", "a"}
