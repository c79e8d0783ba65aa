"""How many of the mistakes in what crime systems say of people are found, and how many finds are mistakes.

The records, their labels and how they were made are in :mod:`tests.bench.quality_records`. A find counts as right only
if person, field and check are those of a label: the right field for another reason is a miss and a false alarm. One
half of the records, by a hash of their ids, was not looked at while the checks were mended; its numbers stand apart.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, Party, PartyRole
from harbour.crime.quality import check
from tests.bench.bench import Bench
from tests.bench.quality_records import FILE
from tests.bench.result import Bound, Result, Target

AT: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""When the updates of all records happened."""


class Label(NamedTuple):
    """One problem."""

    person: str
    field: str
    check: str


@dataclass(slots=True)
class Score:
    """Of some records: by check, what was found rightly, wrongly, and not."""

    right: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Share of the finds that are right."""
        found = self.right.total() + self.alarms.total()
        return self.right.total() / found if found else 0.0

    @property
    def recall(self) -> float:
        """Share of the problems that were found."""
        there = self.right.total() + self.missed.total()
        return self.right.total() / there if there else 0.0

    def by_check(self) -> str:
        """Found of there, and false alarms, of each check."""
        names = sorted({*self.right, *self.alarms, *self.missed})
        return ", ".join(
            f"{name} {self.right[name]}/{self.right[name] + self.missed[name]}"
            + (f" (+{self.alarms[name]} false)" if self.alarms[name] else "")
            for name in names
        )


def measure(bench: Bench) -> Sequence[Result]:
    """Both, over all records."""
    del bench
    all_of = records()
    score, apart = scored(all_of), scored(one for one in all_of if held_out(one))
    bad = sum(bool(one["wrong"]) for one in all_of)
    blocked = not_blocked(all_of)
    what = f"{bad} bad and {len(all_of) - bad} good records"
    return [
        Result(
            name="quality_precision",
            value=score.precision,
            unit="right/found",
            reference=None,
            target=Target("value", Bound.AT_LEAST, 0.97),
            note=f"{what}; {apart.precision:.3f} on the half that was not looked at. False alarms: "
            f"{', '.join(f'{name} {n}' for name, n in sorted(score.alarms.items())) or 'none'}.",
        ),
        Result(
            name="quality_recall",
            value=score.recall,
            unit="found/there",
            reference=None,
            target=Target("value", Bound.AT_LEAST, 0.95),
            note=f"{what}; {apart.recall:.3f} on the half that was not looked at. Found of there: {score.by_check()}.",
            void=f"{blocked} shared with the suspect and not blocked" if blocked else "",
        ),
    ]


def records() -> list[dict[str, Any]]:
    """The file."""
    return [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def held_out(record: Mapping[str, Any]) -> bool:
    """Whether this record was not looked at while the checks were mended."""
    return zlib.crc32(record["id"].encode()) % 2 == 0


def scored(some: Iterable[Mapping[str, Any]]) -> Score:
    """What the checks say of some records, against their labels."""
    score = Score()
    for record in some:
        right, alarms, missed = compared(record)
        for counter, labels in ((score.right, right), (score.alarms, alarms), (score.missed, missed)):
            counter.update(label.check for label in labels)
    return score


def compared(record: Mapping[str, Any]) -> tuple[set[Label], set[Label], set[Label]]:
    """Right finds, false alarms, misses."""
    there = {Label(one["person"], one["field"], one["check"]) for one in record["wrong"]}
    found = {Label(one.source_id, one.field, one.check) for one in _checked(record)}
    return found & there, found - there, there - found


def not_blocked(some: Iterable[Mapping[str, Any]]) -> int:
    """How many problems with a suspect's contact block nothing, and how many others block something."""
    return sum(one.blocks is not (one.check == "same_as_suspect") for record in some for one in _checked(record))


def _checked(record: Mapping[str, Any]) -> Any:
    event = CrimeEvent(
        source="athena",
        id=EventId(record["id"]),
        crime=CrimeRef("42/123456/26"),
        kind=Kind("crime_recorded"),
        occurred_at=AT,
        parties=tuple(map(_party, record["people"])),
    )
    return check(event, [_party(one) for one in record["earlier_suspects"]])


def _party(values: Mapping[str, Any]) -> Party:
    rest: dict[str, Any] = {name: value for name, value in values.items() if name not in ("id", "role")}
    return Party(source_id=values["id"], role=PartyRole(values["role"]), **rest)
