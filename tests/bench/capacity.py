"""DynamoDB's units from the bytes of a request or an answer, by the rules that AWS publishes. Pure.

The embedded cloud says what a write cost; the recorder compares that with this wherever a request alone decides it. For
reads it says the same whatever their size (ministack 1.5.33), so there only this counts.

Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats" and "Capacity unit consumption".
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

WRITE_BYTES: Final = 1024
READ_BYTES: Final = 4096
_CONTAINER_BYTES: Final = 3
_ENTRY_BYTES: Final = 1

Attributes = Mapping[str, Mapping[str, Any]]


def item_size(item: Attributes) -> int:
    """Bytes of an item: the names of its attributes and their values, in UTF-8."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def write_units(item: Attributes) -> float:
    """Units of writing an item that was not there before, into the table alone."""
    return float(max(1, math.ceil(item_size(item) / WRITE_BYTES)))


def read_units(items: Iterable[Attributes], *, consistent: bool) -> float:
    """Units of one page of a Query or Scan that read these items; a page that finds nothing costs the least."""
    steps = max(1, math.ceil(sum(map(item_size, items)) / READ_BYTES))
    return steps * (1.0 if consistent else 0.5)


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, written),) = value.items()
    match kind:
        case "S":
            return len(written.encode())
        case "N":
            return _number_size(written)
        case "B":
            return len(base64.b64decode(written) if isinstance(written, str) else written)
        case "BOOL" | "NULL":
            return 1
        case "M":
            return _CONTAINER_BYTES + sum(
                len(name.encode()) + _value_size(inner) + _ENTRY_BYTES for name, inner in written.items()
            )
        case "L":
            return _CONTAINER_BYTES + sum(_value_size(inner) + _ENTRY_BYTES for inner in written)
        case "SS":
            return sum(len(text.encode()) for text in written)
        case _:
            raise ValueError(f"no size is known for the type {kind}")


def _number_size(written: str) -> int:
    """About one byte for two significant digits, and one more."""
    digits = written.lstrip("-").replace(".", "").strip("0")
    return math.ceil(max(1, len(digits)) / 2) + 1 + written.startswith("-")
