"""Which messages are translated, into what, and what came of it. Pure: no I/O, no clock.

A message is translated once for each *other* language in the conversation, never into its own, and never when
it holds nothing that a translator could change (emoji, digits, punctuation, links). What could not be
translated says why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

Reason = Literal["no_engine", "timeout", "error"]
"""Why there is no translation: no engine for this pair, no answer within the deadline, or a failure of the
engine.
"""

AUTO: Final = "auto"
"""Stands for a source language that nobody named: the engine detects it."""

PREPARED: Final = "prepared:"
"""Begins the ``engine`` of a translation that people wrote and a native speaker checked beforehand, for an answer that
officers send often; its key follows.
"""

MAX_REQUEST_BYTES: Final = 10_000
"""Longest text, as UTF-8, that one request may carry (Amazon Translate, TranslateText, parameter
``Text``).
"""


@dataclass(frozen=True, slots=True)
class Translation:
    """One message in one other language."""

    to: str
    from_: str
    text: str
    engine: str

    def as_body(self) -> dict[str, str]:
        """The entry of a message's ``translations`` list: ``to, from, text, engine``."""
        return {"to": self.to, "from": self.from_, "text": self.text, "engine": self.engine}


@dataclass(frozen=True, slots=True)
class Untranslated:
    """A language that the message should have been put into, and was not."""

    to: str
    reason: Reason

    def as_body(self) -> dict[str, str]:
        """The entry of a message's ``untranslated`` list: ``to, reason``."""
        return {"to": self.to, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: every wanted language is in exactly one of the two lists, each sorted by
    ``to``.

    ``detected`` is the language the engine found when none was given, else ``None``. A wanted language that
    turns out to be the detected one is in neither list: the original already is in it.
    """

    translations: tuple[Translation, ...] = ()
    untranslated: tuple[Untranslated, ...] = ()
    detected: str | None = None


# Tags that people and browsers send, and the tag of ours that is meant. Region and script decide only where
# readers of one cannot simply read the other; every other region is dropped (en-GB, es-MX and ur-PK are read
# by all who read en, es, ur).
_CANONICAL: Final = {
    "zh-hant": "zh-TW",
    "zh-tw": "zh-TW",
    "zh-hk": "zh-TW",
    "zh-mo": "zh-TW",
    "pt-pt": "pt-PT",
    "fa-af": "fa-AF",
    "prs": "fa-AF",
    "pa-arab": "pnb",
    "pa-pk": "pnb",
    "ku": "kmr",
    "ku-latn": "kmr",
    "ku-arab": "ckb",
    "cmn": "zh",
    "fil": "tl",
    "iw": "he",
    "nb": "no",
    "nn": "no",
}

# Of our own tags that share a base, the pairs whose readers do need a translation: traditional and simplified
# characters are two ways of writing. Pairs that are not here are read by both sides as they stand (pt and
# pt-PT, fa and fa-AF).
_WRITTEN_DIFFERENTLY: Final = frozenset({frozenset({"zh", "zh-TW"})})

_LINK: Final = re.compile(r"(?:https?://|www\.)\S+|[^\s@]+@[^\s@]+\.[^\s@]+", re.IGNORECASE)

# A letter to Unicode (category Ll), an emoji to everyone who sends it.
_EMOJI_LETTERS: Final = frozenset({"\u2139"})


def canonical(tag: str) -> str:
    """Our tag for the language tag ``tag``: ``en-GB`` → ``en``, ``zh-Hant-HK`` → ``zh-TW``, ``pa-Arab`` →
    ``pnb``.
    """
    parts = tag.strip().replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        found = _CANONICAL.get("-".join(parts[:length]))
        if found:
            return found
    return parts[0]


def same_language(one: str, other: str) -> bool:
    """Whether a reader of ``one`` reads ``other`` as it stands."""
    first, second = canonical(one), canonical(other)
    if first == second:
        return True
    return first.split("-")[0] == second.split("-")[0] and frozenset({first, second}) not in _WRITTEN_DIFFERENTLY


def needs_translation(text: str) -> bool:
    """Whether ``text`` holds a letter outside links and addresses; emoji, digits and punctuation say the
    same to all.
    """
    return any(
        unicodedata.category(character).startswith("L") and character not in _EMOJI_LETTERS
        for character in _LINK.sub(" ", text)
    )


def targets(source_language: str, languages_present: Iterable[str]) -> frozenset[str]:
    """The languages, as our tags, that a message in ``source_language`` must be put into for those who are
    present.

    With :data:`AUTO` every language present is wanted, because the source is not known yet.
    """
    return frozenset(
        canonical(language)
        for language in languages_present
        if source_language == AUTO or not same_language(source_language, language)
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that fits one request, and the white space that followed it, which no engine gets to
    change.
    """

    text: str
    separator: str


# Where a text may be cut, best first: after a paragraph, after a sentence (Latin, Arabic, Urdu, Devanagari
# and its sisters, Chinese), after a word. A Chinese sentence ends without a space.
_CUTS: Final = (
    re.compile(r"\s*\n\s*"),
    re.compile(r"(?<=[.!?…؟۔।॥])\s+|(?<=[。！？])\s*"),
    re.compile(r"\s+"),
)


def pieces(text: str, limit: int = MAX_REQUEST_BYTES) -> tuple[Piece, ...]:
    """``text`` in as few pieces of at most ``limit`` bytes of UTF-8 as its paragraphs, sentences and words
    allow.

    Nothing is lost: the pieces' texts and separators, joined in order, are ``text``. A word longer than the
    limit is cut, but not before a combining mark.
    """
    return tuple(_cut(text, "", limit, 0))


def _cut(text: str, separator: str, limit: int, level: int) -> list[Piece]:
    if _size(text) <= limit:
        return [Piece(text, separator)]
    if level == len(_CUTS):
        return _cut_word(text, separator, limit)
    parts = _split(text, _CUTS[level])
    if len(parts) == 1:
        return _cut(text, separator, limit, level + 1)
    packed: list[Piece] = []
    for part in parts:
        last = packed[-1] if packed else None
        if last and _size(last.text + last.separator + part.text) <= limit:
            packed[-1] = Piece(last.text + last.separator + part.text, part.separator)
        else:
            packed.append(part)
    packed[-1] = Piece(packed[-1].text, packed[-1].separator + separator)
    return [smaller for piece in packed for smaller in _cut(piece.text, piece.separator, limit, level + 1)]


def _split(text: str, cut: re.Pattern[str]) -> list[Piece]:
    parts: list[Piece] = []
    start = 0
    for match in cut.finditer(text):
        if match.end() == len(text):
            break
        if match.end() > start:
            parts.append(Piece(text[start : match.start()], match.group()))
            start = match.end()
    return [*parts, Piece(text[start:], "")]


def _cut_word(word: str, separator: str, limit: int) -> list[Piece]:
    cut: list[Piece] = []
    start = 0
    while _size(word[start:]) > limit:
        longest = _longest_that_fits(word, start, limit)
        end = longest
        while end > start and _joins_what_is_before(word[end], word[end - 1]):
            end -= 1
        if end == start:  # one cluster of marks, longer than the limit
            end = longest
        cut.append(Piece(word[start:end], ""))
        start = end
    return [*cut, Piece(word[start:], separator)]


def _longest_that_fits(word: str, start: int, limit: int) -> int:
    end, size = start, 0
    while (size := size + _size(word[end])) <= limit:
        end += 1
    return end


def _joins_what_is_before(character: str, before: str) -> bool:
    zero_width_joiner = "\u200d"
    return unicodedata.category(character).startswith("M") or zero_width_joiner in (character, before)


def _size(text: str) -> int:
    return len(text.encode())
