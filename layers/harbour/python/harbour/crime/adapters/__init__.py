"""Payloads of crime systems → `harbour.crime.model.CrimeEvent`: one pure function for each system.

An unknown field is kept; a missing or wrong one is refused with its path in the sender's own words. The shapes are
ours, after what such systems can be configured to send; ``docs/connecting-a-crime-system.md`` shows each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType

from harbour.crime.model import CrimeEvent, CrimeRef
from harbour.runtime.errors import NotFound

SYSTEMS = ("athena", "niche", "dynamics", "storm")


def adapter(system: str) -> Callable[[Mapping[str, object], str], CrimeEvent]:
    """The function that reads payloads of ``system``: ``(payload, webhook id) → CrimeEvent``, raising ``Invalid``.

    Raises
    ------
    NotFound
        ``unknown_system``.
    """
    read: Callable[[Mapping[str, object], str], CrimeEvent] = _module(system).read
    return read


def time_field(system: str) -> str:
    """Where a payload of ``system`` says when it happened."""
    return str(_module(system).TIME)


def crime_of(system: str, payload: Mapping[str, object]) -> CrimeRef | None:
    """The crime that a payload is about, whatever else is wrong with it; none when it names none."""
    from harbour.crime.adapters.common import reference_in

    found = reference_in(payload, _module(system).CRIME)
    return CrimeRef(found) if found else None


def _module(system: str) -> ModuleType:
    if system not in SYSTEMS:
        raise NotFound("unknown_system", "There is no adapter for this system.")
    return import_module(f"harbour.crime.adapters.{system}")
