"""JSON that can be read in one way only: what can be taken for two things is refused, with its place. Pure."""

from __future__ import annotations

import json
import math
from typing import Final, TypeAlias

from harbour.runtime.errors import Invalid

DEEPEST: Final = 32
"""Objects and lists within each other. What is stored is read again by functions that have less room for nesting."""

_LONGEST_PATH: Final = 200

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


class _Pairs(list[tuple[str, object]]):
    """An object whose names may stand in it twice."""


def payload_of(body: bytes) -> dict[str, Json]:
    """The JSON object that a body holds.

    Raises
    ------
    Invalid
        ``bad_body``: no UTF-8, no JSON, no object. ``bad_field``: a name that stands twice in an object (a sender's
        "do not contact" must not hang on who reads), a number without end, too many levels. ``lone_surrogate``. The
        last two name the place.
    """
    try:
        # A byte order mark is no part of JSON, but some libraries put it there.
        read = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_Pairs, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid("bad_body", "The body is no JSON object.") from None
    if not isinstance(read, _Pairs):
        raise Invalid("bad_body", "The body is no JSON object.")
    return _object(read, "", 1)


def shown(path: str) -> str:
    """A path as it is answered: without half characters, and not endless."""
    return path.encode("utf-8", "replace").decode()[:_LONGEST_PATH]


def _object(pairs: _Pairs, path: str, level: int) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for name, value in pairs:
        place = f"{path}.{name}" if path else name
        _whole(name, place)
        if name in made:
            raise Invalid("bad_field", "This field stands here twice.", field=shown(place))
        made[name] = _plain(value, place, level)
    return made


def _plain(value: object, path: str, level: int) -> Json:
    if isinstance(value, list):
        if level >= DEEPEST:
            raise Invalid("bad_field", "This is nested too deeply.", field=shown(path))
        if isinstance(value, _Pairs):
            return _object(value, path, level + 1)
        return [_plain(one, f"{path}.{number}", level + 1) for number, one in enumerate(value)]
    if isinstance(value, str):
        return _whole(value, path)
    if isinstance(value, float) and not math.isfinite(value):
        # 1e999, which is written as a number and read as none
        raise Invalid("bad_field", "This number has no end.", field=shown(path))
    return value if isinstance(value, bool | int | float) else None


def _whole(text: str, path: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid("lone_surrogate", "A text holds half a character.", field=shown(path)) from None
    return text


def _no_number(name: str) -> None:
    """``NaN`` and the infinities, which Python reads and JSON does not know."""
    raise ValueError(name)
