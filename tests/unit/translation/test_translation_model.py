from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.translation.model import canonical, needs_translation, pieces, same_language, targets

LETTERED = ["hola", "ok", "ਮਦਦ", "مدد کریں", "救命", "😀 a", "see https://example.org/a now", "é", "1st"]
UNLETTERED = [
    "",
    " \n\t",
    "😀",
    "👩🏽‍🚒❤️‍🩹",
    "🇬🇧",
    "1️⃣ 2",
    "07700 900123",
    "£20.50!!!",
    "…؟،",
    "https://example.org/path?q=a",
    "www.example.org",
    "someone@example.org",
    "\u2139\ufe0f",
]


@pytest.mark.parametrize("text", LETTERED)
def test_text_with_a_letter_is_translated(text: str) -> None:
    assert needs_translation(text)


@pytest.mark.parametrize("text", UNLETTERED)
def test_emoji_digits_punctuation_and_links_are_never_translated(text: str) -> None:
    assert not needs_translation(text)


@pytest.mark.parametrize(
    ("tag", "ours"),
    [
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("es-MX", "es"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-HK", "zh"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-HK", "zh-TW"),
        ("zh-hk", "zh-TW"),
        ("pt-BR", "pt"),
        ("pt-PT", "pt-PT"),
        ("pa-Guru-IN", "pa"),
        ("pa-Arab-PK", "pnb"),
        ("pa-PK", "pnb"),
        ("ku-Arab-IQ", "ckb"),
        ("ku", "kmr"),
        ("fa-AF", "fa-AF"),
        ("nb-NO", "no"),
        ("fil", "tl"),
    ],
)
def test_a_language_tag_has_one_tag_of_ours(tag: str, ours: str) -> None:
    assert canonical(tag) == ours
    assert canonical(canonical(tag)) == ours


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("en", "en-GB", True),
        ("pt", "pt-PT", True),
        ("fa", "fa-AF", True),
        ("zh", "zh-TW", False),
        ("zh-HK", "zh-TW", True),
        ("pa", "pa-Arab", False),
        ("ckb", "kmr", False),
        ("es", "en", False),
        ("no", "nn", True),
    ],
)
def test_readers_of_variants_need_no_translation_unless_they_are_written_differently(
    one: str, other: str, *, same: bool
) -> None:
    assert same_language(one, other) is same
    assert same_language(other, one) is same


def test_targets_are_the_distinct_other_languages() -> None:
    assert targets("es", ["en", "en-GB", "es", "es-MX", "pl"]) == {"en", "pl"}
    assert targets("en", ["en", "en-US"]) == frozenset()
    assert targets("zh", ["zh-TW", "zh-CN"]) == {"zh-TW"}


def test_every_language_present_is_a_target_while_the_source_is_unknown() -> None:
    assert targets("auto", ["en", "es"]) == {"en", "es"}


def test_a_text_that_fits_is_one_piece() -> None:
    assert [piece.text for piece in pieces("Hello. Are you safe?", 100)] == ["Hello. Are you safe?"]


def test_a_long_text_is_cut_after_paragraphs_then_sentences_then_words() -> None:
    assert [p.text for p in pieces("One two.\n\nThree four.", 12)] == ["One two.", "Three four."]
    assert [p.text for p in pieces("One two. Three four.", 12)] == ["One two.", "Three four."]
    assert [p.text for p in pieces("एक दो। तीन चार।", 26)] == ["एक दो।", "तीन चार।"]
    assert [p.text for p in pieces("我在家。他回来了。", 15)] == ["我在家。", "他回来了。"]
    assert [p.text for p in pieces("One two three four", 9)] == ["One two", "three", "four"]


def test_a_word_is_never_cut_before_a_combining_mark() -> None:
    assert [p.text for p in pieces("e\u0301e\u0301e\u0301", 4)] == ["e\u0301", "e\u0301", "e\u0301"]


def test_a_full_punjabi_message_needs_two_requests() -> None:
    message = ("ਮੈਨੂੰ ਮਦਦ ਚਾਹੀਦੀ ਹੈ। " * 190)[:4000]
    assert len(message.encode()) > 10_000
    assert len(pieces(message)) == 2


@given(st.text(st.sampled_from("ab éਮੈ。.!?\n 😀\u200d\u0301")), st.integers(min_value=4, max_value=40))
def test_pieces_fit_and_lose_nothing(text: str, limit: int) -> None:
    cut = pieces(text, limit)
    assert "".join(piece.text + piece.separator for piece in cut) == text
    assert all(len(piece.text.encode()) <= limit for piece in cut)
