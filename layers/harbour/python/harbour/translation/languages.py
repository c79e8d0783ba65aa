"""The languages that Harbour knows, read once from ``data/languages.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from harbour.translation.model import canonical

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Language:
    """A language: our ``code``, its name in English and in itself, how it is written, and who translates it.

    ``amazon_translate`` is that service's code, ``None`` where it has no engine: then messages are delivered
    as written, and the officer needs an interpreter.
    """

    code: str
    name: str
    endonym: str
    direction: Direction
    script: str
    amazon_translate: str | None


@cache
def languages() -> dict[str, Language]:
    """All languages by our code, in the order of their English names."""
    document = json.loads(resources.files("harbour.translation").joinpath("data/languages.json").read_text("utf-8"))
    return {
        entry["code"]: Language(
            code=entry["code"],
            name=entry["name"],
            endonym=entry["endonym"],
            direction=entry["dir"],
            script=entry["script"],
            amazon_translate=entry["amazon_translate"],
        )
        for entry in document["languages"]
    }


def amazon_translate_code(tag: str) -> str | None:
    """Amazon Translate's code for a language tag, or ``None`` where it has no engine or nobody knows the
    language.
    """
    language = languages().get(canonical(tag))
    return language.amazon_translate if language else None


@cache
def _by_amazon_translate_code() -> dict[str, str]:
    return {language.amazon_translate: language.code for language in languages().values() if language.amazon_translate}


def our_code(amazon_translate_code: str) -> str:
    """Our code for what Amazon Translate calls ``amazon_translate_code``; its own where we do not know it."""
    return _by_amazon_translate_code().get(amazon_translate_code, amazon_translate_code)
