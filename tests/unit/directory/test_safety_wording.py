"""Wrong advice on silent calls can kill: 55 when the voice asks, on a mobile only, and it does not tell the place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harbour.directory.service import canned

ROOT = Path(__file__).resolve().parents[3]
PEOPLE_READ = ("layers/harbour/python/harbour", "web_widget/locales", "web_widget/src", "functions", "docs")
SUFFIXES = {".json", ".csv", ".md", ".ts", ".tsx", ".html", ".py", ".txt", ".typ"}

# "999 55", "999, 55", "999-55", "99955", "999 then 55", "999 followed by 55"
STRAIGHT_ON = re.compile(r"999[\s,.+–-]*(?:(?:and|then|followed by)\s+)?(?:press\s+|dial\s+)?55(?!\d)", re.IGNORECASE)

ANSWERS = json.loads((ROOT / "layers/harbour/python/harbour/directory/data/canned.json").read_text("utf-8"))
LANGUAGES = sorted(ANSWERS["review"])


@pytest.mark.parametrize(
    "wrong", ["Dial 99955", "call 999 55", "999, then press 55", "999 followed by 55", "999-55", "call 999 and 55"]
)
def test_the_lint_knows_wrong_advice(wrong: str) -> None:
    assert STRAIGHT_ON.search(wrong)


@pytest.mark.parametrize(
    "right",
    ["call 999 from a mobile phone and listen. When the voice tells you to, press 55", "999 556 1234", "0800 999 5428"],
)
def test_the_lint_leaves_right_advice_alone(right: str) -> None:
    assert not STRAIGHT_ON.search(right)


def test_nobody_is_told_to_dial_55_straight_after_999() -> None:
    files = [ROOT / "README.md"] + [
        path for folder in PEOPLE_READ for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES
    ]
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in files
        if path.is_file() and "node_modules" not in path.parts
        for found in [STRAIGHT_ON.search(path.read_text("utf-8"))]
        if found
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_prepared_answer_is_there_and_in_its_own_words(language: str) -> None:
    for answer in ANSWERS["answers"]:
        text = answer["text"].get(language, "")
        assert text.strip() == text != "", (answer["key"], language)
        if language != "en":
            assert text != answer["text"]["en"], (answer["key"], language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_silent_call_is_described_alike_in_every_language(language: str) -> None:
    """Call 999, then 55 (when asked), then once more 55 (not on a landline); no other number."""
    silent = next(answer for answer in ANSWERS["answers"] if answer["key"] == "silent_55")["text"][language]
    assert re.findall(r"\d+", silent) == ["999", "55", "55"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_emergency_number_is_where_the_english_has_it(language: str) -> None:
    for answer in canned(language):
        if answer.translation:
            assert re.findall(r"\d+", answer.translation) == re.findall(r"\d+", answer.text), answer.key


def test_no_translation_claims_a_review_that_did_not_happen() -> None:
    assert {language for language, status in ANSWERS["review"].items() if status["reviewed"]} == {"en"}
