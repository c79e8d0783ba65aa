"""The whole record of a crime as one page that a person can keep: readable without a network, by a screen reader, in
print. Pure; everything that people wrote is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Final

from harbour.portal.model import Case, Letter, Meeting, Moment, Sent, moment_in_words

NAME: Final = "record.html"
"""A neutral name: it stands in the list of downloads."""

_STYLE: Final = (
    "body{margin:0 auto;max-width:44em;padding:1em;font:1.1em/1.5 sans-serif;color:#0b0c0c;background:#fff}"
    "h1,h2,h3{line-height:1.25}article{margin:0 0 1.5em;padding:0 0 0 1em;border-left:4px solid #b1b4b6;"
    "break-inside:avoid}p{white-space:pre-wrap;overflow-wrap:anywhere}time,.quiet{color:#505a5f}"
    "code{overflow-wrap:anywhere;font-size:.85em}dt{font-weight:bold}dd{margin:0 0 .5em}"
    "@media(prefers-color-scheme:dark){body{color:#fff;background:#0b0c0c}time,.quiet{color:#b1b4b6}}"
)

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "fa-AF", "he", "ps", "ur", "sd", "ckb", "ug", "yi", "dv"})


def page(case: Case, sent: Sequence[Sent], force: str, made_at: datetime, words: Mapping[str, str]) -> str:
    """The document. ``words`` are the headings in the reader's language."""
    language = case.language
    body = [
        f"<h1>{escape(words['title'])}</h1>",
        _facts(case, force, made_at, words),
        _part(words["happened"], (_moment(one, language, words) for one in case.timeline), words),
        _part(words["messages"], (_letter(one, language, words) for one in case.messages), words),
        _part(words["appointments"], (_meeting(one, language, words) for one in case.appointments), words),
        _part(words["sent"], (_sent(one, language, words) for one in sent), words),
    ]
    # The page's own words are English where nobody wrote them in the reader's language; the content says its own.
    return (
        f'<!doctype html><html lang="{escape(language)}" dir="{_direction(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">"
        f"<title>{escape(words['title'])}</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>"
    )


def _facts(case: Case, force: str, made_at: datetime, words: Mapping[str, str]) -> str:
    officer = case.officer
    facts = [
        (words["force"], force),
        (words["reference"], case.reference),
        (words["crime"], case.title),
        (words["reported"], moment_in_words(case.reported_at, case.language)),
        (words["status"], f"{case.status.label}. {case.status.text}"),
        (
            words["officer"],
            ", ".join(x for x in (officer.name, officer.collar, officer.station) if x) if officer else "",
        ),
        (words["made"], moment_in_words(made_at, case.language)),
    ]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts if value)
    note = f'<p class="quiet">{escape(words["machine"])}</p>' if case.translated_by_machine else ""
    return f"<dl>{rows}</dl>{note}"


def _part(heading: str, entries: Iterable[str], words: Mapping[str, str]) -> str:
    inside = "".join(entries) or f"<p>{escape(words['nothing'])}</p>"
    return f"<section><h2>{escape(heading)}</h2>{inside}</section>"


def _moment(one: Moment, language: str, words: Mapping[str, str]) -> str:
    right = f'<p class="quiet">{escape(words["right"])} {one.right.number}: {escape(one.right.name)}</p>' if (
        one.right
    ) else ""  # fmt: skip
    return _article(one.title, one.at, language, f"<p>{escape(one.text)}</p>{right}")


def _letter(one: Letter, language: str, words: Mapping[str, str]) -> str:
    who = words["you"] if one.mine else one.name or words["police"]
    put = (
        f'<p class="quiet">{escape(words["machine"])}</p><p lang="{escape(one.translation.language)}" dir="auto">'
        f"{escape(one.translation.text)}</p>"
        if one.translation
        else ""
    )
    return _article(who, one.at, language, f'<p dir="auto">{escape(one.text)}</p>{put}')


def _meeting(one: Meeting, language: str, words: Mapping[str, str]) -> str:
    state = f'<p class="quiet">{escape(words["state_" + one.state])}</p>'
    return _article(one.what or words["appointment"], one.at, language, f"<p>{escape(one.where)}</p>{state}")


def _sent(one: Sent, language: str, words: Mapping[str, str]) -> str:
    said = f'<p dir="auto">{escape(one.text)}</p>' if one.text else ""
    proof = f"SHA-256 <code>{escape(one.sha256)}</code>" if one.sha256 else ""
    facts = f"{escape(words['sent_' + one.state])} · {escape(one.type)}, {one.version} {proof}"
    return _article(words[f"by_{one.channel}"], one.at, language, f'{said}<p class="quiet">{facts}</p>')


def _article(heading: str, at: datetime, language: str, inside: str) -> str:
    stamp = escape(at.isoformat())
    return (
        f'<article><h3>{escape(heading)}</h3><time datetime="{stamp}">'
        f"{escape(moment_in_words(at, language))}</time>{inside}</article>"
    )


def _direction(language: str) -> str:
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"
