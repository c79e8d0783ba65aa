"""What it costs to come back: units read and frames sent for what was missed, against the least for those bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from harbour.aws import items
from harbour.conversation.model import ClientId, Entry, Kind, actor_of, next_entry
from harbour.identity.model import Role
from tests.bench import oracle
from tests.bench.bench import Bench, Table
from tests.bench.capacity import READ_BYTES, item_size
from tests.bench.people import Gateway, Person, Visitor, meet
from tests.bench.prices import FRAME_BYTES
from tests.bench.result import Bound, Result, Target
from tests.bench.wire import bill_of, posts

SIZES: Final = (60, 2_000)
POINTS: Final = 6
"""Random places in each conversation from which somebody comes back."""

_WORDS: Final = ("he", "comes", "home", "at", "six", "and", "the", "children", "are", "here", "with", "me", "tonight")


@dataclass
class _Sum:
    reads: float = 0.0
    frames: int = 0
    least_reads: float = 0.0
    least_frames: int = 0

    @property
    def floor(self) -> float:
        return self.least_reads + self.least_frames

    @property
    def eventual(self) -> float:
        """The floor of a design that takes half-price reads."""
        return self.least_reads / 2 + self.least_frames

    def value_above(self, reconnections: int) -> float:
        """Without the one read and the one frame that each may cost on top."""
        return self.reads + self.frames - 2 * reconnections


def measure(bench: Bench) -> Sequence[Result]:
    """One row for each size of conversation."""
    return [_measured(bench, size) for size in SIZES]


def _measured(bench: Bench, size: int) -> Result:
    random = bench.random(f"resume {size}")
    total, void = _Sum(), ""
    with bench.harbour() as (functions, table):
        gateway = Gateway(functions, bench.recorder)
        visitor, officer = meet(gateway)
        _fill(table, visitor, officer, size, random)
        stored = [item for item in table.partition(visitor.conversation) if item["sk"]["S"].startswith("M#")]
        points = [random.randrange(len(stored)) for _ in range(POINTS)]
        for last in points:
            before = len(visitor.socket.frames)
            with bench.recorder.recording() as operations:
                visitor.signal("resume", client=visitor.client, last=last)
            unseen = stored[last:]
            bill = bill_of(operations)
            sent = [post for post in posts(operations) if post.connection == visitor.socket.connection]
            total.reads += bill["read_unit"]
            total.frames += len(sent)
            total.least_reads += max(1, math.ceil(sum(map(item_size, unseen)) / READ_BYTES))
            missed = _missed(visitor, before)
            shown = len(json.dumps(missed, ensure_ascii=False, separators=(",", ":")).encode())
            total.least_frames += math.ceil(shown / FRAME_BYTES)
            void = void or _void(missed, unseen)
        try:
            oracle.record(stored)
        except AssertionError as wrong:
            void = str(wrong)
    return Result(
        name=f"resume, {size:,} messages",
        value=total.value_above(POINTS),
        unit="read units + frames",
        reference=total.floor,
        target=Target("ratio", Bound.AT_MOST, 1.2),
        note=f"{POINTS} reconnections from events {', '.join(map(str, sorted(points)))} on: {total.reads:g} read units "
        f"and {total.frames} frames. Floor: {total.least_reads:g} units and {total.least_frames} frames for the bytes "
        f"missed. One read and one frame of each reconnection (who is here, where the record stands) are allowed on "
        f"top, and not in the value. Reads are strongly consistent, as the store promises, and so is the floor; "
        f"against reads that may miss the newest message it would be {total.value_above(POINTS) / total.eventual:.2f}. "
        f"Seed {bench.seed}.",
        void=void or next(iter(bench.recorder.doubts), ""),
    )


def _fill(table: Table, visitor: Person, officer: Person, messages: int, random: Random) -> None:
    """Append messages to the record as the functions would have."""
    newest = [i for i in table.partition(visitor.conversation) if i["sk"]["S"].startswith("M#")][-1]
    last: Entry = items.entry_of(newest)
    written: list[dict[str, Any]] = []
    for number in range(messages):
        role, person = (Role.VISITOR, visitor) if number % 2 else (Role.OFFICER, officer)
        person.said.append(" ".join(random.choices(_WORDS, k=random.randint(4, 40))))
        last = next_entry(
            last,
            kind=Kind.MESSAGE,
            actor=actor_of(role, "4417"),
            body={"text": person.said[-1], "language": "en"},
            now=datetime.now(UTC),
            said_by=(ClientId(person.client), len(person.said), role),
        )
        written.append(dict(items.entry_item(last)))
    table.write(written)


def _missed(visitor: Visitor, since: int) -> list[dict[str, Any]]:
    """The events that came in the frames after the first ``since``."""
    return [e for frame in visitor.socket.frames[since:] if frame["type"] == "events" for e in frame["events"]]


def _void(missed: Sequence[Mapping[str, Any]], unseen: Sequence[Mapping[str, Any]]) -> str:
    """Everything that was missed has come, in order, once, as it is stored."""
    came = [(event["seq"], event["body"]) for event in missed]
    wanted = [(int(i["sk"]["S"].removeprefix("M#")), json.loads(i["b"]["S"])) for i in unseen]
    return "" if came == wanted else "what came is not what was missed"
