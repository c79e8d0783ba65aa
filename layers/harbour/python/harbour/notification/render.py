"""Message types with values put in: a text message, an e-mail, a page of the portal. Pure.

A value is never more than text: it cannot bring a link, a line or mark-up of its own into a message.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from harbour.contact.model import Channel
from harbour.notification.catalogue import EXAMPLES, PLACEHOLDER, texts
from harbour.notification.model import MessageType

LONGEST_VALUE: Final = 200
LONGEST_TEXT: Final = 4_000
"""Of ``text``, which only the portal shows."""

_LINKS: Final = frozenset({"link", "portal"})
"""Values that are addresses of ours. In every other value an address is broken apart."""

_ADDRESS: Final = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|uk|io|ly)\b\S*"
)


class UnknownPlaceholder(LookupError):
    """A text asks for a value that is not there, or that no text may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What is sent. ``sha256`` is over channel, subject, text and html: the record keeps it."""

    channel: Channel
    subject: str
    text: str
    html: str
    sha256: str


def render(
    found: MessageType, channel: Channel, language: str, values: Mapping[str, str], *, enhanced: bool = False
) -> Rendered:
    """The message as it goes out.

    Raises
    ------
    UnknownPlaceholder
        A value is missing. Nothing is sent with a hole in it.
    """
    words = texts(found, language, enhanced=enhanced)
    if channel is Channel.SMS:
        return _rendered(channel, "", _filled(words.sms, values), "")
    subject, text = _filled(words.subject, values), _filled(words.email, values)
    tag = language if language in found.texts else "en"
    return _rendered(channel, subject, text, _letter(subject, words.email, values, tag))


def portal_text(
    found: MessageType, language: str, values: Mapping[str, str], *, enhanced: bool = False
) -> tuple[str, str, str]:
    """Title, what happened, and what comes next, for the portal.

    A sentence whose value nobody gave is left out: the portal says what is known.
    """
    words = texts(found, language, enhanced=enhanced)
    title = _known(words.portal_title, values) or words.portal_title.partition("{{")[0].strip(" :,–")
    return title, _known(words.portal, values), _known(words.portal_next, values)


def _known(template: str, values: Mapping[str, str]) -> str:
    sentences = re.split(r"(?<=[.!?])\s+", template)
    kept = [one for one in sentences if all(values.get(name) for name in PLACEHOLDER.findall(one))]
    return _filled(" ".join(kept), values, longest=LONGEST_TEXT)


def _filled(template: str, values: Mapping[str, str], longest: int = LONGEST_VALUE) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in EXAMPLES or not values.get(name):
            raise UnknownPlaceholder(name)
        return values[name] if name in _LINKS else neutral(values[name], LONGEST_TEXT if name == "text" else longest)

    return PLACEHOLDER.sub(value, template)


def neutral(value: str, longest: int = LONGEST_VALUE) -> str:
    """A value as plain text in one line: no control characters, no address that a phone would make a link of."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in value)
    line = " ".join("".join(c for c in visible if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")).split())
    return _ADDRESS.sub(lambda found: found.group(0).replace(".", " ").replace("://", " "), line)[:longest]


def _letter(subject: str, template: str, values: Mapping[str, str], language: str) -> str:
    """The e-mail as a page: one column, no image, nothing that is fetched, readable by every screen reader."""
    paragraphs = []
    for paragraph in template.split("\n\n"):
        parts: list[str] = []
        at = 0
        for match in PLACEHOLDER.finditer(paragraph):
            parts.append(html.escape(paragraph[at : match.start()]))
            filled = html.escape(_filled(match.group(0), values))
            parts.append(f'<a href="{filled}">{filled}</a>' if match.group(1) in _LINKS else filled)
            at = match.end()
        parts.append(html.escape(paragraph[at:]))
        paragraphs.append(f"<p>{''.join(parts)}</p>".replace("\n", "<br>"))
    return (
        f'<!doctype html><html lang="{language}" dir="ltr"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(subject)}</title></head>'
        '<body style="margin:0 auto;max-width:34em;padding:1em;font:1.1em/1.5 sans-serif;'
        'color:#0b0c0c;background:#fff">'
        f"<main>{''.join(paragraphs)}</main></body></html>"
    )


def _rendered(channel: Channel, subject: str, text: str, page: str) -> Rendered:
    digest = hashlib.sha256("\0".join((channel.value, subject, text, page)).encode()).hexdigest()
    return Rendered(channel=channel, subject=subject, text=text, html=page, sha256=digest)
