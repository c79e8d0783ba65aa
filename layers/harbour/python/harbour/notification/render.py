"""Message types with values put in: a text message, an e-mail, a page of the portal. Pure.

A value is never more than text: it cannot bring a link, a line or mark-up of its own into a message. The substitution
is our own and exact (a closed list of names), so that no text can hold a program.
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
from harbour.notification.catalogue import EXAMPLES, OPTIONAL, PLACEHOLDER, texts
from harbour.notification.model import MessageType

LONGEST_VALUE: Final = 200
LONGEST_IN_SMS: Final = 40
LONGEST_TEXT: Final = 4_000
"""Of ``text``, which only the portal shows."""

_LINKS: Final = frozenset({"link", "portal"})
"""Values that are addresses of ours. In every other value an address is broken apart."""

_OURS: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+")

_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")

_GREETED: Final = re.compile(r"\s*\{\{\s*name\s*\}\}(?=,)")

_PLACED: Final = re.compile(PLACEHOLDER.pattern + r"\.?")
"""A placeholder with the full stop after it: a value that ends with its own needs no second one."""

_ADDRESS: Final = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]*://\S*"
    r"|\b(?:mailto|tel|sms|javascript|data):\S*"
    r"|(?:[^\s@]+@)?\b[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:[:/?#]\S*)?"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b\S*"
)
"""What a phone or a mail program would make a link of."""


class UnknownPlaceholder(LookupError):
    """A text asks for a value that is not there, or that no text may ask for."""


class NotOurLink(UnknownPlaceholder):
    """What should be an address of ours is none."""


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
    """The message as it goes out. A sentence with an optional value that nobody gave is left out.

    Raises
    ------
    UnknownPlaceholder
        Another value is missing. Nothing is sent with a hole in it.
    NotOurLink
        ``link`` or ``portal`` is no web address.

    Example
    -------
    >>> from harbour.notification.catalogue import EXAMPLES, message_types
    >>> render(message_types()["sign_in_code"], Channel.SMS, "en", EXAMPLES).text
    'Your code is 482913. It works for 10 minutes. Do not share it.'
    """
    words = texts(found, language, enhanced=enhanced)
    if channel is Channel.SMS:
        return _rendered(channel, "", _filled(_kept(words.sms, values), values, LONGEST_IN_SMS), "")
    letter = _kept(words.email, values)
    subject, text = _filled(words.subject, values), _filled(letter, values)
    tag = language if language in found.texts else "en"
    return _rendered(channel, subject, text, _page(subject, letter, values, tag))


def portal_text(
    found: MessageType, language: str, values: Mapping[str, str], *, enhanced: bool = False
) -> tuple[str, str, str]:
    """Title, what happened, and what comes next, for the portal.

    A sentence whose value nobody gave is left out: the portal says what is known. Where nothing is left, the title
    says it.

    Raises
    ------
    UnknownPlaceholder
        A text asks for what no text may ask for.
    """
    words = texts(found, language, enhanced=enhanced)
    all_names = frozenset(EXAMPLES)

    def known(template: str) -> str:
        return _filled(_kept(template, values, all_names), values, LONGEST_TEXT)

    title = known(words.portal_title)
    return title, known(words.portal) or f"{title}.", known(words.portal_next)


def neutral(value: str, longest: int = LONGEST_VALUE) -> str:
    """A value as plain text in one line: no control characters, no address that a phone would make a link of."""
    flat = unicodedata.normalize("NFKC", value).replace("。", ".")
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in flat)
    line = " ".join("".join(c for c in visible if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")).split())
    return _ADDRESS.sub(_broken, line)[:longest].rstrip()


# -- means -----------------------------------------------------------------------------------------------------------


def _kept(template: str, values: Mapping[str, str], optional: frozenset[str] = OPTIONAL) -> str:
    """``template`` without the sentences whose optional values are missing; paragraphs stay."""
    if not values.get("name"):
        # A greeting without the name is still one.
        template = _GREETED.sub("", template)
    paragraphs = []
    for paragraph in template.split("\n\n"):
        sentences = _SENTENCE_END.split(paragraph)
        kept = [
            one
            for one in sentences
            if all(values.get(name) or name not in optional for name in PLACEHOLDER.findall(one))
        ]
        paragraphs.append(" ".join(kept))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _filled(template: str, values: Mapping[str, str], longest: int = LONGEST_VALUE) -> str:
    def value(match: re.Match[str]) -> str:
        stop = "." if match.group(0).endswith(".") else ""
        filled = _value(match.group(1), values, longest)
        return filled if filled.endswith((".", "!", "?")) else filled + stop

    return _PLACED.sub(value, template)


def _value(name: str, values: Mapping[str, str], longest: int) -> str:
    if name not in EXAMPLES or not values.get(name):
        raise UnknownPlaceholder(name)
    if name not in _LINKS:
        return neutral(values[name], LONGEST_TEXT if name == "text" else longest)
    if not _OURS.fullmatch(values[name]):
        raise NotOurLink(name)
    return values[name]


def _broken(found: re.Match[str]) -> str:
    return " ".join(re.sub(r"[.:/@?#\\]+", " ", found.group(0)).split())


def _page(subject: str, template: str, values: Mapping[str, str], language: str) -> str:
    """The e-mail as a page: one column, no image, nothing that is fetched, the reader's own colours and size."""
    paragraphs = "".join(f"<p>{_marked(paragraph, values)}</p>" for paragraph in template.split("\n\n"))
    return (
        f'<!doctype html><html lang="{language}" dir="ltr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{html.escape(subject)}</title></head>"
        '<body style="margin:0 auto;max-width:34em;padding:1em;font:1.1em/1.5 sans-serif">'
        f'<main><h1 style="font-size:1.2em">{html.escape(subject)}</h1>{paragraphs}</main></body></html>'
    )


def _marked(paragraph: str, values: Mapping[str, str]) -> str:
    parts: list[str] = []
    at = 0
    for match in _PLACED.finditer(paragraph):
        parts.append(html.escape(paragraph[at : match.start()]))
        filled = html.escape(_filled(match.group(0), values))
        parts.append(f'<a href="{filled}">{filled}</a>' if match.group(1) in _LINKS else filled)
        at = match.end()
    parts.append(html.escape(paragraph[at:]))
    return "".join(parts).replace("\n", "<br>")


def _rendered(channel: Channel, subject: str, text: str, page: str) -> Rendered:
    digest = hashlib.sha256("\0".join((channel.value, subject, text, page)).encode()).hexdigest()
    return Rendered(channel=channel, subject=subject, text=text, html=page, sha256=digest)
