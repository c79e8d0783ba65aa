"""Payloads of crime systems → `harbour.crime.model.CrimeEvent`: one pure function for each system.

An unknown field is kept; a missing or wrong one is refused with its path in the sender's own words. The shapes are
ours, after what such systems can be configured to send; ``docs/connecting-a-crime-system.md`` shows each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from harbour.crime.model import CrimeEvent
from harbour.runtime.errors import NotFound

SYSTEMS = ("athena", "niche", "dynamics", "storm")


def adapter(system: str) -> Callable[[Mapping[str, object], str], CrimeEvent]:
    """The function that reads payloads of ``system``: ``(payload, webhook id) → CrimeEvent``, raising ``Invalid``.

    Raises
    ------
    NotFound
        ``unknown_system``.
    """
    if system not in SYSTEMS:
        raise NotFound("unknown_system", "There is no adapter for this system.")
    read: Callable[[Mapping[str, object], str], CrimeEvent] = import_module(f"harbour.crime.adapters.{system}").read
    return read
