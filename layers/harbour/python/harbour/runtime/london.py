"""The time by which the people of a force live. A module of its own: a chat's first message needs no time zone."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
"""Read from the package ``tzdata`` where the machine has none: Lambda promises none."""
