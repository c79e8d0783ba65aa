"""What can happen to a crime, and what offences mean for its victim: ``data/kinds.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from harbour.crime.model import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What is known of a kind.

    Attributes
    ----------
    track, rank
        Kinds of one track come in the order of their ranks; without a track the order does not matter.
    closes
        The investigation ends with it.
    silent
        Nobody is told of it by itself.
    repeats
        Each one counts, however late it comes: an officer's answer, an appointment.
    topic
        Of kinds with one topic only the latest is news; without one a kind stands for itself.
    """

    key: Kind
    stage: str
    track: str = ""
    rank: int = 0
    closes: bool = False
    silent: bool = False
    repeats: bool = False
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffenceRule:
    """What an offence means for its victim.

    Attributes
    ----------
    sensitive
        Nobody is contacted before it was agreed.
    enhanced
        Enhanced Rights (Victims' Code).
    """

    key: str
    sensitive: bool
    enhanced: bool


@cache
def kinds() -> Mapping[str, KindRule]:
    """All kinds by key."""
    return MappingProxyType({key: KindRule(key=Kind(key), **rule) for key, rule in _document()["kinds"].items()})


def kind_of(key: str) -> KindRule:
    """The rule of a kind. Raises ``LookupError`` for one that does not exist."""
    return kinds()[key]


@cache
def offences() -> Mapping[str, OffenceRule]:
    """All offences by key."""
    return MappingProxyType({key: OffenceRule(key=key, **rule) for key, rule in _document()["offences"].items()})


def offence(key: str) -> OffenceRule:
    """The rule of an offence; of one that nobody knows, the most careful."""
    return offences().get(key, OffenceRule(key=key, sensitive=True, enhanced=True))


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("harbour.crime").joinpath("data", "kinds.json").read_text("utf-8")
    )
    return document
