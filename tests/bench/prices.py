"""What operations cost: a frozen price table (``data/prices.json``) and sums over it. Pure."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

FRAME_BYTES: Final = 32 * 1024
"""API Gateway bills a socket message in parts of this size."""

_FILE: Final = Path(__file__).parent / "data" / "prices.json"

Bill = Counter[str]
"""How many of which item: keys of ``per_million`` in the price table. Units of capacity may be fractions."""


@cache
def per_million() -> Mapping[str, float]:
    """USD per million of each item."""
    written = json.loads(_FILE.read_text("utf-8"))["per_million"]
    return {name: float(entry["usd"]) for name, entry in written.items()}


def price(bill: Mapping[str, float]) -> float:
    """Micro-dollars of a bill.

    Raises
    ------
    KeyError
        For an item that has no price: nothing is free by being forgotten.
    """
    return sum(count * per_million()[item] for item, count in bill.items())


def socket_messages(size: int) -> int:
    """Billed messages of a frame of ``size`` bytes."""
    return max(1, math.ceil(size / FRAME_BYTES))


def floor_of(messages: int) -> float:
    """The least that ``messages`` stored, delivered and acknowledged messages can cost, in micro-dollars.

    Each comes in, goes out once and is acknowledged (3 socket messages), by one invocation, with one write unit. No
    read is granted, although one must be made unless a function remembers the end of a conversation.
    """
    return price({"socket_message": 3 * messages, "invocation": messages, "write_unit": messages})
