"""The installed Apertium, kept warm, against its own command line."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.apertium import Apertium

pytestmark = pytest.mark.skipif(
    shutil.which("apertium") is None, reason="Apertium is not installed: apt-get install apertium apertium-eng-spa"
)

SENTENCES = (
    "No sé qué hacer.",
    "Él está en la otra habitación",
    "¿Puede ayudarme?",
    "Tengo una orden de alejamiento contra mi marido.",
    "Mi hermana vive en Norwich. Me puede recoger a las cuatro.",
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Apertium]:
    made = Apertium()
    yield made
    made.close()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_says_what_the_command_line_says(engine: Apertium, sentence: str) -> None:
    command = ["apertium", "-u", "spa-eng"]
    said = subprocess.run(command, input=sentence, capture_output=True, text=True, check=True).stdout.strip()
    assert engine.translate(sentence, "es", "en") == said


def test_signs_emoji_and_other_scripts_survive_it(engine: Apertium) -> None:
    text = "[x] {y} ^$@\\/<b> 😀 سلام\t\u200b\nhola"
    translated = engine.translate(text, "es", "en")
    assert all(sign in translated for sign in ("[", "]", "{", "}", "^$@\\/<b>", "😀", "سلام", "\t"))
    assert translated.splitlines()[-1].lower() == "hello"


def test_texts_at_the_same_time_are_not_mixed_up(engine: Apertium) -> None:
    texts = [f"Tengo {number} amigos." for number in range(200)]
    with ThreadPoolExecutor(16) as many:
        translated = list(many.map(lambda text: engine.translate(text, "es", "en"), texts))
    assert all(str(number) in answer for number, answer in enumerate(translated))
