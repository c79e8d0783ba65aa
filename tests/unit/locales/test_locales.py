"""The visitor's interface in every language: complete, exact where safety depends on it, and honest about review."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from harbour.directory.service import emergency
from harbour.translation.languages import languages

FOLDER = Path(__file__).resolve().parents[3] / "web_widget" / "locales"
INDEX: list[dict[str, str]] = json.loads((FOLDER / "index.json").read_text("utf-8"))
CODES = [entry["code"] for entry in INDEX]
TRANSLATED = [code for code in CODES if code != "en"]

WANTED = {"cy", "pl", "ro", "pa", "ur", "bn", "ar", "fa", "es", "pt", "so", "tr", "uk", "zh"}
"""Issue 2 §5."""

# The same word in both languages, not an English word left over.
SAME_WORD = {("es", "no"), ("it", "no"), ("fr", "messages")}

# Keys are named on keyboards in Latin letters everywhere.
LATIN_EVERYWHERE = {"Shift"}

MOST_GZIP_BYTES = 3_200


@cache
def locale(code: str) -> dict[str, str]:
    content: dict[str, str] = json.loads((FOLDER / f"{code}.json").read_text("utf-8"))
    return content


def texts(code: str) -> dict[str, str]:
    return {key: text for key, text in locale(code).items() if key != "_meta"}


def meta(code: str) -> dict[str, object]:
    content: dict[str, object] = json.loads((FOLDER / f"{code}.json").read_text("utf-8"))["_meta"]
    return content


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


def test_the_promised_languages_are_there() -> None:
    assert set(CODES) >= WANTED
    assert len(TRANSLATED) >= 15
    assert len(set(CODES)) == len(CODES)


def test_the_index_and_the_files_are_the_same_languages() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} - {"index"} == set(CODES)


@pytest.mark.parametrize("entry", INDEX, ids=CODES)
def test_the_index_says_what_the_directory_of_languages_says(entry: dict[str, str]) -> None:
    known = languages()[entry["code"]]
    assert entry["dir"] == known.direction


@pytest.mark.parametrize("code", CODES)
def test_a_file_names_its_language_and_direction_as_the_index_does(code: str) -> None:
    entry = next(entry for entry in INDEX if entry["code"] == code)
    assert meta(code)["language"] == code
    assert meta(code)["endonym"] == entry["endonym"]
    assert meta(code)["dir"] == entry["dir"]


@pytest.mark.parametrize("code", TRANSLATED)
def test_an_unreviewed_translation_says_so(code: str) -> None:
    assert meta(code)["reviewed"] is False
    assert meta(code)["note"] == "not yet reviewed by a native speaker"


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_keys_of_the_english_in_the_same_order(code: str) -> None:
    assert list(texts(code)) == list(texts("en"))


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_has_the_places_of_the_english(code: str) -> None:
    assert {key: places(text) for key, text in texts(code).items()} == {
        key: places(text) for key, text in texts("en").items()
    }


@pytest.mark.parametrize("code", CODES)
def test_no_text_is_empty_or_has_white_space_around_it(code: str) -> None:
    assert [key for key, text in texts(code).items() if not text or text != text.strip()] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_english_is_left_over(code: str) -> None:
    same = {(code, key) for key, text in texts(code).items() if text == texts("en")[key]}
    assert same <= SAME_WORD


@pytest.mark.parametrize("code", [code for code in TRANSLATED if languages()[code].script != "Latn"])
def test_no_latin_word_stands_in_another_script(code: str) -> None:
    words = {
        word for text in texts(code).values() for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", text))
    }
    assert words <= LATIN_EVERYWHERE


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_in_the_composed_form_that_fonts_expect(code: str) -> None:
    assert [key for key, text in texts(code).items() if unicodedata.normalize("NFC", text) != text] == []


@pytest.mark.parametrize("code", CODES)
def test_a_list_has_as_many_parts_as_the_english(code: str) -> None:
    assert {key: text.count("|") for key, text in texts(code).items()} == {
        key: text.count("|") for key, text in texts("en").items()
    }


@pytest.mark.parametrize("code", CODES)
def test_silent_calls_are_explained_exactly(code: str) -> None:
    """The emergency number, then 55 when the voice asks, then 55 again: not on a landline. No other number."""
    digits = emergency().silent.digits
    silent = texts(code)["silent"]
    assert re.findall(r"\{number\}|\d+", silent) == ["{number}", digits, digits]
    between = silent[silent.index("{number}") + len("{number}") : silent.index(digits)]
    assert re.search(r"[.。।۔:：、؛,،]", between), "something must happen between the call and 55"


@pytest.mark.parametrize("code", CODES)
def test_nobody_is_told_to_dial_on(code: str) -> None:
    content = (FOLDER / f"{code}.json").read_text("utf-8")
    assert "99955" not in content
    assert "}55" not in content


@pytest.mark.parametrize("code", CODES)
def test_the_help_calls_the_buttons_by_their_names(code: str) -> None:
    labels = texts(code)
    assert labels["exit"] in labels["exitHelp"]
    assert labels["exit"] in labels["safeNo"]
    assert labels["cover"] in labels["coverHelp"]


@pytest.mark.parametrize("code", CODES)
def test_no_button_of_the_fixed_bar_is_long(code: str) -> None:
    """They stand side by side on a screen of 320 px."""
    assert len(texts(code)["exit"]) <= 14
    assert len(texts(code)["cover"]) <= 14


@pytest.mark.parametrize("code", CODES)
def test_a_language_is_small_to_load(code: str) -> None:
    compact = json.dumps(locale(code), ensure_ascii=False, separators=(",", ":")).encode()
    assert len(gzip.compress(compact, 9)) <= MOST_GZIP_BYTES
