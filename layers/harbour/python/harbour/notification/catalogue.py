"""The message types: data in ``data/messages/<stage>.json``, checked for their form when they are read.

A force switches stages and types off, and changes wording, in ``data/forces/<force>.json``; a changed text has a higher
version, and each message that was sent records type, version and the hash of what was sent. What the words may be is
for :mod:`harbour.notification.lint`, which tests run over everything here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from harbour.contact.model import Channel
from harbour.crime.model import Kind
from harbour.notification.model import MessageType, Texts

STAGES: Final = (
    "report", "allocation", "contact", "attendance", "evidence", "investigation", "suspect", "protection", "support",
    "charging", "court", "after", "closure", "service",
)  # fmt: skip

LANGUAGES: Final = ("en", "cy")

EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "force": "Eastshire Police",
        "name": "Alex",
        # As long as the real one: a token of 32 bytes.
        "link": "https://account.eastshire.example/portal/#i=pXw3Ud0Tq8vLr5Zk1NfYc7HbGmJ2sWaQeRtUiOpAsDf",
        "portal": "https://account.eastshire.example/portal/",
        "reference": "37/4821/26",
        "officer": "Amelia Hart",
        "collar": "4417",
        "station": "Northgate",
        "when": "Tuesday 8 December 2026 at 10:30 am",
        "where": "Northgate station",
        "what": "a visit to write down what happened",
        "outcome": "a community order of 12 months",
        "court": "Eastshire Magistrates' Court",
        "by": "Wednesday 23 December 2026",
        "code": "482913",
        "count": "3",
        "text": "Thank you for your message.",
    }
)
"""Every placeholder that a text may use, with an example value."""

OUTSIDE: Final = frozenset({"portal", "link", "code", "count", "by", "name"})
"""Placeholders that a text message or an e-mail may use: none of them says what it is about."""

OPTIONAL: Final = frozenset({"by"})
"""Outside the portal, a sentence goes without these; without any other value nothing is sent."""

NEEDED: Final = frozenset({"portal_invitation", "sign_in_code", "several_updates"})
"""No force can switch these off: without them nobody gets in, or gets too many messages."""

PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")

_FORCE: Final = re.compile(r"[a-z][a-z0-9-]*")
_TEXTS: Final = frozenset(Texts.__dataclass_fields__)
_ENTRY: Final = frozenset(
    {"key", "trigger", "audience", "channels", "statutory", "right", "limit", "pierces_quiet_hours", "texts"}
)


class BrokenCatalogue(ValueError):
    """A file of the catalogue has the wrong form; the message names file, type and field."""


@cache
def message_types(force: str = "") -> Mapping[str, MessageType]:
    """All types by key, as ``force`` uses them: without those that it switched off, with its own words.

    Raises
    ------
    BrokenCatalogue
    """
    return read(_documents(), _of_force(force))


def read(documents: Iterable[Mapping[str, Any]], own: Mapping[str, Any] | None = None) -> Mapping[str, MessageType]:
    """The types that ``documents`` hold, one document a stage, with what a force changes. Pure.

    Raises
    ------
    BrokenCatalogue
    """
    documents = list(documents)
    own = own or {}
    known = [entry["key"] for document in documents for entry in document["types"]]
    _check_own(own, {str(document["stage"]) for document in documents}, set(known))
    off = own.get("off", {})
    found: dict[str, MessageType] = {}
    for document in documents:
        stage, version = str(document["stage"]), int(document["version"])
        for entry in document["types"]:
            key = _checked(stage, entry)
            if key in found:
                raise BrokenCatalogue(f"{stage}: {key} is there twice")
            made = _type(stage, version, entry, own.get("texts", {}).get(key, {}))
            if key in NEEDED or (stage not in off.get("stages", ()) and key not in off.get("types", ())):
                found[key] = made
    return MappingProxyType(found)


def for_trigger(kind: str, force: str = "") -> MessageType | None:
    """The type that tells of ``kind``; none when the force does not send one."""
    return _by_trigger(force).get(kind)


def texts(found: MessageType, language: str, *, enhanced: bool = False) -> Texts:
    """The texts in ``language``, or else in English; with the words for Enhanced Rights where they differ."""
    tag = language if language in found.texts else "en"
    return found.enhanced[tag] if enhanced and tag in found.enhanced else found.texts[tag]


@cache
def _by_trigger(force: str) -> Mapping[str, MessageType]:
    return MappingProxyType({found.trigger: found for found in message_types(force).values()})


# -- one type --------------------------------------------------------------------------------------------------------


def _type(stage: str, version: int, entry: Mapping[str, Any], own: Mapping[str, Any]) -> MessageType:
    if own and int(own["version"]) <= version:
        raise BrokenCatalogue(f"{entry['key']}: a force's own words need a version above {version}")
    plain = {
        language: Texts(**{"portal_next": "", **words, **own.get("texts", {}).get(language, {})})
        for language, words in entry["texts"].items()
    }
    richer = {**entry.get("enhanced", {}), **own.get("enhanced", {})}
    return MessageType(
        key=entry["key"],
        version=int(own.get("version", version)),
        stage=stage,
        trigger=Kind(entry["trigger"]),
        audience=entry["audience"],
        channels=frozenset(Channel(channel) for channel in entry["channels"]),
        statutory=entry["statutory"],
        right=entry["right"],
        limit=entry["limit"],
        pierces_quiet_hours=entry["pierces_quiet_hours"],
        texts=MappingProxyType(plain),
        enhanced=MappingProxyType(
            {
                language: Texts(**{**{name: getattr(plain[language], name) for name in _TEXTS}, **words})
                for language, words in richer.items()
            }
        ),
    )


def _checked(stage: str, entry: Mapping[str, Any]) -> str:
    """The type's key, when the entry has the form of one."""
    key = str(entry.get("key", "?"))
    if missing := _ENTRY - entry.keys():
        raise BrokenCatalogue(f"{stage}: {key} lacks {', '.join(sorted(missing))}")
    if strange := entry.keys() - _ENTRY - {"enhanced"}:
        raise BrokenCatalogue(f"{stage}: {key} has unknown {', '.join(sorted(strange))}")
    if set(entry["texts"]) != set(LANGUAGES):
        raise BrokenCatalogue(f"{stage}: {key} needs texts in {' and '.join(LANGUAGES)}")
    for where in ("texts", "enhanced"):
        for language, words in entry.get(where, {}).items():
            _check_words(f"{stage}: {key}", where, language, words)
    if unsound := {str(channel) for channel in entry["channels"]} - {channel.value for channel in Channel}:
        raise BrokenCatalogue(f"{stage}: {key} has unknown channels {', '.join(sorted(unsound))}")
    for name, form in (("statutory", bool), ("pierces_quiet_hours", bool), ("right", int), ("limit", str)):
        if not isinstance(entry[name], form):
            raise BrokenCatalogue(f"{stage}: {key} has the wrong form of {name}")
    return key


def _check_words(name: str, where: str, language: str, words: Mapping[str, Any]) -> None:
    if language not in LANGUAGES:
        raise BrokenCatalogue(f"{name} has {where} in {language}")
    needed = _TEXTS - {"portal_next"} if where == "texts" else frozenset[str]()
    if wrong := (needed - words.keys()) | (words.keys() - _TEXTS):
        raise BrokenCatalogue(f"{name}, {where}, {language}: missing or unknown {', '.join(sorted(wrong))}")


def _check_own(own: Mapping[str, Any], stages: set[str], known: set[str]) -> None:
    """Whether what a force changes exists."""
    off, changed = own.get("off", {}), own.get("texts", {})
    if wrong := set(off.get("stages", ())) - stages:
        raise BrokenCatalogue(f"off: no stages {', '.join(sorted(wrong))}")
    if wrong := (set(off.get("types", ())) | set(changed)) - known:
        raise BrokenCatalogue(f"no types {', '.join(sorted(wrong))}")
    if wrong := set(off.get("types", ())) & NEEDED:
        raise BrokenCatalogue(f"off: Harbour needs {', '.join(sorted(wrong))}")
    for key, change in changed.items():
        if "version" not in change:
            raise BrokenCatalogue(f"{key}: a force's own words need a version")
        for where in ("texts", "enhanced"):
            for language, words in change.get(where, {}).items():
                _check_words(key, "own words", language, words)


# -- files -----------------------------------------------------------------------------------------------------------


def _documents() -> list[dict[str, Any]]:
    files = resources.files("harbour.notification").joinpath("data", "messages")
    return [
        json.loads(files.joinpath(f"{stage}.json").read_text("utf-8"))
        for stage in STAGES
        if files.joinpath(f"{stage}.json").is_file()
    ]


def _of_force(force: str) -> dict[str, Any]:
    if not _FORCE.fullmatch(force):
        return {}
    path = resources.files("harbour.notification").joinpath("data", "forces", f"{force}.json")
    if not path.is_file():
        return {}
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document
