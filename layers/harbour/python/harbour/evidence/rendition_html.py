"""The transcript as one HTML file: no script, nothing loaded from anywhere, good on a screen and on paper.

Whatever a person typed, or a machine translated, is text and nothing else: it passes through :func:`_escaped` on every
path. Each text is laid out by itself (``bdi``, ``dir``), so that a right-to-left sentence cannot reorder its
neighbours.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Final

from harbour.evidence.rendition import NOTES, TITLE, Cell, Row, Transcript
from harbour.evidence.visible import Kind, language_tag, pieces

CONTENT_SECURITY_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 72rem; background: #fff; color: #0b0c0c;
  font: 1rem/1.5 "Noto Sans", "Segoe UI", Arial, "Noto Sans Arabic", "Noto Sans Gurmukhi", "Noto Sans Bengali",
  "Noto Sans SC", "Microsoft YaHei", "Nirmala UI", sans-serif; }
header { border-bottom: 3px solid #0b0c0c; margin-bottom: 1.5rem; }
header p { margin: 0; color: #383f43; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: .25rem 0 .75rem; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
.facts { border-collapse: collapse; width: 100%; }
.facts th, .facts td { text-align: start; vertical-align: top; padding: .3rem .75rem .3rem 0;
  border-bottom: 1px solid #b1b4b6; }
.facts th { width: 17rem; font-weight: 600; }
.facts td { overflow-wrap: anywhere; }
.notes { padding-inline-start: 1.25rem; color: #383f43; font-size: .9375rem; }
.record { border-collapse: collapse; width: 100%; table-layout: fixed; }
.record > thead th { text-align: start; padding: .4rem .6rem; border-bottom: 2px solid #0b0c0c; font-size: .9375rem; }
.record > thead th:first-child { width: 15rem; }
.record > tbody > tr > * { vertical-align: top; text-align: start; padding: .6rem; border-bottom: 1px solid #b1b4b6;
  overflow-wrap: anywhere; }
.record > tbody > tr > th { font-weight: 400; font-size: .8125rem; line-height: 1.4; color: #383f43; }
.record > tbody > tr > th strong { display: block; font-size: .9375rem; color: #0b0c0c; }
tr.event > * { background: #f3f2f1; }
tr.officer > th { border-inline-start: 4px solid #1d70b8; }
tr.visitor > th { border-inline-start: 4px solid #0b0c0c; }
tr.system > th { border-inline-start: 4px solid #b1b4b6; }
.heading { margin: 0 0 .2rem; font-size: .8125rem; line-height: 1.4; color: #383f43; }
.machine { font-style: italic; }
.text { margin: 0; white-space: pre-wrap; unicode-bidi: isolate; contain: paint; }
.text[lang|=ur], .text[lang|=pnb] { font-family: "Noto Nastaliq Urdu", "Noto Sans Arabic", Arial, sans-serif;
  line-height: 2.2; }
.text + .heading, .note + .heading { margin-top: .8rem; }
.note { margin: .2rem 0 0; font-size: .8125rem; color: #383f43; }
.hidden { border: 1px solid #942514; color: #942514; background: #fff; border-radius: 2px; padding: 0 .2em;
  font: .75em/1.2 monospace; white-space: nowrap; unicode-bidi: isolate; direction: ltr; display: inline-block; }
.detail { font: .8125rem/1.4 monospace; margin: .3rem 0 0; white-space: pre-wrap; }
footer { margin-top: 2rem; border-top: 1px solid #b1b4b6; padding-top: .5rem; font-size: .8125rem; color: #383f43;
  overflow-wrap: anywhere; }
@media screen and (max-width: 48rem) {
  body { padding: 1rem .75rem 3rem; }
  .facts th { width: 40%; }
  .record > thead th:first-child { width: 28%; }
  .record > tbody > tr > *, .record > thead th { padding: .5rem .35rem; }
}
@page { size: A4; margin: 16mm 14mm 18mm;
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif; } }
@media print {
  :root { font-size: 9.5pt; }
  body { padding: 0; max-width: none; }
  .record > thead { display: table-header-group; }
  .record > thead th:first-child { width: 47mm; }
  tr.event, .record > tbody > tr > th { break-inside: avoid; }
  tr.event > * { background: none; }
}
"""


def render(transcript: Transcript) -> bytes:
    """The whole file, UTF-8. The same transcript always gives the same bytes."""
    return "".join(_page(transcript)).encode("utf-8")


def _page(transcript: Transcript) -> Iterator[str]:
    yield (
        '<!DOCTYPE html>\n<html lang="en-GB" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{TITLE} {_plain(transcript.conversation)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )
    yield f"<header>\n<p>{_escaped(transcript.force_name)}</p>\n<h1>{TITLE}</h1>\n</header>\n<main>\n"
    yield '<table class="facts">\n<tbody>\n'
    for label, value in transcript.facts:
        yield f'<tr><th scope="row">{_escaped(label)}</th><td><bdi>{_escaped(value)}</bdi></td></tr>\n'
    yield '</tbody>\n</table>\n<h2>About this document</h2>\n<ul class="notes">\n'
    for note in NOTES:
        yield f"<li>{_escaped(note)}</li>\n"
    yield "</ul>\n<h2>The conversation</h2>\n"
    yield (
        '<table class="record">\n<thead>\n<tr><th scope="col">Number, who and when</th>'
        '<th scope="col">Original</th><th scope="col">Translation</th></tr>\n</thead>\n<tbody>\n'
    )
    for row in transcript.rows:
        yield from _row(row)
    yield (
        "</tbody>\n</table>\n</main>\n<footer>\n"
        f"<p>Conversation {_plain(transcript.conversation)}. End of the record: {len(transcript.rows)} events. "
        f"Hash of the last event (SHA-256): {_plain(transcript.head)}. How to check this document: README.txt.</p>\n"
        "</footer>\n</body>\n</html>\n"
    )


def _row(row: Row) -> Iterator[str]:
    party = row.party if row.party in {"visitor", "officer"} else "system"
    kind = party if row.original else f"event {party}"
    yield (
        f'<tr class="{kind}" id="event-{row.seq}"><th scope="row">'
        f"<strong>{row.seq}. <bdi>{_escaped(row.who)}</bdi></strong>"
        f"{_plain(row.utc)}<br>{_plain(row.london)}</th>"
    )
    if row.original is None:
        yield f'<td colspan="2"><p class="text">{_escaped(row.sentence)}</p>{_detail(row)}</td></tr>\n'
        return
    yield f"<td>{_cell(row.original)}{_detail(row)}</td><td>"
    if row.translations:
        yield "".join(_cell(cell, machine=True) for cell in row.translations)
    else:
        yield '<p class="heading">No translation was recorded.</p>'
    yield "</td></tr>\n"


def _cell(cell: Cell, *, machine: bool = False) -> str:
    heading = f'<p class="heading{" machine" if machine else ""}">{_escaped(cell.heading)}</p>'
    tag = language_tag(cell.language)
    language = f' lang="{_plain(tag)}"' if tag else ""
    text = f'<p class="text" dir="{cell.direction}"{language}>{_escaped(cell.text)}</p>' if cell.text else ""
    note = f'<p class="note">{_escaped(cell.note)}</p>' if cell.note else ""
    return heading + text + note


def _detail(row: Row) -> str:
    if not row.detail:
        return ""
    return f'<p class="heading">Also recorded:</p><p class="detail" dir="ltr">{_escaped(row.detail)}</p>'


def _escaped(text: str) -> str:
    """Text as text: markup characters escaped, hidden characters shown by their code point."""
    return "".join(
        f'<span class="hidden" title="{_plain(piece.name)}">{piece.text}</span>'
        if piece.kind is Kind.HIDDEN
        else "\n"
        if piece.kind is Kind.NEWLINE
        else _plain(piece.text)
        for piece in pieces(text)
    )


def _plain(text: str) -> str:
    return html.escape(text, quote=True)
