"""JSON as the record writes it, and nothing else: one byte form per value (RFC 8785).

A lenient reader lets two programs see two records in the same bytes: duplicate keys, white space, a byte order mark,
other number forms, escapes that need none. Here the value is read, written again canonically, and compared byte by
byte, so all of these are refused at once.
"""

from __future__ import annotations

import json
from typing import NoReturn, cast

import rfc8785

from harbour.evidence.chain import JsonValue, canonical

MAX_DEPTH = 32
"""Nesting that a record may have; its deepest body has four levels."""

_MAX_DIGITS = 16  # 2**53 - 1, the largest integer of RFC 8785, has 16 digits


class NotCanonical(ValueError):
    """The bytes are not the RFC 8785 form of any value. The message names no content."""


def parse(data: bytes) -> JsonValue:
    """The value whose RFC 8785 bytes are exactly ``data``.

    Raises
    ------
    NotCanonical
        For anything else, deep nesting and huge numbers included.
    """
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _depth(data) > MAX_DEPTH:
        raise NotCanonical("nested too deeply")
    try:
        value = cast(
            "JsonValue",
            json.loads(
                data.decode("utf-8"),
                object_pairs_hook=_no_duplicates,
                parse_int=_small_integer,
                parse_float=_no_float,
                parse_constant=_no_float,
            ),
        )
        again = canonical(value)
    except NotCanonical:
        raise
    except (UnicodeError, ValueError, RecursionError, rfc8785.CanonicalizationError) as error:
        raise NotCanonical("not JSON in UTF-8") from error
    if again != data:
        raise NotCanonical("not in canonical form (RFC 8785)")
    return value


def _depth(data: bytes) -> int:
    depth = deepest = 0
    quoted = escaped = False
    for byte in data:
        if quoted:
            if escaped:
                escaped = False
            elif byte == ord("\\"):
                escaped = True
            elif byte == ord('"'):
                quoted = False
        elif byte == ord('"'):
            quoted = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _no_duplicates(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotCanonical("the same key twice in one object")
    return value


def _small_integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _MAX_DIGITS:
        raise NotCanonical("an integer beyond 2**53 - 1")
    return int(digits)


def _no_float(_: str) -> NoReturn:
    raise NotCanonical("a number that is not an integer")
