"""What messages cost: exact parts of text messages, and prices that are data (``data/prices.json``). Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import smsutil  # type: ignore[import-untyped]

from harbour.contact.model import Channel
from harbour.notification.model import Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What one month's messages cost, in pence."""

    sms: int = 0
    parts: int = 0
    emails: int = 0
    pence: float = 0.0


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


def by_month(messages: Iterable[Notification]) -> Mapping[str, Month]:
    """What the messages cost by month (``2026-11``, Europe/London). What was sent costs, also when it did not arrive.

    Raises
    ------
    LookupError
        One was sent by a provider without a price.
    """
    found: defaultdict[str, Month] = defaultdict(Month)
    for one in messages:
        if one.sent_at is None:
            continue
        month = one.sent_at.astimezone(ZoneInfo("Europe/London")).strftime("%Y-%m")
        text = one.channel is Channel.SMS
        before = found[month]
        found[month] = Month(
            sms=before.sms + text,
            parts=before.parts + (one.parts if text else 0),
            emails=before.emails + (not text),
            pence=before.pence + price(one.channel, one.parts, one.provider),
        )
    return MappingProxyType(dict(sorted(found.items())))


@cache
def prices() -> Mapping[str, Mapping[str, Any]]:
    """Prices by provider, each with its source and the day on which it was read."""
    document: dict[str, Any] = json.loads(
        resources.files("harbour.notification").joinpath("data", "prices.json").read_text("utf-8")
    )
    return MappingProxyType(document["providers"])
