"""What the portal says to everybody: rights, support, advice, and the words for how a crime stands. Data files, each
with its source and the day until which it may be shown; a change is a release, with its review and its tests.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from harbour.crime.kinds import kind_of, offence
from harbour.directory.model import Nation
from harbour.directory.service import helplines
from harbour.portal.model import WRITTEN, Right, Status

EVERY: Final = "*"
"""Stands for every offence, or for the whole of the force's area."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightText:
    """A right of the Victims' Code in plain words of our own."""

    number: int
    name: str
    text: str
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Somebody who helps. ``invented``: for the demonstration force only, and said to be so."""

    name: str
    for_whom: str
    phone: str
    text: str = ""
    hours: str = ""
    area: str = ""
    invented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """Money that somebody may ask for."""

    title: str
    text: tuple[str, ...]
    phone: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Who helps with a crime. ``compensation`` only where the scheme knows the offence."""

    services: tuple[Service, ...]
    compensation: Compensation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Advice on one matter, a paragraph each."""

    id: str
    title: str
    text: tuple[str, ...]


def written(language: str) -> str:
    """The language in which a page of ours is: English where nobody wrote it in the reader's."""
    return language if language in WRITTEN else "en"


# -- rights ----------------------------------------------------------------------------------------------------------


@cache
def rights(language: str) -> tuple[RightText, ...]:
    """All twelve, in order."""
    tag = written(language)
    return tuple(RightText(number=entry["number"], **entry[tag]) for entry in _read("rights.json")["rights"])


def right(number: int, language: str) -> Right | None:
    """One right by its number; none for 0."""
    return next((Right(one.number, one.name) for one in rights(language) if one.number == number), None)


def rights_source() -> tuple[str, str]:
    """Where the rights stand, and since when (``YYYY-MM-DD``)."""
    document = _read("rights.json")
    return document["source"], document["effective_from"]


# -- support and advice ----------------------------------------------------------------------------------------------


def support(crime_offence: str, area: str, language: str, nation: Nation, force: str, on: date) -> Support:
    """Who helps with that offence there, nearest first. What has expired is not shown: numbers change hands."""
    document = _read("support.json")
    tag = written(language)
    near = [
        _service(entry, tag)
        for entry in document["services"]
        if entry["force"] == force and _for(entry["offences"], crime_offence) and _in(entry["areas"], area)
        if on <= date.fromisoformat(entry["expires_on"])
    ]
    known = document["helplines"]
    national = [
        Service(
            name=line.name,
            phone=line.phone,
            for_whom=known[line.id]["for"][tag] if tag != "en" else line.for_whom,
            text=line.text or "",
            hours=(line.hours or "") if tag == "en" else known[line.id].get("hours", {}).get(tag, line.hours or ""),
        )
        for line in helplines(nation, on)
        if line.id in known and _for(known[line.id]["offences"], crime_offence)
    ]
    return Support(services=(*near, *national), compensation=_compensation(crime_offence, tag, on))


@cache
def advice(language: str) -> tuple[Topic, ...]:
    """All topics."""
    tag = written(language)
    return tuple(
        Topic(id=entry["id"], title=entry[tag]["title"], text=tuple(entry[tag]["text"]))
        for entry in _read("advice.json")["topics"]
    )


def _service(entry: Mapping[str, Any], tag: str) -> Service:
    return Service(
        name=entry["name"],
        for_whom=entry["for"][tag],
        phone=entry["phone"],
        text=entry.get("text", ""),
        hours=entry["hours"][tag],
        area=entry["area"][tag],
        invented=entry["invented"],
    )


def _compensation(crime_offence: str, tag: str, on: date) -> Compensation | None:
    entry = _read("support.json")["compensation"]
    if not _for(entry["offences"], crime_offence) or on > date.fromisoformat(entry["expires_on"]):
        return None
    words = entry[tag]
    return Compensation(title=words["title"], text=tuple(words["text"]), phone=entry["phone"], name=entry["name"])


def _for(offences: Sequence[str], wanted: str) -> bool:
    return EVERY in offences or wanted in offences


def _in(areas: Sequence[str], area: str) -> bool:
    return EVERY in areas or area.casefold() in (one.casefold() for one in areas)


# -- by a machine, in a language in which nobody wrote it --------------------------------------------------------------


def keeps_numbers(text: str, made: str) -> bool:
    """Whether the numbers of a text are those of what a machine made of it, in whichever digits: 999 must stay 999."""
    return _numbers(text) == _numbers(made)


def _numbers(text: str) -> Counter[str]:
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)
    return Counter(re.findall(r"[0-9]+", plain))


def words_of_rights(found: Sequence[RightText]) -> list[str]:
    """What there is to put into another language."""
    return [text for one in found for text in (one.name, one.text, one.more)]


def rights_in(found: Sequence[RightText], put: Mapping[str, str]) -> tuple[RightText, ...]:
    """The same in another language; what is not in ``put`` stays as it is."""
    return tuple(
        replace(
            one, name=put.get(one.name, one.name), text=put.get(one.text, one.text), more=put.get(one.more, one.more)
        )
        for one in found
    )


def words_of_advice(found: Sequence[Topic]) -> list[str]:
    """As `words_of_rights`."""
    return [text for one in found for text in (one.title, *one.text)]


def advice_in(found: Sequence[Topic], put: Mapping[str, str]) -> tuple[Topic, ...]:
    """As `rights_in`."""
    return tuple(
        replace(one, title=put.get(one.title, one.title), text=tuple(put.get(text, text) for text in one.text))
        for one in found
    )


def words_of_support(found: Support) -> list[str]:
    """As `words_of_rights`. Names stay as they are: who calls asks for them."""
    words = [text for one in found.services for text in (one.for_whom, one.hours)]
    return [*words, found.compensation.title, *found.compensation.text] if found.compensation else words


def support_in(found: Support, put: Mapping[str, str]) -> Support:
    """As `rights_in`."""
    money = found.compensation
    return Support(
        services=tuple(
            replace(one, for_whom=put.get(one.for_whom, one.for_whom), hours=put.get(one.hours, one.hours))
            for one in found.services
        ),
        compensation=money
        and replace(
            money, title=put.get(money.title, money.title), text=tuple(put.get(text, text) for text in money.text)
        ),
    )


# -- how a crime stands ----------------------------------------------------------------------------------------------


def title(crime_offence: str, language: str) -> str:
    """What a crime is called in a list. Of sensitive ones it says nothing: somebody may look over the shoulder."""
    titles = _read("words.json")["titles"]
    key = "sensitive" if offence(crime_offence).sensitive else crime_offence
    words: str = titles.get(key, titles["other"])[written(language)]
    return words


def status(phase: str, language: str) -> Status:
    """The words for a phase."""
    words = _read("words.json")["phases"][phase][written(language)]
    return Status(words["label"], words["text"])


def phase_of(kinds: Sequence[str], *, closed: bool) -> str:
    """The phase in which a crime is, from the kinds of its news, oldest first."""
    if closed:
        return "closed"
    document = _read("words.json")
    found = [document["kinds"].get(kind) or document["stages"].get(kind_of(kind).stage, "") for kind in kinds]
    return next((phase for phase in reversed(found) if phase), "reported")


def headings(language: str) -> Mapping[str, str]:
    """The words of the record's page."""
    words: Mapping[str, str] = _read("words.json")["record"][written(language)]
    return words


@cache
def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(resources.files("harbour.portal").joinpath("data", name).read_text("utf-8"))
    return document
