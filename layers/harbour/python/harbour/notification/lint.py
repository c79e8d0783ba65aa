"""What the words of a message may be, as rules that a machine can check. Pure; tests run it over the whole catalogue.

A text message or an e-mail lies open on a phone that somebody else may hold: it says that there is something to read,
and nothing else. The portal says everything, in words for a reading age of 9 to 11. The words that each rule looks for
are data (``data/lint.json``).

How plain English is measured: the Flesch-Kincaid grade of a text (0.39 words per sentence + 11.8 syllables per word
- 15.59), which is years at school, so that grade 6 is age 11. Syllables are counted by groups of vowels. Some longer
words that the reader meets anyway (``familiar``: evidence, magistrates) count as two. A text of few words has a grade
that says little, so page and next step are measured together. For Welsh no such measure exists: only the length of its
sentences counts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from harbour.contact.model import Channel
from harbour.notification.catalogue import EXAMPLES, LANGUAGES, OPTIONAL, OUTSIDE, PLACEHOLDER
from harbour.notification.cost import encoding, parts
from harbour.notification.model import MessageType, Texts
from harbour.notification.render import UnknownPlaceholder, neutral, portal_text, render

HARDEST: Final = 6.0
"""Grade of English: 6 is a reading age of 11."""

LONGEST_SENTENCE: Final = 25
LONGEST_TITLE: Final = 60
MOST_PARTS: Final[Mapping[str, int]] = {"en": 1, "cy": 2}
EMAIL_SENTENCES: Final = range(2, 5)
MOST_PORTAL_SENTENCES: Final = 4
LAST_RIGHT: Final = 12

_OUTER: Final = ("sms", "subject", "email")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_ONE_LINE: Final = frozenset(Texts.__dataclass_fields__) - {"email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. ``where``: the type, its language and field, as one reads them in the file."""

    where: str
    rule: str
    detail: str


def lint(types: Iterable[MessageType], limits: Iterable[str]) -> tuple[Finding, ...]:
    """Everything that is wrong with these types.

    Parameters
    ----------
    limits
        Names of the time limits that exist.
    """
    every, known = list(types), frozenset(limits)
    found = [finding for one in every for finding in _of_type(one, known)]
    return (*found, *_alike(every))


def grade(text: str) -> float:
    """Flesch-Kincaid grade of an English text; a placeholder counts as one short word."""
    sentences = [_words(sentence) for sentence in _sentences(text)]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """About how many syllables an English word has; a familiar one at most two."""
    plain = word.lower().removesuffix("'s").strip("'")
    groups = len(re.findall(r"[aeiouy]+", plain))
    silent = re.search(r"[^aeiouylr]e$|[^aeiouytd]ed$|[^aeiouysxzcgh]es$", plain) is not None
    apart = len(re.findall(r"(?<![tscgx])i[ao]|(?<=[aeiouy])ing$", plain))
    count = max(1, groups + apart - (1 if silent and groups > 1 else 0))
    return min(count, 2) if plain in _list("familiar") or plain.removesuffix("s") in _list("familiar") else count


# -- rules -----------------------------------------------------------------------------------------------------------


def _of_type(one: MessageType, limits: frozenset[str]) -> Iterator[Finding]:
    yield from _law(one, limits)
    for enhanced, by_language in ((False, one.texts), (True, one.enhanced)):
        for language, texts in by_language.items():
            where = f"{one.key}/{language}{'/enhanced' if enhanced else ''}"
            wrong = list(_placeholders(where, texts))
            yield from wrong
            yield from _wording(where, language, texts)
            if not wrong:
                yield from _rendered(where, one, language, enhanced=enhanced)
        yield from _parity(one.key, by_language)


def _law(one: MessageType, limits: frozenset[str]) -> Iterator[Finding]:
    if not 0 <= one.right <= LAST_RIGHT:
        yield Finding(where=one.key, rule="right", detail=f"the Victims' Code has no right {one.right}")
    if one.limit and one.limit not in limits:
        yield Finding(where=one.key, rule="limit", detail=f"no time limit {one.limit}")
    if one.limit and not one.statutory:
        yield Finding(where=one.key, rule="limit", detail="a time limit, yet not statutory")
    if one.statutory and not one.right:
        yield Finding(where=one.key, rule="right", detail="statutory under no right")
    if not one.channels:
        yield Finding(where=one.key, rule="channels", detail="no channel")


def _placeholders(where: str, texts: Texts) -> Iterator[Finding]:
    for field in Texts.__dataclass_fields__:
        text: str = getattr(texts, field)
        names = PLACEHOLDER.findall(text)
        for name in names:
            if name not in EXAMPLES:
                yield _finding(where, field, "unknown_placeholder", name)
            elif field in _OUTER and name not in OUTSIDE:
                yield _finding(where, field, "misplaced_placeholder", f"{name} belongs into the portal")
            elif field in ("subject", "portal_title"):
                yield _finding(where, field, "misplaced_placeholder", f"{name}: this line has no values")
        if re.search(r"[{}]|\(\(|\)\)", PLACEHOLDER.sub("", text)):
            yield _finding(where, field, "unknown_placeholder", "braces that are no placeholder")


def _wording(where: str, language: str, texts: Texts) -> Iterator[Finding]:
    for field in Texts.__dataclass_fields__:
        text: str = getattr(texts, field)
        if field != "portal_next" and not text.strip():
            yield _finding(where, field, "empty", "no text")
        if text != text.strip() or "  " in text or (field in _ONE_LINE and "\n" in text):
            yield _finding(where, field, "form", "space or a line too many")
        if re.search(r"</?[a-z]|&\w+;|\*\*|\]\(|[\x00-\x09\x0b-\x1f\x7f]", text):
            yield _finding(where, field, "form", "mark-up or a control character")
        for word in _seen(text, "jargon") + _seen(text, "blame"):
            yield _finding(where, field, "plain_words", word)
        for sentence in _sentences(text):
            if len(_words(sentence)) > LONGEST_SENTENCE:
                yield _finding(where, field, "long_sentence", sentence)
    for field in _OUTER:
        yield from _links(where, field, getattr(texts, field))
    if language == "en":
        for field, text in (("portal", f"{texts.portal} {texts.portal_next}"), ("email", texts.email)):
            if grade(text) > HARDEST:
                yield _finding(where, field, "reading_age", f"grade {grade(text):.1f}")
    yield from _lengths(where, texts)


def _lengths(where: str, texts: Texts) -> Iterator[Finding]:
    if len(texts.portal_title) > LONGEST_TITLE:
        yield _finding(where, "portal_title", "too_long", f"{len(texts.portal_title)} characters")
    letter = [one for one in _sentences(texts.email) if not one.endswith(",")]
    if len(letter) not in EMAIL_SENTENCES:
        yield _finding(where, "email", "too_long", f"{len(letter)} sentences besides the greeting")
    for field in ("portal", "portal_next"):
        if (count := len(_sentences(getattr(texts, field)))) > MOST_PORTAL_SENTENCES:
            yield _finding(where, field, "too_long", f"{count} sentences")


def _links(where: str, field: str, text: str) -> Iterator[Finding]:
    if neutral(text, len(text) + 1) != " ".join(text.split()):
        yield _finding(where, field, "link", "an address that is not the portal's")
    if re.search(r"\+?\d[\d\s-]{6,}", text):
        yield _finding(where, field, "link", "a telephone number")
    if sum(name in ("portal", "link") for name in PLACEHOLDER.findall(text)) > 1:
        yield _finding(where, field, "link", "two links")


def _rendered(where: str, one: MessageType, language: str, *, enhanced: bool) -> Iterator[Finding]:
    """What shows only when values are in: with all of them, and with none that may be missing."""
    # An address of our own may hold any letters: a force chooses it, and it is not what this looks at.
    full = {**EXAMPLES, "portal": _as_long("portal"), "link": _as_long("link")}
    bare = {name: full[name] for name in OUTSIDE - OPTIONAL - {"name"}}
    for values in (full, bare):
        for channel in sorted(one.channels):
            try:
                made = render(one, channel, language, values, enhanced=enhanced)
            except UnknownPlaceholder as missing:
                yield _finding(where, channel.value, "unknown_placeholder", str(missing))
                continue
            field = "sms" if channel is Channel.SMS else "email"
            for word in _seen(f"{made.subject}\n{made.text}", "revealing"):
                yield _finding(where, field, "revealing", word)
            if channel is Channel.SMS:
                yield from _sms(where, language, made.text)
    title, page, _ = portal_text(one, language, {}, enhanced=enhanced)
    if not title or not page:
        yield _finding(where, "portal", "empty", "says nothing where the crime system gave no details")


def _as_long(name: str) -> str:
    return f"https://{'x' * (len(EXAMPLES[name]) - len('https://'))}"


def _sms(where: str, language: str, text: str) -> Iterator[Finding]:
    if parts(text) > MOST_PARTS[language]:
        yield _finding(where, "sms", "sms_parts", f"{parts(text)} parts, {len(text)} characters, {encoding(text)}")
    if language == "en" and encoding(text) != "gsm0338":
        yield _finding(where, "sms", "sms_parts", "a letter outside the GSM alphabet")


def _parity(key: str, by_language: Mapping[str, Texts]) -> Iterator[Finding]:
    """Both languages say the same, and are two."""
    if not by_language:
        return
    if set(by_language) != set(LANGUAGES):
        yield Finding(where=key, rule="languages", detail=f"only {', '.join(sorted(by_language))}")
        return
    one, other = (by_language[language] for language in LANGUAGES)
    for field in Texts.__dataclass_fields__:
        mine, theirs = getattr(one, field), getattr(other, field)
        if set(PLACEHOLDER.findall(mine)) != set(PLACEHOLDER.findall(theirs)):
            yield _finding(key, field, "languages", "other values in the other language")
        if mine and mine == theirs:
            yield _finding(key, field, "languages", "the same words in both languages")


def _alike(types: list[MessageType]) -> Iterator[Finding]:
    """Texts may not all look the same: the reader should see from one whether it can wait."""
    most = max(20, len(types) // 4)
    for text, count in Counter(one.texts["en"].sms for one in types).items():
        if count > most:
            yield Finding(where="catalogue", rule="alike", detail=f"{count} types have the text: {text}")


# -- words -----------------------------------------------------------------------------------------------------------


def _finding(where: str, field: str, rule: str, detail: str) -> Finding:
    return Finding(where=f"{where}/{field}", rule=rule, detail=detail)


def _sentences(text: str) -> list[str]:
    return [one for one in _SENTENCE_END.split(text) if re.search(r"\w", one)]


def _words(sentence: str) -> list[str]:
    return re.findall(r"[^\W\d_][\w'-]*|\d+", PLACEHOLDER.sub("it", sentence))


def _seen(text: str, name: str) -> list[str]:
    """Listed words that ``text`` holds. ``*`` at a word's end stands for any ending."""
    return sorted({found.group(0).lower() for found in _pattern(name).finditer(text)})


@cache
def _pattern(name: str) -> re.Pattern[str]:
    forms = (re.escape(word).replace(r"\*", r"\w*") for word in sorted(_list(name)))
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(forms)})(?!\w)")


@cache
def _list(name: str) -> frozenset[str]:
    lists: dict[str, list[str]] = json.loads(
        resources.files("harbour.notification").joinpath("data", "lint.json").read_text("utf-8")
    )["lists"]
    return frozenset(lists[name])
