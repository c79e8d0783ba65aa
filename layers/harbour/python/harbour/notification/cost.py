"""What messages cost: exact parts of text messages, and prices that are data (``data/prices.json``). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import smsutil  # type: ignore[import-untyped]

from harbour.contact.model import Channel


def parts(text: str) -> int:
    """Parts of a text message as networks count them: GSM-7 160/153, UCS-2 70/67; an escape never straddles two."""
    return len(smsutil.split(text).parts)


def encoding(text: str) -> str:
    """``gsm0338`` or ``utf_16_be``: one letter outside the GSM alphabet more than halves a part."""
    return "gsm0338" if smsutil.is_valid_gsm(text) else "utf_16_be"


def price(channel: Channel, sms_parts: int, provider: str) -> float:
    """What one message costs with ``provider``, in pence. Raises ``LookupError`` for an unknown provider."""
    known = prices()[provider]
    return float(known["sms_part_pence"]) * sms_parts if channel is Channel.SMS else float(known["email_pence"])


@cache
def prices() -> Mapping[str, Mapping[str, Any]]:
    """Prices by provider, each with its source and the day on which it was read."""
    document: dict[str, Any] = json.loads(
        resources.files("harbour.notification").joinpath("data", "prices.json").read_text("utf-8")
    )
    return MappingProxyType(document["providers"])
