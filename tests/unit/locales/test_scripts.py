"""A letter of a neighbouring script (Devanagari among Gujarati, Latin among Cyrillic) looks right and is read wrong."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from harbour.directory.service import canned
from harbour.translation.glossary import terms
from harbour.translation.languages import languages, our_code

FOLDER = Path(__file__).resolve().parents[3] / "web_widget" / "locales"
NAMES = {
    "Arab": "ARABIC",
    "Beng": "BENGALI",
    "Cyrl": "CYRILLIC",
    "Gujr": "GUJARATI",
    "Guru": "GURMUKHI",
    "Hans": "CJK",
    "Latn": "LATIN",
}
CODES = [entry["code"] for entry in json.loads((FOLDER / "index.json").read_text("utf-8"))]


def written(code: str) -> Iterator[str]:
    """Everything that this project says in a language."""
    interface = json.loads((FOLDER / f"{code}.json").read_text("utf-8"))
    yield from (text for key, text in interface.items() if key != "_meta")
    yield from (answer.translation or "" for answer in canned(code))
    yield from (word for term in terms() for column, word in term.items() if our_code(column) == code)


def foreign(text: str, script: str) -> set[str]:
    return {
        letter
        for letter in text
        if not letter.isascii()
        and unicodedata.category(letter)[0] in {"L", "M"}
        and not unicodedata.name(letter).startswith(NAMES[script])
    }


@pytest.mark.parametrize("code", CODES)
def test_a_language_is_written_in_its_own_letters(code: str) -> None:
    found = {text: foreign(text, languages()[code].script) for text in written(code)}
    assert {text: letters for text, letters in found.items() if letters} == {}


@pytest.mark.parametrize(("text", "script"), [("ગुજરાતી", "Gujr"), ("привiт", "Latn"), ("مدد ਮਦਦ", "Arab")])
def test_a_stray_letter_is_found(text: str, script: str) -> None:
    assert foreign(text, script)
