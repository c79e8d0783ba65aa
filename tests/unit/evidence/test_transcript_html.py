"""The HTML transcript: everything is told in plain words, and nothing that was typed becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.evidence.chain import JsonValue
from harbour.evidence.rendition import Transcript, transcript
from harbour.evidence.rendition_html import CONTENT_SECURITY_POLICY, render
from tests.unit.evidence.conversations import CLOSED, FULL, JOINED, OFFICER, OPENED, Step, record_of, said

ALLOWED = frozenset(
    {"html", "head", "meta", "title", "style", "body", "header", "main", "footer", "h1", "h2", "p", "br"}
)
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td", "ul", "li", "bdi", "strong", "span"}
ATTRIBUTES = frozenset({"lang", "dir", "class", "id", "scope", "colspan", "title", "charset", "name", "content"})
ATTRIBUTES |= {"http-equiv"}


class Page(HTMLParser):
    """What a browser would make of the file: tags, attributes, cells by row, and the text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page_of(*steps: Step) -> Page:
    return Page(render(transcript(record_of(steps))))


def test_original_and_translation_stand_side_by_side_with_direction_and_engine() -> None:
    page = page_of(*FULL).text
    assert "Original, Spanish (es)" in page
    assert "Mi marido me pegó. ¿Está ahí, señora?" in page
    assert "Machine translation, Spanish (es) to English (en), by Apertium" in page
    assert "My husband hit me." in page


def test_a_prepared_translation_is_not_called_a_machines() -> None:
    body = said("Are you safe?", "en", "es", "¿Está a salvo?", engine="prepared:safe_now")
    page = page_of(OPENED, ("message", OFFICER, body), CLOSED).text
    assert "Prepared translation, English (en) to Spanish (es), of the force's own answer “safe_now”" in page
    assert "Machine translation," not in page


@pytest.mark.parametrize(
    "sentence",
    [
        "The visitor opened the conversation. Visitor's language: Spanish (es). Officers' language: English (en).",
        "PC Asha Patel, collar number 4417 joined the conversation, reading and writing English (en).",
        "The visitor left by the quick exit.",
        "The visitor came back.",
        "The conversation was closed by the officer. Outcome: safety plan.",
        "No machine translation into English (en): the translation service did not answer in time",
    ],
)
def test_events_are_told_in_plain_words(sentence: str) -> None:
    assert sentence in page_of(*FULL).text


@pytest.mark.parametrize(
    ("kind", "actor", "body", "sentence"),
    [
        ("left", "system", {"how": "dropped"}, "The visitor's connection was lost."),
        ("requeued", "system", {"reason": "officer_gone"}, "back to the queue: the officer's connection was lost."),
        ("requeued", OFFICER, {"reason": "released"}, "back to the queue: the officer gave it back."),
        ("attention", "system", {"reason": "left_message"}, "officer was raised: the visitor left a message."),
        ("covered", "visitor", {"on": True}, "The visitor covered the chat on the screen."),
        ("language", "system", {"language": "ca", "detected": True}, "recognised by a machine as Catalan (ca)."),
        ("novelty", "system", {"x": [1, "<b>"]}, 'the type “novelty” was recorded. Also recorded: {"x":[1,"<b>"]}'),
        ("left", "visitor", {"how": "quick_exit", "x": 1}, 'the quick exit. Also recorded: {"x":1}'),
    ],
)
def test_other_events_too_and_what_has_no_words_is_shown_as_it_was_recorded(
    kind: str, actor: str, body: dict[str, JsonValue], sentence: str
) -> None:
    assert sentence in page_of(OPENED, (kind, actor, body), CLOSED).text


def test_a_closing_by_silence_says_so() -> None:
    assert (
        "closed by the system, after a long silence." in page_of(OPENED, ("closed", "system", {"by": "silence"})).text
    )


def test_fields_of_a_message_that_have_no_words_are_shown_too() -> None:
    body = said("Hola", "es", "en", "Hello") | {"via": "sms"}
    translations: list[JsonValue] = [{"to": "en", "from": "es", "text": "Hello", "engine": "apertium", "model": "7"}]
    page = page_of(OPENED, ("message", "visitor", body | {"translations": translations}), CLOSED).text
    assert 'Also recorded: {"translations":[{"model":"7"}],"via":"sms"}' in page


def test_a_later_translation_stands_under_its_message_and_says_when_it_came() -> None:
    rows = transcript(record_of(FULL)).rows
    (missing, late) = rows[4].translations
    assert missing.heading.startswith("No machine translation")
    assert (late.text, late.note) == ("Yes.", "Added later, as event 7, at 22 Nov 2026 10:01:42.123 UTC")
    assert rows[6].sentence == "A machine translation of event 5 was added; it is shown there."


def test_every_event_has_its_row_with_number_and_both_times() -> None:
    page = page_of(*FULL).text
    for number in range(1, len(FULL) + 1):
        assert f" {number}. " in page
    assert "1. System 22 Nov 2026 10:00:00.123 UTC 22 Nov 2026 10:00:00.123 GMT" in page


def test_an_officer_who_never_joined_is_named_by_the_collar_number() -> None:
    message: Step = ("message", "officer:77", {"text": "Hello", "language": "en"})
    assert "Officer, collar number 77" in page_of(OPENED, message, CLOSED).text


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = page_of(*FULL)
    assert set(page.tags) <= ALLOWED
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    assert ("meta", "content", CONTENT_SECURITY_POLICY) in page.attributes
    assert CONTENT_SECURITY_POLICY == "default-src 'none'; style-src 'unsafe-inline'"
    style = render(transcript(record_of(FULL))).decode().split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_each_text_names_its_language_and_direction() -> None:
    page = page_of(OPENED, ("message", "visitor", said("مجھے مدد چاہیے", "ur", "en", "I need help")), CLOSED)
    cells = [(name, value) for tag, name, value in page.attributes if tag == "p" and name in {"dir", "lang"}]
    assert cells == [("dir", "rtl"), ("lang", "ur"), ("dir", "ltr"), ("lang", "en")]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></tr></table><h1>",
    "</style><script>",
    "<!-- ",
    "]]>",
    "&lt;b&gt; &amp; &#x3c;",
    "javascript:alert(1)",
    "' onmouseover='x",
    "\u202egpj.exe",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_anywhere_stays_text(text: str) -> None:
    page = page_of(
        ("opened", "system", {"force": "eastshire", "language": text, "service_language": text}),
        ("joined", OFFICER, {"name": text, "collar": text, "language": text}),
        ("message", "visitor", said(text, text, text, text, engine=text)),
        ("message", "visitor", {"text": text, "language": "es", "untranslated": [{"to": text, "reason": text}]}),
        ("requeued", "system", {"reason": text, text: text}),
        ("closed", OFFICER, {"by": text, "outcome": text}),
    )
    assert set(page.tags) <= ALLOWED
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    assert page.tags.count("table") == 2
    visible = text.replace("\u202e", "U+202E").replace(" ", "")
    assert page.text.replace(" ", "").count(visible) >= 12


@given(st.text())
def test_any_text_stays_text(text: str) -> None:
    page = page_of(OPENED, JOINED, ("message", "visitor", said(text, "es", "en", text)), CLOSED)
    assert set(page.tags) <= ALLOWED
    assert page.tags.count("tr") == 1 + 4 + len(document().facts)
    assert all(not 0x202A <= ord(c) <= 0x202E for c in page.text)


def document() -> Transcript:
    return transcript(record_of(FULL))


def test_the_same_record_gives_the_same_bytes() -> None:
    assert render(document()) == render(document())
