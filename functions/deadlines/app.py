"""Every minute: what is due is asked for, and what will be late is told to an officer."""

from __future__ import annotations

from harbour import casework
from harbour.runtime.telemetry import log


def handler(_event: dict[str, object], _context: object) -> dict[str, int]:
    """Look once."""
    found = casework.deadlines().run()
    if any(found.values()):
        log("deadlines", count=sum(found.values()))
    return found
