"""What text messages cost: exact parts, and prices that are data (``data/prices.json``). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

import smsutil  # type: ignore[import-untyped]


def parts(text: str) -> int:
    """Parts of a text message as networks count them: GSM-7 160/153, UCS-2 70/67; an escape never straddles two."""
    return len(smsutil.split(text).parts)


def encoding(text: str) -> str:
    """``gsm0338`` or ``utf_16_be``: one letter outside the GSM alphabet more than halves a part."""
    return "gsm0338" if smsutil.is_valid_gsm(text) else "utf_16_be"


def pence(texts: Iterable[str], provider: str) -> float:
    """What these text messages cost with ``provider``, in pence. Raises ``LookupError`` for an unknown provider."""
    return sum(parts(text) for text in texts) * float(prices()[provider]["sms_part_pence"])


@cache
def prices() -> dict[str, Any]:
    """Prices by provider, each with its source and the day on which it was read."""
    document: dict[str, Any] = json.loads(
        resources.files("harbour.notification").joinpath("data", "prices.json").read_text("utf-8")
    )
    found: dict[str, Any] = document["providers"]
    return found
