"""The transcript as PDF: archival (PDF/A-2a) and accessible (PDF/UA-1), set by Typst from ``transcript.typ``.

PDF/A allows no missing glyph, and sealing must never fail because of what somebody typed. So a character that no font
at hand can print, or a mark that no font can set on its letter, is shown by its code point; and should the typesetter
still refuse a text, that text is spelled out. Nor because of how much somebody typed: what is too long to be set within
the memory of the function is left to the HTML file, and the PDF says so.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

import typst

from harbour.evidence.fonts import widths
from harbour.evidence.reading import MAX_FILE_BYTES
from harbour.evidence.rendition import NOTES, TITLE, Cell, Row, Transcript
from harbour.evidence.visible import Kind, code_point, language_tag, pieces
from harbour.translation.model import canonical as our_tag

STANDARDS: Final = ("a-2a", "ua-1")

_TEMPLATE: Final = Path(__file__).with_name("transcript.typ")

_PLAIN, _NASTALIQ, _KOREAN = "plain", "nastaliq", "korean"

# Urdu and Punjabi of Pakistan are read in Nastaliq; Korean prefers its own shapes of Chinese characters.
_SCRIPTS: Final = {"ur": _NASTALIQ, "pnb": _NASTALIQ, "ko": _KOREAN}
_FIRST: Final = {_PLAIN: (), _NASTALIQ: ("Noto Nastaliq Urdu",), _KOREAN: ("Noto Sans KR",)}
_BODY_FAMILY: Final = "Noto Sans"
_LAST_FAMILIES: Final = ("Noto Sans SC", "Noto Sans KR", "Noto Nastaliq Urdu", "Noto Emoji")

_WIDEST_WORD: Final = 17.0
"""Em that surely fit into a column of the template (18.9 em wide). A longer word gets places to break."""

# A place to break, set as an empty space: a zero-width space would become part of the text that one searches or copies.
_BREAK: Final = ("break", "")
_VIRAMA: Final = 9  # its canonical combining class: the next letter is joined to this one

Inline: TypeAlias = list[tuple[str, str]]

MOST: Final = 1_200_000
"""Letters of one document. Measured with Typst 0.15: a letter takes up to 0.7 KB of memory and 53 bytes of the file
(Arabic), so this stays below 1 GB and 64 MB; an event, a box and a line of its own cost as much as so many letters."""

_EVENT, _BOX = 200, 5

_LONG: Final = 200_000
_REMEMBERED: Final = 10  # documents during which Typst keeps what it set, in case that it is set again

_TOO_LONG: Final = (
    "This conversation is too long to be printed. data/transcript.html shows all of it, for a browser, and "
    "data/events.jsonl is the record. Both are bound by the same signature as this document."
)


class PdfPrinter:
    """Sets transcripts. Fonts are read at the first use and kept.

    Parameters
    ----------
    fonts
        folder of the ``.ttf`` files that ``layers/fonts/build.py`` fills. No other font is ever used.
    """

    def __init__(self, fonts: Path) -> None:
        self._folder = fonts

    def render(self, transcript: Transcript, closed_at: datetime) -> bytes:
        """The PDF. The same transcript and time always give the same bytes.

        Raises
        ------
        harbour.evidence.fonts.Unreadable
            If the folder holds no fonts.
        typst.TypstError
            If even plain ASCII cannot be set.
        """
        pdf, _ = self.typeset(transcript, closed_at)
        return pdf

    def typeset(self, transcript: Transcript, closed_at: datetime) -> tuple[bytes, list[str]]:
        """The PDF with the typesetter's warnings, which concern looks only (a test asserts that there are none)."""
        letters = _letters(transcript)
        if letters <= MOST:
            pdf, warnings = self._typeset(transcript, closed_at)
            if letters > _LONG:
                self._forget()
            if len(pdf) <= MAX_FILE_BYTES:
                return pdf, warnings
        return self._typeset(replace(transcript, rows=()), closed_at, _TOO_LONG)

    def _typeset(self, transcript: Transcript, closed_at: datetime, notice: str = "") -> tuple[bytes, list[str]]:
        try:
            return self._compile(self._document(transcript, closed_at, frozenset(), notice), closed_at)
        except typst.TypstError:
            refused = frozenset(self._refused(sorted(set(_texts(transcript))), closed_at))
            return self._compile(self._document(transcript, closed_at, refused, notice), closed_at)

    def _forget(self) -> None:
        """Else two long documents would need the memory of both."""
        for _ in range(_REMEMBERED + 1):
            typst.compile(b"", font_paths=self._fonts, ignore_system_fonts=True)

    @cached_property
    def _fonts(self) -> typst.Fonts:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(self._folder)])

    @cached_property
    def _coverage(self) -> Sequence[Mapping[int, float]]:
        return widths(self._folder)

    @cached_property
    def _width(self) -> Mapping[int, float]:
        """The widest form of each character that can be printed, in em."""
        widest: dict[int, float] = {}
        for font in self._coverage:
            for character, width in font.items():
                widest[character] = max(width, widest.get(character, 0.0))
        return widest

    @cached_property
    def _families(self) -> Mapping[str, list[str]]:
        present = self._fonts.families()
        middle = sorted(f for f in present if f not in {_BODY_FAMILY, *_LAST_FAMILIES})
        order = [f for f in (_BODY_FAMILY, *middle, *_LAST_FAMILIES) if f in present]
        return {
            script: [*(f for f in first if f in present), *(f for f in order if f not in first)]
            for script, first in _FIRST.items()
        }

    def _compile(self, document: dict[str, Any], closed_at: datetime) -> tuple[bytes, list[str]]:
        pdf, warnings = typst.compile_with_warnings(
            _TEMPLATE.read_bytes(),
            font_paths=self._fonts,
            ignore_system_fonts=True,
            sys_inputs={"transcript": json.dumps(document)},
            pdf_standards=list(STANDARDS),
            timestamp=int(closed_at.timestamp()),
        )
        return pdf, [warning.message for warning in warnings]

    def _refused(self, texts: Sequence[str], closed_at: datetime) -> Iterator[str]:
        """The texts that the typesetter cannot set, found by halving."""
        probe = _probe(texts)
        try:
            self._compile(self._document(probe, closed_at, frozenset()), closed_at)
        except typst.TypstError:
            if len(texts) == 1:
                yield texts[0]
                return
            half = len(texts) // 2
            yield from self._refused(texts[:half], closed_at)
            yield from self._refused(texts[half:], closed_at)

    def _document(
        self, transcript: Transcript, closed_at: datetime, refused: frozenset[str], notice: str = ""
    ) -> dict[str, Any]:
        """What the template gets; a notice stands in place of the conversation."""

        def inline(text: str) -> Inline:
            return _spelled(text) if text in refused else list(self._inline(text))

        def cell(cell: Cell) -> dict[str, Any]:
            tag = language_tag(cell.language)
            return {
                "heading": inline(cell.heading),
                "text": inline(cell.text),
                "lang": tag.partition("-")[0].lower() if tag else "und",
                "script": _SCRIPTS.get(our_tag(cell.language), _PLAIN) if cell.language else _PLAIN,
                "direction": cell.direction,
                "note": inline(cell.note),
            }

        def row(row: Row) -> dict[str, Any]:
            return {
                "seq": row.seq,
                "who": inline(row.who),
                "utc": row.utc,
                "london": row.london,
                "party": row.party if row.party in {"visitor", "officer"} else "system",
                "sentence": inline(row.sentence),
                "detail": inline(row.detail),
                "original": cell(row.original) if row.original else None,
                "translations": [cell(c) for c in row.translations],
            }

        at = closed_at.astimezone(UTC)
        return {
            "title": TITLE,
            "force_name": transcript.force_name,
            "force_name_pieces": inline(transcript.force_name),
            "conversation": transcript.conversation,
            "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
            "facts": [(label, inline(value)) for label, value in transcript.facts],
            "notes": [inline(note) for note in NOTES],
            "rows": [row(r) for r in transcript.rows],
            "notice": notice,
            "head": transcript.head,
            "fonts": self._families,
        }

    def _inline(self, text: str) -> Iterator[tuple[str, str]]:
        for piece in pieces(text):
            if piece.kind is Kind.TEXT:
                yield from self._set(piece.text.replace("\t", "    "))
            else:
                yield piece.kind.value, piece.text

    def _set(self, text: str) -> Iterator[tuple[str, str]]:
        """Text in runs that can be printed, with the code points of what cannot."""
        run = ""
        for cluster in _clusters(text):
            shown, spelled = self._shown(cluster)
            run += shown
            if spelled:
                yield from self._breakable(run)
                run = ""
                yield from ((Kind.HIDDEN.value, code_point(character)) for character in spelled)
        yield from self._breakable(run)

    def _shown(self, cluster: str) -> tuple[str, str]:
        """What of a letter with its marks one font can print, and what must be spelled."""
        letter, marks = cluster[0], cluster[1:]
        if ord(letter) not in self._width and letter not in _JOINERS:
            return "", cluster
        if not marks:
            return cluster, ""
        wanted = {ord(c) for c in cluster if c not in _JOINERS}
        if any(wanted <= font.keys() for font in self._coverage):
            return cluster, ""
        return letter, marks

    def _breakable(self, text: str) -> Iterator[tuple[str, str]]:
        """``text`` with places to break in words that no column could hold: else their end would be cut off."""
        start, width = 0, 0.0
        for place, character in enumerate(text):
            width += self._width.get(ord(character), 0.0)
            if character.isspace() or unicodedata.east_asian_width(character) in "WF":
                width = 0.0
            elif width > _WIDEST_WORD and place > start and _may_break(text[place - 1], character):
                yield Kind.TEXT.value, text[start:place]
                yield _BREAK
                start, width = place, self._width.get(ord(character), 0.0)
        if text[start:]:
            yield Kind.TEXT.value, text[start:]


_JOINERS: Final = frozenset("\u200c\u200d\ufe0e\ufe0f")


def _clusters(text: str) -> Iterator[str]:
    """Letters with the combining marks that follow them."""
    start = 0
    for place, character in enumerate(text):
        if place > start and not unicodedata.category(character).startswith("M"):
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between the two without tearing a letter apart."""
    return (
        not unicodedata.category(after).startswith("M")
        and after not in _JOINERS
        and before not in _JOINERS
        and unicodedata.combining(before) != _VIRAMA
    )


def _spelled(text: str) -> Inline:
    """``text`` with every character beyond ASCII shown by its code point."""
    return [
        (Kind.TEXT.value, character)
        if character.isascii() and character.isprintable()
        else (Kind.NEWLINE.value, "")
        if character == "\n"
        else (Kind.HIDDEN.value, code_point(character))
        for character in text
    ]


def _texts(transcript: Transcript) -> Iterator[str]:
    """Every text of the document that comes from a person, a machine translation or configuration."""
    yield transcript.force_name
    for _, value in transcript.facts:
        yield value
    for row in transcript.rows:
        yield from (row.who, row.sentence, row.detail)
        for cell in (*((row.original,) if row.original else ()), *row.translations):
            yield from (cell.heading, cell.text, cell.note)


def _letters(transcript: Transcript) -> int:
    """How much was said and is to be set, in letters of plain text. Names, times and headings belong to an event."""
    return sum(
        _EVENT
        + sum(len(piece.text) if piece.kind is Kind.TEXT else _BOX for text in _said(row) for piece in pieces(text))
        for row in transcript.rows
    )


def _said(row: Row) -> Iterator[str]:
    yield from (row.sentence, row.detail)
    yield from (cell.text for cell in (*((row.original,) if row.original else ()), *row.translations))


def _probe(texts: Sequence[str]) -> Transcript:
    """A document of these texts alone."""
    return Transcript(
        force_name="",
        conversation="",
        facts=(),
        rows=tuple(Row(1, "", "", "", "system", sentence=text) for text in texts),
        head="",
    )
