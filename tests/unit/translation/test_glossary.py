from __future__ import annotations

import json
from importlib import resources

import pytest

from harbour.translation.glossary import glossary_csv, languages, terms
from harbour.translation.languages import languages as known_languages

# TerminologyNames of TranslateText in botocore's service model; size and format in the developer guide.
MOST_TERMS = 256
MOST_BYTES = 10 * 1024 * 1024

RISK_WORDS = {
    "strangulation",
    "non-molestation order",
    "restraining order",
    "stalking",
    "coercive control",
    "safety plan",
    "refuge",
    "quick exit",
    "police officer",
    "collar number",
    "honour-based abuse",
    "forced marriage",
}

SAME_WORD_IN_BOTH = {("fr", "strangulation")}


def test_it_covers_the_risk_words_and_at_least_fourteen_languages() -> None:
    assert {term["en"] for term in terms()} >= RISK_WORDS
    assert len(terms()) >= 25
    assert len(languages() - {"en"}) >= 14


def test_it_is_a_file_that_the_service_takes() -> None:
    text = glossary_csv().decode("utf-8")
    assert not text.startswith("\ufeff")
    assert len(text.encode()) < MOST_BYTES
    assert len(terms()) <= MOST_TERMS
    assert next(iter(terms()[0])) == "en"


def test_every_column_is_a_language_that_the_service_translates() -> None:
    assert languages() <= {language.amazon_translate for language in known_languages().values()}


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_term_is_filled_and_stands_once_in_a_language(language: str) -> None:
    column = [term[language] for term in terms()]
    assert all(word and word == word.strip() for word in column)
    assert len(set(column)) == len(column), "with MULTI a term that stands twice has two translations"


@pytest.mark.parametrize("language", sorted(languages() - {"en"}))
def test_no_english_is_left_over(language: str) -> None:
    left_over = {(language, term["en"]) for term in terms() if term[language] == term["en"]}
    assert left_over <= SAME_WORD_IN_BOTH


def test_it_says_who_reviewed_each_language() -> None:
    document = json.loads(resources.files("harbour.translation").joinpath("data/glossary.json").read_text("utf-8"))
    assert set(document["review"]) == languages()
    assert document["directionality"] == "MULTI"
    assert document["source"]
    for status in document["review"].values():
        assert status["reviewed"] in {True, False}
        assert status["note"]
