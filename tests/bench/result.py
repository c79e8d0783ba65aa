"""What a measure says, as a row of the table and of ``bench.json``. Pure."""

from __future__ import annotations

import json
import math
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

WIDTH: Final = 118
"""Columns of the printed table."""

_NUMBERS: Final = (1, 3, 4)
"""Its columns that are set to the right."""


class Bound(Enum):
    """How a number may stand to its limit."""

    AT_MOST = "≤"
    AT_LEAST = "≥"
    EXACTLY = "="


@dataclass(frozen=True, slots=True)
class Target:
    """What must hold: ``Target("ratio", Bound.AT_MOST, 1.2)``. ``of`` is ``ratio`` or ``value``."""

    of: str
    bound: Bound
    limit: float

    def met(self, value: float, ratio: float | None) -> bool:
        """Whether it holds. A ratio without a reference never does, nor does a number that is none."""
        number = ratio if self.of == "ratio" else value
        if number is None or math.isnan(number):
            return False
        match self.bound:
            case Bound.AT_MOST:
                return number <= self.limit
            case Bound.AT_LEAST:
                return number >= self.limit
            case Bound.EXACTLY:
                return number == self.limit

    def __str__(self) -> str:
        return f"{self.of} {self.bound.value} {shown(self.limit)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measure.

    Attributes
    ----------
    value, reference
        Both in ``unit``; the reference is a floor or a peer of the same run, or published (the note says which).
    note
        What the reference is, the seed, and what else one must know to trust the number.
    void
        Why the number means nothing: the outcome was not as it must be. A void measure does not hold.
    """

    name: str
    value: float
    unit: str
    reference: float | None
    target: Target
    note: str = ""
    void: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over reference; ``None`` without a reference, or when that is 0."""
        return self.value / self.reference if self.reference else None

    @property
    def holds(self) -> bool:
        """Whether the target is met by a number that counts."""
        return not self.void and self.target.met(self.value, self.ratio)

    def as_json(self) -> dict[str, str | float | bool | None]:
        """The object in ``bench.json``."""
        note = f"VOID: {self.void}. {self.note}" if self.void else self.note
        return {
            "name": self.name,
            "value": _finite(self.value),
            "unit": self.unit,
            "reference": _finite(self.reference),
            "ratio": _finite(self.ratio),
            "target": str(self.target),
            "holds": self.holds,
            "note": note,
        }


def failed(name: str, error: BaseException, target: Target) -> Result:
    """The row of a measure that could not be taken."""
    return Result(
        name=name, value=math.nan, unit="", reference=None, target=target, void=f"{type(error).__name__}: {error}"
    )


def as_json(results: Sequence[Result]) -> str:
    """The text of ``bench.json``."""
    return json.dumps([r.as_json() for r in results], indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def table(results: Sequence[Result], *, notes: bool = True) -> str:
    """The results as aligned text, each with its note below it."""
    head = ("measure", "value", "unit", "reference", "ratio", "target", "holds")
    rows = [head, *(_row(r) for r in results)]
    widths = [max(_columns(row[i]) for row in rows) for i in range(len(head))]
    lines = []
    for row, result in zip(rows, [None, *results], strict=True):
        cells = (_padded(row[i], width, right=i in _NUMBERS) for i, width in enumerate(widths))
        lines.append("  ".join(cells).rstrip())
        if result is None:
            lines.append("  ".join("-" * width for width in widths))
        elif notes:
            text = f"VOID: {result.void}. {result.note}" if result.void else result.note
            lines += textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def shown(number: float | None) -> str:
    """A number for people: four significant digits, no trailing zeros, thousands set apart."""
    if number is None or math.isnan(number):
        return "–"
    if float(number).is_integer():
        return f"{int(number):,}"
    digits = max(0, 3 - math.floor(math.log10(abs(number))))
    return f"{number:,.{digits}f}".rstrip("0").rstrip(".")


def _row(result: Result) -> tuple[str, ...]:
    return (
        result.name,
        shown(result.value),
        result.unit,
        shown(result.reference),
        shown(result.ratio),
        str(result.target),
        "yes" if result.holds else "NO",
    )


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else round(number, 6)


def _columns(text: Iterable[str]) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _columns(text))
    return space + text if right else text + space
