"""Text for a reader who must see everything that was typed: nothing hidden, nothing that hides what stands beside it.

The record keeps text verbatim, so it may hold characters that no one sees: direction overrides that make a sentence
read backwards, deletions, private-use characters, marks piled so high that they cover other lines. A rendition shows
each of these as its code point (``U+202E``) in place of its effect.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from harbour.translation.languages import languages
from harbour.translation.model import canonical as our_tag

Direction = Literal["ltr", "rtl"]

MARKS_PER_LETTER: Final = 8
"""Combining marks that one letter may carry. Vocalised Arabic and Hebrew need four, Burmese seven."""

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# Persian, Urdu, the Indic scripts and emoji are spelled with the two joiners: without them the word is another one.
_SHOWN_BY_THEIR_EFFECT: Final = frozenset("\n\t\u200c\u200d")

# Letters and marks by category, blank on paper.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")

_VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)
_VARIATION_SELECTORS_SUPPLEMENT: Final = range(0xE0100, 0xE01F0)
_EMOJI_PRESENTATION: Final = frozenset("\ufe0e\ufe0f")

_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


class Kind(StrEnum):
    """What a piece of text is."""

    TEXT = "text"
    NEWLINE = "newline"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text as typed, the end of a line (empty text), or the code point of a character that hides (``U+202E``)."""

    kind: Kind
    text: str = ""

    @property
    def name(self) -> str:
        """The Unicode name of the hidden character, for those who want to know."""
        character = chr(int(self.text.removeprefix("U+"), 16))
        return unicodedata.name(character, "a character without a name")


def pieces(text: str) -> tuple[Piece, ...]:
    """``text`` in pieces whose texts, joined, are ``text`` again but for what hides."""
    return tuple(_merged(text))


def code_point(character: str) -> str:
    """``U+202E`` of a character."""
    return f"U+{ord(character):04X}"


def is_hidden(character: str) -> bool:
    """Whether a reader would not see this character, or not see what it does."""
    if character in _SHOWN_BY_THEIR_EFFECT or character in _EMOJI_PRESENTATION:
        return False
    point = ord(character)
    return (
        character in _BLANK
        or point in _VARIATION_SELECTORS
        or point in _VARIATION_SELECTORS_SUPPLEMENT
        or unicodedata.category(character) in _HIDDEN_CATEGORIES
    )


def direction(text: str, language: str) -> Direction:
    """How to lay out ``text``: as its language is written if it holds any letter of that direction, else as its
    first letter is. People write Spanish words into Arabic sentences, and choose the wrong language.
    """
    letters = [d for d in map(_letter_direction, text) if d]
    known = languages().get(our_tag(language)) if language else None
    expected: Direction = known.direction if known else "ltr"
    if not letters or expected in letters:
        return expected
    return letters[0]


def language_tag(language: str) -> str | None:
    """``language`` if it is well formed, else ``None``: a rendition names languages to screen readers."""
    return language if _TAG.fullmatch(language) else None


def language_name(language: str) -> str:
    """The English name with the tag that was recorded: ``Spanish (es)``; the tag alone if nobody knows it."""
    known = languages().get(our_tag(language)) if language else None
    return f"{known.name} ({language})" if known else language or "a language that was not recorded"


def _merged(text: str) -> Iterator[Piece]:
    run: list[str] = []
    for piece in _single(text):
        if piece.kind is Kind.TEXT:
            run.append(piece.text)
            continue
        if run:
            yield Piece(Kind.TEXT, "".join(run))
            run.clear()
        yield piece
    if run:
        yield Piece(Kind.TEXT, "".join(run))


def _single(text: str) -> Iterator[Piece]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if character == "\n":
            yield Piece(Kind.NEWLINE)
        elif is_hidden(character) or marks > MARKS_PER_LETTER:
            yield Piece(Kind.HIDDEN, code_point(character))
        else:
            yield Piece(Kind.TEXT, character)


def _letter_direction(character: str) -> Direction | None:
    match unicodedata.bidirectional(character):
        case "L":
            return "ltr"
        case "R" | "AL":
            return "rtl"
        case _:
            return None
