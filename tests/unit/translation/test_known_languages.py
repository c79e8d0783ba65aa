from __future__ import annotations

import json
import unicodedata
from importlib import resources

import pytest

from harbour.translation.languages import Language, amazon_translate_code, languages, our_code
from harbour.translation.model import canonical

# How Unicode names the letters of each script.
LETTERS = {
    "Latn": "LATIN",
    "Arab": "ARABIC",
    "Beng": "BENGALI",
    "Cyrl": "CYRILLIC",
    "Guru": "GURMUKHI",
    "Gujr": "GUJARATI",
    "Deva": "DEVANAGARI",
    "Hans": "CJK",
    "Hant": "CJK",
    "Hebr": "HEBREW",
    "Grek": "GREEK",
    "Taml": "TAMIL",
    "Telu": "TELUGU",
    "Thai": "THAI",
    "Ethi": "ETHIOPIC",
    "Armn": "ARMENIAN",
    "Geor": "GEORGIAN",
    "Jpan": "CJK",
    "Kore": "HANGUL",
    "Knda": "KANNADA",
    "Mlym": "MALAYALAM",
    "Sinh": "SINHALA",
}
ALL = list(languages().values())


@pytest.mark.parametrize("language", ALL, ids=lambda language: language.code)
def test_a_language_is_written_in_its_own_script_and_direction(language: Language) -> None:
    assert all(
        unicodedata.name(letter).startswith(LETTERS[language.script])
        for letter in language.endonym
        if unicodedata.category(letter) in {"Lu", "Ll", "Lo"}
    )
    assert language.direction == ("rtl" if language.script in {"Arab", "Hebr"} else "ltr")


@pytest.mark.parametrize("language", ALL, ids=lambda language: language.code)
def test_our_code_is_canonical_and_comes_back_from_the_services_code(language: Language) -> None:
    assert canonical(language.code) == language.code
    if language.amazon_translate:
        assert our_code(language.amazon_translate) == language.code


def test_the_services_seventy_five_languages_are_known_less_two_that_others_read() -> None:
    assert sum(1 for language in ALL if language.amazon_translate) == 75 - 2


def test_kurdish_tigrinya_and_shahmukhi_have_no_engine_and_say_so() -> None:
    assert {code for code in languages() if amazon_translate_code(code) is None} == {
        "ckb",
        "kmr",
        "pnb",
        "ti",
    }


def test_a_language_that_nobody_knows_has_no_engine() -> None:
    assert amazon_translate_code("xx") is None
    assert our_code("xx") == "xx"


def test_the_list_names_its_source_and_day() -> None:
    document = json.loads(resources.files("harbour.translation").joinpath("data/languages.json").read_text("utf-8"))
    assert document["source"].startswith("https://docs.aws.amazon.com/")
    assert document["verified_on"]
    names = [language.name for language in ALL]
    assert names == sorted(names)
    assert len({language.endonym for language in ALL}) == len(ALL)
