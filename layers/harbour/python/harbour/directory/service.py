"""Read the directory's data files, once each.

The files are part of the package: a change is a release, with its review and its tests.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from harbour.directory.model import (
    CannedAnswer,
    DeafRoute,
    Emergency,
    ForceProfile,
    Helpline,
    Nation,
    Opening,
    Outcome,
    ReadReason,
    SilentCall,
    current,
)
from harbour.runtime.errors import NotFound
from harbour.translation.languages import Language
from harbour.translation.languages import languages as known_languages
from harbour.translation.model import PREPARED, Translation, canonical

_FORCE_ID = re.compile(r"[a-z][a-z0-9-]*")


@cache
def force_profile(force: str) -> ForceProfile:
    """The profile of a force.

    Raises
    ------
    NotFound
        ``unknown_force``: there is no data file for it.
    """
    path = resources.files("harbour.directory").joinpath("data", "forces", f"{force}.json")
    if not _FORCE_ID.fullmatch(force) or not path.is_file():
        raise NotFound("unknown_force", "There is no such force here.")
    entry = json.loads(path.read_text("utf-8"))
    return ForceProfile(
        id=entry["id"],
        name=entry["name"],
        nation=Nation(entry["nation"]),
        working_language=entry["working_language"],
        answering=entry["answering"],
        officer_shown_as=entry["officer_shown_as"],
        exit_url=entry["exit_url"],
        emergency=entry["emergency"],
        reply_within=entry["reply_within"],
        hours=tuple(Opening(frozenset(one["days"]), one["from"], one["to"]) for one in entry["hours"]),
    )


@cache
def all_helplines() -> tuple[Helpline, ...]:
    """Every helpline on file, also those that may not be shown (unconfirmed, expired)."""
    return tuple(_helpline(entry) for entry in _read("helplines.json")["helplines"])


def helplines(nation: Nation, on: date) -> tuple[Helpline, ...]:
    """The helplines to show to somebody in ``nation`` on that day, in the order of the file: the nation's own first."""
    return current(all_helplines(), nation, on)


@cache
def emergency() -> Emergency:
    """How to reach the emergency services, and what silent 55 really does."""
    entry = _read("helplines.json")["emergency"]
    silent = entry["silent"]
    return Emergency(
        number=entry["number"],
        deaf=tuple(
            DeafRoute(
                id=route["id"],
                name=route["name"],
                how=route["how"],
                url=route.get("url"),
                expires_on=date.fromisoformat(route["expires_on"]),
            )
            for route in entry["deaf"]
        ),
        silent=SilentCall(
            digits=silent["digits"],
            phones=silent["phones"],
            when=silent["when"],
            gives_location=silent["gives_location"],
            if_nothing_is_pressed=silent["if_nothing_is_pressed"],
            landline_digits_work=silent["landline"]["digits_work"],
            landline=silent["landline"]["what_happens"],
            expires_on=date.fromisoformat(silent["expires_on"]),
        ),
    )


@cache
def outcomes() -> tuple[Outcome, ...]:
    """How a conversation can be closed, in the order in which officers see them."""
    return tuple(
        Outcome(entry["code"], entry["label"], entry["meaning"]) for entry in _read("outcomes.json")["outcomes"]
    )


@cache
def read_reasons() -> tuple[ReadReason, ...]:
    """Why a closed conversation of somebody else may be read, in the order in which officers see them."""
    return tuple(ReadReason(entry["code"], entry["label"]) for entry in _read("read_reasons.json")["reasons"])


@cache
def canned(language: str) -> tuple[CannedAnswer, ...]:
    """The prepared answers with their translation into ``language``; each has a text, not each a translation."""
    document = _read("canned.json")
    tag = canonical(language)
    reviewed = bool(document["review"].get(tag, {}).get("reviewed", False))
    return tuple(
        CannedAnswer(entry["key"], entry["title"], entry["text"]["en"], entry["text"].get(tag), reviewed)
        for entry in document["answers"]
    )


def prepared(text: str, language: str) -> Translation | None:
    """The translation of a prepared answer, if ``text`` is one as it stands and a native speaker has checked it.

    The text is what is looked up, so nobody can pass anything else off as checked.
    """
    written = text.strip()
    answer = next((a for a in canned(language) if a.text == written), None)
    if answer is None or answer.translation is None or not answer.reviewed:
        return None
    return Translation(canonical(language), "en", answer.translation, PREPARED + answer.key)


def languages() -> tuple[Language, ...]:
    """The languages that an officer can choose from, in the order of their English names."""
    return tuple(known_languages().values())


def _helpline(entry: dict[str, Any]) -> Helpline:
    verified = entry["confidence"] == "verified"
    return Helpline(
        id=entry["id"],
        name=entry["name"],
        phone=entry["phone"],
        for_whom=entry["for"],
        nations=frozenset(Nation(nation) for nation in entry["nations"]),
        verified=verified,
        source=entry["source"],
        verified_on=date.fromisoformat(entry["verified_on"]) if verified else None,
        expires_on=date.fromisoformat(entry["expires_on"]),
        hours=entry["hours"],
        text=entry.get("text"),
        url=entry.get("url"),
    )


def _read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("harbour.directory").joinpath("data", name).read_text("utf-8")
    )
    return document
