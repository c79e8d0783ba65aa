"""What a reader sees: everything that was typed, and nothing that plays tricks."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.evidence.visible import MARKS_PER_LETTER, Kind, direction, is_hidden, language_name, language_tag, pieces


def shown(text: str) -> str:
    marks = {Kind.TEXT: "{}", Kind.HIDDEN: "[{}]", Kind.NEWLINE: "/"}
    return "".join(marks[p.kind].format(p.text) for p in pieces(text))


@given(st.text())
def test_no_character_is_lost_and_none_is_invented(text: str) -> None:
    back = "".join(
        chr(int(p.text[2:], 16)) if p.kind is Kind.HIDDEN else "\n" if p.kind is Kind.NEWLINE else p.text
        for p in pieces(text)
    )
    assert back == text


@pytest.mark.parametrize(
    "character",
    ["\u202e", "\u202a", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\u200b", "\u00ad", "\ufeff", "\u2060",
     "\x00", "\x07", "\x1b", "\x7f", "\x85", "\r", "\u2028", "\u2029", "\ue000", "\U000e0041", "\u3164", "\u2800",
     "\U000e0100", "\ufe00", "\ufff9", "\u0378"],
    ids=lambda c: f"U+{ord(c):04X}",
)  # fmt: skip
def test_a_character_that_hides_or_reorders_is_shown_by_its_number(character: str) -> None:
    assert shown(f"a{character}b") == f"a[U+{ord(character):04X}]b"


@pytest.mark.parametrize(
    "text",
    ["می‌خواهم کمک", "ക്‍ഷ", "👨‍👩‍👧 ❤️ 1️⃣", "a\tb", "ਸ੍ਰੀ", "Tiếng Việt", "e\u0301", "שָׁלוֹם", "مَرْحَبًا", "ကျွန်ုပ်", "a\u00a0b"],
)
def test_what_a_language_needs_is_left_alone(text: str) -> None:
    assert shown(text) == text


def test_lines_end_where_they_ended() -> None:
    assert shown("one\n\ntwo") == "one//two"


def test_marks_piled_on_one_letter_do_not_cover_the_lines_above() -> None:
    text = "z" + "\u0301" * 50 + "e\u0301"
    assert shown(text).startswith("z" + "\u0301" * MARKS_PER_LETTER + "[U+0301]")
    assert shown(text).count("[U+0301]") == 50 - MARKS_PER_LETTER
    assert shown(text).endswith("]e\u0301")


@given(st.characters())
def test_whatever_unicode_calls_invisible_is_not_passed_through(character: str) -> None:
    if not is_hidden(character):
        assert unicodedata.category(character) not in {"Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("مرحبا", "ar", "rtl"),
        ("Facebook حسابي على", "ar", "rtl"),
        ("12:30", "ar", "rtl"),
        ("Hola", "ar", "ltr"),
        ("مرحبا", "es", "rtl"),
        ("Hola مرحبا", "es", "ltr"),
        ("", "", "ltr"),
        ("שלום", "", "rtl"),
        ("سلام", "fa-AF", "rtl"),
    ],
)
def test_text_is_laid_out_as_it_is_written(text: str, language: str, expected: str) -> None:
    assert direction(text, language) == expected


@pytest.mark.parametrize("language", ['es" onload="x', "es>", "", "e", "españa", "es-", "a" * 40])
def test_what_is_no_language_tag_reaches_no_attribute(language: str) -> None:
    assert language_tag(language) is None


def test_languages_have_names() -> None:
    assert language_name("es") == "Spanish (es)"
    assert language_name("qqq") == "qqq"
    assert language_name("") == "a language that was not recorded"
