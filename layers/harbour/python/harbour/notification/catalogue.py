"""The message types: data in ``data/messages/<stage>.json``, checked when they are read.

A force switches stages and types off, and changes wording, in ``data/forces/<force>.json``; a changed text has a higher
version, and each message that was sent records type, version and the hash of what was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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
        "link": "https://account.eastshire.example/portal/#i=pXw3Ud0Tq8",
        "portal": "https://account.eastshire.example/portal/",
        "reference": "37/4821/26",
        "officer": "Amelia Hart",
        "collar": "4417",
        "station": "Northgate",
        "when": "Tuesday 8 December at 10:30 am",
        "where": "Northgate station",
        "what": "a visit to write down what happened",
        "outcome": "a community order of 12 months",
        "court": "Eastshire Magistrates' Court",
        "by": "Tuesday 8 December",
        "code": "482913",
        "count": "3",
        "text": "Thank you for your message.",
    }
)
"""Every placeholder that a text may use, with an example value."""

PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")

_FORCE: Final = re.compile(r"[a-z][a-z0-9-]*")


@cache
def message_types(force: str = "") -> Mapping[str, MessageType]:
    """All types by key, as ``force`` uses them: without those that it switched off, with its own words."""
    own = _of_force(force)
    off_stages, off_types = set(own.get("off", {}).get("stages", ())), set(own.get("off", {}).get("types", ()))
    found: dict[str, MessageType] = {}
    for stage in STAGES:
        document = _read(f"messages/{stage}.json")
        for entry in document["types"]:
            if stage not in off_stages and entry["key"] not in off_types:
                found[entry["key"]] = _type(stage, document["version"], entry, own.get("texts", {}).get(entry["key"]))
    return MappingProxyType(found)


def for_trigger(kind: str, force: str = "") -> MessageType | None:
    """The type that tells of ``kind``; none when the force does not send one."""
    return next((found for found in message_types(force).values() if found.trigger == kind), None)


def texts(found: MessageType, language: str, *, enhanced: bool = False) -> Texts:
    """The texts in ``language``, or else in English; with the words for Enhanced Rights where they differ."""
    tag = language if language in found.texts else "en"
    return found.enhanced[tag] if enhanced and tag in found.enhanced else found.texts[tag]


def _type(stage: str, version: int, entry: Mapping[str, Any], own: Mapping[str, Any] | None) -> MessageType:
    changed = own or {}
    plain = {
        language: Texts(**{"portal_next": "", **words, **changed.get("texts", {}).get(language, {})})
        for language, words in entry["texts"].items()
    }
    return MessageType(
        key=entry["key"],
        version=int(changed.get("version", version)),
        stage=stage,
        trigger=Kind(entry["trigger"]),
        audience=entry["audience"],
        channels=frozenset(Channel(channel) for channel in entry["channels"]),
        statutory=bool(entry["statutory"]),
        right=int(entry["right"]),
        limit=entry["limit"],
        pierces_quiet_hours=bool(entry["pierces_quiet_hours"]),
        texts=MappingProxyType(plain),
        enhanced=MappingProxyType(
            {
                language: Texts(
                    **{
                        **{name: getattr(plain[language], name) for name in Texts.__dataclass_fields__},
                        **words,
                    }
                )
                for language, words in entry.get("enhanced", {}).items()
            }
        ),
    )


def _of_force(force: str) -> dict[str, Any]:
    path = resources.files("harbour.notification").joinpath("data", "forces", f"{force}.json")
    if not force or not _FORCE.fullmatch(force) or not path.is_file():
        return {}
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("harbour.notification").joinpath("data", *name.split("/")).read_text("utf-8")
    )
    return document
